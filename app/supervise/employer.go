package supervise

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/app/respond"
	"huisheng/models"
)

// The questions of the employer's form that the directory reads.
const (
	employerForm     = "SCH_EMPLOYER"
	employerCompany  = "company"
	employerRole     = "role"
	employerConsent  = "list_company"
	employerStudent  = "student" // a student answers for the company, and cannot consent for it
	employerYes      = "yes"
	markEmployer     = "directory-consents"
	employerAtOnce   = 500
	employerOverlap  = 2 * time.Minute // longer than a request takes from its time stamp to being durable
	maxEnterpriseLen = 100
)

// ReadEmployers proposes entries for enterprises whose contact agreed to be listed, and takes back those whose answer was withdrawn or now says no.
// It reads from a watermark with an overlap; entries have derived ids, so answers that are met again change nothing. It gives how many entries it
// made or changed.
func (s *Service) ReadEmployers(ctx context.Context) (int, error) {
	mark, err := s.store.FindMark(ctx, markEmployer)
	if err != nil {
		return 0, err
	}
	list, err := s.store.EmployerAnswers(ctx, employerForm, mark.At, employerAtOnce)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	changed := 0
	var errs []error
	for _, r := range list {
		n, err := s.readEmployer(ctx, r)
		changed += n
		errs = append(errs, err)
	}
	next := list[len(list)-1].ChangedAt
	if len(list) < employerAtOnce {
		next = s.now().Add(-employerOverlap)
	}
	if err := errors.Join(errs...); err != nil || !next.After(mark.At) {
		return changed, err
	}
	return changed, s.store.AdvanceMark(ctx, markEmployer, next)
}

func (s *Service) readEmployer(ctx context.Context, r models.Response) (int, error) {
	company, consents, err := s.employer(r)
	if err != nil {
		return 0, err
	}
	entries, err := s.store.DirectoryEntriesOf(ctx, r.ID)
	if err != nil {
		return 0, err
	}
	changed := 0
	var id models.DirectoryID
	if consents {
		var made bool
		if id, made, err = s.listEmployer(ctx, r, company); err != nil {
			return 0, err
		}
		if made {
			changed++
		}
	}
	for _, e := range entries { // what this answer consented to before and does not any more
		if e.ID == id {
			continue
		}
		next, moved := e.Disagreed(r.ID, r.ChangedAt)
		if !moved {
			continue
		}
		if err := s.moveEntry(ctx, next, "withdraw"); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

// moveEntry stores what follows from an answer. Who loses a race with an official sees the entry again with the next pass.
func (s *Service) moveEntry(ctx context.Context, next models.DirectoryEntry, step string) error {
	if err := s.recordEntry(ctx, models.Principal{}, next, step); err != nil {
		return err
	}
	return s.store.UpdateDirectoryEntry(ctx, next)
}

// employer reads which company an answer speaks for and whether it consents to be listed.
func (s *Service) employer(r models.Response) (company string, consents bool, err error) {
	role, _ := r.Answers[employerRole].(string)
	yes, _ := r.Answers[employerConsent].(string)
	if r.Withdrawn || yes != employerYes || role == "" || role == employerStudent {
		return "", false, nil
	}
	words, err := respond.Words(s.box, r)
	company = strings.Join(strings.Fields(words[employerCompany]), " ")
	ok := utf8.RuneCountInString(company) >= 2 && utf8.RuneCountInString(company) <= maxEnterpriseLen && models.Printable(company)
	return company, err == nil && ok, err
}

// listEmployer makes the entry unless it is there; a second contact of the same company is one more consent that it rests on.
func (s *Service) listEmployer(ctx context.Context, r models.Response, company string) (models.DirectoryID, bool, error) {
	o, err := s.store.FindOrg(ctx, models.SystemScope(), r.Org)
	if errors.Is(err, models.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	uscc := ""
	if code, _, err := models.ParseUSCC(company); err == nil {
		uscc = code
	}
	e := s.newEntry(o, company, uscc)
	e.Consent, e.Consents, e.ConfirmedAt = models.ConsentAnswer, []models.ContactConsent{{Response: r.ID, At: r.ChangedAt}}, r.ChangedAt
	e.Evidence = "企业联系人在用人部门评价中同意列入。"
	switch found, err := s.store.FindDirectoryEntry(ctx, models.SystemScope(), e.ID); {
	case err == nil:
		next, changed := found.Agreed(r.ID, r.ChangedAt)
		if !changed {
			return e.ID, false, nil
		}
		return e.ID, true, s.moveEntry(ctx, next, "agree")
	case !errors.Is(err, models.ErrNotFound):
		return e.ID, false, err
	}
	if err := s.recordEntry(ctx, models.Principal{}, e, "propose"); err != nil {
		return e.ID, false, err
	}
	err = s.store.CreateDirectoryEntry(ctx, e)
	if errors.Is(err, models.ErrDirectoryExists) {
		return e.ID, false, nil
	}
	return e.ID, err == nil, err
}
