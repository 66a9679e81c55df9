package models

import "testing"

func TestOffsetsEndWithTheMonth(t *testing.T) {
	for _, tt := range []struct {
		from, want Date
		by         Offset
	}{
		{"2026-08-31", "2027-02-28", Offset{Months: 6}},
		{"2027-08-31", "2028-02-29", Offset{Months: 6}},
		{"2026-06-30", "2026-12-30", Offset{Months: 6}},
		{"2026-12-15", "2027-01-15", Offset{Months: 1}},
		{"2026-03-31", "2026-02-28", Offset{Months: -1}},
		{"2026-12-20", "2026-11-20", Offset{Days: -30}},
		{"2026-01-31", "2026-03-02", Offset{Months: 1, Days: 2}},
	} {
		if got := tt.by.After(tt.from); got != tt.want {
			t.Errorf("%+v after %s is %s, want %s", tt.by, tt.from, got, tt.want)
		}
	}
}

func TestWhoIsAskedWhen(t *testing.T) {
	intern := RoundRule{From: Offset{Days: -30}, Until: Offset{Days: 90}, OpenDays: 30}
	for today, want := range map[Date]bool{
		"2026-11-19": false, "2026-11-20": true, "2026-12-20": true, "2027-03-20": true, "2027-03-21": false,
	} {
		if send, ok := intern.Asks("2026-12-20", today); ok != want || send != "2026-12-20" {
			t.Errorf("on %s: %s %v", today, send, ok)
		}
	}
	graduate := RoundRule{Send: Offset{Months: 6}, From: Offset{Months: 5}, Until: Offset{Months: 12}, OpenDays: 30}
	for today, want := range map[Date]bool{
		"2026-11-29": false, "2026-11-30": true, "2027-06-30": true, "2027-07-01": false,
	} {
		if send, ok := graduate.Asks("2026-06-30", today); ok != want || send != "2026-12-30" {
			t.Errorf("on %s: %s %v", today, send, ok)
		}
	}
	if got := intern.Closes("2026-12-20", "2026-11-25"); !got.Equal(Date("2027-01-19").End()) {
		t.Errorf("whoever is early has until %s", got)
	}
	if got := intern.Closes("2026-12-20", "2027-01-31"); !got.Equal(Date("2027-03-02").End()) {
		t.Errorf("whoever is late has until %s", got)
	}
}
