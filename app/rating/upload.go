package rating

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// uploadChunk is how many rows are looked up and stored at once.
const uploadChunk = 500

// headingWithin is in how many rows from the top the heading may be.
const headingWithin = 10

// The errors of a sheet as a whole; nothing of it was stored.
var (
	ErrNoHeading  = models.NewError(models.KindInvalid, "heading_missing", "没有找到表头，请用下载的评价表填写，不要删改“编号”一列。", "There is no heading with the column 编号; please fill in the downloaded sheet.")
	ErrNoQuestion = models.NewError(models.KindInvalid, "column_missing", "表里缺少评价项目的列，请用下载的评价表填写。", "Columns of the rating form are missing; please fill in the downloaded sheet.")
)

// File is an uploaded sheet. What it is, its content decides; the name is only shown.
type File struct {
	Content io.ReaderAt
	Size    int64
	Name    string
}

// UploadResult says what came of a sheet: each row is counted exactly once. A row without any answer is blank, which is no mistake: a sheet may be
// handed around half filled.
type UploadResult struct {
	Rows        int               `json:"rows"`
	Created     int               `json:"created"`
	Updated     int               `json:"updated"`
	Unchanged   int               `json:"unchanged"`
	Blank       int               `json:"blank"`
	Rejected    int               `json:"rejected"`
	Errors      []models.RowIssue `json:"errors"` // at most models.MaxIssues are listed
	ErrorsTotal int               `json:"errors_total"`
	DryRun      bool              `json:"dry_run"`
}

// Upload judges every row of a sheet and stores the good ones, also when others are rejected; with dryRun it only says what would happen. The
// same sheet again changes nothing. Operators of the organisation only; ErrRatingsIn after the ratings were handed in.
func (s *Service) Upload(ctx context.Context, p models.Principal, id models.BatchID, f File, dryRun bool) (UploadResult, error) {
	if p.Role != models.RoleOperator {
		return UploadResult{}, models.ErrForbidden
	}
	u := &upload{s: s, principal: p, batch: id, dry: dryRun, seen: map[models.InvitationID]int{}, result: UploadResult{Errors: []models.RowIssue{}, DryRun: dryRun}}
	b, err := s.open(ctx, p.Scope(), id)
	if err != nil {
		return UploadResult{}, err
	}
	if u.form, err = s.form(); err != nil {
		return UploadResult{}, err
	}
	if err := s.record(ctx, p, models.AuditImport, b, map[string]string{"what": "ratings", "dry_run": strconv.FormatBool(dryRun)}); err != nil {
		return UploadResult{}, err
	}
	if err := u.read(ctx, f); err != nil {
		return UploadResult{}, err
	}
	slices.SortStableFunc(u.result.Errors, func(a, b models.RowIssue) int { return cmp.Compare(a.Row, b.Row) })
	return u.result, nil
}

// upload is one sheet under way.
type upload struct {
	s         *Service
	principal models.Principal
	batch     models.BatchID
	form      *models.Questionnaire
	dry       bool
	columns   columns
	seen      map[models.InvitationID]int // in which row
	pending   []rated
	result    UploadResult
}

// rated is a row that is waiting to be looked up.
type rated struct {
	line    int
	id      models.InvitationID
	answers map[string]any
}

func (u *upload) read(ctx context.Context, f File) error {
	file, err := sheet.Open(f.Content, f.Size, f.Name, sheet.Options{MaxRows: models.MaxClaimPeople + headingWithin})
	if err != nil {
		return err
	}
	rows, err := file.Rows(ctx, file.Sheets()[0])
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // it was only read
	if err := u.heading(rows); err != nil {
		return err
	}
	for {
		r, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return u.flush(ctx)
		}
		if err != nil {
			return err
		}
		u.take(r)
		if len(u.pending) >= uploadChunk {
			if err := u.flush(ctx); err != nil {
				return err
			}
		}
	}
}

func (u *upload) heading(rows *sheet.Rows) error {
	for range headingWithin {
		r, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		c, ok := findColumns(r, u.form)
		if !ok {
			continue
		}
		for _, q := range u.form.Questions {
			if _, ok := c.questions[q.ID]; !ok && q.Required {
				return ErrNoQuestion.WithFields(models.FieldError{Field: "file", Code: "column_missing", Message: "缺少“" + q.Text + "”这一列。"})
			}
		}
		u.columns = c
		return nil
	}
	return ErrNoHeading
}

