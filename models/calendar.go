package models

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// shanghai is a constant: China has kept one offset without daylight saving since 1991, so no time-zone database is needed.
var shanghai = time.FixedZone("CST", 8*60*60)

// Shanghai is the zone of every date and deadline: UTC+8.
func Shanghai() *time.Location { return shanghai }

// Date is a civil date in China, written 2006-01-02. As text it sorts by time and reads the same in a file, a document and a log.
type Date string

// ParseDate reads 2006-01-02 and refuses days that do not exist (2026-02-30).
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", fmt.Errorf("date %q is not a day written 2006-01-02", s)
	}
	return Date(s), nil
}

// DateOf gives the civil date of t in China.
func DateOf(t time.Time) Date { return Date(t.In(shanghai).Format(time.DateOnly)) }

// Start is 00:00 of the day in Beijing; the zero time for a Date that is no day.
func (d Date) Start() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), shanghai)
	if err != nil {
		return time.Time{}
	}
	return t
}

// End is 24:00 of the day in Beijing, the moment at which a deadline on this day has passed.
func (d Date) End() time.Time { return d.AddDays(1).Start() }

// AddDays gives the date n natural days later (earlier if n is negative).
func (d Date) AddDays(n int) Date { return DateOf(d.Start().AddDate(0, 0, n)) }

// SpecialDay overrides the weekday rule for one date: a holiday on a weekday, or a weekend day that is worked instead (调休).
type SpecialDay struct {
	Date   Date   // the day itself; a notice for one year may name days of its neighbours
	Work   bool   // true: a working day; false: a day off
	Name   string // the festival it belongs to
	Notice string // number of the State Council office's notice, e.g. 国办发明电〔2025〕7号
}

// Calendar knows the working days of China between two dates. It never changes after it is made, so it may be shared.
type Calendar struct {
	special map[Date]SpecialDay
	from    Date
	until   Date
}

// NewCalendar makes a calendar from the special days, in any order. Every date from from to until (both included) counts as covered:
// days without an entry follow the weekday rule for certain. It refuses a date given twice and a range that runs backwards.
func NewCalendar(days []SpecialDay, from, until Date) (*Calendar, error) {
	for _, d := range []Date{from, until} {
		if _, err := ParseDate(string(d)); err != nil {
			return nil, fmt.Errorf("calendar coverage: %w", err)
		}
	}
	if until < from {
		return nil, fmt.Errorf("calendar coverage: %s is before %s", until, from)
	}
	c := &Calendar{special: make(map[Date]SpecialDay, len(days)), from: from, until: until}
	for _, s := range days {
		if _, err := ParseDate(string(s.Date)); err != nil {
			return nil, fmt.Errorf("special day: %w", err)
		}
		if _, twice := c.special[s.Date]; twice {
			return nil, fmt.Errorf("special day %s is given twice", s.Date)
		}
		c.special[s.Date] = s
	}
	return c, nil
}

// CoveredUntil is the last day whose kind is certain.
func (c *Calendar) CoveredUntil() Date { return c.until }

// Days lists the special days by date, so that a caller can add an imported year and make a new calendar.
func (c *Calendar) Days() []SpecialDay {
	out := make([]SpecialDay, 0, len(c.special))
	for _, d := range c.special {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b SpecialDay) int { return cmp.Compare(a.Date, b.Date) })
	return out
}

// IsWorkday says whether people work on d, and whether that is certain. Outside the covered range it is the weekday rule and a guess,
// because make-up days and holidays of that year are not known yet.
func (c *Calendar) IsWorkday(d Date) (work, covered bool) {
	covered = c.from <= d && d <= c.until
	if s, ok := c.special[d]; ok {
		return s.Work, covered
	}
	w := d.Start().Weekday()
	return w != time.Saturday && w != time.Sunday, covered
}

// AddWorkdays gives the n-th working day after start; start itself is not counted (民法典 art. 201) and n ≤ 0 gives start. The deadline is
// 24:00 Beijing on that day (Date.End). It is provisional when any day it passed over is not covered: it must be worked out again once that
// year is known.
func (c *Calendar) AddWorkdays(start Date, n int) (deadline Date, provisional bool) {
	d := start
	for n > 0 {
		d = d.AddDays(1)
		work, covered := c.IsWorkday(d)
		if !covered {
			provisional = true
		}
		if work {
			n--
		}
	}
	return d, provisional
}

// CountWorkdays counts the working days after start up to and with end; 0 if end is not after start. It is the inverse of AddWorkdays:
// how many days of a time limit have run.
func (c *Calendar) CountWorkdays(start, end Date) (n int, provisional bool) {
	for d := start.AddDays(1); d <= end; d = d.AddDays(1) {
		work, covered := c.IsWorkday(d)
		if !covered {
			provisional = true
		}
		if work {
			n++
		}
	}
	return n, provisional
}

// RollForward gives d itself if it is a working day, else the next one: where a period of natural days ends (民法典 art. 203).
func (c *Calendar) RollForward(d Date) (day Date, provisional bool) {
	for {
		work, covered := c.IsWorkday(d)
		if !covered {
			provisional = true
		}
		if work {
			return d, provisional
		}
		d = d.AddDays(1)
	}
}
