// Package indicator computes figures: a tally for each batch from its raw answers, a rollup for each organisation and period from tallies,
// complaints, records and declared figures, and a region's figures from rollups.
//
// Nothing is counted up. A pass finds what changed since a watermark, computes exactly that anew, and replaces one document each, so it may be
// interrupted anywhere, run twice, or run by several processes at once. What an organisation may see of a batch moves in steps of five
// people (models.Release); that state lives in the tally and moves only together with its version.
package indicator

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	now     port.Clock

	mu   sync.Mutex // protects memo
	memo memo
}

// New makes the service.
func New(s *store.Store, c *catalog.Catalog, box *seal.Box, now port.Clock) *Service {
	return &Service{store: s, catalog: c, box: box, now: now, memo: newMemo()}
}

// Definitions lists what the indicators of a kind of organisation mean, of every kind when kind is empty.
func (s *Service) Definitions(kind models.OrgKind) ([]models.IndicatorDefinition, error) {
	if kind != "" && !kind.Valid() {
		return nil, kindUnknown()
	}
	list := []models.IndicatorDefinition{}
	for _, k := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		if kind == "" || kind == k {
			list = append(list, s.catalog.Indicators(k)...)
		}
	}
	return list, nil
}

func kindUnknown() error {
	return models.ErrInvalid.WithFields(models.FieldError{Field: "kind", Code: "unknown", Message: "kind 应为 enterprise、school 或 social_org。"})
}

// period reads a period's name; empty means the current quarter, the regulators' default.
func (s *Service) period(name string) (models.Period, error) {
	if name == "" {
		name = models.QuarterOf(s.now())
	}
	return models.ParsePeriod(name)
}

// ForOrg gives an organisation's figures of a period (empty: the current quarter) as the reader with scope sc may see them, see Rollup.View: one
// look-up, whatever the number of answers. Figures that are not kept ready (twelve rolling months, or nothing has happened yet) are computed and
// not stored. ErrNotFound for an organisation out of scope.
func (s *Service) ForOrg(ctx context.Context, sc models.Scope, org models.OrgID, period string) (models.Rollup, error) {
	p, err := s.period(period)
	if err != nil {
		return models.Rollup{}, err
	}
	if p.Kind != models.PeriodRolling {
		r, err := s.store.FindRollup(ctx, sc, org, p.Name)
		if !errors.Is(err, models.ErrNotFound) {
			return r, err
		}
	}
	o, err := s.store.FindOrg(ctx, sc, org)
	if err != nil {
		return models.Rollup{}, err
	}
	return s.build(ctx, o, p, models.RecordCount{})
}

// RegionFigures is a region's figures of a period.
type RegionFigures struct {
	Region     string
	Kind       models.OrgKind
	Period     string
	Orgs       int       // organisations with anything to count in the period
	ComputedAt time.Time // of the oldest part
	Items      []models.IndicatorValue
	Quality    models.Quality
}

// ForRegion merges the figures of all organisations of a kind that a regulator supervises; the province's code means everybody's. It merges
// numerators and denominators, not means. Regulators only, a city its own. Over twelve rolling months the participation rate is not given,
// because people assessed in two months would count twice.
func (s *Service) ForRegion(ctx context.Context, p models.Principal, region string, kind models.OrgKind, period string) (RegionFigures, error) {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return RegionFigures{}, models.ErrForbidden
	}
	if p.Role == models.RoleCity && p.Region != region {
		return RegionFigures{}, models.ErrNotFound
	}
	found, ok := s.catalog.Region(region)
	if !ok {
		return RegionFigures{}, models.ErrNotFound
	}
	if kind == "" {
		kind = models.OrgEnterprise
	}
	if !kind.Valid() {
		return RegionFigures{}, kindUnknown()
	}
	per, err := s.period(period)
	if err != nil {
		return RegionFigures{}, err
	}
	f := store.RollupFilter{Region: region, Kind: kind, Periods: []string{per.Name}}
	if found.IsProvince() {
		f.Region = ""
	}
	if per.Kind == models.PeriodRolling {
		f.Periods = per.Months()
	}
	rollups, err := s.store.ListRollupCells(ctx, p.Scope(), f)
	if err != nil {
		return RegionFigures{}, err
	}
	return s.merged(found.Code, kind, per, rollups), nil
}

func (s *Service) merged(region string, kind models.OrgKind, p models.Period, rollups []models.Rollup) RegionFigures {
	out := RegionFigures{Region: region, Kind: kind, Period: p.Name, ComputedAt: s.now(), Quality: models.Quality{Reasons: map[string]int64{}}}
	cells, flagged, orgs := map[string]models.Cell{}, map[string]models.Cell{}, map[models.OrgID]bool{}
	for _, r := range rollups {
		models.MergeCells(cells, r.Cells)
		models.MergeCells(flagged, r.Flagged)
		out.Quality.Merge(r.Quality)
		orgs[r.Org] = true
		if r.ComputedAt.Before(out.ComputedAt) {
			out.ComputedAt = r.ComputedAt
		}
	}
	out.Orgs = len(orgs)
	defs := s.catalog.Indicators(kind)
	for _, d := range defs {
		if p.Kind == models.PeriodRolling && d.Measure.Builtin == models.BuiltinParticipationRate {
			cells[d.ID] = models.Cell{Missing: int64(max(out.Orgs, 1))}
		}
	}
	out.Items = models.Values(defs, cells, s.options)
	models.AddQuality(out.Items, defs, cells, flagged, s.options)
	return out
}

// options gives the options of a question in the newest version of a form, for the bounds of bands.
func (s *Service) options(form, question string) []models.Option {
	q, ok := s.catalog.Latest(form)
	if !ok {
		return nil
	}
	if found := q.Question(question); found != nil {
		return found.Options
	}
	return nil
}

// form finds the version of a questionnaire that somebody answered. Versions are never removed; not to know one means that another, newer
// program took the answer.
func (s *Service) form(ref models.QuestionnaireRef) (*models.Questionnaire, error) {
	q, ok := s.catalog.Questionnaire(ref.Code, ref.Version)
	if !ok {
		return nil, fmt.Errorf("questionnaire %s version %s is not in this program's catalog", ref.Code, ref.Version)
	}
	return q, nil
}
