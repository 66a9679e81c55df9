package indicator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

// RegionFigures is a region's figures of a period.
type RegionFigures struct {
	Region     string
	Kind       models.OrgKind
	Period     string
	Orgs       int       // organisations with anything to count in the period
	ComputedAt time.Time // of the oldest part
	Items      []models.IndicatorValue
	Quality    models.Quality
	Slices     []models.SliceCells // which occupations and levels there are, without their cells
}

// ForRegion merges the figures of all organisations of a kind in a region; the province's code means everybody's. It merges numerators and
// denominators, not means. An organisation is in the region of its supervisor, a social organisation's rounds in that of their exam sites. Regulators
// only, a city its own: what others may compare themselves with is Compare. Over twelve rolling months what cannot be added up over months is not given.
func (s *Service) ForRegion(ctx context.Context, p models.Principal, region string, kind models.OrgKind, period string) (RegionFigures, error) {
	return s.ForRegionSlice(ctx, p, region, kind, period, models.Slice{})
}

// ForRegionSlice is ForRegion for one occupation, one level or both; an empty field means any.
func (s *Service) ForRegionSlice(ctx context.Context, p models.Principal, region string, kind models.OrgKind, period string, slice models.Slice) (RegionFigures, error) {
	machine := p.May(models.ScopeIndicatorsRead) && p.Org == "" && (p.Kind == "" || p.Kind == kind)
	if p.Role != models.RoleProvince && p.Role != models.RoleCity && !machine {
		return RegionFigures{}, models.ErrForbidden
	}
	if (p.Role == models.RoleCity || machine && p.Region != models.Province) && p.Region != region {
		return RegionFigures{}, models.ErrNotFound
	}
	if _, ok := s.catalog.Region(region); !ok {
		return RegionFigures{}, models.ErrNotFound
	}
	kind = cmp.Or(kind, models.OrgEnterprise)
	if !kind.Valid() {
		return RegionFigures{}, kindUnknown()
	}
	per, err := s.period(period)
	if err != nil {
		return RegionFigures{}, err
	}
	rollups, err := s.store.ListRollupCells(ctx, p.Scope(), regionFilter(region, kind, per, slice))
	if err != nil {
		return RegionFigures{}, err
	}
	return s.merged(region, kind, per, slice, rollups), nil
}

// ForRegions gives the figures of every region to the province, and under "" to every regulator those of all in scope together, by one read instead of one for each.
func (s *Service) ForRegions(ctx context.Context, p models.Principal, kind models.OrgKind, period string, slice models.Slice) (map[string]RegionFigures, error) {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return nil, models.ErrForbidden
	}
	if !kind.Valid() {
		return nil, kindUnknown()
	}
	per, err := s.period(period)
	if err != nil {
		return nil, err
	}
	all, err := s.byRegion(ctx, p, kind, per, slice)
	if err != nil || p.Role != models.RoleProvince {
		return all, err
	}
	for _, r := range s.catalog.Regions() {
		if _, ok := all[r.Code]; !ok {
			all[r.Code] = s.merged(r.Code, kind, per, slice, nil)
		}
	}
	return all, nil
}

// byRegion merges a period's rollups region by region; "" is all of them.
func (s *Service) byRegion(ctx context.Context, p models.Principal, kind models.OrgKind, per models.Period, slice models.Slice) (map[string]RegionFigures, error) {
	region := cmp.Or(p.Scope().Region, models.Province)
	f := regionFilter(region, kind, per, slice)
	list, err := s.store.ListRollupCells(ctx, p.Scope(), f)
	if err != nil {
		return nil, err
	}
	out := map[string]RegionFigures{"": s.merged(region, kind, per, slice, list)}
	if kind == models.OrgSocial && region == models.Province { // its rounds belong to where the exams are held
		f.Parts = true
		if list, err = s.store.ListRollupCells(ctx, p.Scope(), f); err != nil {
			return nil, err
		}
	}
	groups := map[string][]models.Rollup{}
	for _, r := range list {
		groups[r.Region] = append(groups[r.Region], r)
	}
	for code, part := range groups {
		out[code] = s.merged(code, kind, per, slice, part)
	}
	return out, nil
}

func regionFilter(region string, kind models.OrgKind, p models.Period, slice models.Slice) store.RollupFilter {
	f := store.RollupFilter{Region: region, Kind: kind, Periods: []string{p.Name}, Slice: slice}
	if region == models.Province {
		f.Region = ""
	}
	if p.Kind == models.PeriodRolling {
		f.Periods = p.Months()
	}
	return f
}

func (s *Service) merged(region string, kind models.OrgKind, p models.Period, slice models.Slice, rollups []models.Rollup) RegionFigures {
	out := RegionFigures{Region: region, Kind: kind, Period: p.Name, ComputedAt: s.now(), Quality: models.Quality{Reasons: map[string]int64{}}}
	cells, flagged, orgs := map[string]models.Cell{}, map[string]models.Cell{}, map[models.OrgID]bool{}
	seen := map[models.Slice]bool{}
	for _, r := range rollups {
		models.MergeCells(cells, r.Cells)
		models.MergeCells(flagged, r.Flagged)
		out.Quality.Merge(r.Quality)
		for _, part := range r.Slices {
			models.MergeCells(cells, part.Cells)
			if !seen[part.Slice] {
				seen[part.Slice] = true
				out.Slices = append(out.Slices, models.SliceCells{Slice: part.Slice, Name: part.Name})
			}
		}
		orgs[r.Org] = true
		if r.ComputedAt.Before(out.ComputedAt) {
			out.ComputedAt = r.ComputedAt
		}
	}
	slices.SortFunc(out.Slices, func(a, b models.SliceCells) int {
		return cmp.Or(cmp.Compare(a.Occupation, b.Occupation), cmp.Compare(a.Level, b.Level))
	})
	out.Orgs = len(orgs)
	defs := s.catalog.Indicators(kind)
	if !slice.IsZero() {
		out.Items = models.SliceValues(defs, cells, s.options, false)
		return out
	}
	notOverMonths(defs, cells, p, out.Orgs)
	out.Items = models.Values(defs, cells, s.options)
	models.AddQuality(out.Items, defs, cells, flagged, s.options)
	return out
}

// notOverMonths takes out what twelve months do not add up to: people assessed in two of them would count twice, and so would prices.
func notOverMonths(defs []models.IndicatorDefinition, cells map[string]models.Cell, p models.Period, orgs int) {
	if p.Kind != models.PeriodRolling {
		return
	}
	for _, d := range defs {
		price := d.Unit == models.UnitYuan && (d.Measure.Builtin == models.BuiltinDeclared || d.Measure.Builtin == models.BuiltinPublishedPrice)
		switch b := d.Measure.Builtin; {
		case b == models.BuiltinParticipationRate, b == models.BuiltinGrowth, b == models.BuiltinPricePosition, price:
			cells[d.ID] = models.Cell{Missing: int64(max(orgs, 1))}
		}
	}
}
