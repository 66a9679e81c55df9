package indicator

import (
	"cmp"
	"context"
	"slices"

	"huisheng/models"
)

// RankQuery says what is ranked: organisations of a kind by one indicator in a period, in a region (empty: all in scope), of an occupation or level.
type RankQuery struct {
	Kind   models.OrgKind
	ID     string
	Period string
	Region string
	Slice  models.Slice
}

// Ranked is one organisation of a ranking. Place 0: not ranked, because there is no figure, it stands on too few people, or the indicator has no better end.
type Ranked struct {
	Org    models.OrgID
	Name   string
	Region string
	Value  models.IndicatorValue
	Before *float64 // the period before
	Place  int
}

// Worse says whether the figure moved the wrong way since the period before.
func (r Ranked) Worse(b models.Better) bool {
	if r.Value.Value == nil || r.Before == nil {
		return false
	}
	switch b {
	case models.BetterHigher:
		return *r.Value.Value < *r.Before
	case models.BetterLower:
		return *r.Value.Value > *r.Before
	}
	return false
}

// Rank gives the organisations in p's scope by one indicator, the best first; those that are not ranked follow by name. Figures with LOW_SAMPLE are never
// ranked. The alliance sees the schools' released figures.
func (s *Service) Rank(ctx context.Context, p models.Principal, q RankQuery) ([]Ranked, error) {
	d, ok := s.catalog.Indicator(q.ID)
	if !ok || d.Kind != q.Kind {
		return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "indicator", Code: "unknown", Message: "这类机构没有这个指标。"})
	}
	if p.Role == models.RoleOperator {
		return nil, models.ErrForbidden
	}
	per, err := s.period(q.Period)
	if err != nil {
		return nil, err
	}
	now, err := s.valuesByOrg(ctx, p.Scope(), q, d, per)
	if err != nil {
		return nil, err
	}
	earlier, err := models.ParsePeriod(per.Previous())
	if err != nil {
		return nil, err
	}
	before, err := s.valuesByOrg(ctx, p.Scope(), q, d, earlier)
	if err != nil {
		return nil, err
	}
	ids := make([]models.OrgID, 0, len(now))
	for id := range now {
		ids = append(ids, id)
	}
	orgs, err := s.store.FindOrgs(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Ranked, 0, len(orgs))
	for _, o := range orgs {
		list = append(list, Ranked{Org: o.ID, Name: o.Name, Region: o.Region, Value: now[o.ID], Before: before[o.ID].Value})
	}
	place(list, d.Better)
	return list, nil
}

// place sorts a list and numbers those that may be ranked; equal figures share a place.
func place(list []Ranked, b models.Better) {
	rankable := func(r Ranked) bool {
		return r.Value.Value != nil && b != models.BetterNeither && !slices.Contains(r.Value.Flags, models.FlagLowSample)
	}
	slices.SortFunc(list, func(x, y Ranked) int {
		rx, ry := rankable(x), rankable(y)
		switch {
		case rx && ry:
			order := cmp.Compare(*y.Value.Value, *x.Value.Value)
			if b == models.BetterLower {
				order = -order
			}
			return cmp.Or(order, cmp.Compare(x.Name, y.Name))
		case rx:
			return -1
		case ry:
			return 1
		}
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Org, y.Org))
	})
	for i := range list {
		switch {
		case !rankable(list[i]):
		case i > 0 && *list[i].Value.Value == *list[i-1].Value.Value:
			list[i].Place = list[i-1].Place
		default:
			list[i].Place = i + 1
		}
	}
}

// valuesByOrg computes one indicator for each organisation that has anything in a period.
func (s *Service) valuesByOrg(ctx context.Context, sc models.Scope, q RankQuery, d models.IndicatorDefinition, p models.Period) (map[models.OrgID]models.IndicatorValue, error) {
	f := regionFilter(cmp.Or(q.Region, models.Province), q.Kind, p, q.Slice)
	if sc.Region != "" && q.Kind == models.OrgSocial {
		f.Region = sc.Region // a city sees the parts at its exam sites
	}
	f.Shown = sc.InSteps()
	rollups, err := s.store.ListRollupCells(ctx, sc, f)
	if err != nil {
		return nil, err
	}
	by := map[models.OrgID]map[string]models.Cell{}
	for _, r := range rollups {
		if by[r.Org] == nil {
			by[r.Org] = map[string]models.Cell{}
		}
		models.MergeCells(by[r.Org], r.Cells)
		models.MergeCells(by[r.Org], r.Shown)
		for _, part := range r.Slices {
			models.MergeCells(by[r.Org], part.Cells)
			models.MergeCells(by[r.Org], part.Shown)
		}
	}
	defs := s.catalog.Indicators(q.Kind)
	out := make(map[models.OrgID]models.IndicatorValue, len(by))
	for org, cells := range by {
		notOverMonths(defs, cells, p, 1)
		values := models.Values
		switch {
		case !q.Slice.IsZero():
			values = func(defs []models.IndicatorDefinition, cells map[string]models.Cell, options func(string, string) []models.Option) []models.IndicatorValue {
				return models.SliceValues(defs, cells, options, f.Shown)
			}
		case f.Shown:
			values = models.ReleasedValues
		}
		for _, v := range values(defs, cells, s.options) {
			if v.ID == d.ID {
				out[org] = v
			}
		}
	}
	return out, nil
}
