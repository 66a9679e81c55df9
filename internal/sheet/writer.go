package sheet

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Writer writes a workbook of one table as a stream: nothing is kept in memory or on disk. Every cell is text with the text format and the
// mark that Excel sets for a leading apostrophe, so that =HYPERLINK(…) or +86… stays what it is, also after somebody edits the cell.
type Writer struct {
	zip   *zip.Writer
	out   *bufio.Writer
	row   int
	lists []string // the drop-down lists, which follow the rows
	err   error
}

// The parts of the smallest workbook. Cell style 1 is text, style 2 the bold text of the heading.
const (
	partTypes = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`
	partRoot = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	partBook = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>`
	partBookRelations = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`
	partStyles = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" quotePrefix="1"/></cellXfs></styleSheet>`
	sheetHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>`
	sheetTail = `</worksheet>`
)

// NewWriter starts a workbook with one table. name is the table's (at most 31 characters, none of []:*?/\); widths are those of the first
// columns in characters.
func NewWriter(w io.Writer, name string, widths []int) (*Writer, error) {
	z := zip.NewWriter(w)
	for _, part := range []struct{ name, body string }{
		{"[Content_Types].xml", partTypes},
		{"_rels/.rels", partRoot},
		{"xl/workbook.xml", fmt.Sprintf(partBook, escapeXML(name))},
		{"xl/_rels/workbook.xml.rels", partBookRelations},
		{"xl/styles.xml", partStyles},
	} {
		p, err := z.Create(part.name)
		if err == nil {
			_, err = io.WriteString(p, part.body)
		}
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", part.name, err)
		}
	}
	p, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, fmt.Errorf("write the worksheet: %w", err)
	}
	out := &Writer{zip: z, out: bufio.NewWriterSize(p, 32<<10)}
	out.put(sheetHead)
	out.columns(widths)
	out.put("<sheetData>")
	return out, out.err
}

func (w *Writer) columns(widths []int) {
	if len(widths) == 0 {
		return
	}
	w.put("<cols>")
	for i, width := range widths {
		n := strconv.Itoa(i + 1)
		w.put(`<col min="` + n + `" max="` + n + `" width="` + strconv.Itoa(width) + `" style="1" customWidth="1"/>`)
	}
	w.put("</cols>")
}

// WriteRow adds a row. The first row is the heading: bold, and frozen when the table is scrolled.
func (w *Writer) WriteRow(cells []string) error {
	w.row++
	row, style := strconv.Itoa(w.row), "1"
	if w.row == 1 {
		style = "2"
	}
	w.put(`<row r="` + row + `">`)
	for i, text := range cells {
		if text == "" {
			continue
		}
		w.put(`<c r="` + ColumnName(i) + row + `" s="` + style + `" t="inlineStr"><is><t xml:space="preserve">`)
		w.put(escapeXML(text))
		w.put("</t></is></c>")
	}
	w.put("</row>")
	return w.err
}

// Choices gives a column (0 is A) a drop-down list below the heading. Together the choices have at most 250 characters and none a comma: the
// format keeps them in one text.
func (w *Writer) Choices(column int, choices []string) {
	name := ColumnName(column)
	w.lists = append(w.lists, `<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="`+name+`2:`+name+`1048576"><formula1>"`+
		escapeXML(strings.Join(choices, ","))+`"</formula1></dataValidation>`)
}

// Close finishes the workbook; it does not close the underlying writer.
func (w *Writer) Close() error {
	w.put(`</sheetData>`)
	if len(w.lists) > 0 {
		w.put(`<dataValidations count="` + strconv.Itoa(len(w.lists)) + `">` + strings.Join(w.lists, "") + `</dataValidations>`)
	}
	w.put(sheetTail)
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if w.err == nil {
		w.err = w.zip.Close()
	}
	return w.err
}

// put remembers the first error, so that a row is judged once.
func (w *Writer) put(s string) {
	if w.err != nil {
		return
	}
	if _, err := w.out.WriteString(s); err != nil {
		w.err = fmt.Errorf("write the workbook: %w", err)
	}
}

// escapeXML writes text as XML can hold it: control characters become spaces, and cells end where spreadsheets end them.
func escapeXML(s string) string {
	out := make([]byte, 0, len(s)+16)
	n := 0
	for _, r := range s {
		if n++; n > 32767 {
			break
		}
		switch {
		case r == '&':
			out = append(out, "&amp;"...)
		case r == '<':
			out = append(out, "&lt;"...)
		case r == '>':
			out = append(out, "&gt;"...)
		case r == '"':
			out = append(out, "&quot;"...)
		case r == '\n':
			out = append(out, "&#10;"...)
		case r < ' ' || r == 0xfffe || r == 0xffff:
			out = append(out, ' ')
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}
