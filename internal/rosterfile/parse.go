package rosterfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// Options are what Parse has to know from outside. The functions are asked once per different text, so they may be slow.
type Options struct {
	ParseLevel  func(string) (code string, ok bool) // nil: level codes only
	ParseMethod func(string) (code string, ok bool) // nil: the text is kept
	ParseRegion func(string) (code string, ok bool) // nil: six digits only
	Province    string                              // first two digits of GB/T 2260 expected in certificates; empty: 44
	Now         time.Time                           // zero: now

	// OnHeader is told the heading before the first row, if not nil: the place to start a RejectedWriter.
	OnHeader func(headings []string) error
}

// Parse reads the first visible table that has all columns of the kind, and hands over each of its rows in order with what was found wrong or
// repaired in it; see Refused. The slices handed over hold only during the call. An error of each ends Parse and is returned as it is.
// Errors about the file are *models.Error values of this package and of package sheet; the rows handed over before such an error stand.
//
// Within the file, a person with the same occupation (or major) and level as in an earlier row, and a certificate number that an earlier row
// has, are errors; a phone number that an earlier row has for another person is a warning. Rows that are refused do not count as earlier.
func Parse(ctx context.Context, r *sheet.Reader, kind models.OrgKind, opt Options, each func(Row, []Issue) error) (Summary, error) {
	words, err := newVocabulary(kind)
	if err != nil {
		return Summary{}, err
	}
	t, err := findTable(ctx, r, words)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = t.rows.Close() }() // only read from
	p := &parser{
		judge: newJudge(kind, &t.layout, opt, r.Date1904()), words: words, each: each,
		summary: Summary{Sheet: t.layout.sheet, HeaderRow: t.layout.row, Headings: t.layout.headings, Counts: map[string]int{}},
	}
	p.noteColumns()
	if opt.OnHeader != nil {
		if err := opt.OnHeader(t.layout.headings); err != nil {
			return p.summary, err
		}
	}
	err = p.run(t)
	return p.summary, err
}

// table is a table whose heading was found: rows read ahead, and the rest.
type table struct {
	layout layout
	ahead  []sheet.Row // after the heading
	rows   *sheet.Rows
}

// findTable takes the first table with every required column; if there is none, the error speaks of the one that came nearest.
func findTable(ctx context.Context, r *sheet.Reader, words vocabulary) (*table, error) {
	var nearest *layout
	for _, s := range r.Sheets() {
		t, err := openTable(ctx, r, s, words)
		if err != nil {
			return nil, err
		}
		if t != nil && len(t.layout.missing) == 0 {
			return t, nil
		}
		if t != nil {
			_ = t.rows.Close() // only read from
			if nearest == nil || len(t.layout.bindings) > len(nearest.bindings) {
				nearest = &t.layout
			}
		}
	}
	if nearest == nil {
		return nil, ErrNoHeader
	}
	return nil, nearest.columnsMissing()
}

// openTable reads the first rows of a table and takes the one with most known headings; nil if none has two.
func openTable(ctx context.Context, r *sheet.Reader, s sheet.Sheet, words vocabulary) (*table, error) {
	rows, err := r.Rows(ctx, s)
	if err != nil {
		return nil, err
	}
	var ahead []sheet.Row
	var best layout
	at := -1
	for i := range headerRows {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			_ = rows.Close() // the first error is the one to tell
			return nil, err
		}
		ahead = append(ahead, sheet.Row{Number: row.Number, Cells: slices.Clone(row.Cells)})
		if l := words.layout(row); len(l.bindings) >= 2 && len(l.bindings) > len(best.bindings) {
			best, at = l, i
		}
	}
	if at < 0 {
		return nil, rows.Close()
	}
	best.sheet = s.Name
	return &table{best, ahead[at+1:], rows}, nil
}

// parser is one run of Parse.
type parser struct {
	judge   *judge
	words   vocabulary
	each    func(Row, []Issue) error
	summary Summary
	cells   []string
}

