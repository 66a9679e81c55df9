package supervise

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

// DirectoryInput is an entry as somebody makes it by hand.
type DirectoryInput struct {
	Org         models.OrgID
	Enterprise  string
	USCC        string
	Occupations []string
	Evidence    string
	Consented   bool // whoever makes it has the enterprise's written consent
}

const maxOccupations = 30

// Directory lists entries in p's scope, newest first. due narrows to those whose enterprise should be asked again.
func (s *Service) Directory(ctx context.Context, p models.Principal, f store.DirectoryFilter, due bool, page models.Page) (models.List[models.DirectoryEntry], error) {
	if due {
		f.State, f.ConfirmedBy = models.DirectoryListed, s.now().AddDate(0, -models.ReconfirmMonths, 0)
	}
	return s.store.ListDirectory(ctx, p.Scope(), f, page)
}

// PublicDirectory lists what everybody may see: entries whose enterprise consents.
func (s *Service) PublicDirectory(ctx context.Context, org models.OrgID, page models.Page) (models.List[models.DirectoryEntry], error) {
	return s.store.ListDirectory(ctx, models.SystemScope(), store.DirectoryFilter{Org: org, State: models.DirectoryListed}, page)
}

// DirectoryEntry reads one entry.
func (s *Service) DirectoryEntry(ctx context.Context, p models.Principal, id models.DirectoryID) (models.DirectoryEntry, error) {
	return s.store.FindDirectoryEntry(ctx, p.Scope(), id)
}

// ProposeEntry makes an entry by hand: an operator for its own organisation, officials for those in scope. An official lists it.
func (s *Service) ProposeEntry(ctx context.Context, p models.Principal, in DirectoryInput) (models.DirectoryEntry, error) {
	none := models.DirectoryEntry{}
	if p.Role == models.RoleAlliance {
		return none, models.ErrForbidden
	}
	if p.Role == models.RoleOperator && in.Org == "" {
		in.Org = p.Org
	}
	if wrong := checkEntry(&in); len(wrong) > 0 {
		return none, models.ErrInvalid.WithFields(wrong...)
	}
	o, err := s.store.FindOrg(ctx, p.Scope(), in.Org)
	if err != nil {
		return none, err
	}
	e := s.newEntry(o, in.Enterprise, in.USCC)
	e.Occupations, e.Evidence, e.Consent, e.By = in.Occupations, in.Evidence, models.ConsentWritten, p.Account
	e.VouchedAt = e.CreatedAt
	if err := s.recordEntry(ctx, p, e, "propose"); err != nil {
		return none, err
	}
	return e, s.store.CreateDirectoryEntry(ctx, e)
}

// newEntry is a proposed entry; the same enterprise and organisation give the same id.
func (s *Service) newEntry(o models.Org, enterprise, uscc string) models.DirectoryEntry {
	now := s.now().UTC().Truncate(time.Millisecond)
	key := uscc
	if key == "" {
		key = strings.ToLower(strings.Join(strings.Fields(enterprise), ""))
	}
	return models.DirectoryEntry{
		ID: models.DirectoryID(s.ident.Derive("directory", string(o.ID), key)), Org: o.ID, OrgName: o.Name, Region: o.Region, Kind: o.Kind,
		Enterprise: enterprise, USCC: uscc, Occupations: []string{}, State: models.DirectoryProposed, ConfirmedAt: now,
		Timeline: []models.DirectoryEvent{}, Version: 1, CreatedAt: now, ChangedAt: now,
	}
}

func checkEntry(in *DirectoryInput) (wrong []models.FieldError) {
	fail := func(field, code, message string) {
		wrong = append(wrong, models.FieldError{Field: field, Code: code, Message: message})
	}
	if in.Org == "" {
		fail("org", "required", "请写明是哪个机构。")
	}
	in.Enterprise = strings.TrimSpace(in.Enterprise)
	if n := utf8.RuneCountInString(in.Enterprise); n < 2 || n > 100 || !models.Printable(in.Enterprise) {
		fail("enterprise", "length", "请用2到100个字填写企业名称。")
	}
	if in.USCC = strings.TrimSpace(in.USCC); in.USCC != "" {
		uscc, _, err := models.ParseUSCC(in.USCC)
		if err != nil {
			fail("uscc", "format_wrong", "统一社会信用代码不对，请核对18位代码。")
		}
		in.USCC = uscc
	}
	if len(in.Occupations) > maxOccupations {
		fail("occupations", "too_many", "最多30个职业（工种）。")
		return wrong
	}
	occupations := make([]string, 0, len(in.Occupations))
	for i, o := range in.Occupations {
		o, bad := line(fmt.Sprintf("occupations[%d]", i), o, true)
		wrong = append(wrong, bad...)
		occupations = append(occupations, o)
	}
	in.Occupations = occupations
	var bad []models.FieldError
	in.Evidence, bad = words("evidence", in.Evidence, true)
	wrong = append(wrong, bad...)
	if !in.Consented {
		fail("consented", "required", "须有企业联系人的书面同意，才能列入目录。")
	}
	return wrong
}

// TakeEntry takes a step of an entry: officials list and reject; an operator may say of its own organisation's entries that the
// enterprise stands by it, has taken its consent back, or given it again.
func (s *Service) TakeEntry(ctx context.Context, p models.Principal, id models.DirectoryID, a models.DirectoryAction, note string, version int) (models.DirectoryEntry, error) {
	e, err := s.store.FindDirectoryEntry(ctx, p.Scope(), id)
	if err != nil {
		return e, err
	}
	operator := p.Role == models.RoleOperator && a != models.DirectoryList && a != models.DirectoryReject
	if !operator && official(p) != nil {
		return e, models.ErrForbidden
	}
	note, wrong := words("reason", note, true)
	if len(wrong) > 0 {
		return e, models.ErrInvalid.WithFields(wrong...)
	}
	if version != 0 && version != e.Version {
		return e, models.ErrConflict
	}
	next, err := e.Step(a, models.DirectoryEvent{At: s.now().UTC().Truncate(time.Millisecond), By: p.Account, Note: note})
	if err != nil {
		return e, err
	}
	if err := s.recordEntry(ctx, p, next, string(a)); err != nil {
		return e, err
	}
	return next, s.store.UpdateDirectoryEntry(ctx, next)
}

func (s *Service) recordEntry(ctx context.Context, p models.Principal, e models.DirectoryEntry, step string) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditDirectory, Object: "directory/" + string(e.ID), Org: e.Org, Region: e.Region,
		Detail: map[string]string{"step": step, "state": string(e.State)},
	})
}
