package rosterfile

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"huisheng/models"
)

// TemplateOptions are the choices of the drop-down lists, as the catalog names them; an empty list gives no drop-down.
type TemplateOptions struct {
	Levels  []string
	Methods []string
}

// templateRows is how many rows the drop-down lists and text formats are set for.
const templateRows = 20_000

// The rows of a template: help, heading, examples.
const (
	helpRow    = 1
	headingRow = 2
	exampleRow = 3
)

const (
	templateSheet = "人员名册"
	guideSheet    = "填写说明"
)

// templateStyles are the ids of the cell styles in use.
type templateStyles struct{ help, required, optional, example, text int }

// WriteTemplate writes the workbook that an organisation of the kind fills in: a line of help, the heading with * at what is required,
// examples that Parse passes over, drop-down lists, and a second table with instructions. All columns have the text format, so that
// identity numbers, phones and dates stay as they are typed. The people in it are made up.
func WriteTemplate(w io.Writer, kind models.OrgKind, opt TemplateOptions) (err error) {
	columns := templateColumns(kind)
	if columns == nil {
		return ErrKind
	}
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close the template: %w", e)
		}
	}()
	t := template{f: f, columns: columns}
	for _, step := range []func() error{
		t.start, t.layoutColumns, func() error { return t.fill(kind) }, func() error { return t.lists(opt) }, func() error { return t.guide(kind) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("make the template: %w", err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write the template: %w", err)
	}
	return nil
}

func templateColumns(kind models.OrgKind) (shown []column) {
	for _, c := range columnsOf(kind) {
		if !c.hidden {
			shown = append(shown, c)
		}
	}
	return shown
}

type template struct {
	f       *excelize.File
	columns []column
	styles  templateStyles
}

func (t *template) start() error {
	if err := t.f.SetSheetName("Sheet1", templateSheet); err != nil {
		return err
	}
	text := 49 // the built-in format @
	border := []excelize.Border{{Type: "bottom", Style: 1, Color: "999999"}}
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&t.styles.text, excelize.Style{NumFmt: text}},
		{&t.styles.help, excelize.Style{NumFmt: text, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Font: &excelize.Font{Color: "444444"}}},
		{&t.styles.required, excelize.Style{NumFmt: text, Border: border, Font: &excelize.Font{Bold: true, Color: "9C1C1C"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3F3F3"}}}},
		{&t.styles.optional, excelize.Style{NumFmt: text, Border: border, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3F3F3"}}}},
		{&t.styles.example, excelize.Style{NumFmt: text, Font: &excelize.Font{Italic: true, Color: "777777"}}},
	} {
		id, err := t.f.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}

func (t *template) layoutColumns() error {
	last := letters(len(t.columns) - 1)
	if err := t.f.SetColStyle(templateSheet, "A:"+last, t.styles.text); err != nil {
		return err
	}
	for i, c := range t.columns {
		width := 14.0
		switch c.field {
		case fDocument, fCertificate:
			width = 26
		case fDocType, fOccupation, fInternCompany, fExamSite, fCourse, fLevel:
			width = 20
		}
		if err := t.f.SetColWidth(templateSheet, letters(i), letters(i), width); err != nil {
			return err
		}
	}
	if err := t.f.MergeCell(templateSheet, cell(0, helpRow), cell(len(t.columns)-1, helpRow)); err != nil {
		return err
	}
	if err := t.f.SetRowHeight(templateSheet, helpRow, 54); err != nil {
		return err
	}
	return t.f.SetPanes(templateSheet, &excelize.Panes{Freeze: true, YSplit: headingRow, TopLeftCell: cell(0, exampleRow), ActivePane: "bottomLeft"})
}

func (t *template) fill(kind models.OrgKind) error {
	help := "带 * 的列必须填写。示例行不会被导入，可以保留也可以删除。证件号码、手机号码和日期请按文本填写，不要改变单元格格式，以免表格软件丢失数字。日期写成 2026-05-03。详见“填写说明”。"
	if err := t.put(0, helpRow, help, t.styles.help); err != nil {
		return err
	}
	for i, c := range t.columns {
		heading, style := c.heading, t.styles.optional
		if c.required {
			heading, style = "*"+heading, t.styles.required
		}
		if err := t.put(i, headingRow, heading, style); err != nil {
			return err
		}
	}
	for n, example := range examples(kind) {
		for i, c := range t.columns {
			text := example[c.field]
			if c.field == fName {
				text = examplePrefix + text
			}
			if err := t.put(i, exampleRow+n, text, t.styles.example); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *template) put(column, row int, text string, style int) error {
	at := cell(column, row)
	if err := t.f.SetCellStr(templateSheet, at, text); err != nil {
		return err
	}
	return t.f.SetCellStyle(templateSheet, at, at, style)
}

// lists sets the drop-down lists.
func (t *template) lists(opt TemplateOptions) error {
	var documents []string
	for _, d := range models.DocumentTypes() {
		documents = append(documents, d.Name())
	}
	for i, c := range t.columns {
		var choices []string
		switch c.field {
		case fDocType:
			choices = documents
		case fLevel:
			choices = opt.Levels
		case fMethod:
			choices = opt.Methods
		}
		if len(choices) == 0 {
			continue
		}
		list := excelize.NewDataValidation(true)
		list.SetSqref(cell(i, exampleRow) + ":" + cell(i, templateRows))
		if err := list.SetDropList(choices); err != nil {
			return err
		}
		list.SetError(excelize.DataValidationErrorStyleStop, c.heading, "请从下拉列表中选择。")
		if err := t.f.AddDataValidation(templateSheet, list); err != nil {
			return err
		}
	}
	return nil
}

func (t *template) guide(kind models.OrgKind) error {
	if _, err := t.f.NewSheet(guideSheet); err != nil {
		return err
	}
	for i, line := range append([][2]string{{"列", "怎么填"}}, guide(t.columns, kind)...) {
		row := []any{line[0], line[1]}
		if err := t.f.SetSheetRow(guideSheet, cell(0, i+1), &row); err != nil {
			return err
		}
	}
	if err := t.f.SetColWidth(guideSheet, "A", "A", 20); err != nil {
		return err
	}
	return t.f.SetColWidth(guideSheet, "B", "B", 100)
}

func letters(column int) string {
	return strings.TrimRight(cell(column, 1), "1")
}

// cell names a cell; column counts from 0, row from 1.
func cell(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return "A1" // cannot be: columns and rows here are constants
	}
	return name
}
