package rosterfile

import (
	"strconv"
	"strings"
	"time"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// What can be wrong with a date.
var (
	ErrDateFormat       = &models.ValueError{Code: "date_format", Message: "看不懂这个日期，请写成 2021-05-03 这样的格式。"}
	ErrDateIncomplete   = &models.ValueError{Code: "date_incomplete", Message: "日期要写到日，请写成 2021-05-03 这样的格式。"}
	ErrDateTwoDigitYear = &models.ValueError{Code: "date_two_digit_year", Message: "年份要写四位数，请写成 2021-05-03 这样的格式。"}
	ErrDateImpossible   = &models.ValueError{Code: "date_impossible", Message: "没有这一天，或年份不合理，请核对。"}
)

// A roster speaks of careers under way: what lies outside is a wrong cell.
const firstYear, lastYear = 1950, 2100

// ParseDate reads a date as 2006-01-02. It takes 2021-05-03, 2021.5.3, 2021/5/3, 20210503, 2021年5月3日, the day numbers of spreadsheets, and all of
// these with a time of day, which is dropped. It refuses years of two digits, dates without a day, and the orders 3/5/2021 that countries
// read differently. repaired says that the cell was neither 2021-05-03 nor a real date cell.
func ParseDate(c sheet.Cell, date1904 bool) (date string, repaired bool, err error) {
	switch c.Kind {
	case sheet.Date:
		if len(c.Text) >= 10 && c.Text[4] == '-' {
			date, err = isoDate(c.Text[:10])
			return date, false, err
		}
		return numberDate(c.Raw, date1904)
	case sheet.Number:
		return numberDate(c.Raw, date1904)
	}
	s := c.Text
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		if date, err = isoDate(s); err == nil {
			return date, false, nil
		}
	}
	date, err = textDate(strings.Trim(strings.TrimSpace(models.HalfWidth(s)), "'‘’"))
	return date, true, err
}

// isoDate checks exactly 2006-01-02.
func isoDate(s string) (string, error) {
	if s[4] != '-' || s[7] != '-' || !digits(s[:4]) || !digits(s[5:7]) || !digits(s[8:]) {
		return "", ErrDateFormat
	}
	return civil(s, number(s[:4]), number(s[5:7]), number(s[8:]))
}

// civil judges the day and spares making a text that is there already.
func civil(text string, year, month, day int) (string, error) {
	if year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1 || day > 31 {
		return "", ErrDateImpossible
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return "", ErrDateImpossible
	}
	if text != "" {
		return text, nil
	}
	return t.Format(time.DateOnly), nil
}

// numberDate reads a number cell: 20210503 was typed as such, smaller numbers count days.
func numberDate(raw string, date1904 bool) (string, bool, error) {
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return "", false, ErrDateFormat
	}
	if v >= 1000_00_00 && v <= 9999_99_99 && v == float64(int(v)) {
		date, err := civil("", int(v)/10000, int(v)/100%100, int(v)%100)
		return date, true, err
	}
	if v >= 1900 && v < 2101 { // 2021, or 2021.5 typed for May 2021; as a day number it would be 1905
		return "", false, ErrDateIncomplete
	}
	t, ok := sheet.SerialDate(v, date1904)
	if !ok {
		return "", false, ErrDateImpossible
	}
	date, err := civil("", t.Year(), int(t.Month()), t.Day())
	return date, true, err
}

func textDate(s string) (string, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		t = t.In(models.Shanghai())
		return civil("", t.Year(), int(t.Month()), t.Day())
	}
	groups, n := dateGroups(withoutTime(s))
	switch {
	case n == 1:
		return soleGroup(groups[0])
	case n == 2 && len(groups[0]) == 4:
		return "", ErrDateIncomplete
	case n != 3 || len(groups[2]) > 2 || len(groups[1]) > 2:
		return "", ErrDateFormat
	case len(groups[0]) < 3:
		return "", ErrDateTwoDigitYear
	case len(groups[0]) != 4:
		return "", ErrDateFormat
	}
	return civil("", number(groups[0]), number(groups[1]), number(groups[2]))
}

// withoutTime cuts off 10:30, 10时30分 and the T before it.
func withoutTime(s string) string {
	if at := strings.IndexAny(s, "Tt "); at > 0 && strings.ContainsAny(s[at:], ":时") {
		return s[:at]
	}
	return s
}

// dateGroups splits digits at the signs that people put between year, month and day; n is -1 if there is anything else.
func dateGroups(s string) (groups [3]string, n int) {
	start := -1
	for i, r := range s {
		isDigit := r >= '0' && r <= '9'
		switch {
		case isDigit && start < 0:
			if n == 3 {
				return groups, -1
			}
			start = i
		case !isDigit && !strings.ContainsRune("-/.年月日号、。—–−－‐_·, ", r):
			return groups, -1
		case !isDigit && start >= 0:
			groups[n], start = s[start:i], -1
			n++
		}
	}
	if start >= 0 {
		groups[n] = s[start:]
		n++
	}
	return groups, n
}

func soleGroup(s string) (string, error) {
	switch len(s) {
	case 8:
		return civil("", number(s[:4]), number(s[4:6]), number(s[6:]))
	case 6:
		if s[:2] == "19" || s[:2] == "20" {
			return "", ErrDateIncomplete
		}
		return "", ErrDateTwoDigitYear
	case 5: // a day number that became text on the way through CSV
		date, _, err := numberDate(s, false)
		return date, err
	case 4:
		return "", ErrDateIncomplete
	}
	return "", ErrDateFormat
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads digits that were checked and are few.
func number(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
