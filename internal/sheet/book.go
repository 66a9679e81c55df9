package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Style is how a cell of a Book looks.
type Style uint8

// The styles of a Book. Text in any of them stays text, see Writer.
const (
	StyleText    Style = iota
	StyleHeading       // of a column: bold on a tint, wrapped
	StyleTitle         // of a sheet: large and bold
	StyleWhole         // a whole number with thousands
	StyleTwo           // a number with two decimals
	StyleQuiet         // grey
)

// Value is one cell of a Book: words, or a number when Number is set.
type Value struct {
	Text   string
	Number *float64
	Style  Style
}

// Words is a cell of text.
func Words(s string) Value { return Value{Text: s} }

// Heading is a cell that heads a column.
func Heading(s string) Value { return Value{Text: s, Style: StyleHeading} }

// Title is a cell that heads a sheet.
func Title(s string) Value { return Value{Text: s, Style: StyleTitle} }

// Quiet is a cell of text that matters less.
func Quiet(s string) Value { return Value{Text: s, Style: StyleQuiet} }

// Whole is a cell with a whole number.
func Whole(n int64) Value {
	f := float64(n)
	return Value{Number: &f, Style: StyleWhole}
}

// Decimal is a cell with a number of two decimals; nil leaves it empty.
func Decimal(f *float64) Value { return Value{Number: f, Style: StyleTwo} }

// bookStyles has the formats in the order of the styles: text cells keep the text format and the leading-apostrophe mark.
const bookStyles = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="4"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font><font><b/><sz val="16"/><name val="等线"/></font><font><sz val="11"/><color rgb="FF5F6B76"/><name val="等线"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE4EDF5"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/><bottom style="thin"><color rgb="FF9FB3C4"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" quotePrefix="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf><xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" quotePrefix="1"/><xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="49" fontId="3" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" quotePrefix="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>`

// Book writes a workbook of several sheets as a stream, for people to read: styles, numbers as numbers, frozen headings. Sheets are written one
// after another in the order in which they were named.
type Book struct {
	zip   *zip.Writer
	names []string
	next  int // the sheet to come
	out   *bufio.Writer
	row   int
	err   error
}

// NewBook starts a workbook with the sheets named (each at most 31 characters, none of []:*?/\).
func NewBook(w io.Writer, names ...string) (*Book, error) {
	b := &Book{zip: zip.NewWriter(w), names: names}
	var types, sheets, relations strings.Builder
	for i, name := range names {
		n := strconv.Itoa(i + 1)
		types.WriteString(`<Override PartName="/xl/worksheets/sheet` + n + `.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`)
		sheets.WriteString(`<sheet name="` + escapeXML(name) + `" sheetId="` + n + `" r:id="rId` + n + `"/>`)
		relations.WriteString(`<Relationship Id="rId` + n + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	const one = `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`
	styles := strconv.Itoa(len(names) + 1)
	for _, part := range []struct{ name, body string }{
		{"[Content_Types].xml", strings.Replace(partTypes, one, types.String(), 1)},
		{"_rels/.rels", partRoot},
		{"xl/workbook.xml", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + relations.String() + `<Relationship Id="rId` + styles + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", bookStyles},
	} {
		p, err := b.zip.Create(part.name)
		if err == nil {
			_, err = io.WriteString(p, part.body)
		}
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", part.name, err)
		}
	}
	return b, nil
}

// Sheet begins the next sheet: widths of its first columns in characters, and how many rows at its top stay when it is scrolled.
func (b *Book) Sheet(widths []int, frozen int) error {
	b.finish()
	if b.err != nil {
		return b.err
	}
	if b.next >= len(b.names) {
		return fmt.Errorf("write the workbook: %d sheets were named", len(b.names))
	}
	b.next++
	p, err := b.zip.Create("xl/worksheets/sheet" + strconv.Itoa(b.next) + ".xml")
	if err != nil {
		return fmt.Errorf("write the worksheet: %w", err)
	}
	b.out, b.row = bufio.NewWriterSize(p, 32<<10), 0
	b.put(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0" showGridLines="0">`)
	if frozen > 0 {
		n := strconv.Itoa(frozen)
		b.put(`<pane ySplit="` + n + `" topLeftCell="A` + strconv.Itoa(frozen+1) + `" activePane="bottomLeft" state="frozen"/>`)
	}
	b.put(`</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>`)
	if len(widths) > 0 {
		b.put("<cols>")
		for i, width := range widths {
			n := strconv.Itoa(i + 1)
			b.put(`<col min="` + n + `" max="` + n + `" width="` + strconv.Itoa(width) + `" customWidth="1"/>`)
		}
		b.put("</cols>")
	}
	b.put("<sheetData>")
	return b.err
}

// Row adds a row to the sheet that was begun last.
func (b *Book) Row(cells ...Value) error {
	b.row++
	row := strconv.Itoa(b.row)
	b.put(`<row r="` + row + `">`)
	for i, c := range cells {
		at := `<c r="` + ColumnName(i) + row + `" s="` + strconv.Itoa(int(c.Style)) + `"`
		switch {
		case c.Number != nil && !math.IsNaN(*c.Number) && !math.IsInf(*c.Number, 0):
			b.put(at + `><v>` + strconv.FormatFloat(*c.Number, 'f', -1, 64) + `</v></c>`)
		case c.Text != "":
			b.put(at + ` t="inlineStr"><is><t xml:space="preserve">` + escapeXML(c.Text) + `</t></is></c>`)
		}
	}
	b.put("</row>")
	return b.err
}

// Close finishes the workbook; it does not close the underlying writer.
func (b *Book) Close() error {
	b.finish()
	if b.err == nil {
		b.err = b.zip.Close()
	}
	return b.err
}

// finish ends the sheet that is open.
func (b *Book) finish() {
	if b.out == nil {
		return
	}
	b.put(`</sheetData></worksheet>`)
	if b.err == nil {
		b.err = b.out.Flush()
	}
	b.out = nil
}

func (b *Book) put(s string) {
	if b.err != nil {
		return
	}
	if b.out == nil {
		b.err = fmt.Errorf("write the workbook: no sheet was begun")
		return
	}
	if _, err := b.out.WriteString(s); err != nil {
		b.err = fmt.Errorf("write the workbook: %w", err)
	}
}
