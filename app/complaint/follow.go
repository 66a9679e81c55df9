package complaint

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/models"
)

// maxSupplements is how often a complainant may add something.
const maxSupplements = 10

// Status is what a complainant sees.
type Status struct {
	CaseNo      string                  `json:"case_no"`
	Org         string                  `json:"org_name"`
	Category    string                  `json:"category"`
	State       models.ComplaintState   `json:"state"`
	Outcome     models.ComplaintOutcome `json:"outcome,omitempty"`
	Measures    []models.CaseMeasure    `json:"measures,omitempty"`
	Refusal     models.CaseRefusal      `json:"refusal,omitempty"`
	AcceptBy    time.Time               `json:"accept_by"`
	ResolveBy   time.Time               `json:"resolve_by"`
	WaitUntil   *time.Time              `json:"wait_until,omitempty"` // until when an answer of the complainant is waited for
	ReviewBy    *time.Time              `json:"review_by,omitempty"`  // until when a review may be asked for
	Provisional bool                    `json:"provisional"`
	Extended    int                     `json:"extended,omitempty"` // working days by which the deadline was moved
	Joined      bool                    `json:"joined,omitempty"`   // merged into another case, whose state this is
	Timeline    []models.CaseEvent      `json:"timeline"`
	Rated       bool                    `json:"rated"`    // the complainant has rated the handling
	CanRate     bool                    `json:"can_rate"` // and may now
	CanAdd      bool                    `json:"can_add"`
	CanWithdraw bool                    `json:"can_withdraw"`
	CanReview   bool                    `json:"can_review"`
}

// Follow gives the status of a case to whoever holds its passphrase. A wrong number and a wrong passphrase are the same error; too many tries lock the case for a while.
func (s *Service) Follow(ctx context.Context, caseNo, passphrase string) (Status, error) {
	c, err := s.prove(ctx, caseNo, passphrase)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, c)
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

// cleanPassphrase forgives lower case, spaces and missing dashes.
func cleanPassphrase(p string) string {
	p = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "　", "").Replace(p))
	if len(p) != 12 {
		return p
	}
	return p[:4] + "-" + p[4:8] + "-" + p[8:]
}

// statusOf is the status; that of a merged case follows the one it went into, without the words that were written for somebody else.
func (s *Service) statusOf(ctx context.Context, c models.Complaint) (Status, error) {
	out := s.status(c)
	into := c
	for range 5 { // a chain is short; a ring cannot be
		if into.MergedInto == "" {
			break
		}
		next, err := s.store.FindComplaint(ctx, models.SystemScope(), into.MergedInto)
		if err != nil {
			return out, err
		}
		into = next
	}
	if into.ID == c.ID {
		return out, nil
	}
	main := s.status(into)
	out.State, out.Outcome, out.Measures, out.ResolveBy, out.Provisional, out.Joined = main.State, main.Outcome, main.Measures, main.ResolveBy, main.Provisional, true
	out.CanRate = c.Rating == nil && main.State != c.State && (into.Rateable() || into.Rating != nil)
	return out, nil
}

func (s *Service) status(c models.Complaint) Status {
	now, may := s.now(), c.Actions(models.ByComplainant)
	can := func(a models.ComplaintAction) bool {
		for _, x := range may {
			if x == a {
				return true
			}
		}
		return false
	}
	out := Status{
		CaseNo: c.CaseNo, Org: c.OrgName, Category: c.Category, State: c.State, Outcome: c.Outcome, Measures: c.Measures, Refusal: c.Refusal,
		AcceptBy: beijing(c.AcceptBy), ResolveBy: beijing(c.ResolveBy), Provisional: c.Provisional, Timeline: c.Public(), Rated: c.Rating != nil, CanRate: c.Rateable(),
		CanAdd: can(models.ActionSupplement) && len(c.Supplements) < maxSupplements, CanWithdraw: can(models.ActionWithdraw),
		CanReview: can(models.ActionReview) && c.Review == nil && now.Before(c.ReviewBy) && c.Outcome != models.OutcomeWithdrawn,
	}
	if c.DueKind == models.DueWaiting {
		out.WaitUntil = moment(c.Due)
	}
	if out.CanReview {
		out.ReviewBy = moment(c.ReviewBy)
	}
	for i := range out.Timeline {
		out.Timeline[i].At = beijing(out.Timeline[i].At)
	}
	if x := c.Extension; x != nil && !x.ApprovedAt.IsZero() {
		out.Extended = x.Days
	}
	return out
}

