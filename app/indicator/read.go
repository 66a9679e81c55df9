package indicator

import (
	"context"
	"errors"
	"slices"
	"time"

	"huisheng/models"
)

// ForOrg gives an organisation's figures of a period (empty: the current quarter) as the reader with scope sc may see them, see Rollup.View: one
// look-up, whatever the number of answers. Figures that are not kept ready (twelve rolling months, or nothing has happened yet) are computed and
// not stored. The city of a social organisation's exam sites sees the part that is about them. ErrNotFound for an organisation out of scope.
func (s *Service) ForOrg(ctx context.Context, sc models.Scope, org models.OrgID, period string) (models.Rollup, error) {
	return s.ForOrgSlice(ctx, sc, org, period, models.Slice{})
}

// ForOrgSlice is ForOrg for one occupation, one level or both; an empty field means any. An organisation sees those that are groups of their own,
// see models.BatchSlice; the rest is in its total alone.
func (s *Service) ForOrgSlice(ctx context.Context, sc models.Scope, org models.OrgID, period string, slice models.Slice) (models.Rollup, error) {
	p, err := s.period(period)
	if err != nil {
		return models.Rollup{}, err
	}
	r, err := s.find(ctx, sc, org, p, slice)
	if errors.Is(err, models.ErrNotFound) {
		r, err = s.compute(ctx, sc, org, p)
	}
	if err != nil {
		return models.Rollup{}, err
	}
	if !slice.IsZero() {
		s.narrow(&r, slice)
	}
	if err := s.position(ctx, &r); err != nil {
		return models.Rollup{}, err
	}
	if sc.InSteps() { // which occupations are too few to be shown apart is not for the organisation
		r.Slices = slices.DeleteFunc(r.Slices, func(c models.SliceCells) bool { return !c.Group })
	}
	return r, nil
}

// find reads what is kept ready: the whole, or for the city of the exam sites its part.
func (s *Service) find(ctx context.Context, sc models.Scope, org models.OrgID, p models.Period, slice models.Slice) (models.Rollup, error) {
	if p.Kind == models.PeriodRolling {
		return models.Rollup{}, models.ErrNotFound
	}
	find := s.store.FindRollupByID
	if !slice.IsZero() {
		find = s.store.FindRollupSlices
	}
	r, err := find(ctx, sc, models.RollupID(org, p.Name))
	if errors.Is(err, models.ErrNotFound) && sc.Region != "" {
		return find(ctx, sc, models.PartID(org, p.Name, sc.Region))
	}
	return r, err
}

// compute makes figures of what is not kept ready, within the reader's scope.
func (s *Service) compute(ctx context.Context, sc models.Scope, org models.OrgID, p models.Period) (models.Rollup, error) {
	o, err := s.store.FindOrg(ctx, sc, org)
	if err == nil {
		return s.build(ctx, o, p, models.RecordCount{})
	}
	if !errors.Is(err, models.ErrNotFound) || sc.Region == "" {
		return models.Rollup{}, err
	}
	if o, err = s.store.FindOrg(ctx, models.SystemScope(), org); err != nil || o.Kind != models.OrgSocial {
		return models.Rollup{}, models.ErrNotFound
	}
	parts, err := s.parts(ctx, o, p)
	if err != nil {
		return models.Rollup{}, err
	}
	facts := parts[sc.Region]
	if facts == nil {
		return models.Rollup{}, models.ErrNotFound
	}
	r := s.rollup(o, p, *facts)
	r.Region, r.Part = sc.Region, sc.Region
	return r, nil
}

// narrow replaces the figures by those of some occupations and levels.
func (s *Service) narrow(r *models.Rollup, slice models.Slice) {
	cells, shown := map[string]models.Cell{}, map[string]models.Cell{}
	for _, c := range r.Slices {
		if c.Within(slice) {
			models.MergeCells(cells, c.Cells)
			models.MergeCells(shown, c.Shown)
		}
	}
	defs := s.catalog.Indicators(r.Kind)
	r.Live, r.Released = models.SliceValues(defs, cells, s.options, false), models.SliceValues(defs, shown, s.options, true)
}

