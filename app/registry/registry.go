// Package registry keeps the filed assessment bodies: who they are, who supervises them, and what they may assess.
package registry

import (
	"context"
	"strings"
	"time"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/models"
	"huisheng/models/store"
)

// Service has the use cases of organisations. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	audit   *audit.Log
	now     port.Clock
}

// New makes the service.
func New(s *store.Store, c *catalog.Catalog, a *audit.Log, now port.Clock) *Service {
	return &Service{store: s, catalog: c, audit: a, now: now}
}

// NewOrg is what somebody registers.
type NewOrg struct {
	Kind        models.OrgKind
	Name        string
	USCC        string
	Division    string // where it is registered
	Affiliation models.Affiliation
	Subtype     string
	Filing      models.Filing
}

// timeStep is what the database keeps of a moment.
const timeStep = time.Millisecond

// Registered is an organisation and what about it looks odd but is allowed, in Chinese.
type Registered struct {
	Org      models.Org
	Warnings []string
}

// Create registers an organisation. The province registers any; a city those of its own (affiliation city) that lie in it.
func (s *Service) Create(ctx context.Context, p models.Principal, in NewOrg) (Registered, error) {
	o := models.Org{
		Kind: in.Kind, Name: strings.TrimSpace(in.Name), Division: strings.TrimSpace(in.Division), Affiliation: in.Affiliation,
		Subtype: strings.TrimSpace(in.Subtype), Filing: in.Filing,
	}
	fields := s.check(&o)
	uscc, warning, err := models.ParseUSCC(in.USCC)
	if err != nil {
		fields = append(fields, valueField("uscc", err))
	}
	if len(fields) > 0 {
		return Registered{}, models.ErrInvalid.WithFields(fields...)
	}
	city, _ := s.catalog.CityOf(o.Division) // checked above
	o.USCC, o.Region = uscc, models.SupervisorOf(o.Affiliation, city.Code)
	if err := mayRegister(p, o); err != nil {
		return Registered{}, err
	}
	o.ID, o.CreatedAt = models.OrgID(models.NewID()), s.now().UTC().Truncate(timeStep)
	o.UpdatedAt = o.CreatedAt
	if err := s.record(ctx, p, models.AuditOrgCreated, o); err != nil {
		return Registered{}, err
	}
	if err := s.store.CreateOrg(ctx, o); err != nil {
		return Registered{}, err
	}
	out := Registered{Org: o}
	if warning != "" {
		out.Warnings = []string{warning}
	}
	return out, nil
}

// mayRegister says whether p supervises what it is about to register.
func mayRegister(p models.Principal, o models.Org) error {
	switch {
	case p.Role == models.RoleProvince:
		return nil
	case p.Role == models.RoleCity && o.Affiliation == models.AffiliationCity && o.Region == p.Region:
		return nil
	case p.Role == models.RoleCity:
		return models.ErrOutsideJurisdiction
	}
	return models.ErrForbidden
}

// Find reads one organisation in p's scope.
func (s *Service) Find(ctx context.Context, p models.Principal, id models.OrgID) (models.Org, error) {
	return s.store.FindOrg(ctx, p.Scope(), id)
}

// List lists the organisations in p's scope; for an operator that is its own.
func (s *Service) List(ctx context.Context, p models.Principal, f store.OrgFilter, page models.Page) (models.List[models.Org], error) {
	if f.Kind != "" && !f.Kind.Valid() {
		return models.List[models.Org]{}, models.ErrInvalid.WithFields(field("kind", "wrong_value", "机构类型应为 enterprise、school 或 social_org。"))
	}
	return s.store.ListOrgs(ctx, p.Scope(), f, page)
}

// Change is what may change of a registered organisation; nil leaves it. Kind, credit code, place and affiliation decide who supervises it and are
// copied into everything it does: they stay.
type Change struct {
	Name    *string
	Subtype *string
	Filing  *models.Filing
	// Delegated is the city that handles complaints about a provincial or central enterprise for the province; empty: nobody does. The province says so.
	Delegated *string
}

// Update changes an organisation in p's scope. Somebody else's change in between gives ErrConflict.
func (s *Service) Update(ctx context.Context, p models.Principal, id models.OrgID, ch Change) (models.Org, error) {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.Org{}, models.ErrForbidden
	}
	o, err := s.store.FindOrg(ctx, p.Scope(), id)
	if err != nil {
		return models.Org{}, err
	}
	was := o.UpdatedAt
	if ch.Name != nil {
		o.Name = strings.TrimSpace(*ch.Name)
	}
	if ch.Subtype != nil {
		o.Subtype = strings.TrimSpace(*ch.Subtype)
	}
	if ch.Filing != nil {
		o.Filing = *ch.Filing
	}
	fields := s.check(&o)
	if ch.Delegated != nil {
		if p.Role != models.RoleProvince {
			return models.Org{}, models.ErrForbidden
		}
		o.DelegatedTo = strings.TrimSpace(*ch.Delegated)
		fields = append(fields, s.checkDelegation(o)...)
	}
	if len(fields) > 0 {
		return models.Org{}, models.ErrInvalid.WithFields(fields...)
	}
	// It must differ even for two changes in one millisecond: it is what the next change is compared with.
	if o.UpdatedAt = s.now().UTC().Truncate(timeStep); !o.UpdatedAt.After(was) {
		o.UpdatedAt = was.Add(timeStep)
	}
	if err := s.record(ctx, p, models.AuditOrgChanged, o); err != nil {
		return models.Org{}, err
	}
	if err := s.store.ReplaceOrg(ctx, o, was); err != nil {
		return models.Org{}, err
	}
	return o, nil
}

func (s *Service) record(ctx context.Context, p models.Principal, a models.AuditAction, o models.Org) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: a, Object: "org/" + string(o.ID), Org: o.ID, Region: o.Region, Detail: map[string]string{"kind": string(o.Kind)},
	})
}
