package models

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// The golden vectors' way of writing: a case filed on a day, with the days of its limits.
func filedOn(day Date, l Limits) Complaint {
	return Complaint{ID: "c", State: ComplaintSubmitted, Limits: l, CreatedAt: day.Start().Add(8 * time.Hour), Timeline: []CaseEvent{{State: ComplaintSubmitted}}}
}

func lastDayOf(t time.Time) Date { return DateOf(t.Add(-time.Second)) }

func TestDeadlinesOfACase(t *testing.T) {
	cal := spring2026(t)
	c := filedOn("2026-02-13", Limits{5, 5, 15})
	c.Reckon(cal)
	if got := lastDayOf(c.AcceptBy); got != "2026-02-27" || c.Provisional {
		t.Errorf("accept by %s", got)
	}
	if c.DueKind != DueAccept || !c.Due.Equal(c.AcceptBy) {
		t.Errorf("due %s %s", c.DueKind, c.Due)
	}
	severe := filedOn("2026-02-13", Limits{1, 5, 60})
	severe.Reckon(cal)
	if severe.DueKind != DueLook || lastDayOf(severe.Due) != "2026-02-14" { // a worked Saturday
		t.Errorf("look by %s %s", severe.DueKind, severe.Due)
	}
	late := filedOn("2026-12-24", Limits{5, 5, 15})
	late.Reckon(cal)
	if !late.Provisional || lastDayOf(late.AcceptBy) != "2026-12-31" {
		t.Errorf("%v %s", late.Provisional, late.AcceptBy)
	}
}

// A year that becomes known moves deadlines back, never forward.
func TestAKnownYearNeverShortens(t *testing.T) {
	known := []CalendarYear{{Year: 2026, Number: "a"}}
	before, err := AssembleCalendar(known)
	if err != nil {
		t.Fatal(err)
	}
	c := filedOn("2026-12-28", Limits{5, 5, 15})
	c.Reckon(before)
	told := lastDayOf(c.ResolveBy)
	if told != "2027-01-18" || !c.Provisional {
		t.Fatalf("told %s, provisional %v", told, c.Provisional)
	}
	for name, y := range map[string]struct {
		days Festival
		want Date
	}{
		"a holiday makes it later":           {Festival{Name: "元旦", Rest: days("2027-01-01")}, "2027-01-19"},
		"worked Saturdays do not shorten it": {Festival{Name: "元旦", Work: days("2027-01-02", "2027-01-09")}, told},
	} {
		after, err := AssembleCalendar(append(known, CalendarYear{Year: 2027, Number: "b", Days: []Festival{y.days}}))
		if err != nil {
			t.Fatal(err)
		}
		next := c
		next.Reckon(after)
		if lastDayOf(next.ResolveBy) != y.want || next.Provisional {
			t.Errorf("%s: %s, provisional %v", name, next.ResolveBy, next.Provisional)
		}
		again := next
		again.Reckon(after)
		if !again.ResolveBy.Equal(next.ResolveBy) {
			t.Errorf("%s: reckoning twice moves it", name)
		}
	}
}

// Random waits and extensions: the deadline equals counting day by day, where a day counts unless the clock stood still on it.
func TestDeadlinesWithStopsEqualCountingByHand(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	cal := spring2026(t)
	for range 400 {
		start := Date("2026-01-05").AddDays(r.IntN(200))
		c := filedOn(start, Limits{5, 5, 5 + r.IntN(20)})
		c.State, c.AcceptedAt = ComplaintInvestigating, c.CreatedAt
		c.Reckon(cal)
		stopped, at, extra := map[Date]bool{}, start, 0
		for range r.IntN(4) {
			at = at.AddDays(r.IntN(3))
			waiting, err := c.Step(Step{Action: ActionWait, Actor: ByOfficial, By: "a", At: at.Start().Add(9 * time.Hour)}, cal)
			if err != nil {
				break
			}
			end := at.AddDays(r.IntN(6))
			if limit := lastDayOf(waiting.Due); end > limit {
				end = limit
			}
			for d := at.AddDays(1); d <= end; d = d.AddDays(1) {
				stopped[d] = true
			}
			if c, err = waiting.Step(Step{Action: ActionResume, Actor: ByOfficial, By: "a", At: end.Start().Add(10 * time.Hour)}, cal); err != nil {
				t.Fatal(err)
			}
			at = end
		}
		if r.IntN(2) == 0 {
			extra = 1 + r.IntN(15)
			x, err := c.Step(Step{Action: ActionExtend, Actor: ByOfficial, By: "a", At: at.Start().Add(11 * time.Hour), Days: extra}, cal)
			if err != nil {
				t.Fatal(err)
			}
			if c, err = x.Step(Step{Action: ActionApproveExtend, Actor: ByOfficial, By: "b", At: at.Start().Add(12 * time.Hour)}, cal); err != nil {
				t.Fatal(err)
			}
		}
		d := start
		for left := c.Limits.Resolve + extra; left > 0; {
			d = d.AddDays(1)
			if work, _ := cal.IsWorkday(d); work && !stopped[d] {
				left--
			}
		}
		if got := lastDayOf(c.ResolveBy); got != d {
			t.Fatalf("filed %s, %d + %d days, stops %v: %s, by hand %s", start, c.Limits.Resolve, extra, c.Stops, got, d)
		}
	}
}