// Ready gives an organisation's finished figures of a period and of the one before, by one read of what is kept ready; what is not has no values.
func (s *Service) Ready(ctx context.Context, sc models.Scope, org models.OrgID, period string) (now, before models.Rollup, err error) {
	p, err := s.period(period)
	if err != nil {
		return now, before, err
	}
	list, err := s.store.FindRollups(ctx, sc, []string{models.RollupID(org, p.Name), models.RollupID(org, p.Previous())})
	if err != nil {
		return now, before, err
	}
	for i := range list {
		if err := s.position(ctx, &list[i]); err != nil {
			return now, before, err
		}
		if list[i].Period == p.Name {
			now = list[i]
		} else {
			before = list[i]
		}
	}
	return now, before, nil
}

// PeriodValue is one indicator in one period.
type PeriodValue struct {
	Period string
	models.IndicatorValue
}

// maxTrend is the most periods of a trend.
const maxTrend = 12

// Trend gives one indicator of an organisation over several periods, by default the last eight quarters, in the order asked for.
func (s *Service) Trend(ctx context.Context, sc models.Scope, org models.OrgID, id string, periods []string) ([]PeriodValue, error) {
	d, ok := s.catalog.Indicator(id)
	if !ok {
		return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "id", Code: "unknown", Message: "没有这个指标，请检查编号。"})
	}
	if len(periods) == 0 {
		p, err := s.period("")
		for range 8 {
			if err != nil {
				return nil, err
			}
			periods = append([]string{p.Name}, periods...)
			p, err = models.ParsePeriod(p.Previous())
		}
	}
	if len(periods) > maxTrend {
		return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "periods", Code: "too_many", Message: "一次最多12个时间段。"})
	}
	ready, err := s.readyBy(ctx, sc, org, periods)
	if err != nil {
		return nil, err
	}
	list := make([]PeriodValue, 0, len(periods))
	for _, name := range periods {
		r, ok := ready[name]
		if !ok {
			var err error
			if r, err = s.ForOrg(ctx, sc, org, name); err != nil {
				return nil, err
			}
		}
		if r.Kind != d.Kind {
			return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "id", Code: "other_kind", Message: "这个指标不是这类机构的。"})
		}
		for _, v := range r.View(sc) {
			if v.ID == id {
				list = append(list, PeriodValue{r.Period, v})
			}
		}
	}
	return list, nil
}

// readyBy gives an organisation's figures of several periods by one read. Of those that are over and for which nothing is kept ready there was nothing to count: a pass makes figures
// as soon as there is. What is left out has to be computed: the running periods, twelve rolling months, parts, and what has no such name.
func (s *Service) readyBy(ctx context.Context, sc models.Scope, org models.OrgID, periods []string) (map[string]models.Rollup, error) {
	ids := make([]string, len(periods))
	for i, name := range periods {
		ids[i] = models.RollupID(org, name)
	}
	list, err := s.store.FindRollups(ctx, sc, ids)
	if err != nil {
		return nil, err
	}
	ready := make(map[string]models.Rollup, len(periods))
	for _, r := range list {
		if err := s.position(ctx, &r); err != nil {
			return nil, err
		}
		ready[r.Period] = r
	}
	o, err := s.store.FindOrg(ctx, sc, org)
	if errors.Is(err, models.ErrNotFound) {
		return ready, nil // an exam site's city: its part
	}
	if err != nil {
		return nil, err
	}
	for _, name := range periods {
		p, err := models.ParsePeriod(name)
		if _, ok := ready[name]; ok || err != nil || p.Kind == models.PeriodRolling || p.End.After(s.now().Add(-time.Hour)) {
			continue
		}
		r := s.rollup(o, p, models.RollupFacts{})
		r.ID, r.Region = models.RollupID(o.ID, p.Name), o.Region
		ready[name] = r
	}
	return ready, nil
}