func (p *parser) noteColumns() {
	l := p.judge.layout
	for _, h := range l.unused {
		p.summary.note(l.row, h, "column_ignored", "系统用不到这一列，已忽略。")
	}
	for _, h := range l.doubled {
		p.summary.note(l.row, h, "column_repeated", "已有另一列表示同样的内容，这一列已忽略。")
	}
}

func (p *parser) run(t *table) error {
	for i := range t.ahead {
		if err := p.row(&t.ahead[i]); err != nil {
			return err
		}
	}
	for {
		row, err := t.rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.row(row); err != nil {
			return err
		}
	}
}

func (p *parser) row(r *sheet.Row) error {
	if p.skip(r) {
		return nil
	}
	row, issues := p.judge.judge(r)
	p.cells = p.cells[:0]
	for _, c := range r.Cells {
		p.cells = append(p.cells, c.Text)
	}
	row.Cells = p.cells
	p.summary.add(issues)
	return p.each(*row, issues)
}

// skip recognises rows that are no person: nothing in any known column (a numbered but empty line of a form), footers, examples of the
// template, the heading repeated on every printed page.
func (p *parser) skip(r *sheet.Row) bool {
	l := p.judge.layout
	document, name := cleanText(r.At(l.at[fDocument]).Text), cleanText(r.At(l.at[fName]).Text)
	code, message := "", ""
	switch {
	case strings.HasPrefix(name, examplePrefix):
		code, message = "row_example", "这是模板里的示例，已跳过。"
	case blankMark(document) && blankMark(cleanText(r.At(l.at[fPhone]).Text)):
		if blank(r, l) {
			return true
		}
		if !footer(r) {
			return false
		}
		code, message = "row_footer", "这一行是合计、签名或说明，不是人员，已跳过。"
	case p.headingAgain(document, name):
		code, message = "row_heading", "这一行是重复的表头，已跳过。"
	default:
		return false
	}
	p.summary.Skipped++
	p.summary.note(r.Number, "", code, message)
	return true
}

func (p *parser) headingAgain(document, name string) bool {
	if document == "" || document[0] < utf8.RuneSelf {
		return false
	}
	d, isDocument := p.words.lookup(document)
	n, isName := p.words.lookup(name)
	return isDocument && isName && d.field == fDocument && n.field == fName
}

// blank says whether no known column has text. Cells merged with the row above say nothing about this row.
func blank(r *sheet.Row, l *layout) bool {
	for _, b := range l.bindings {
		c := r.At(b.column)
		if !c.Merged && c.Kind != sheet.NoResult && !blankMark(cleanText(c.Text)) {
			return false
		}
	}
	return true
}

// footer goes by the first text of a row that has neither document nor phone.
func footer(r *sheet.Row) bool {
	for _, c := range r.Cells {
		text, _ := foldHeading(c.Text)
		if text == "" {
			continue
		}
		for _, word := range []string{
			"填表", "制表", "填报", "审核", "复核", "审批", "经办", "负责人", "联系人", "单位负责人", "单位盖章", "盖章", "签名", "签字", "签章", "公章",
			"合计", "总计", "小计", "共计", "说明", "填写说明", "填表说明", "备注", "注", "以上", "以下空白", "日期", "第页", "单位",
		} {
			if strings.HasPrefix(text, word) {
				return true
			}
		}
		return false
	}
	return false
}

// blankMark is what people write into a cell to say that there is nothing to write.
func blankMark(s string) bool {
	switch s {
	case "", "/", "\\", "-", "--", "—", "——", "－", "无", "暂无", "没有", "N/A", "n/a", "NA", "空":
		return true
	}
	return false
}

func duplicate(e *models.ValueError, format string, line uint32) *models.ValueError {
	return &models.ValueError{Code: e.Code, Message: fmt.Sprintf(format, line)}
}
