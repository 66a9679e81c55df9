package catalog

import (
	"testing"

	"huisheng/models"
)

// Golden vectors over the published calendars of 2024-2026 (start day not counted); each crosses a holiday or a worked weekend day.
func TestGoldenDeadlines(t *testing.T) {
	c := load(t).Calendar()
	for _, tt := range []struct {
		start models.Date
		n     int
		want  models.Date
	}{
		{"2026-02-13", 5, "2026-02-27"},
		{"2026-02-12", 5, "2026-02-26"},  // Sat 14 Feb is worked
		{"2026-04-30", 5, "2026-05-11"},  // Sat 9 May is worked
		{"2026-09-18", 20, "2026-10-22"}, // Sun 20 Sep and Sat 10 Oct are worked
		{"2026-09-24", 5, "2026-10-09"},
		{"2026-09-30", 15, "2026-10-27"},
		{"2025-09-26", 5, "2025-10-10"},
		{"2024-02-09", 5, "2024-02-22"},
	} {
		if got, provisional := c.AddWorkdays(tt.start, tt.n); got != tt.want || provisional {
			t.Errorf("%s + %d = %s (provisional %v), want %s", tt.start, tt.n, got, provisional, tt.want)
		}
	}
}

func TestWorkdaysOfTheYears(t *testing.T) {
	c := load(t).Calendar()
	for _, tt := range []struct {
		before, last models.Date
		want         int
	}{
		{"2020-12-31", "2021-12-31", 250},
		{"2021-12-31", "2022-12-31", 249},
		{"2022-12-31", "2023-12-31", 249},
		{"2023-12-31", "2024-12-31", 251},
		{"2024-12-31", "2025-12-31", 248},
		{"2025-12-31", "2026-12-31", 248},
	} {
		if got, provisional := c.CountWorkdays(tt.before, tt.last); got != tt.want || provisional {
			t.Errorf("year to %s has %d working days (provisional %v), want %d", tt.last, got, provisional, tt.want)
		}
	}
}

// No notice for 2027 is entered: weekends only, and the answer says that it is a guess.
func TestYearNotCovered(t *testing.T) {
	c := load(t).Calendar()
	if c.CoveredUntil() != "2026-12-31" {
		t.Fatalf("covered until %s: add the new year's vectors", c.CoveredUntil())
	}
	if got, provisional := c.AddWorkdays("2026-12-31", 1); got != "2027-01-01" || !provisional {
		t.Errorf("2026-12-31 + 1 = %s, provisional %v", got, provisional)
	}
	if work, covered := c.IsWorkday("2027-10-01"); !work || covered {
		t.Errorf("2027-10-01: work %v, covered %v", work, covered)
	}
	if got, provisional := c.AddWorkdays("2026-12-24", 5); got != "2026-12-31" || provisional {
		t.Errorf("2026-12-24 + 5 = %s, provisional %v", got, provisional)
	}
}

func TestSpecialDays(t *testing.T) {
	days := load(t).Calendar().Days()
	if len(days) != 218 || days[0].Date != "2021-01-01" || days[len(days)-1].Date != "2026-10-10" {
		t.Errorf("%d special days from %s to %s", len(days), days[0].Date, days[len(days)-1].Date)
	}
	worked, off := 0, 0
	for _, d := range days {
		if d.Date < "2026-01-01" {
			continue
		}
		if d.Notice != "国办发明电〔2025〕7号" || d.Name == "" {
			t.Errorf("%+v does not name its notice", d)
		}
		if d.Work {
			worked++
		} else {
			off++
		}
	}
	if worked != 6 || off != 33 {
		t.Errorf("2026 has %d worked weekend days and %d days off, want 6 and 33", worked, off)
	}
}
