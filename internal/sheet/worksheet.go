package sheet

import (
	"errors"
	"fmt"
	"io"
)

// lastRow is the last row a worksheet can have.
const lastRow = 1 << 20

// worksheet reads the rows of one worksheet as a stream.
type worksheet struct {
	rc      io.ReadCloser
	scan    *xmlScanner
	book    *workbook
	columns int
	number  int // of the row under way
	column  int // of the cell under way
	buf     []byte
	pending []pending
}

// pending is a cell whose text still lies in the row's buffer: one string is made per row, not per cell.
type pending struct{ column, start, end int }

// attributes of a cell.
type cellHead struct {
	typ   string
	style int
}

func (b *workbook) rows(s Sheet, opt Options) (rowSource, error) {
	if err := b.loadStrings(); err != nil {
		return nil, err
	}
	rc, err := b.open(s.part, opt.MaxUnzipped)
	if err != nil {
		return nil, err
	}
	return &worksheet{rc: rc, scan: newXMLScanner(rc, maxCell), book: b, columns: opt.MaxColumns}, nil
}

func (w *worksheet) close() error { return w.rc.Close() }

func (w *worksheet) next(row *Row) error {
	for {
		e, err := w.scan.next()
		if err != nil {
			return broken(err) // the end of the file is no end of the table
		}
		switch string(e.name) {
		case "row":
			if e.end {
				continue
			}
			filled, err := w.readRow(e, row)
			if err != nil {
				return broken(fmt.Errorf("row %d: %w", w.number, err))
			}
			if filled {
				return nil
			}
		case "sheetData":
			if e.end || e.closed {
				return io.EOF
			}
		}
	}
}

func (w *worksheet) readRow(e element, row *Row) (filled bool, err error) {
	w.number++
	if r, ok := attr(e.attrs, "r"); ok {
		if w.number, err = decimal(r); err != nil {
			return false, err
		}
	}
	if w.number < 1 || w.number > lastRow {
		return false, errMarkup
	}
	row.Number, row.Cells = w.number, row.Cells[:0]
	w.column, w.buf, w.pending = -1, w.buf[:0], w.pending[:0]
	for !e.closed {
		c, err := w.scan.next()
		if err != nil {
			return false, err
		}
		switch {
		case string(c.name) == "c" && !c.end:
			if err := w.readCell(c, row); err != nil {
				return false, err
			}
		case string(c.name) == "row" && c.end:
			return w.finish(row), nil
		}
	}
	return false, nil
}

// finish gives the row's texts out of one string and says whether there was any.
func (w *worksheet) finish(row *Row) bool {
	all := string(w.buf)
	for _, p := range w.pending {
		c := &row.Cells[p.column]
		c.Text = all[p.start:p.end]
		switch c.Kind {
		case Number:
			c.Raw, c.Text = c.Text, numberText(c.Text)
		case Date:
			c.Raw, c.Text = c.Text, dateText(c.Text, w.book.date1904)
		}
	}
	for _, c := range row.Cells {
		if c.Kind != Empty {
			return true
		}
	}
	return false
}

func (w *worksheet) readCell(e element, row *Row) error {
	w.column++
	head, err := w.cellHead(e.attrs)
	if err != nil || e.closed {
		return err
	}
	uncalculated, err := w.cellText(head.typ)
	if err != nil {
		return err
	}
	return w.setCell(head, uncalculated, row)
}

// cellText collects the cell's text up to the end of its element. A formula that gives an empty text has an empty v; one that was never
// calculated has none, or no type.
func (w *worksheet) cellText(typ string) (uncalculated bool, err error) {
	w.scan.text = w.scan.text[:0]
	value, formula, valued := "v", false, false
	if typ == "inlineStr" {
		value = "t"
	}
	for {
		e, err := w.scan.next()
		if err != nil {
			return false, err
		}
		switch string(e.name) {
		case "c":
			if e.end {
				w.scan.keep = false
				return formula && (!valued || typ != "str"), nil
			}
		case value:
			w.scan.keep, valued = !e.end && !e.closed, true
		case "f":
			formula = true
		case "rPh":
			if e.end || e.closed {
				continue
			}
			if err := w.scan.skip("rPh"); err != nil {
				return false, err
			}
		}
	}
}

// cellHead reads a cell's place, type and style.
func (w *worksheet) cellHead(attrs []byte) (head cellHead, err error) {
	for {
		name, value, rest, ok := nextAttr(attrs)
		if !ok {
			return head, nil
		}
		switch string(name) {
		case "r":
			if w.column, err = cellColumn(value); err != nil {
				return head, err
			}
		case "t":
			head.typ = cellType(value)
		case "s":
			if head.style, err = decimal(value); err != nil {
				return head, err
			}
		}
		attrs = rest
	}
}

// cellType avoids making a string of every cell's type.
func cellType(b []byte) string {
	switch string(b) {
	case "s":
		return "s"
	case "inlineStr":
		return "inlineStr"
	case "str":
		return "str"
	case "b":
		return "b"
	case "e":
		return "e"
	case "d":
		return "d"
	}
	return "n"
}

// setCell puts the cell into the row. uncalculated says that an empty cell is a formula without a result.
func (w *worksheet) setCell(head cellHead, uncalculated bool, row *Row) error {
	if w.column >= w.columns {
		return nil
	}
	text := unescape(w.scan.text)
	if head.typ == "inlineStr" || head.typ == "str" {
		text = unescapeOOXML(text)
	}
	if len(text) == 0 && !uncalculated {
		return nil
	}
	for len(row.Cells) <= w.column {
		row.Cells = append(row.Cells, Cell{})
	}
	c := &row.Cells[w.column]
	*c = Cell{Kind: w.kind(head)}
	switch {
	case len(text) == 0:
		c.Kind = NoResult
		return nil
	case head.typ == "s":
		return w.setShared(c, text)
	case head.typ == "b":
		c.Text = "FALSE"
		if text[0] == '1' || text[0] == 't' {
			c.Text = "TRUE"
		}
		return nil
	}
	start := len(w.buf)
	w.buf = append(w.buf, text...)
	w.pending = append(w.pending, pending{w.column, start, len(w.buf)})
	return nil
}

func (w *worksheet) setShared(c *Cell, text []byte) error {
	i, err := decimal(text)
	if err != nil {
		return err
	}
	s, ok := w.book.strings.at(i)
	if !ok {
		return errors.New("shared string out of range")
	}
	if c.Text = s; s == "" {
		c.Kind = Empty
	}
	return nil
}

func (w *worksheet) kind(head cellHead) Kind {
	switch head.typ {
	case "s", "inlineStr", "str", "d":
		return Text
	case "b":
		return Bool
	case "e":
		return Fault
	}
	if head.style < len(w.book.dates) && w.book.dates[head.style] {
		return Date
	}
	return Number
}