// take judges what can be judged from the row alone.
func (u *upload) take(r *sheet.Row) {
	u.result.Rows++
	answers := map[string]any{}
	for _, q := range u.form.Questions {
		column, ok := u.columns.questions[q.ID]
		if !ok {
			continue
		}
		if text := strings.TrimSpace(r.At(column).Text); text != "" {
			answers[q.ID] = answer(q, text)
		}
	}
	id := models.InvitationID(strings.TrimSpace(r.At(u.columns.key).Text))
	first, twice := u.seen[id]
	switch {
	case len(answers) == 0:
		u.result.Blank++
	case id == "":
		u.reject(r.Number, models.RowIssue{Column: headingKey, Code: "key_missing", Message: "没有编号，不知道评价的是谁，请重新下载评价表填写。"})
	case twice:
		u.reject(r.Number, models.RowIssue{Column: headingKey, Code: "duplicate_row", Message: "同一个编号在第" + strconv.Itoa(first) + "行已经出现过。"})
	default:
		u.seen[id] = r.Number
		u.pending = append(u.pending, rated{line: r.Number, id: id, answers: answers})
	}
}

// reject counts a row once and lists everything that is wrong with it.
func (u *upload) reject(line int, issues ...models.RowIssue) {
	u.result.Rejected++
	u.result.ErrorsTotal += len(issues)
	for _, i := range issues {
		if len(u.result.Errors) < models.MaxIssues {
			i.Row = line
			u.result.Errors = append(u.result.Errors, i)
		}
	}
}

// flush looks up the waiting rows and stores the good ones.
func (u *upload) flush(ctx context.Context) error {
	if len(u.pending) == 0 {
		return nil
	}
	b, err := u.s.open(ctx, u.principal.Scope(), u.batch) // it may have been handed in meanwhile
	if err != nil {
		return err
	}
	ids := make([]models.InvitationID, len(u.pending))
	for i, r := range u.pending {
		ids[i] = r.id
	}
	list, err := u.s.store.FindInvitationsToRate(ctx, b.ID, ids)
	if err != nil {
		return err
	}
	invited := make(map[models.InvitationID]models.Invitation, len(list))
	for _, inv := range list {
		invited[inv.ID] = inv
	}
	old, err := u.s.store.FindRatings(ctx, ids)
	if err != nil {
		return err
	}
	var ready []models.Rating
	for _, r := range u.pending {
		if inv, ok := invited[r.id]; !ok {
			u.reject(r.line, models.RowIssue{Column: headingKey, Code: "not_to_rate", Message: "这一批名单里没有这个编号，请重新下载评价表填写。"})
		} else if rating, changed := u.judge(b, inv, old[r.id], r); changed {
			ready = append(ready, rating)
		}
	}
	u.pending = u.pending[:0]
	if u.dry {
		return nil
	}
	return u.s.store.PutRatings(ctx, ready)
}

// judge validates a row's answers and counts what becomes of it.
func (u *upload) judge(b models.Batch, inv models.Invitation, old models.Rating, r rated) (models.Rating, bool) {
	clean, wrong := judge(u.form, r.answers)
	if len(wrong) > 0 {
		issues := make([]models.RowIssue, len(wrong))
		for i, w := range wrong {
			issues[i] = u.issue(w)
		}
		u.reject(r.line, issues...)
		return models.Rating{}, false
	}
	next, changed := u.s.next(b, inv, old, u.form, clean, models.ViaSheet)
	switch {
	case !changed:
		u.result.Unchanged++
	case old.ID == "":
		u.result.Created++
	default:
		u.result.Updated++
	}
	return next, changed
}

// issue says in which column something is wrong, and what may stand there.
func (u *upload) issue(w models.FieldError) models.RowIssue {
	i := models.RowIssue{Column: w.Field, Code: w.Code, Message: w.Message}
	q := u.form.Question(strings.TrimPrefix(w.Field, "answers."))
	if q == nil {
		return i
	}
	i.Column = q.Text
	switch w.Code {
	case "not_an_option", "wrong_type", "out_of_range", "required":
		i.Message = "请填写：" + strings.Join(choices(*q), "、") + "。"
	}
	return i
}
