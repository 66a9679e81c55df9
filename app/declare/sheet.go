package declare

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// The columns of the sheets. A heading may have a remark in brackets.
const (
	colUSCC   = "统一社会信用代码"
	colOrg    = "机构名称"
	colPeriod = "时期"
	colSource = "数据出处"

	colOccupation = "职业(工种)"
	colCode       = "职业编码"
	colLevel      = "技能等级"
	colCourse     = "课程名称"
	colPrice      = "价格(元)"
)

// figureColumns are the headings of the declared figures.
func figureColumns() map[string]string {
	return map[string]string{
		models.FigureHeadcount: "应参评职工数(人)", models.FigureEnrolment: "招生规模(人)", models.FigureAssessment: "评价规模(人次)",
		models.FigureComplaintRate: "投诉率(件/百人次)", models.FigureCoursePrice: "课程价格中位数(元)",
	}
}

// File is an uploaded sheet. What it is, its content decides; the name is only shown.
type File struct {
	Content io.ReaderAt
	Size    int64
	Name    string
}

// Uploaded says what came of a sheet: each row is counted exactly once.
type Uploaded struct {
	Rows        int               `json:"rows"`
	Created     int               `json:"created"`
	Updated     int               `json:"updated"`
	Unchanged   int               `json:"unchanged"`
	Rejected    int               `json:"rejected"`
	Errors      []models.RowIssue `json:"errors"` // at most models.MaxIssues are listed
	ErrorsTotal int               `json:"errors_total"`
	DryRun      bool              `json:"dry_run"`
}

func (u *Uploaded) reject(line int, issues ...models.RowIssue) {
	u.Rejected++
	u.ErrorsTotal += len(issues)
	for _, i := range issues {
		if i.Row = line; len(u.Errors) < models.MaxIssues {
			u.Errors = append(u.Errors, i)
		}
	}
}

const (
	headingWithin = 10
	maxRows       = 5000
)

// ErrHeading says that a sheet lacks a column.
var ErrHeading = models.NewError(models.KindInvalid, "column_missing", "没有找到需要的列，请用下载的模板填写。", "A column is missing; please use the template.")

// line is one row of a sheet by column.
type line struct {
	number int
	cells  map[string]string
}

// read gives the rows below the heading that have something in them. needed columns must be there; all are columns that may be.
func read(ctx context.Context, f File, needed, all []string) ([]line, error) {
	file, err := sheet.Open(f.Content, f.Size, f.Name, sheet.Options{MaxRows: maxRows})
	if err != nil {
		return nil, err
	}
	rows, err := file.Rows(ctx, file.Sheets()[0])
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // it was only read
	var at map[string]int
	var list []line
	for {
		r, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if at == nil {
			if at = heading(r, needed, all); at == nil && r.Number > headingWithin {
				break
			}
			continue
		}
		l := line{number: r.Number, cells: map[string]string{}}
		for name, i := range at {
			if text := strings.TrimSpace(models.HalfWidth(r.At(i).Text)); text != "" {
				l.cells[name] = text
			}
		}
		if len(l.cells) > 0 {
			list = append(list, l)
		}
	}
	if at == nil {
		return nil, ErrHeading.WithFields(models.FieldError{Field: "file", Code: "column_missing", Message: "表头应有：" + strings.Join(needed, "、") + "。"})
	}
	return list, nil
}

// heading finds the columns of a row; nil when it is no heading.
func heading(r *sheet.Row, needed, all []string) map[string]int {
	at := map[string]int{}
	for i := range r.Cells {
		text := plain(r.At(i).Text)
		for _, name := range all {
			if _, known := at[name]; !known && text == plain(name) {
				at[name] = i
			}
		}
	}
	for _, name := range needed {
		if _, ok := at[name]; !ok {
			return nil
		}
	}
	return at
}

// plain leaves out spaces and what stands in brackets.
func plain(s string) string {
	s, _, _ = strings.Cut(models.FoldName(s), "(")
	return s
}

// number reads a figure as people write it.
func number(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.NewReplacer(",", "", " ", "", "元", "", "人次", "", "人", "", "%", "").Replace(text), 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// WriteFigureTemplate writes a sheet to fill in the figures of one kind of organisation.
func (s *Service) WriteFigureTemplate(w io.Writer, kind models.OrgKind) error {
	names := figureColumns()
	head := []string{colUSCC, colOrg, colPeriod}
	for _, name := range models.FigureNames(kind) {
		head = append(head, names[name])
	}
	return writeSheet(w, "申报数据", append(head, colSource), nil)
}

// WritePriceTemplate writes a sheet to fill in course prices, with a drop-down list of levels.
func (s *Service) WritePriceTemplate(w io.Writer) error {
	var levels []string
	for _, l := range s.Catalog.Levels() {
		levels = append(levels, l.Name.Zh)
	}
	return writeSheet(w, "课程价格", []string{colOccupation, colCode, colLevel, colCourse, colPrice}, map[int][]string{2: levels})
}

func writeSheet(w io.Writer, name string, head []string, choices map[int][]string) error {
	out, err := sheet.NewWriter(w, name, slices.Repeat([]int{20}, len(head)))
	if err != nil {
		return err
	}
	for column, list := range choices {
		out.Choices(column, list)
	}
	if err := out.WriteRow(head); err != nil {
		return fmt.Errorf("write template: %w", err)
	}
	return out.Close()
}
