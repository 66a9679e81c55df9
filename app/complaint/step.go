package complaint

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"huisheng/models"
)

// maxFacts is how long a question to an organisation may be.
const maxFacts = 1000 // characters

// Transition is one step of an official.
type Transition struct {
	Action   models.ComplaintAction
	Reason   string // written for the complainant
	Outcome  models.ComplaintOutcome
	Measures []models.CaseMeasure
	Refusal  models.CaseRefusal // why it is not taken up
	Category string             // as sorted; empty: as it is
	Severe   bool               // found to be severe
	Region   string             // whom it goes to
	Into     string             // the number of the case that it is merged into
	Days     int                // of extension
	Account  string             // login of whom it concerns; empty: the official's own
	Facts    string             // what the organisation is asked, in the official's own words
}

// Take takes a step. ErrComplaintStep when the state does not allow it, ErrConflict when a colleague was faster, ErrConcerned when the case concerns the
// official, ErrLookingOn when the official has a copy only.
func (s *Service) Take(ctx context.Context, p models.Principal, id models.ComplaintID, t Transition) (Summary, error) {
	if err := officialsOnly(p); err != nil {
		return Summary{}, err
	}
	t.Reason, t.Facts = strings.TrimSpace(t.Reason), strings.TrimSpace(t.Facts)
	if wrong := s.checkStep(t); len(wrong) > 0 {
		return Summary{}, models.ErrInvalid.WithFields(wrong...)
	}
	c, err := s.store.FindCase(ctx, desk(p), id)
	if err != nil {
		return Summary{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Summary{}, err
	}
	step, err := s.step(ctx, p, c, t)
	if err != nil {
		return Summary{}, err
	}
	next, err := c.Step(step, s.calendar.Current(ctx).Calendar)
	if err != nil {
		return Summary{}, err
	}
	detail := map[string]string{"step": string(t.Action), "version": strconv.Itoa(next.Version)}
	if t.Outcome != "" {
		detail["outcome"] = string(t.Outcome)
	}
	if err := s.record(ctx, p, c, models.AuditDecision, detail); err != nil {
		return Summary{}, err
	}
	if err := s.store.UpdateComplaint(ctx, next); err != nil {
		return Summary{}, err
	}
	s.follow(ctx, next)
	return s.summary(ctx, p, next), nil
}

// checkStep judges the form of a step, whatever the case.
func (s *Service) checkStep(t Transition) (wrong []models.FieldError) {
	bad := func(field, code, message string) {
		wrong = append(wrong, models.FieldError{Field: field, Code: code, Message: message})
	}
	if n := utf8.RuneCountInString(t.Reason); n < 2 || n > 500 || !readable(t.Reason) {
		bad("reason", "length", "请用2到500个字写明理由，投诉人会看到。")
	}
	if t.Outcome != "" && !t.Outcome.Valid() {
		bad("outcome", "unknown", "没有这种结果。")
	}
	return append(wrong, s.checkTarget(t)...)
}

// checkTarget judges what single steps need.
func (s *Service) checkTarget(t Transition) (wrong []models.FieldError) {
	bad := func(field, code, message string) {
		wrong = append(wrong, models.FieldError{Field: field, Code: code, Message: message})
	}
	if t.Action == models.ActionRefuse && !t.Refusal.Valid() {
		bad("reason_code", "unknown", "请选择不予受理的原因。")
	}
	if _, ok := s.catalog.Category(t.Category); t.Category != "" && !ok {
		bad("category", "unknown", "没有这种问题类别。")
	}
	if _, ok := s.catalog.Region(t.Region); t.Action == models.ActionTransfer && !ok {
		bad("region", "unknown", "请选择转给哪个地区。")
	}
	if n := utf8.RuneCountInString(t.Facts); t.Action == models.ActionAskOrg && (n < 5 || n > maxFacts || !readable(t.Facts)) {
		bad("facts", "length", fmt.Sprintf("请用5到%d个字写明要单位说明的事实，不要写投诉人是谁。", maxFacts))
	}
	if t.Action == models.ActionMerge && strings.TrimSpace(t.Into) == "" {
		bad("into", "required", "请填写并入哪一件投诉的编号。")
	}
	return wrong
}

// step adds to an official's step what it needs from the database.
func (s *Service) step(ctx context.Context, p models.Principal, c models.Complaint, t Transition) (models.Step, error) {
	step := models.Step{
		Action: t.Action, Actor: models.ByOfficial, By: p.Account, At: s.now(), Note: t.Reason, Outcome: t.Outcome, Measures: t.Measures, Refusal: t.Refusal,
		Severe: t.Severe, Region: t.Region, Province: p.Role == models.RoleProvince, Days: t.Days,
	}
	if t.Category != "" && t.Category != c.Category {
		step.Category, _ = s.catalog.Category(t.Category)
	}
	var err error
	switch t.Action {
	case models.ActionMerge:
		step.Into, err = s.mergeTarget(ctx, p, c, t.Into)
	case models.ActionStepAside:
		step.Account, err = s.recused(ctx, p, t.Account)
	case models.ActionAskOrg:
		step.Ask, err = s.newAsk(c, t.Facts)
	}
	return step, err
}

func (s *Service) mergeTarget(ctx context.Context, p models.Principal, c models.Complaint, no string) (models.ComplaintID, error) {
	into, err := s.store.FindCaseByNo(ctx, desk(p), strings.ToUpper(strings.TrimSpace(no)))
	if errors.Is(err, models.ErrNotFound) {
		return "", models.ErrMergeTarget.WithFields(models.FieldError{Field: "into", Code: "unknown", Message: "没有找到这个编号的投诉，请核对。"})
	}
	if err != nil {
		return "", err
	}
	over := into.State == models.ComplaintMerged || into.State == models.ComplaintRefused || into.State == models.ComplaintWithdrawn
	if over || into.Org != c.Org || into.ID == c.ID {
		return "", models.ErrMergeTarget.WithFields(models.FieldError{Field: "into", Code: "wrong_value", Message: models.ErrMergeTarget.Message})
	}
	return into.ID, nil
}

// recused finds whom a case concerns: the official, or an account by its login.
func (s *Service) recused(ctx context.Context, p models.Principal, login string) (models.AccountID, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if login == "" {
		return p.Account, nil
	}
	a, err := s.store.FindAccountByLogin(ctx, login)
	if errors.Is(err, models.ErrNotFound) || err == nil && a.Role != models.RoleProvince && a.Role != models.RoleCity {
		return "", models.ErrInvalid.WithFields(models.FieldError{Field: "account", Code: "unknown", Message: "没有找到这个账号名的工作人员，请核对。"})
	}
	return a.ID, err
}
