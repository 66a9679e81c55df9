package sheet

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// textRows splits delimited text (RFC 4180) into rows. It is more forgiving than the standard library's reader where people's files are wrong
// (a quote inside a cell, rows of different length), stricter about what a hostile file can ask for (endless cells and rows), and
// it counts rows as spreadsheet programs do: blank lines count, line breaks inside quotes do not.
type textRows struct {
	r         *bufio.Reader
	delimiter byte
	columns   int
	number    int
	buf       []byte
	ends      []int
}

func (t *textRows) close() error { return nil }

func (t *textRows) next(row *Row) error {
	for {
		if err := t.readRow(); err != nil {
			return err
		}
		if t.fill(row) {
			return nil
		}
	}
}

// fill turns the cells in the buffer into the row and says whether it has any text.
func (t *textRows) fill(row *Row) (filled bool) {
	row.Number, row.Cells = t.number, row.Cells[:0]
	all, start := string(t.buf), 0
	valid := utf8.ValidString(all)
	for _, end := range t.ends {
		c := Cell{Text: all[start:end]}
		if start = end; !valid {
			c.Text = strings.ToValidUTF8(c.Text, "\ufffd")
		}
		if c.Text = unwrapFormula(c.Text); c.Text != "" {
			c.Kind, filled = Text, true
		}
		row.Cells = append(row.Cells, c)
	}
	return filled
}

// unwrapFormula takes the text out of ="13800000001", which exports write to keep a spreadsheet from making it a number.
func unwrapFormula(s string) string {
	if len(s) >= 3 && s[0] == '=' && s[1] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[2:len(s)-1], `""`, `"`)
	}
	return s
}

// readRow reads one row into the buffer. io.EOF comes with no row.
func (t *textRows) readRow() error {
	t.number++
	t.buf, t.ends = t.buf[:0], t.ends[:0]
	for {
		last, err := t.readCell()
		if errors.Is(err, io.EOF) {
			if len(t.buf) == 0 && len(t.ends) <= 1 {
				return io.EOF
			}
			return nil
		}
		if err != nil || last {
			return err
		}
	}
}

// readCell reads one cell; last says that the row ends with it. At the end of the file it gives io.EOF, with the cell kept.
func (t *textRows) readCell() (last bool, err error) {
	start := len(t.buf)
	defer func() { t.endCell(start) }()
	for {
		c, err := t.r.ReadByte()
		if err != nil {
			return true, readError(err)
		}
		switch {
		case c == t.delimiter:
			return false, nil
		case c == '\n':
			return true, nil
		case c == '\r':
			return true, t.carriageReturn()
		case c == '"' && len(t.buf) == start:
			if err := t.readQuoted(start); err != nil {
				return true, err
			}
		default:
			t.buf = append(t.buf, c)
		}
		if len(t.buf)-start > maxCell {
			return true, ErrCellTooLong
		}
	}
}

// readQuoted reads up to the quote that closes the cell.
func (t *textRows) readQuoted(start int) error {
	for {
		c, err := t.r.ReadByte()
		if err != nil {
			return readError(err)
		}
		if c != '"' {
			t.buf = append(t.buf, c)
		} else if closed, err := t.closes(); closed || err != nil {
			return err
		}
		if len(t.buf)-start > maxCell {
			return ErrCellTooLong
		}
	}
}

// carriageReturn ends the row with the line feed after it, and also alone, as in files of old Macs.
func (t *textRows) carriageReturn() error {
	c, err := t.r.ReadByte()
	if err != nil {
		return readError(err)
	}
	if c != '\n' {
		return t.r.UnreadByte()
	}
	return nil
}

// closes judges a quote inside a quoted cell: doubled it stands for itself, before a delimiter or line end it closes, elsewhere it was
// never meant to.
func (t *textRows) closes() (bool, error) {
	c, err := t.r.ReadByte()
	if err != nil {
		return true, nil // the next read gives the same error
	}
	if c == '"' {
		t.buf = append(t.buf, '"')
		return false, nil
	}
	if err := t.r.UnreadByte(); err != nil {
		return false, readError(err)
	}
	if c == t.delimiter || c == '\n' || c == '\r' {
		return true, nil
	}
	t.buf = append(t.buf, '"')
	return false, nil
}

// endCell keeps the cell unless it lies beyond the last column that is read.
func (t *textRows) endCell(start int) {
	if len(t.ends) >= t.columns {
		t.buf = t.buf[:start]
		return
	}
	t.ends = append(t.ends, len(t.buf))
}

func readError(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return broken(err)
}
