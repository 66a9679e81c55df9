package models

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PeriodKind is the kind of a period.
type PeriodKind string

// The kinds. MONTH and QUARTER nest in YEAR; ACADEMIC_YEAR runs from September; ROLLING_12M ends with the named month.
const (
	PeriodMonth    PeriodKind = "MONTH"
	PeriodQuarter  PeriodKind = "QUARTER"
	PeriodYear     PeriodKind = "YEAR"
	PeriodAcademic PeriodKind = "ACADEMIC_YEAR"
	PeriodRolling  PeriodKind = "ROLLING_12M"
)

// Period is a half-open stretch of time [Start, End) in Asia/Shanghai.
type Period struct {
	Name  string
	Kind  PeriodKind
	Start time.Time
	End   time.Time
}

// ErrPeriod says how a period is written.
var ErrPeriod = NewError(KindInvalid, "period_invalid", "时间段写法应为 2026、2026Q4、2026-11、AY2026 或 R12-2026-11。", "A period is written 2026, 2026Q4, 2026-11, AY2026 or R12-2026-11.")

// ParsePeriod reads "2026", "2026Q4", "2026-11", "AY2026" (from September 2026) or "R12-2026-11" (twelve months up to and with November 2026).
func ParsePeriod(s string) (Period, error) {
	p := Period{Name: s}
	body, months := s, 12
	switch {
	case strings.HasPrefix(s, "AY"):
		p.Kind, body = PeriodAcademic, s[2:]+"-09"
	case strings.HasPrefix(s, "R12-"):
		p.Kind, body = PeriodRolling, s[4:]
	case len(s) == 4:
		p.Kind, body = PeriodYear, s+"-01"
	case len(s) == 6 && s[4] == 'Q' && s[5] >= '1' && s[5] <= '4':
		p.Kind, months = PeriodQuarter, 3
		body = fmt.Sprintf("%s-%02d", s[:4], 3*int(s[5]-'1')+1)
	default:
		p.Kind, months = PeriodMonth, 1
	}
	y, m, ok := yearMonth(body)
	if !ok {
		return Period{}, ErrPeriod
	}
	p.Start = time.Date(y, m, 1, 0, 0, 0, 0, Shanghai())
	if p.Kind == PeriodRolling {
		p.Start = p.Start.AddDate(0, -11, 0)
	}
	p.End = p.Start.AddDate(0, months, 0)
	return p, nil
}

func yearMonth(s string) (int, time.Month, bool) {
	if len(s) != 7 || s[4] != '-' {
		return 0, 0, false
	}
	y, err1 := strconv.ParseUint(s[:4], 10, 16)
	m, err2 := strconv.ParseUint(s[5:], 10, 8)
	ok := err1 == nil && err2 == nil && y >= 2000 && y < 2100 && m >= 1 && m <= 12
	return int(y), time.Month(m), ok
}

// QuarterOf names the quarter that t falls in.
func QuarterOf(t time.Time) string {
	t = t.In(Shanghai())
	return fmt.Sprintf("%dQ%d", t.Year(), (int(t.Month())+2)/3)
}

// MonthOf names the month that t falls in.
func MonthOf(t time.Time) string { return t.In(Shanghai()).Format("2006-01") }

// Contains says whether t falls into p.
func (p Period) Contains(t time.Time) bool { return !t.Before(p.Start) && t.Before(p.End) }
