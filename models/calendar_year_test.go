package models

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// naive counts as a person with a wall calendar does: day by day, crossing out what is no working day.
func naive(days map[Date]bool, start Date, n int) Date {
	d := start.Start()
	for left := n; left > 0; {
		d = d.Add(24 * time.Hour)
		day := Date(d.In(Shanghai()).Format(time.DateOnly))
		work, special := days[day]
		if !special {
			work = d.In(Shanghai()).Weekday() != time.Saturday && d.In(Shanghai()).Weekday() != time.Sunday
		}
		if work {
			left--
		}
	}
	return Date(d.In(Shanghai()).Format(time.DateOnly))
}

// Deadlines by the calendar equal counting by hand, over random years with random holidays and make-up days.
func TestDeadlinesEqualCountingByHand(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	for range 300 {
		y := CalendarYear{Year: 2027, Number: "国办发明电〔2026〕0号", Days: []Festival{{Name: "随机"}}}
		days := map[Date]bool{}
		for range r.IntN(60) {
			d := Date("2027-01-01").AddDays(r.IntN(365))
			if _, twice := days[d]; twice {
				continue
			}
			days[d] = r.IntN(3) == 0
			if days[d] {
				y.Days[0].Work = append(y.Days[0].Work, d)
			} else {
				y.Days[0].Rest = append(y.Days[0].Rest, d)
			}
		}
		c, err := AssembleCalendar([]CalendarYear{y})
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			start, n := Date("2026-12-20").AddDays(r.IntN(360)), r.IntN(75)
			want := naive(days, start, n)
			got, provisional := c.AddWorkdays(start, n)
			if got != want {
				t.Fatalf("%s + %d = %s, by hand %s", start, n, got, want)
			}
			outside := n > 0 && (start < "2026-12-31" || want > "2027-12-31")
			if provisional != outside {
				t.Fatalf("%s + %d = %s: provisional %v", start, n, got, provisional)
			}
			if k, _ := c.CountWorkdays(start, got); k != n {
				t.Fatalf("%s to %s are %d days, want %d", start, got, k, n)
			}
		}
	}
}

func days(list ...string) (out []Date) {
	for _, d := range list {
		out = append(out, Date(d))
	}
	return out
}

// A year after the model of 2026, moved to 2027: invented, as no notice is known.
func invented() CalendarYear {
	return CalendarYear{Year: 2027, Number: "国办发明电〔2026〕9号", Days: []Festival{
		{Name: "元旦", Rest: days("2027-01-01", "2027-01-02", "2027-01-03")},
		{Name: "春节", Rest: days("2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-02-12"), Work: days("2027-01-31", "2027-02-20")},
		{Name: "清明节", Rest: days("2027-04-03", "2027-04-04", "2027-04-05")},
		{Name: "劳动节", Rest: days("2027-05-01", "2027-05-02", "2027-05-03", "2027-05-04", "2027-05-05"), Work: days("2027-05-08")},
		{Name: "国庆节", Rest: days("2027-10-01", "2027-10-02", "2027-10-03", "2027-10-04", "2027-10-05", "2027-10-06", "2027-10-07"), Work: days("2027-09-26", "2027-10-09")},
	}}
}

func TestCalendarYearCheck(t *testing.T) {
	if wrong := invented().Check(); len(wrong) > 0 {
		t.Fatalf("a good year is refused: %v", wrong)
	}
	for name, spoil := range map[string]struct {
		do   func(y *CalendarYear)
		code string
	}{
		"no number":                {func(y *CalendarYear) { y.Number = "" }, "required"},
		"too few festivals":        {func(y *CalendarYear) { y.Days = y.Days[:3] }, "count"},
		"a day twice":              {func(y *CalendarYear) { y.Days[2].Rest = append(y.Days[2].Rest, "2027-05-01") }, "repeated"},
		"out of order":             {func(y *CalendarYear) { y.Days[0].Rest = days("2027-01-02", "2027-01-01") }, "order"},
		"make-up day on a Tuesday": {func(y *CalendarYear) { y.Days[3].Work = days("2027-05-11") }, "not_weekend"},
		"another year":             {func(y *CalendarYear) { y.Days[2].Rest = days("2024-04-04") }, "wrong_year"},
		"no such day":              {func(y *CalendarYear) { y.Days[2].Rest = days("2027-02-30") }, "wrong_date"},
		"New Year is worked":       {func(y *CalendarYear) { y.Days[0].Rest = days("2027-01-03") }, "festival_missing"},
		"a year of 1827":           {func(y *CalendarYear) { y.Year = 1827 }, "wrong_value"},
	} {
		y := invented()
		spoil.do(&y)
		found := false
		for _, w := range y.Check() {
			found = found || w.Code == spoil.code
		}
		if !found {
			t.Errorf("%s: %v", name, y.Check())
		}
	}
}

// The later notice knows better about a day that two of them name, and a gap in the years ends the coverage.
func TestAssembleCalendar(t *testing.T) {
	first := CalendarYear{Year: 2026, Number: "a", Days: []Festival{{Name: "元旦", Rest: days("2026-01-01", "2027-01-04")}}}
	next := CalendarYear{Year: 2027, Number: "b", Days: []Festival{{Name: "元旦", Rest: days("2027-01-01", "2026-12-31"), Work: days("2027-01-04")}}}
	far := CalendarYear{Year: 2029, Number: "c", Days: []Festival{{Name: "元旦", Rest: days("2029-01-01")}}}
	c, err := AssembleCalendar([]CalendarYear{far, next, first})
	if err != nil {
		t.Fatal(err)
	}
	if c.CoveredUntil() != "2027-12-31" {
		t.Errorf("covered until %s", c.CoveredUntil())
	}
	for day, want := range map[Date]bool{"2027-01-04": true, "2026-12-31": false, "2027-01-01": false} {
		if work, _ := c.IsWorkday(day); work != want {
			t.Errorf("%s: work %v", day, work)
		}
	}
}

func TestCalendarWarning(t *testing.T) {
	c, err := AssembleCalendar([]CalendarYear{{Year: 2026, Number: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{
		"2026-10-31T23:59:59+08:00": 0, "2026-11-01T00:00:00+08:00": 2027, "2026-10-31T16:00:00Z": 2027, "2026-12-31T12:00:00+08:00": 2027, "2027-01-01T00:00:00+08:00": 2027,
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.CalendarWarning(now); got != want {
			t.Errorf("%s: %s, want %s", at, strconv.Itoa(got), strconv.Itoa(want))
		}
	}
}
