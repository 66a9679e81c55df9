package catalog

import (
	"time"

	"huisheng/models"
)

type calendarFile struct {
	CoveredFrom  located[string]       `yaml:"covered_from"`
	CoveredUntil located[string]       `yaml:"covered_until"`
	Notices      []located[yearNotice] `yaml:"notices"`
}

// yearNotice is one notice of the State Council's office with the days it names.
type yearNotice struct {
	Year   int                 `yaml:"year"`
	Number located[string]     `yaml:"number"`
	URL    located[string]     `yaml:"url"`
	Days   []located[festival] `yaml:"days"`
}

type festival struct {
	Name located[string]   `yaml:"name"`
	Rest []located[string] `yaml:"rest"`
	Work []located[string] `yaml:"work"`
}

func (l *loader) calendar() {
	raw, f, ok := read[calendarFile](l, "calendar.yaml")
	if !ok {
		return
	}
	b := calendarBuilder{f: f, seen: map[string]bool{}}
	from, _ := b.date(raw.CoveredFrom)
	until, _ := b.date(raw.CoveredUntil)
	years, last := map[int]bool{}, 0
	for _, notice := range raw.Notices {
		year := notice.Value.Year
		if year <= last {
			f.report(notice.Line, "notice of %d stands after the one of %d", year, last)
		}
		years[year], last = true, year
		b.notice(notice)
	}
	if f.bad {
		return
	}
	for y := from.Start().Year(); y <= until.Start().Year(); y++ {
		if !years[y] {
			f.report(raw.CoveredUntil.Line, "%d is said to be covered but has no notice", y)
		}
	}
	calendar, err := models.NewCalendar(b.days, from, until)
	if err != nil {
		f.report(raw.CoveredUntil.Line, "%v", err)
		return
	}
	l.cat.calendar, l.cat.years = calendar, b.years
}

// CalendarYears lists the years that came with the program, rising. An imported year takes the place of the one here.
func (c *Catalog) CalendarYears() []models.CalendarYear { return c.years }

// calendarBuilder collects the special days of all notices.
type calendarBuilder struct {
	f     *file
	days  []models.SpecialDay
	years []models.CalendarYear
	seen  map[string]bool
}

func (b *calendarBuilder) date(raw located[string]) (models.Date, bool) {
	d, err := models.ParseDate(raw.Value)
	if err != nil {
		b.f.report(raw.Line, "%v", err)
	}
	return d, err == nil
}

func (b *calendarBuilder) notice(entry located[yearNotice]) {
	n := entry.Value
	if n.Number.Value == "" || n.URL.Value == "" {
		b.f.report(entry.Line, "notice of %d needs its number and url", n.Year)
	}
	year := models.CalendarYear{Year: n.Year, Number: n.Number.Value, URL: n.URL.Value}
	for _, days := range n.Days {
		b.festival(days, n)
		year.Days = append(year.Days, models.Festival{Name: days.Value.Name.Value, Rest: dates(days.Value.Rest), Work: dates(days.Value.Work)})
	}
	b.years = append(b.years, year)
}

func dates(raw []located[string]) []models.Date {
	list := make([]models.Date, len(raw))
	for i, d := range raw {
		list[i] = models.Date(d.Value)
	}
	return list
}

func (b *calendarBuilder) festival(entry located[festival], n yearNotice) {
	if entry.Value.Name.Value == "" {
		b.f.report(entry.Line, "days without the festival's name")
	}
	b.list(entry.Value.Rest, false, entry.Value.Name.Value, n)
	b.list(entry.Value.Work, true, entry.Value.Name.Value, n)
}

// list adds one list of days. They must rise, because a list out of order is most often a slip of a month, and a make-up day must fall
// on a weekend, because another day is worked anyway.
func (b *calendarBuilder) list(raw []located[string], work bool, name string, n yearNotice) {
	var before models.Date
	for _, day := range raw {
		d, ok := b.date(day)
		if !ok {
			continue
		}
		weekday := d.Start().Weekday()
		year := d.Start().Year()
		switch {
		case b.seen[day.Value]:
			b.f.report(day.Line, "day %s twice", d)
		case d <= before:
			b.f.report(day.Line, "day %s stands after %s", d, before)
		case work && weekday != time.Saturday && weekday != time.Sunday:
			b.f.report(day.Line, "make-up day %s is no Saturday or Sunday", d)
		case year < n.Year-1 || year > n.Year+1:
			b.f.report(day.Line, "day %s does not belong into the notice of %d", d, n.Year)
		}
		b.seen[day.Value], before = true, d
		b.days = append(b.days, models.SpecialDay{Date: d, Work: work, Name: name, Notice: n.Number.Value})
	}
}
