package sheet

import (
	"math"
	"strconv"
	"time"
)

// Kind says what a cell holds. Delimited text knows text only.
type Kind uint8

// The kinds of cell.
const (
	Empty    Kind = iota
	Text          // words, or digits stored as text
	Number        // a number; spreadsheets keep 15 significant digits
	Date          // a number shown as a date
	Bool          // TRUE or FALSE
	Fault         // an error such as #N/A
	NoResult      // a formula that was never calculated
)

// Cell is one cell. Text is what a reader of the table would take it to say: a whole number below 10¹⁵ without exponent, a date as
// 2006-01-02 (with 15:04:05 if it has a time), the stored result of a formula. Raw is the number as the file stores it, for Number and Date.
type Cell struct {
	Text   string
	Raw    string
	Kind   Kind
	Merged bool // taken from the cell above that it is merged with
}

// Row is one row that is not blank. Cells lie by column, the first is column A; cells right of the last one filled are left out. Cells is
// used again for the next row, the strings in it are not.
type Row struct {
	Number int // as the spreadsheet program counts, from 1
	Cells  []Cell
}

// At gives the cell of a column (0 is A); beyond the row's end an empty one.
func (r *Row) At(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// ColumnName gives the letters of a column: 0 is A, 26 is AA.
func ColumnName(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// SerialDate turns the number by which spreadsheets count days (1900 system: 1 is 1900-01-01; 1904 system: 0 is 1904-01-01) into a moment.
// ok is false outside of 1900-03-01 to 9999-12-31; before that day the 1900 system counts a leap day that never was.
func SerialDate(serial float64, date1904 bool) (t time.Time, ok bool) {
	if date1904 {
		serial += 1462
	}
	if math.IsNaN(serial) || serial < 61 || serial >= 2958466 {
		return time.Time{}, false
	}
	days := math.Floor(serial)
	seconds := math.Round((serial - days) * 86400)
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)).Add(time.Duration(min(seconds, 86399)) * time.Second), true
}

// numberText gives a number as people would write it. 1.3800000001E10 is exact in a number cell and becomes 13800000001; a number that a
// spreadsheet cannot hold exactly stays as it is stored.
func numberText(raw string) string {
	plain := raw != ""
	for i := range len(raw) {
		if raw[i] < '0' || raw[i] > '9' {
			plain = false
			break
		}
	}
	if plain {
		return raw
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || v != math.Trunc(v) || math.Abs(v) >= 1e15 {
		return raw
	}
	return strconv.FormatInt(int64(v), 10)
}

// dateText gives a number shown as a date; a time of day alone stays a number.
func dateText(raw string, date1904 bool) string {
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return raw
	}
	t, ok := SerialDate(v, date1904)
	switch {
	case !ok:
		return numberText(raw)
	case v == math.Trunc(v):
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}
