package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"huisheng/config/catalog"
	"huisheng/internal/rosterfile"
	"huisheng/models"
)

// filings collects what the filing letter does not cover. The record is imported all the same, because letters are extended and a claim is
// judged on its own day; one warning stands for all rows with the same occupation and level.
type filings struct {
	catalog *catalog.Catalog
	org     models.Org
	subtype models.OrgSubtype
	found   map[string]*filingGap
}

type filingGap struct {
	issue models.RowIssue
	rows  int
}

func newFilings(c *catalog.Catalog, org models.Org) *filings {
	subtype, _ := c.Subtype(org.Kind, org.Subtype) // the zero subtype allows every level
	return &filings{catalog: c, org: org, subtype: subtype, found: map[string]*filingGap{}}
}

// forbids gives in words why a kind of school may not assess a level at all, which refuses the row; empty when it may.
func (f *filings) forbids(level string) string {
	if level == "" || f.subtype.Allows(level) {
		return ""
	}
	names := make([]string, len(f.subtype.Levels))
	for i, code := range f.subtype.Levels {
		names[i] = f.level(code)
	}
	return fmt.Sprintf("%s只能评%s，不能评%s，请核对。", f.subtype.Name.Zh, strings.Join(names, "、"), f.level(level))
}

func (f *filings) look(row *rosterfile.Row) {
	if row.Occupation != "" || row.OccupationCode != "" {
		switch verdict := f.org.Filing.Covers(row.OccupationCode, row.Occupation, row.Level, assessedDay(row)); verdict {
		case models.FilingCovers:
		case models.FilingOccupation:
			f.add(row, string(verdict), "职业(工种)", fmt.Sprintf("“%s”不在机构的备案范围内", cmp.Or(row.Occupation, row.OccupationCode)))
		case models.FilingLevel:
			f.add(row, string(verdict), "技能等级", fmt.Sprintf("“%s”的%s不在机构的备案范围内", cmp.Or(row.Occupation, row.OccupationCode), f.level(row.Level)))
		case models.FilingExpired:
			f.add(row, string(verdict), "发证日期", "发证或评价日期不在机构备案的有效期内")
		}
	}
	if row.Level == "" {
		return
	}
	if m, ok := f.catalog.Method(row.Method); ok && !m.Allows(row.Level) {
		f.add(row, string(models.RefusedGrading), "评价方式", fmt.Sprintf("%s不能评%s", m.Name.Zh, f.level(row.Level)))
	}
}

func (f *filings) level(code string) string {
	if l, ok := f.catalog.Level(code); ok {
		return l.Name.Zh
	}
	return code
}

func (f *filings) add(row *rosterfile.Row, code, column, message string) {
	key := joined(code, message)
	gap := f.found[key]
	if gap == nil {
		if len(f.found) >= models.MaxIssues {
			return
		}
		gap = &filingGap{issue: models.RowIssue{Row: row.Line, Column: column, Code: code, Message: message}}
		f.found[key] = gap
	}
	gap.rows++
}

// warnings lists what was found by row, each with how many rows it concerns.
func (f *filings) warnings() []models.RowIssue {
	list := make([]models.RowIssue, 0, len(f.found))
	for _, gap := range f.found {
		w := gap.issue
		w.Message += fmt.Sprintf("（共%d行）。记录已保留，请核对；超出备案范围的，申领时会被退回。", gap.rows)
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b models.RowIssue) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Code, b.Code)) })
	return list
}
