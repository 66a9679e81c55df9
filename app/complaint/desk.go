package complaint

import (
	"context"
	"crypto/hmac"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/models"
	"huisheng/models/store"
)

// Status is what a complainant sees.
type Status struct {
	CaseNo      string                  `json:"case_no"`
	Org         string                  `json:"org_name"`
	Category    string                  `json:"category"`
	State       models.ComplaintState   `json:"state"`
	Outcome     models.ComplaintOutcome `json:"outcome,omitempty"`
	AcceptBy    time.Time               `json:"accept_by"`
	ResolveBy   time.Time               `json:"resolve_by"`
	Provisional bool                    `json:"provisional"`
	Timeline    []models.CaseEvent      `json:"timeline"`
	Rated       bool                    `json:"rated"`    // the complainant has rated the handling
	CanRate     bool                    `json:"can_rate"` // and may now
}

// Follow gives the status of a case to whoever holds its passphrase. A wrong number and a wrong passphrase are the same error; too many tries lock the case for a while.
func (s *Service) Follow(ctx context.Context, caseNo, passphrase string) (Status, error) {
	c, err := s.prove(ctx, caseNo, passphrase)
	if err != nil {
		return Status{}, err
	}
	return status(c), nil
}

// prove counts the attempt, then compares the passphrase.
func (s *Service) prove(ctx context.Context, caseNo, passphrase string) (models.Complaint, error) {
	now := s.now()
	caseNo = strings.ToUpper(strings.TrimSpace(caseNo))
	c, err := s.store.TryCase(ctx, caseNo, now)
	if errors.Is(err, models.ErrNotFound) {
		return c, models.ErrCaseUnknown
	}
	if err != nil {
		return c, err
	}
	if !hmac.Equal(c.Pass, s.ident.Pass(string(c.ID), cleanPassphrase(passphrase))) {
		if c.Tries >= maxCaseTries {
			err = s.store.ResetCase(ctx, c.ID, now.Add(caseLock))
		}
		return c, errors.Join(models.ErrCaseUnknown, err)
	}
	return c, s.store.ResetCase(ctx, c.ID, time.Time{})
}

func status(c models.Complaint) Status {
	return Status{
		CaseNo: c.CaseNo, Org: c.OrgName, Category: c.Category, State: c.State, Outcome: c.Outcome,
		AcceptBy: c.AcceptBy, ResolveBy: c.ResolveBy, Provisional: c.Provisional, Timeline: c.Timeline,
		Rated: c.Rating != nil, CanRate: c.Rateable(),
	}
}

// cleanPassphrase forgives lower case, spaces and missing dashes.
func cleanPassphrase(p string) string {
	p = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "　", "").Replace(p))
	if len(p) != 12 {
		return p
	}
	return p[:4] + "-" + p[4:8] + "-" + p[8:]
}

// Summary is a complaint on the desk: everything but who and the words.
type Summary struct {
	ID models.ComplaintID `json:"id"`
	Status
	OrgID      models.OrgID      `json:"org"`
	Region     string            `json:"region"`
	Severe     bool              `json:"severe"`
	Visibility models.Visibility `json:"visibility"`
	CreatedAt  time.Time         `json:"created_at"`
}

// Detail is a summary with the complainant's words, for the official who handles it.
type Detail struct {
	Summary
	Text   string      `json:"text"`
	Files  int         `json:"files"` // photos, numbered from 1
	Rating *RatingView `json:"rating,omitempty"`
}

// List gives the complaints in an official's scope, newest first. Organisations have no desk: ErrForbidden.
func (s *Service) List(ctx context.Context, p models.Principal, f store.ComplaintFilter, after string, limit int) (items []Summary, next string, err error) {
	if err := officialsOnly(p); err != nil {
		return nil, "", err
	}
	list, err := s.store.ListComplaints(ctx, p.Scope(), f, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list, next = list[:limit], list[limit-1].CaseNo
	}
	items = make([]Summary, 0, len(list))
	for _, c := range list {
		items = append(items, summary(c))
	}
	return items, next, nil
}

func summary(c models.Complaint) Summary {
	return Summary{ID: c.ID, Status: status(c), OrgID: c.Org, Region: c.Region, Severe: c.Severe, Visibility: c.Visibility, CreatedAt: c.CreatedAt}
}

func officialsOnly(p models.Principal) error {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.ErrForbidden
	}
	return nil
}

// Read opens one complaint's words for an official.
func (s *Service) Read(ctx context.Context, p models.Principal, id models.ComplaintID) (Detail, error) {
	if err := officialsOnly(p); err != nil {
		return Detail{}, err
	}
	c, err := s.store.FindComplaint(ctx, p.Scope(), id)
	if err != nil {
		return Detail{}, err
	}
	text, err := s.box.Open(c.Body, place(id, "text"))
	if err != nil {
		return Detail{}, err
	}
	rating, err := s.rating(c)
	return Detail{Summary: summary(c), Text: string(text), Files: len(c.Files), Rating: rating}, err
}

// Transition is one step of an official.
type Transition struct {
	Action  models.ComplaintAction
	Outcome models.ComplaintOutcome
	Reason  string // written for the complainant
}

// Take takes a step. ErrComplaintStep when the state does not allow it, ErrConflict when a colleague was faster.
func (s *Service) Take(ctx context.Context, p models.Principal, id models.ComplaintID, t Transition) (Summary, error) {
	if err := officialsOnly(p); err != nil {
		return Summary{}, err
	}
	t.Reason = strings.TrimSpace(t.Reason)
	var wrong []models.FieldError
	if n := utf8.RuneCountInString(t.Reason); n < 2 || n > 500 {
		wrong = append(wrong, models.FieldError{Field: "reason", Code: "length", Message: "请用2到500个字写明理由，投诉人会看到。"})
	}
	if t.Outcome != "" && !t.Outcome.Valid() {
		wrong = append(wrong, models.FieldError{Field: "outcome", Code: "unknown", Message: "没有这种结果。"})
	}
	if len(wrong) > 0 {
		return Summary{}, models.ErrInvalid.WithFields(wrong...)
	}
	c, err := s.store.FindComplaint(ctx, p.Scope(), id)
	if err != nil {
		return Summary{}, err
	}
	next, err := c.Step(t.Action, t.Outcome, t.Reason, p.Account, s.now())
	if err != nil {
		return Summary{}, err
	}
	return summary(next), s.store.UpdateComplaint(ctx, next)
}
