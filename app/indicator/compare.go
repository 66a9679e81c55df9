package indicator

import (
	"context"
	"sync"
	"time"

	"huisheng/models"
)

const (
	// minOrgs is the fewest organisations that a figure for comparison is over, and that may be left when one region is taken from the province.
	minOrgs = 3
	// benchmarkTTL is how long a figure for comparison is kept: merging a province costs more than reading one organisation.
	benchmarkTTL = time.Minute
	// maxBenchmarks bounds the memory for them.
	maxBenchmarks = 2000
)

// Comparison sets an organisation beside the city where it is registered and the province.
type Comparison struct {
	Rollup models.Rollup // the organisation's own figures, see Rollup.View
	City   string
	Items  []Compared // those with anything to compare, in the definitions' order
}

// Compared is one indicator beside others'. City and Province are made of what each organisation was released, so that they move in the same
// steps as its own figures: a city's live figure, read before and after one answer, would tell it.
type Compared struct {
	ID             string
	Own            models.IndicatorValue
	City, Province models.IndicatorValue
}

// Compare gives an organisation's figures of a period beside those of its city and province, for whoever may read the organisation. Figures over
// fewer than three organisations are hidden; so are a city's if fewer than three others would be left of the province. Departments' ratings
// are not compared: they are shown as they stand, so that a sum over organisations would move by single people.
func (s *Service) Compare(ctx context.Context, sc models.Scope, org models.OrgID, period string, slice models.Slice) (Comparison, error) {
	r, err := s.ForOrgSlice(ctx, sc, org, period, slice)
	if err != nil {
		return Comparison{}, err
	}
	o, err := s.store.FindOrg(ctx, models.SystemScope(), org)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Rollup: r, City: o.Region}
	if city, ok := s.catalog.CityOf(o.Division); ok {
		c.City = city.Code
	}
	p, err := models.ParsePeriod(r.Period)
	if err != nil {
		return Comparison{}, err
	}
	city, err := s.benchmark(ctx, benchmarkKey{c.City, r.Kind, p.Name, slice}, p)
	if err != nil {
		return Comparison{}, err
	}
	province, err := s.benchmark(ctx, benchmarkKey{models.Province, r.Kind, p.Name, slice}, p)
	if err != nil {
		return Comparison{}, err
	}
	for i, own := range r.View(sc) {
		d, ok := s.catalog.Indicator(own.ID)
		if !ok || !comparable(d) {
			continue
		}
		left := province.orgs[d.ID] - city.orgs[d.ID]
		c.Items = append(c.Items, Compared{
			ID: d.ID, Own: own,
			City:     city.value(i, d, left == 0 || left >= minOrgs),
			Province: province.value(i, d, true),
		})
	}
	return c, nil
}

// comparable says whether an indicator is set beside others'.
func comparable(d models.IndicatorDefinition) bool {
	switch d.Measure.Builtin {
	case models.BuiltinDepartmentCoverage, models.BuiltinRecords:
		return false
	case models.BuiltinDeclared:
		return d.Unit != models.UnitCount // a sum over a city says nothing beside one organisation
	}
	return d.Measure.Questionnaire != models.QuestionnaireDepartment
}

type benchmarkKey struct {
	region string
	kind   models.OrgKind
	period string
	slice  models.Slice
}

// benchmark is what the organisations of a region were released, merged.
type benchmark struct {
	values []models.IndicatorValue // one for each definition
	orgs   map[string]int          // organisations behind each indicator
	at     time.Time
}

// value gives a figure for comparison unless it is over too few organisations.
func (b benchmark) value(i int, d models.IndicatorDefinition, allowed bool) models.IndicatorValue {
	v := b.values[i]
	if b.orgs[d.ID] == 0 {
		return v
	}
	if b.orgs[d.ID] < minOrgs || !allowed {
		return models.IndicatorValue{
			ID: v.ID, Unit: v.Unit, Source: v.Source, Variant: v.Variant, Version: v.Version, Flags: []string{models.FlagFewOrgs}, Suppressed: true,
		}
	}
	return v
}

// benchmarks keeps them for a while.
type benchmarks struct {
	mu sync.Mutex // protects by
	by map[benchmarkKey]benchmark
}

func (s *Service) benchmark(ctx context.Context, key benchmarkKey, p models.Period) (benchmark, error) {
	now := s.now()
	s.benchmarks.mu.Lock()
	b, ok := s.benchmarks.by[key]
	s.benchmarks.mu.Unlock()
	if age := now.Sub(b.at); ok && age >= 0 && age < benchmarkTTL {
		return b, nil
	}
	f := regionFilter(key.region, key.kind, p, key.slice)
	f.Shown = true
	rollups, err := s.store.ListRollupCells(ctx, models.SystemScope(), f)
	if err != nil {
		return benchmark{}, err
	}
	b = s.mergeShown(key, p, rollups)
	b.at = now
	s.benchmarks.mu.Lock()
	defer s.benchmarks.mu.Unlock()
	if s.benchmarks.by == nil || len(s.benchmarks.by) >= maxBenchmarks {
		s.benchmarks.by = map[benchmarkKey]benchmark{}
	}
	s.benchmarks.by[key] = b
	return b, nil
}

func (s *Service) mergeShown(key benchmarkKey, p models.Period, rollups []models.Rollup) benchmark {
	cells, behind := map[string]models.Cell{}, map[string]map[models.OrgID]bool{}
	add := func(org models.OrgID, shown map[string]models.Cell) {
		models.MergeCells(cells, shown)
		for id, c := range shown {
			if c.N == 0 {
				continue
			}
			if behind[id] == nil {
				behind[id] = map[models.OrgID]bool{}
			}
			behind[id][org] = true
		}
	}
	for _, r := range rollups {
		add(r.Org, r.Shown)
		for _, part := range r.Slices {
			add(r.Org, part.Shown)
		}
	}
	defs := s.catalog.Indicators(key.kind)
	notOverMonths(defs, cells, p, len(rollups))
	b := benchmark{orgs: make(map[string]int, len(behind))}
	for id, orgs := range behind {
		b.orgs[id] = len(orgs)
	}
	for _, d := range defs {
		if d.Measure.Builtin == models.BuiltinGap {
			b.orgs[d.ID] = min(b.orgs[d.Measure.Of[0]], b.orgs[d.Measure.Of[1]])
		}
	}
	if key.slice.IsZero() {
		b.values = models.ReleasedValues(defs, cells, s.options)
	} else {
		b.values = models.SliceValues(defs, cells, s.options, true)
	}
	return b
}
