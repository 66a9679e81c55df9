package sheet

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
)

// maxMerges is far more than people make; further ones are treated as if not merged.
const maxMerges = 100_000

// merge is a column of cells that were made one.
type merge struct{ column, top, bottom int32 }

// merges carries the content of merged cells down to the rows they cover. Tables merge the department's cell over its people, and only the
// first of them has the text in the file.
type merges struct {
	list   []merge // by top
	active []activeMerge
}

type activeMerge struct {
	bottom int
	cell   Cell
}

// apply fills the row's merged cells and starts the merges that begin in it.
func (m *merges) apply(row *Row) {
	for column := range m.active {
		a := &m.active[column]
		if a.bottom < row.Number || a.cell.Kind == Empty {
			continue
		}
		for len(row.Cells) <= column {
			row.Cells = append(row.Cells, Cell{})
		}
		if row.Cells[column].Kind == Empty {
			row.Cells[column] = a.cell
		}
	}
	for len(m.list) > 0 && int(m.list[0].top) <= row.Number {
		first := m.list[0]
		m.list = m.list[1:]
		if int(first.top) < row.Number {
			continue // its first row is blank, so there is nothing to carry
		}
		for len(m.active) <= int(first.column) {
			m.active = append(m.active, activeMerge{})
		}
		cell := row.At(int(first.column))
		cell.Merged = true
		m.active[first.column] = activeMerge{int(first.bottom), cell}
	}
}

// merges reads the list of merged cells, which stands behind the rows: the worksheet is unpacked once only to get there. Nil if there are none.
func (b *workbook) merges(s Sheet, opt Options) (*merges, error) {
	rc, err := b.open(s.part, opt.MaxUnzipped)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rc.Close() }() // only read from
	tail, err := seekAfter(rc, []byte("</sheetData>"), []byte("</x:sheetData>"))
	if err != nil || tail == nil {
		return nil, err
	}
	list, err := readMerges(newXMLScanner(tail, 0), opt.MaxColumns)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.SortFunc(list, func(a, b merge) int { return cmp.Compare(a.top, b.top) })
	return &merges{list: list}, nil
}

// seekAfter reads until one of the patterns has passed and gives what follows; nil if none comes.
func seekAfter(r io.Reader, patterns ...[]byte) (io.Reader, error) {
	buf, kept := make([]byte, 128<<10), 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		for _, p := range patterns {
			if i := bytes.Index(buf[:kept+n], p); i >= 0 {
				return io.MultiReader(bytes.NewReader(buf[i+len(p):kept+n]), r), nil
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		kept = copy(buf, buf[len(buf)-32:])
	}
}

func readMerges(s *xmlScanner, columns int) ([]merge, error) {
	var list []merge
	for {
		e, err := s.next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		if string(e.name) == "mergeCells" && e.end {
			return list, nil
		}
		if string(e.name) != "mergeCell" || e.end || len(list) == maxMerges {
			continue
		}
		ref, _ := attr(e.attrs, "ref")
		if m, ok := parseMerge(ref); ok && m.bottom > m.top && int(m.column) < columns {
			list = append(list, m)
		}
	}
}

// parseMerge reads A2:C9 and keeps the left column of it.
func parseMerge(ref []byte) (merge, bool) {
	from, to, ok := bytes.Cut(ref, []byte(":"))
	if !ok {
		return merge{}, false
	}
	column, err := cellColumn(from)
	if err != nil {
		return merge{}, false
	}
	top, err1 := decimal(bytes.TrimLeft(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
	bottom, err2 := decimal(bytes.TrimLeft(to, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
	if err1 != nil || err2 != nil || bottom > lastRow {
		return merge{}, false
	}
	return merge{int32(column), int32(top), int32(bottom)}, true //nolint:gosec // rows and columns are bounded by the format
}
