package rosterfile

import (
	"fmt"
	"slices"
	"strings"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// Errors about the file's columns.
var (
	ErrKind           = models.NewError(models.KindInvalid, "kind", "机构类别不对，应为 enterprise、school 或 social_org。", "The kind must be enterprise, school or social_org.")
	ErrNoHeader       = models.NewError(models.KindInvalid, "header_not_found", "没有找到表头：前20行里应有一行写着“姓名、证件号码、手机号码”等列名。请对照模板检查。", "No heading was found in the first 20 rows; please compare with the template.")
	ErrColumnsMissing = models.NewError(models.KindInvalid, "columns_missing", "缺少必需的列。", "A required column is missing.")
)

// headerRows is how many rows are searched for the heading.
const headerRows = 20

// vocabulary leads from a folded heading to its column.
type vocabulary struct {
	columns []column
	words   map[string]word
}

type word struct {
	field field
	main  bool // the heading of the template, which wins over a synonym in the same file
}

func newVocabulary(kind models.OrgKind) (vocabulary, error) {
	v := vocabulary{columns: columnsOf(kind), words: make(map[string]word, 128)}
	if v.columns == nil {
		return v, ErrKind
	}
	for _, c := range v.columns {
		for i, name := range append([]string{c.heading}, c.synonyms...) {
			full, _ := foldHeading(name)
			v.words[full] = word{c.field, i == 0}
		}
	}
	return v, nil
}

func (v vocabulary) lookup(heading string) (word, bool) {
	full, short := foldHeading(heading)
	if w, ok := v.words[full]; ok {
		return w, true
	}
	w, ok := v.words[short]
	return w, ok
}

// binding ties a column of the file to its meaning.
type binding struct {
	field    field
	column   int
	heading  string
	required bool
}

// layout is what a heading row says: worked out once, used for every row.
type layout struct {
	sheet    string
	row      int
	headings []string
	bindings []binding // in the order of the fields
	unused   []string
	doubled  []string
	missing  []string
	at       [fieldCount]int // column of a field, -1 if there is none
}

// layout reads a row as a heading.
func (v vocabulary) layout(row *sheet.Row) layout {
	l := layout{row: row.Number}
	var main [fieldCount]bool
	for i := range l.at {
		l.at[i] = -1
	}
	for i, c := range row.Cells {
		text := strings.Join(strings.Fields(c.Text), " ")
		l.headings = append(l.headings, text)
		w, ok := v.lookup(text)
		switch {
		case !ok:
			if full, _ := foldHeading(text); !quietHeading(full) {
				l.unused = append(l.unused, text)
			}
		case l.at[w.field] < 0:
			l.at[w.field], main[w.field] = i, w.main
		case w.main && !main[w.field]:
			l.doubled = append(l.doubled, l.headings[l.at[w.field]])
			l.at[w.field], main[w.field] = i, true
		default:
			l.doubled = append(l.doubled, text)
		}
	}
	v.bind(&l)
	return l
}

func (v vocabulary) bind(l *layout) {
	ends := 0
	for _, c := range v.columns {
		switch at := l.at[c.field]; {
		case at >= 0:
			l.bindings = append(l.bindings, binding{c.field, at, l.headings[at], c.required})
			if c.field == fInternEnd || c.field == fGraduatesOn {
				ends++
			}
		case c.required:
			l.missing = append(l.missing, c.heading)
		}
	}
	if v.has(fInternEnd) && ends == 0 {
		l.missing = append(l.missing, "实习结束日期或毕业日期")
	}
	slices.SortFunc(l.bindings, func(a, b binding) int { return int(a.field) - int(b.field) })
}

func (v vocabulary) has(f field) bool {
	return slices.ContainsFunc(v.columns, func(c column) bool { return c.field == f })
}

// heading of a field in the file, for remarks.
func (l *layout) heading(f field) string {
	if l.at[f] < 0 {
		return ""
	}
	return l.headings[l.at[f]]
}

// columnsMissing says which columns are missing and which ones were found.
func (l *layout) columnsMissing() error {
	found := slices.DeleteFunc(slices.Clone(l.headings), func(s string) bool { return s == "" })
	err := *ErrColumnsMissing
	err.Message = fmt.Sprintf("缺少%s。表头在“%s”第%d行，找到的列有：%s。请补上缺少的列，或把列名改成模板中的写法，再重新上传。",
		quoted(l.missing), l.sheet, l.row, strings.Join(found, "、"))
	err.English = fmt.Sprintf("Missing: %s. The heading is row %d and has: %s.", strings.Join(l.missing, ", "), l.row, strings.Join(found, ", "))
	return err.With("missing", l.missing).With("found", found)
}

func quoted(names []string) string { return "“" + strings.Join(names, "”“") + "”列" }
