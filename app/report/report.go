// Package report makes period reports: immutable snapshots of a region's or an organisation's figures as of a cut-off, which anybody with the
// database and the keys can recompute from raw data.
//
// Asking for a report is one insert. A job makes it part by part, one organisation each, and finishes it by one update; a process that dies leaves
// parts that the next one does not make again. After that nothing in it changes: another report of the same period is another version.
package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"huisheng/app/audit"
	"huisheng/app/indicator"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store      *store.Store
	catalog    *catalog.Catalog
	indicators *indicator.Service
	audit      *audit.Log
	pin, mac   seal.Hasher
	queue      port.Queue
	now        port.Clock
	lease      time.Duration // how long a worker may be silent before another one goes on
}

// Deps is what the service needs.
type Deps struct {
	Store      *store.Store
	Catalog    *catalog.Catalog
	Indicators *indicator.Service
	Audit      *audit.Log
	Box        *seal.Box
	Queue      port.Queue
	Clock      port.Clock
	Lease      time.Duration
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store: d.Store, catalog: d.Catalog, indicators: d.Indicators, audit: d.Audit, queue: d.Queue, now: d.Clock, lease: 4 * d.Lease,
		pin: d.Box.Hasher("report pin"), mac: d.Box.Hasher("report"),
	}
}

// Request asks for a report: of one organisation, or of all organisations of a kind in a region (the province's code means everybody's).
type Request struct {
	Region string
	Org    models.OrgID
	Kind   models.OrgKind // of organisations in a region; empty: enterprise
	Period string
}

func regulatorsOnly(p models.Principal) error {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.ErrForbidden
	}
	return nil
}

// Ask stores that a report is to be made, as of now. While one of the same scope is being made, that one is given.
func (s *Service) Ask(ctx context.Context, p models.Principal, q Request) (models.Report, error) {
	if err := regulatorsOnly(p); err != nil {
		return models.Report{}, err
	}
	r, err := s.about(ctx, p, q)
	if err != nil {
		return r, err
	}
	for range 5 { // others may ask at the same time
		last, err := s.store.LatestReport(ctx, r.Scope)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return r, err
		}
		if err == nil && last.State == models.ReportBuilding {
			return last, nil
		}
		r.Version, r.Replaces = last.Version+1, last.ID
		if err := s.record(ctx, p, r, models.AuditReport, map[string]string{"what": "ask", "period": r.Period, "version": fmt.Sprint(r.Version)}); err != nil {
			return r, err
		}
		if err = s.store.CreateReport(ctx, r); errors.Is(err, models.ErrConflict) {
			continue
		}
		if err != nil {
			return r, err
		}
		s.queue.Wake(ctx, port.JobReport, string(r.ID))
		return r, nil
	}
	return r, models.ErrConflict
}

// about makes the document of a request, without its version.
func (s *Service) about(ctx context.Context, p models.Principal, q Request) (models.Report, error) {
	now := s.now().Truncate(time.Millisecond)
	r := models.Report{
		ID: models.ReportID(models.NewID()), By: p.Account, State: models.ReportBuilding, Cut: now, CreatedAt: now, Kind: q.Kind,
	}
	if (q.Org == "") == (q.Region == "") {
		return r, models.ErrReportPlace
	}
	per, err := models.ParsePeriod(q.Period)
	if err != nil {
		return r, err
	}
	if per.Start.After(now) {
		return r, models.ErrInvalid.WithFields(models.FieldError{Field: "period", Code: "period_not_begun", Message: "这个时期还没有开始。"})
	}
	r.Period = per.Name
	if q.Org != "" {
		o, err := s.store.FindOrg(ctx, p.Scope(), q.Org)
		if err != nil {
			return r, err
		}
		r.Org, r.Name, r.Region, r.Kind = o.ID, o.Name, o.Region, o.Kind
	} else {
		found, ok := s.catalog.Region(q.Region)
		if !ok || p.Role == models.RoleCity && p.Region != found.Code {
			return r, models.ErrNotFound
		}
		if r.Kind == "" {
			r.Kind = models.OrgEnterprise
		}
		if !r.Kind.Valid() {
			return r, models.ErrInvalid.WithFields(models.FieldError{Field: "kind", Code: "unknown", Message: "kind 应为 enterprise、school 或 social_org。"})
		}
		r.Of, r.Name, r.Region = found.Code, found.Name, found.Code
	}
	r.Scope = models.ReportScope(r.Of, r.Org, r.Kind, r.Period)
	return r, nil
}

