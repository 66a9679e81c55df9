package models

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CalendarYear is one notice of the State Council's office (国办发明电) with the days that it names. A notice may name days of the neighbour years.
type CalendarYear struct {
	Year       int        `bson:"_id" json:"year"`
	Number     string     `bson:"number" json:"notice_no"` // 国办发明电〔2025〕7号
	URL        string     `bson:"url,omitempty" json:"url,omitempty"`
	Days       []Festival `bson:"days" json:"days"`
	By         AccountID  `bson:"by,omitempty" json:"-"` // who imported it; empty: it came with the program
	ImportedAt time.Time  `bson:"imported_at,omitempty" json:"-"`
}

// Festival is one holiday of a notice: the days off, and the weekend days that are worked for it.
type Festival struct {
	Name string `bson:"name" json:"name"`
	Rest []Date `bson:"rest" json:"rest"`
	Work []Date `bson:"work" json:"work"`
}

// The bounds of a year that can be right. From 2007 to 2026 there were 28 to 40 days off and 247 to 251 working days.
const (
	minFestivals   = 5
	minWorkdays    = 240
	maxWorkdays    = 256
	firstYear      = 2020
	maxFestivals   = 15
	maxRestDays    = 15
	maxNoticeNo    = 40
	maxFestivalLen = 20
	maxNoticeURL   = 300
)

// Check says what is wrong with an imported year, located, in words for the official who typed it.
func (y CalendarYear) Check() (wrong []FieldError) {
	bad := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	if y.Year < firstYear || y.Year > 2100 {
		bad("year", "wrong_value", "年份应为四位数字，例如 2027。")
		return wrong
	}
	if n := len([]rune(y.Number)); n < 5 || n > maxNoticeNo || !Printable(y.Number) {
		bad("notice_no", "required", "请填写通知的文号，例如 国办发明电〔2026〕7号。")
	}
	if y.URL != "" && (!strings.HasPrefix(y.URL, "https://") || len(y.URL) > maxNoticeURL || !Printable(y.URL)) {
		bad("url", "wrong_format", "通知的网址应以 https:// 开头，也可以不填。")
	}
	if len(y.Days) < minFestivals || len(y.Days) > maxFestivals {
		bad("days", "count", fmt.Sprintf("一年应有 %d 到 %d 个节日，现在是 %d 个，请核对通知全文。", minFestivals, maxFestivals, len(y.Days)))
		return wrong
	}
	if wrong = append(wrong, y.checkFestivals()...); len(wrong) == 0 {
		wrong = y.checkWhole()
	}
	return wrong
}

func (y CalendarYear) checkFestivals() (wrong []FieldError) {
	bad := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	seen := map[Date]bool{}
	for i, f := range y.Days {
		at := "days[" + strconv.Itoa(i) + "]"
		if n := len([]rune(f.Name)); n == 0 || n > maxFestivalLen || !Printable(f.Name) {
			bad(at+".name", "required", "请填写节日名称。")
		}
		if len(f.Rest) == 0 || len(f.Rest) > maxRestDays || len(f.Work) > maxRestDays {
			bad(at+".rest", "count", f.Name+"：放假的日子应有 1 到 15 天。")
		}
		wrong = append(wrong, y.checkDays(at+".rest", f.Rest, false, seen)...)
		wrong = append(wrong, y.checkDays(at+".work", f.Work, true, seen)...)
	}
	return wrong
}

// checkDays judges one list of days. They must rise, because a list out of order is most often a slip of a month, and a make-up day must fall on
// a weekend, because another day is worked anyway.
func (y CalendarYear) checkDays(field string, days []Date, work bool, seen map[Date]bool) (wrong []FieldError) {
	var before Date
	for i, d := range days {
		at := field + "[" + strconv.Itoa(i) + "]"
		bad := func(code, message string) { wrong = append(wrong, FieldError{Field: at, Code: code, Message: message}) }
		if _, err := ParseDate(string(d)); err != nil {
			bad("wrong_date", "日期应写作 "+strconv.Itoa(y.Year)+"-01-01，并且确有这一天。")
			continue
		}
		weekend := d.Weekend()
		switch year := d.Start().Year(); {
		case seen[d]:
			bad("repeated", fmt.Sprintf("%s 出现了两次。", d))
		case d <= before:
			bad("order", fmt.Sprintf("%s 应排在 %s 前面，请核对月份。", d, before))
		case work && !weekend:
			bad("not_weekend", fmt.Sprintf("%s 是%s，本来就上班，不能是调休上班日。", d, d.Weekday()))
		case year < y.Year-1 || year > y.Year+1:
			bad("wrong_year", fmt.Sprintf("%s 不在 %d 年前后，请核对年份。", d, y.Year))
		}
		seen[d], before = true, d
	}
	return wrong
}

