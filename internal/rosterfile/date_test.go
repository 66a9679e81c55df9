package rosterfile

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/sheet"
	"huisheng/models"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		text, want string
		err        error
	}{
		{"2021-05-03", "2021-05-03", nil},
		{"2021-5-3", "2021-05-03", nil},
		{"2021.5.3", "2021-05-03", nil},
		{"2021.05.03", "2021-05-03", nil},
		{"2021/05/03", "2021-05-03", nil},
		{"2021/5/3", "2021-05-03", nil},
		{"20210503", "2021-05-03", nil},
		{"2021年5月3日", "2021-05-03", nil},
		{"2021年05月03号", "2021-05-03", nil},
		{"2021 年 5 月 3 日", "2021-05-03", nil},
		{"２０２１．５．３", "2021-05-03", nil},
		{"2021—5—3", "2021-05-03", nil},
		{" '2021-05-03 ", "2021-05-03", nil},
		{"2021-05-03 00:00:00", "2021-05-03", nil},
		{"2021/5/3 9:30", "2021-05-03", nil},
		{"2021-05-03T16:30:00+08:00", "2021-05-03", nil},
		{"2021-05-02T16:00:00Z", "2021-05-03", nil}, // midnight in Beijing
		{"2021-05-03T08:00", "2021-05-03", nil},
		{"44319", "2021-05-03", nil},
		{"2024-02-29", "2024-02-29", nil},

		{"21-05-03", "", ErrDateTwoDigitYear},
		{"21.5.3", "", ErrDateTwoDigitYear},
		{"21年5月3日", "", ErrDateTwoDigitYear},
		{"5/3/21", "", ErrDateTwoDigitYear},
		{"210503", "", ErrDateTwoDigitYear},
		{"2021-05", "", ErrDateIncomplete},
		{"2021年5月", "", ErrDateIncomplete},
		{"2021.5", "", ErrDateIncomplete},
		{"2021", "", ErrDateIncomplete},
		{"202105", "", ErrDateIncomplete},
		{"2021-02-29", "", ErrDateImpossible},
		{"2021-13-01", "", ErrDateImpossible},
		{"2021-00-10", "", ErrDateImpossible},
		{"20210532", "", ErrDateImpossible},
		{"1021-05-03", "", ErrDateImpossible},
		{"2121-05-03", "", ErrDateImpossible},
		{"5/3/2021", "", ErrDateFormat},
		{"2021-05-03-01", "", ErrDateFormat},
		{"2021-5-003", "", ErrDateFormat},
		{"二〇二一年五月三日", "", ErrDateFormat},
		{"待定", "", ErrDateFormat},
		{"1234567", "", ErrDateFormat},
		{"99999", "", ErrDateImpossible},
		{"-", "", ErrDateFormat},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, repaired, err := ParseDate(sheet.Cell{Kind: sheet.Text, Text: c.text}, false)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
			if err == nil {
				require.Equal(t, c.text != "2021-05-03" && c.text != "2024-02-29", repaired)
			}
		})
	}
}

func TestParseDateOfNumbers(t *testing.T) {
	for _, c := range []struct {
		raw      string
		date1904 bool
		want     string
		err      error
	}{
		{"44319", false, "2021-05-03", nil},
		{"42857", true, "2021-05-03", nil},
		{"44319.99", false, "2021-05-03", nil},
		{"20210503", false, "2021-05-03", nil},
		{"2.0210503E7", false, "2021-05-03", nil},
		{"20210231", false, "", ErrDateImpossible},
		{"2021", false, "", ErrDateIncomplete},
		{"2021.5", false, "", ErrDateIncomplete},
		{"5", false, "", ErrDateImpossible},
		{"1e300", false, "", ErrDateImpossible},
		{"NaN", false, "", ErrDateImpossible},
		{"x", false, "", ErrDateFormat},
	} {
		for _, kind := range []sheet.Kind{sheet.Number, sheet.Date} {
			got, _, err := ParseDate(sheet.Cell{Kind: kind, Text: c.raw, Raw: c.raw}, c.date1904)
			require.ErrorIs(t, err, c.err, c.raw)
			require.Equal(t, c.want, got, c.raw)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2021-05-03", "2021.5.3", "20210503", "2021年5月3日", "44319", "2021-05-03T16:30:00Z", "21.5.3", "\xff", "２０２１"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, date1904 bool) {
		for _, kind := range []sheet.Kind{sheet.Text, sheet.Number, sheet.Date} {
			date, _, err := ParseDate(sheet.Cell{Kind: kind, Text: s, Raw: s}, date1904)
			if err != nil {
				require.Empty(t, date)
				var v *models.ValueError
				require.ErrorAs(t, err, &v)
				continue
			}
			_, err = models.ParseDate(date)
			require.NoError(t, err)
			year, err := strconv.Atoi(date[:4])
			require.NoError(t, err)
			require.True(t, year >= firstYear && year <= lastYear)
		}
	})
}