func (s *Service) record(ctx context.Context, p models.Principal, r models.Report, a models.AuditAction, detail map[string]string) error {
	return s.audit.Record(ctx, audit.Entry{By: p, Action: a, Object: "report/" + string(r.ID), Org: r.Org, Region: r.Region, Detail: detail})
}

// List gives the reports that p may read, newest first; an organisation those about itself that are ready.
func (s *Service) List(ctx context.Context, p models.Principal, f store.ReportFilter, page models.Page) (models.List[models.Report], error) {
	if p.Scope().IsOrg() {
		f.Ready = true
	} else if err := regulatorsOnly(p); err != nil {
		return models.List[models.Report]{}, err
	}
	return s.store.ListReports(ctx, p.Scope(), f, page)
}

// Reading is a report as somebody may read it: a regulator all of it, an organisation the figures that it had seen when the report was made.
type Reading struct {
	models.Report
	Body     *models.ReportBody   // regulators, once it is ready
	Released *models.ReleasedBody // the organisation itself
	Check    *models.ReportCheck  // regulators: the newest verification, if any
}

// Read gives a report in p's scope. ErrNotFound also for an organisation whose report is not ready.
func (s *Service) Read(ctx context.Context, p models.Principal, id models.ReportID) (Reading, error) {
	own := p.Scope().IsOrg()
	if !own {
		if err := regulatorsOnly(p); err != nil {
			return Reading{}, err
		}
	}
	r, err := s.store.FindReport(ctx, p.Scope(), id)
	if err != nil {
		return Reading{}, err
	}
	out := Reading{Report: r}
	if r.State != models.ReportReady {
		if own {
			return Reading{}, models.ErrNotFound
		}
		return out, nil
	}
	if own {
		out.Report = withoutNumbers(r)
		out.Released = &models.ReleasedBody{}
		return out, decode(r.Released, out.Released)
	}
	out.Body = &models.ReportBody{}
	if err := decode(r.Body, out.Body); err != nil {
		return out, err
	}
	c, err := s.store.FindCheck(ctx, id)
	switch {
	case err == nil:
		out.Check = &c
	case !errors.Is(err, models.ErrNotFound):
		return out, err
	}
	return out, nil
}

// withoutNumbers keeps of a report what says which one it is.
func withoutNumbers(r models.Report) models.Report {
	r.Body, r.Orgs, r.By, r.Trouble = nil, nil, "", ""
	return r
}

func decode(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("decode report: %w", err)
	}
	return nil
}

// Whole is a report with all its parts, as it is exported.
type Whole struct {
	Report json.RawMessage   `json:"report"`
	SHA256 string            `json:"sha256"`
	Parts  []json.RawMessage `json:"parts"`
}

// Export gives everything that a report says, byte for byte as it was hashed; an organisation gets its released form. It is recorded.
func (s *Service) Export(ctx context.Context, p models.Principal, id models.ReportID) (Whole, error) {
	got, err := s.ready(ctx, p, id)
	if err != nil {
		return Whole{}, err
	}
	if err := s.record(ctx, p, got.Report, models.AuditExport, map[string]string{"what": "json"}); err != nil {
		return Whole{}, err
	}
	if got.Released != nil {
		return Whole{Report: got.Report.Released, SHA256: hashOf(got.Report.Released), Parts: []json.RawMessage{}}, nil
	}
	out := Whole{Report: got.Report.Body, SHA256: got.Hash, Parts: []json.RawMessage{}}
	err = s.store.StreamReportParts(ctx, id, false, func(part *models.ReportPart) error {
		if !part.Empty {
			out.Parts = append(out.Parts, part.Body)
		}
		return nil
	})
	return out, err
}

func (s *Service) ready(ctx context.Context, p models.Principal, id models.ReportID) (Reading, error) {
	got, err := s.Read(ctx, p, id)
	if err == nil && got.State != models.ReportReady {
		err = models.ErrReportBuilding
	}
	return got, err
}
