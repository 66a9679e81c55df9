package rating

import (
	"context"
	"io"
	"strconv"
	"strings"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// The columns of the sheet before the questions. The key is the invitation's id: it says nothing and is no way in.
const (
	headingKey        = "编号（请勿修改）"
	headingName       = "姓名"
	headingDepartment = "部门"
	headingOccupation = "职业（工种）"
	headingLevel      = "等级"
)

const sheetName = "用工部门评价"

// headings are the heading row: who, then the questions with their numbers.
func headings(q *models.Questionnaire) []string {
	cells := []string{headingKey, headingName, headingDepartment, headingOccupation, headingLevel}
	for i := range q.Questions {
		cells = append(cells, strconv.Itoa(i+1)+" "+q.Questions[i].Text)
	}
	return cells
}

// ratingChoices are the answers to a 1–5 question as the sheet offers them.
var ratingChoices = []string{"1", "2", "3", "4", "5"}

// choices lists what may be answered to a question, in words.
func choices(q models.Question) []string {
	if q.Type == models.QuestionRating {
		return ratingChoices
	}
	texts := make([]string, len(q.Options))
	for i, o := range q.Options {
		texts[i] = o.Text
	}
	return texts
}

// written gives an answer as the sheet writes it.
func written(q models.Question, answer any) string {
	switch v := answer.(type) {
	case string:
		if o := q.Option(v); o != nil {
			return o.Text
		}
		return v
	case int32:
		return strconv.Itoa(int(v))
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// WriteSheet writes a workbook with one row for each person of a batch, by department, with the ratings there are and drop-down lists for the
// others. Operators of the organisation only; it names people, so it is recorded.
func (s *Service) WriteSheet(ctx context.Context, p models.Principal, id models.BatchID, w io.Writer) error {
	if p.Role != models.RoleOperator {
		return models.ErrForbidden
	}
	b, err := s.batch(ctx, p.Scope(), id)
	if err != nil {
		return err
	}
	q, err := s.form()
	if err != nil {
		return err
	}
	departments, err := s.store.ListDepartments(ctx, id)
	if err != nil {
		return err
	}
	if err := s.record(ctx, p, models.AuditIdentityRead, b, map[string]string{"what": "ratings_sheet", "people": strconv.Itoa(b.People)}); err != nil {
		return err
	}
	out, err := newSheet(w, q)
	if err != nil {
		return err
	}
	put := func(rows []row) error { return s.writeRows(out, q, rows) }
	for _, d := range append(departments, models.Department{}) { // the last: people without one
		if err := s.eachChunk(ctx, b, d.ID, put); err != nil {
			return err
		}
	}
	return out.Close()
}

func newSheet(w io.Writer, q *models.Questionnaire) (*sheet.Writer, error) {
	widths := []int{26, 12, 16, 16, 14}
	for range q.Questions {
		widths = append(widths, 14)
	}
	out, err := sheet.NewWriter(w, sheetName, widths)
	if err != nil {
		return nil, err
	}
	cells := headings(q)
	first := len(cells) - len(q.Questions)
	for i, question := range q.Questions {
		out.Choices(first+i, choices(question))
	}
	return out, out.WriteRow(cells)
}

func (s *Service) writeRows(out *sheet.Writer, q *models.Questionnaire, rows []row) error {
	for _, r := range rows {
		cells := []string{string(r.Invitation), r.Name, r.department, r.Occupation, s.LevelName(r.Level, models.LangChinese)}
		for _, question := range q.Questions {
			cells = append(cells, written(question, r.Answers[question.ID]))
		}
		if err := out.WriteRow(cells); err != nil {
			return err
		}
	}
	return nil
}

// columns says in which column of an uploaded sheet what lies.
type columns struct {
	key       int
	questions map[string]int // by question id
}

// findColumns reads a heading row: in any order, with or without the questions' numbers, by their words in either language or their ids. ok is
// false if the row has no key: it is not the heading.
func findColumns(r *sheet.Row, q *models.Questionnaire) (c columns, ok bool) {
	c = columns{key: -1, questions: map[string]int{}}
	for i := range r.Cells {
		text := fold(r.Cells[i].Text)
		if text == fold(headingKey) || text == "编号" {
			c.key = i
		}
		for n := range q.Questions {
			if question := &q.Questions[n]; asks(text, question) {
				if _, twice := c.questions[question.ID]; !twice {
					c.questions[question.ID] = i
				}
			}
		}
	}
	return c, c.key >= 0
}

// asks says whether a folded heading names a question.
func asks(text string, q *models.Question) bool {
	text = strings.TrimLeft(text, "0123456789.、")
	return text != "" && (text == fold(q.Text) || text == fold(q.ID) || text == fold(q.TextIn[models.LangEnglish]))
}

// fold compares texts as people mean them: without spaces, capitals, full width, and question marks.
func fold(s string) string {
	s = strings.ToLower(models.HalfWidth(s))
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '?', '*', '\u00a0', '\u3000', '\ufeff':
			return -1
		}
		return r
	}, s)
}

// answer turns a cell into an answer; text that is no choice stays as it is and is refused by the form.
func answer(q models.Question, text string) any {
	folded := fold(text)
	if q.Type == models.QuestionRating {
		if n, err := strconv.ParseInt(strings.TrimRight(folded, "分星"), 10, 64); err == nil {
			return n
		}
		return text
	}
	for _, o := range q.Options {
		if folded == fold(o.Text) || folded == fold(o.Value) || folded == fold(o.TextIn[models.LangEnglish]) {
			return o.Value
		}
	}
	return text
}