// checkWhole judges the year as a whole: the fixed festivals must be off, and the number of working days one that has ever been seen.
func (y CalendarYear) checkWhole() (wrong []FieldError) {
	c, err := AssembleCalendar([]CalendarYear{y})
	if err != nil {
		return []FieldError{{Field: "days", Code: "wrong_value", Message: "日期有误，请核对。"}}
	}
	for _, fixed := range []string{"-01-01", "-05-01", "-10-01"} {
		if work, _ := c.IsWorkday(Date(strconv.Itoa(y.Year) + fixed)); work {
			wrong = append(wrong, FieldError{Field: "days", Code: "festival_missing", Message: fmt.Sprintf("%d%s 应当放假，请核对通知全文。", y.Year, fixed)})
		}
	}
	n, _ := c.CountWorkdays(Date(strconv.Itoa(y.Year-1)+"-12-31"), Date(strconv.Itoa(y.Year)+"-12-31"))
	if len(wrong) == 0 && (n < minWorkdays || n > maxWorkdays) {
		wrong = append(wrong, FieldError{Field: "days", Code: "workdays", Message: fmt.Sprintf("这样全年有 %d 个工作日，不合常情（历年在 247 到 251 之间），请核对。", n)})
	}
	return wrong
}

// AssembleCalendar makes one calendar of years, in any order. A day that two notices name follows the later year's notice, which knows better. The
// calendar covers the unbroken run of years that begins with the first.
func AssembleCalendar(years []CalendarYear) (*Calendar, error) {
	if len(years) == 0 {
		return nil, fmt.Errorf("calendar: no year is known")
	}
	years = slices.Clone(years)
	slices.SortFunc(years, func(a, b CalendarYear) int { return cmp.Compare(a.Year, b.Year) })
	days := map[Date]SpecialDay{}
	until := years[0].Year - 1
	for _, y := range years {
		if y.Year == until+1 {
			until = y.Year
		}
		for _, f := range y.Days {
			for _, d := range f.Rest {
				days[d] = SpecialDay{Date: d, Name: f.Name, Notice: y.Number}
			}
			for _, d := range f.Work {
				days[d] = SpecialDay{Date: d, Work: true, Name: f.Name, Notice: y.Number}
			}
		}
	}
	list := make([]SpecialDay, 0, len(days))
	for _, d := range days {
		list = append(list, d)
	}
	return NewCalendar(list, Date(strconv.Itoa(years[0].Year)+"-01-01"), Date(strconv.Itoa(until)+"-12-31"))
}

// Weekend says whether d is a Saturday or a Sunday.
func (d Date) Weekend() bool {
	w := d.Start().Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Weekday is the day of the week in Chinese.
func (d Date) Weekday() string {
	return [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[d.Start().Weekday()]
}

// CalendarWarning gives the year whose days are wanted and not known at now: the present one always, the next from 1 November on, when its notice is
// to be expected. 0 when none is missing.
func (c *Calendar) CalendarWarning(now time.Time) int {
	now = now.In(shanghai)
	last := c.until.Start().Year()
	switch {
	case last < now.Year():
		return now.Year()
	case last == now.Year() && now.Month() >= time.November:
		return now.Year() + 1
	}
	return 0
}

// ErrYearKnown says that a year is known already with other days, and that changing it needs saying so.
var ErrYearKnown = NewError(KindConflict, "year_known", "这一年的放假安排已经有了，而且内容不同。如果国务院调整了安排，请勾选“替换已有安排”后再导入。", "This year's days are known already and differ. To replace them, say so.")

// Off counts the days off that the notice names.
func (y CalendarYear) Off() (n int) {
	for _, f := range y.Days {
		n += len(f.Rest)
	}
	return n
}

// MadeUp counts the weekend days that are worked instead.
func (y CalendarYear) MadeUp() (n int) {
	for _, f := range y.Days {
		n += len(f.Work)
	}
	return n
}
