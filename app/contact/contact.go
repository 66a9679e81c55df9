// Package contact keeps the companies' contacts whom a school's employer rounds ask. The school names them; they answer on their own phone, with a one-time
// code sent to that phone. A school may name a friend's number: what contacts say is shown apart, and it never learns who answered.
package contact

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Scheduler invites contacts whose day has come; outreach does.
type Scheduler interface {
	ScheduleContacts(ctx context.Context, org models.Org) (int, error)
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// Deps is what the service needs.
type Deps struct {
	Store     *store.Store
	Box       *seal.Box
	Ident     *ident.Idents
	Audit     *audit.Log
	Scheduler Scheduler
	Clock     port.Clock
}

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

// Input is a contact as a school registers it.
type Input struct {
	Company string
	USCC    string // may be empty
	Name    string
	Phone   string
}

// View is a contact as the school may see it.
type View struct {
	ID      models.ContactID
	Company string
	USCC    string
	Name    string // masked
	Phone   string // masked
	Since   models.Date
}

const maxCompany = 100

// check tidies the input and names every wrong field.
func check(in Input) (Input, error) {
	var wrong []models.FieldError
	fail := func(field string, err error) {
		var v *models.ValueError
		if errors.As(err, &v) {
			wrong = append(wrong, models.FieldError{Field: field, Code: v.Code, Message: v.Message})
		}
	}
	in.Company = strings.TrimSpace(in.Company)
	if n := utf8.RuneCountInString(in.Company); n < 2 || n > maxCompany || !models.Printable(in.Company) {
		wrong = append(wrong, models.FieldError{Field: "company", Code: "length", Message: "请填写单位全称，2到100个字。"})
	}
	var err error
	if strings.TrimSpace(in.USCC) != "" {
		in.USCC, _, err = models.ParseUSCC(in.USCC)
		fail("uscc", err)
	}
	in.Name, err = models.ParsePersonName(in.Name)
	fail("name", err)
	in.Phone, err = models.ParsePhone(in.Phone)
	fail("phone", err)
	if len(wrong) > 0 {
		return in, models.ErrInvalid.WithFields(wrong...)
	}
	return in, nil
}

// ErrOnlySchools says that employers are asked about schools' students.
var ErrOnlySchools = models.NewError(models.KindInvalid, "only_schools", "只有院校需要登记用人单位联系人。", "Only schools register companies' contacts.")

// Add registers a contact, who is asked at once in the hours in which messages may go out. The same company and phone again changes at most the name.
func (s *Service) Add(ctx context.Context, p models.Principal, id models.OrgID, in Input) (View, error) {
	org, err := s.school(ctx, p, id)
	if err != nil {
		return View{}, err
	}
	if in, err = check(in); err != nil {
		return View{}, err
	}
	now := s.Clock().Truncate(time.Millisecond)
	c := models.Contact{
		ID:  models.ContactID(s.Ident.Derive("contact", string(org.ID), models.FoldName(in.Company), in.Phone)),
		Org: org.ID, Region: org.Region, Kind: org.Kind, Company: in.Company, USCC: in.USCC, PhoneMAC: s.Ident.PhoneMAC(in.Phone),
		Since: models.DateOf(now), By: p.Account, CreatedAt: now, UpdatedAt: now,
	}
	switch old, err := s.Store.FindContact(ctx, models.SystemScope(), c.ID); {
	case err == nil: // also one who was removed: the rounds go on counting from the first day, so that nobody is asked twice by taking out and putting in
		c.Since, c.CreatedAt = old.Since, old.CreatedAt
	case !errors.Is(err, models.ErrNotFound):
		return View{}, err
	}
	if c.Identity, err = s.Box.SealJSON(models.Identity{Name: in.Name, Phone: in.Phone}, place(c.ID)); err != nil {
		return View{}, err
	}
	if err := s.record(ctx, p, c, "registered"); err != nil {
		return View{}, err
	}
	if err := s.Store.PutContact(ctx, c); err != nil {
		return View{}, err
	}
	if _, err := s.Scheduler.ScheduleContacts(ctx, org); err != nil { // what fails here the daily pass does
		return View{}, err
	}
	return s.view(c)
}

func place(id models.ContactID) string { return "contact/" + string(id) }

func (s *Service) school(ctx context.Context, p models.Principal, id models.OrgID) (models.Org, error) {
	org, err := s.Store.FindOrg(ctx, p.Scope(), id)
	if err != nil {
		return org, err
	}
	if org.Kind != models.OrgSchool {
		return org, ErrOnlySchools
	}
	return org, nil
}

// Remove takes a contact off the list: no further message, no further round. What the contact has answered stays. Removing twice is harmless.
func (s *Service) Remove(ctx context.Context, p models.Principal, org models.OrgID, id models.ContactID) error {
	c, err := s.Store.FindContact(ctx, p.Scope(), id)
	if err != nil {
		return err
	}
	if c.Org != org {
		return models.ErrNotFound
	}
	if c.Removed {
		return nil
	}
	if err := s.record(ctx, p, c, "removed"); err != nil {
		return err
	}
	c.Removed, c.UpdatedAt = true, s.Clock().Truncate(time.Millisecond)
	return s.Store.PutContact(ctx, c)
}

func (s *Service) record(ctx context.Context, p models.Principal, c models.Contact, what string) error {
	return s.Audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditContact, Object: "contact/" + string(c.ID), Org: c.Org, Region: c.Region, Detail: map[string]string{"what": what},
	})
}

// List gives an organisation's contacts, masked.
func (s *Service) List(ctx context.Context, p models.Principal, org models.OrgID, page models.Page) (models.List[View], error) {
	if _, err := s.Store.FindOrg(ctx, p.Scope(), org); err != nil {
		return models.List[View]{}, err
	}
	list, err := s.Store.ListContacts(ctx, p.Scope(), org, page)
	if err != nil {
		return models.List[View]{}, err
	}
	out := models.List[View]{Items: make([]View, len(list.Items)), Next: list.Next}
	for i, c := range list.Items {
		if out.Items[i], err = s.view(c); err != nil {
			return models.List[View]{}, err
		}
	}
	return out, nil
}

func (s *Service) view(c models.Contact) (View, error) {
	var who models.Identity
	err := s.Box.OpenJSON(c.Identity, place(c.ID), &who)
	return View{ID: c.ID, Company: c.Company, USCC: c.USCC, Name: models.MaskName(who.Name), Phone: models.MaskPhone(who.Phone), Since: c.Since}, err
}