// Withdraw ends a case at the wish of whoever holds its passphrase. A severe one may still be investigated. Twice is harmless.
func (s *Service) Withdraw(ctx context.Context, caseNo, passphrase string) (Status, error) {
	return s.mine(ctx, caseNo, passphrase, models.ActionWithdraw, "", func(c models.Complaint) (bool, error) {
		return c.Outcome == models.OutcomeWithdrawn, nil
	})
}

// Supplement adds something to a case: an answer to a question of the officials, or what was forgotten. The same again is harmless.
func (s *Service) Supplement(ctx context.Context, caseNo, passphrase, text string) (Status, error) {
	return s.mine(ctx, caseNo, passphrase, models.ActionSupplement, text, func(c models.Complaint) (bool, error) {
		n := len(c.Supplements)
		if n == 0 {
			return false, nil
		}
		last, err := s.box.Open(c.Supplements[n-1].Body, place(c.ID, "supplement"))
		if err == nil && string(last) != strings.TrimSpace(text) && n >= maxSupplements {
			return false, models.ErrTooMany
		}
		return string(last) == strings.TrimSpace(text), err
	})
}

// AskReview asks the upper level to look at a decision or a refusal again, once. The same again is harmless.
func (s *Service) AskReview(ctx context.Context, caseNo, passphrase, reason string) (Status, error) {
	return s.mine(ctx, caseNo, passphrase, models.ActionReview, reason, func(c models.Complaint) (bool, error) {
		if c.Review == nil {
			return false, nil
		}
		given, err := s.box.Open(c.Review.Reason, place(c.ID, "review"))
		return string(given) == strings.TrimSpace(reason), err
	})
}

// mine takes a step of the complainant. done says whether it has been taken already; an official who is faster costs another try.
func (s *Service) mine(ctx context.Context, caseNo, passphrase string, a models.ComplaintAction, text string, done func(models.Complaint) (bool, error)) (Status, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); a != models.ActionWithdraw && (n < 2 || n > maxText) {
		return Status{}, models.ErrInvalid.WithFields(models.FieldError{Field: "text", Code: "length", Message: fmt.Sprintf("请用2到%d个字说明。", maxText)})
	}
	c, err := s.prove(ctx, caseNo, passphrase)
	if err != nil {
		return Status{}, err
	}
	for range 5 {
		if was, err := done(c); err != nil || was {
			if err != nil {
				return Status{}, err
			}
			return s.statusOf(ctx, c)
		}
		next, err := s.mineOnce(ctx, c, a, text)
		if err == nil {
			s.follow(ctx, next)
			return s.statusOf(ctx, next)
		}
		if !errors.Is(err, models.ErrConflict) {
			return Status{}, err
		}
		if c, err = s.store.FindComplaint(ctx, models.SystemScope(), c.ID); err != nil {
			return Status{}, err
		}
	}
	return Status{}, models.ErrConflict
}

func (s *Service) mineOnce(ctx context.Context, c models.Complaint, a models.ComplaintAction, text string) (models.Complaint, error) {
	step := models.Step{Action: a, Actor: models.ByComplainant, At: s.now()}
	if a != models.ActionWithdraw {
		var err error
		if step.Body, err = s.box.Seal([]byte(text), place(c.ID, string(a))); err != nil {
			return c, err
		}
	}
	next, err := c.Step(step, s.calendar.Current(ctx).Calendar)
	if err != nil {
		return c, err
	}
	return next, s.store.UpdateComplaint(ctx, next)
}

// FewPeople says whether a round is so small that anonymity means little: somebody who knows the round can guess.
func (s *Service) FewPeople(ctx context.Context, batch models.BatchID) (bool, error) {
	b, err := s.store.FindBatch(ctx, models.SystemScope(), batch)
	return err == nil && b.People > 0 && b.People < fewPeople, err
}

// fewPeople is the least number of people among whom one is hidden.
const fewPeople = 5

// beijing is a moment as readers see it: Beijing time, whole seconds.
func beijing(t time.Time) time.Time { return t.In(models.Shanghai()).Truncate(time.Second) }

// moment is beijing, or nil for no moment.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = beijing(t)
	return &t
}