// All waits together take ten working days at most.
func TestWaitingIsLimited(t *testing.T) {
	cal, c := spring2026(t), filedOn("2026-03-02", Limits{5, 5, 15})
	c.State, c.AcceptedAt = ComplaintInvestigating, c.CreatedAt
	w, err := c.Step(Step{Action: ActionWait, Actor: ByOfficial, By: "a", At: Date("2026-03-02").Start().Add(16 * time.Hour)}, cal)
	if err != nil || lastDayOf(w.Due) != "2026-03-16" || w.DueKind != DueWaiting {
		t.Fatalf("%v %s", err, w.Due)
	}
	if w.Overdue(w.Due.Add(time.Hour)) {
		t.Error("waiting for the complainant counts as late")
	}
	over, err := w.Step(Step{Action: ActionWaitOver, Actor: BySystem, At: w.Due.Add(-time.Second)}, cal)
	if err != nil || over.Waited() != MaxWaitDays || over.State != ComplaintInvestigating {
		t.Fatalf("%v %d %s", err, over.Waited(), over.State)
	}
	if _, err := over.Step(Step{Action: ActionWait, Actor: ByOfficial, By: "a", At: w.Due}, cal); err == nil {
		t.Error("more waiting than allowed")
	}
	if n, _ := cal.CountWorkdays("2026-03-02", lastDayOf(over.ResolveBy)); n != 25 {
		t.Errorf("resolve after %d working days", n)
	}
}

func TestUrgency(t *testing.T) {
	cal := spring2026(t)
	due := Date("2026-03-09").End() // five working days after Monday 2 March
	for _, x := range []struct {
		day         Date
		level, left int
	}{
		{"2026-03-02", 0, 5},
		{"2026-03-03", 0, 4},
		{"2026-03-04", 0, 3},
		{"2026-03-05", 60, 2},
		{"2026-03-06", 60, 1},
		{"2026-03-07", 60, 1},
		{"2026-03-09", 90, 0},
		{"2026-03-10", 100, -1},
		{"2026-03-12", 100, -3},
	} {
		level, left := Urgency(cal, x.day.Start().Add(10*time.Hour), due, 5)
		if level != x.level || left != x.left {
			t.Errorf("%s: %d%%, %d left; want %d%%, %d", x.day, level, left, x.level, x.left)
		}
	}
	if level, _ := Urgency(cal, due.Add(-time.Second), due, 5); level != 90 {
		t.Errorf("a second before the end: %d", level)
	}
	if level, left := Urgency(cal, due, due, 5); level != 100 || left != -1 {
		t.Errorf("at the end: %d %d", level, left)
	}
}

// All limits of a complaint are working days (domain.md 5.2: "All in working days"), also the 30 for a review and the 10 for waiting. By hand, from Friday
// 2026-02-06: 9-13 February 5, worked Saturday 14 makes 6, the holiday to the 23rd none, 24-27 four more (10), worked Saturday 28 (11), 2-6 March (16),
// 9-13 (21), 16-20 (26), 23-26 (30). Natural days would have ended on Sunday, 8 March.
func TestReviewMayBeAskedForWithinThirtyWorkingDays(t *testing.T) {
	cal := spring2026(t)
	c := inState(ComplaintDecided, "")
	c.Outcome = OutcomePartly
	s := stepOf(ActionNotify, ByOfficial)
	s.At = time.Date(2026, 2, 6, 16, 0, 0, 0, Shanghai())
	c, err := c.Step(s, cal)
	if err != nil {
		t.Fatal(err)
	}
	if got := lastDayOf(c.ReviewBy); got != "2026-03-26" {
		t.Fatalf("a review may be asked for until %s", got)
	}
	ask := stepOf(ActionReview, ByComplainant)
	ask.At = c.ReviewBy.Add(-time.Second)
	if _, err := c.Step(ask, cal); err != nil {
		t.Errorf("in the last second: %v", err)
	}
	ask.At = c.ReviewBy
	if _, err := c.Step(ask, cal); !errors.Is(err, ErrReviewOver) {
		t.Errorf("at midnight: %v", err)
	}
}
