package models

import (
	"slices"
	"testing"
	"time"
)

// spring2026 holds the special days around Spring Festival 2026 (国办发明电〔2025〕7号) and one of a neighbour year.
func spring2026(t *testing.T) *Calendar {
	t.Helper()
	days := []SpecialDay{
		{Date: "2026-02-28", Work: true, Name: "春节"},
		{Date: "2026-02-14", Work: true, Name: "春节"},
		{Date: "2027-01-01", Work: false, Name: "元旦"},
	}
	for d := Date("2026-02-15"); d <= "2026-02-23"; d = d.AddDays(1) {
		days = append(days, SpecialDay{Date: d, Name: "春节"})
	}
	c, err := NewCalendar(days, "2026-01-01", "2026-12-31")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestIsWorkday(t *testing.T) {
	c := spring2026(t)
	tests := []struct {
		day           Date
		work, covered bool
	}{
		{"2026-02-13", true, true},   // Friday
		{"2026-02-14", true, true},   // Saturday, worked
		{"2026-02-15", false, true},  // Sunday, holiday
		{"2026-02-16", false, true},  // Monday, holiday
		{"2026-02-28", true, true},   // Saturday, worked
		{"2026-03-07", false, true},  // Saturday
		{"2025-12-31", true, false},  // before the coverage
		{"2027-01-01", false, false}, // named by a notice, but the year is not covered
		{"2027-01-04", true, false},  // Monday after the coverage
	}
	for _, tt := range tests {
		if work, covered := c.IsWorkday(tt.day); work != tt.work || covered != tt.covered {
			t.Errorf("%s: work %v covered %v, want %v %v", tt.day, work, covered, tt.work, tt.covered)
		}
	}
}

func TestAddWorkdays(t *testing.T) {
	c := spring2026(t)
	tests := []struct {
		start       Date
		n           int
		want        Date
		provisional bool
	}{
		{"2026-02-13", 5, "2026-02-27", false},
		{"2026-02-12", 5, "2026-02-26", false},
		{"2026-02-13", 1, "2026-02-14", false},
		{"2026-02-14", 1, "2026-02-24", false},
		{"2026-02-18", 1, "2026-02-24", false}, // from within the holiday
		{"2026-02-13", 0, "2026-02-13", false},
		{"2026-02-13", -3, "2026-02-13", false},
		{"2026-12-30", 1, "2026-12-31", false},
		{"2026-12-31", 1, "2027-01-04", true}, // the named holiday holds, the rest is a guess
	}
	for _, tt := range tests {
		got, provisional := c.AddWorkdays(tt.start, tt.n)
		if got != tt.want || provisional != tt.provisional {
			t.Errorf("%s + %d = %s (provisional %v), want %s (%v)", tt.start, tt.n, got, provisional, tt.want, tt.provisional)
		}
		if tt.n >= 0 {
			if n, _ := c.CountWorkdays(tt.start, got); n != tt.n {
				t.Errorf("from %s to %s are %d working days, want %d", tt.start, got, n, tt.n)
			}
		}
	}
	if n, _ := c.CountWorkdays("2026-02-13", "2026-02-01"); n != 0 {
		t.Errorf("backwards gives %d", n)
	}
	if _, provisional := c.CountWorkdays("2026-12-31", "2027-01-02"); !provisional {
		t.Error("counting days that are not covered must be provisional")
	}
}

func TestRollForward(t *testing.T) {
	c := spring2026(t)
	for _, tt := range []struct {
		day, want   Date
		provisional bool
	}{{"2026-02-13", "2026-02-13", false}, {"2026-02-15", "2026-02-24", false}, {"2027-01-02", "2027-01-04", true}} {
		if got, provisional := c.RollForward(tt.day); got != tt.want || provisional != tt.provisional {
			t.Errorf("%s rolls to %s (%v), want %s (%v)", tt.day, got, provisional, tt.want, tt.provisional)
		}
	}
}

// An imported year is added to the days known before.
func TestCalendarGrows(t *testing.T) {
	c := spring2026(t)
	days := c.Days()
	if !slices.IsSortedFunc(days, func(a, b SpecialDay) int { return a.Date.Start().Compare(b.Date.Start()) }) {
		t.Errorf("days are not in order: %v", days)
	}
	next, err := NewCalendar(append(days, SpecialDay{Date: "2027-01-04", Name: "x"}), "2026-01-01", "2027-12-31")
	if err != nil {
		t.Fatal(err)
	}
	if got, provisional := next.AddWorkdays("2026-12-31", 1); got != "2027-01-05" || provisional {
		t.Errorf("with the new year: %s %v", got, provisional)
	}
	if next.CoveredUntil() != "2027-12-31" || c.CoveredUntil() != "2026-12-31" {
		t.Error("coverage is wrong")
	}
}

func TestNewCalendarRefuses(t *testing.T) {
	ok := SpecialDay{Date: "2026-01-01"}
	for name, try := range map[string]func() (*Calendar, error){
		"a day twice": func() (*Calendar, error) { return NewCalendar([]SpecialDay{ok, ok}, "2026-01-01", "2026-12-31") },
		"a day that is not": func() (*Calendar, error) {
			return NewCalendar([]SpecialDay{{Date: "2026-02-29"}}, "2026-01-01", "2026-12-31")
		},
		"backwards": func() (*Calendar, error) { return NewCalendar(nil, "2026-12-31", "2026-01-01") },
		"no end":    func() (*Calendar, error) { return NewCalendar(nil, "2026-01-01", "") },
	} {
		if _, err := try(); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestDate(t *testing.T) {
	for _, bad := range []string{"", "2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00Z"} {
		if _, err := ParseDate(bad); err == nil {
			t.Errorf("%q was read as a date", bad)
		}
	}
	// 16:00 UTC is midnight in China.
	if d := DateOf(time.Date(2026, 2, 27, 16, 0, 0, 0, time.UTC)); d != "2026-02-28" {
		t.Errorf("date is %s", d)
	}
	if d := DateOf(time.Date(2026, 2, 27, 15, 59, 59, 0, time.UTC)); d != "2026-02-27" {
		t.Errorf("date is %s", d)
	}
	d := Date("2026-12-31")
	if got := d.End().Format(time.RFC3339); got != "2027-01-01T00:00:00+08:00" {
		t.Errorf("a deadline ends at %s", got)
	}
	if got := Date("2024-02-28").AddDays(1); got != "2024-02-29" {
		t.Errorf("leap day is %s", got)
	}
}
