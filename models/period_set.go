package models

import (
	"fmt"
	"time"
)

// PeriodsOf names the periods that the moment t falls in and whose figures are kept ready: its month, quarter, year and academic year.
func PeriodsOf(t time.Time) []string {
	t = t.In(Shanghai())
	academic := t.Year()
	if t.Month() < time.September {
		academic--
	}
	return []string{MonthOf(t), QuarterOf(t), fmt.Sprintf("%04d", t.Year()), fmt.Sprintf("AY%04d", academic)}
}

// SameEnd names the periods that end with p's last day, p first and then from the longest to the shortest: what is declared as of the last day
// of one holds for all.
func (p Period) SameEnd() []string {
	names := []string{p.Name}
	of := PeriodsOf(p.End.AddDate(0, 0, -1)) // month, quarter, year, academic year
	for _, name := range []string{of[2], of[3], of[1], of[0]} {
		if q, err := ParsePeriod(name); err == nil && q.End.Equal(p.End) && name != p.Name {
			names = append(names, name)
		}
	}
	return names
}

// Months names the months of p in order.
func (p Period) Months() []string {
	var names []string
	for t := p.Start; t.Before(p.End); t = t.AddDate(0, 1, 0) {
		names = append(names, MonthOf(t))
	}
	return names
}

// Days gives p's first day and the first day after it.
func (p Period) Days() (from, until Date) { return DateOf(p.Start), DateOf(p.End) }

// Previous names the period of the same kind before p; of twelve rolling months, those of a year before.
func (p Period) Previous() string { return p.shift(-1) }

// Next names the period of the same kind after p.
func (p Period) Next() string { return p.shift(1) }

func (p Period) shift(n int) string {
	months := 12
	switch p.Kind {
	case PeriodMonth:
		months = 1
	case PeriodQuarter:
		months = 3
	}
	at := PeriodsOf(p.Start.AddDate(0, n*months, 0)) // month, quarter, year, academic year
	switch p.Kind {
	case PeriodMonth:
		return at[0]
	case PeriodQuarter:
		return at[1]
	case PeriodYear:
		return at[2]
	case PeriodAcademic:
		return at[3]
	}
	return "R12-" + MonthOf(p.End.AddDate(0, n*months, -1))
}
