package indicator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

// EndingSoon is how many days before its end a filing letter is called ending.
const EndingSoon = 90

// Standing is how a region or an organisation stands in a period, beside the period before.
type Standing struct {
	Region   string       // empty: everything in scope together
	Org      models.OrgID // of a line of organisations
	Orgs     store.OrgCount
	Batches  store.BatchSum // of the rounds that opened in the period
	Items    []models.IndicatorValue
	Before   map[string]models.IndicatorValue // of the period before, by indicator
	Quality  models.Quality
	Known    int     // indicators that have a value
	Few      int     // of those, the ones over too few people to be ranked
	Compared int     // indicators that both periods have over enough people
	Worse    []Moved // of those, what moved the wrong way, the farthest first
	Computed time.Time
}

// Moved is an indicator that got worse. Figures over few people are left out on either side: they move by themselves.
type Moved struct {
	Def models.IndicatorDefinition
	By  float64
}

// Overview is a jurisdiction at a glance: all together, then region by region.
type Overview struct {
	Kind   models.OrgKind
	Period string
	Total  Standing
	Lines  []Standing // by region code; the province's own line is what it supervises itself
}

// ForOverview gives the overview of one kind of organisation in a period: to the province by city, to a city its own line. It reads the rollups of the period and of the one before,
// and sums organisations and rounds; nothing is computed from answers.
func (s *Service) ForOverview(ctx context.Context, p models.Principal, kind models.OrgKind, period string) (Overview, error) {
	if !kind.Valid() {
		return Overview{}, kindUnknown()
	}
	list, err := s.ForOverviews(ctx, p, []models.OrgKind{kind}, period)
	if err != nil {
		return Overview{}, err
	}
	return list[0], nil
}

// ForOverviews is ForOverview of several kinds; organisations and rounds are summed once for all of them.
func (s *Service) ForOverviews(ctx context.Context, p models.Principal, kinds []models.OrgKind, period string) ([]Overview, error) {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return nil, models.ErrForbidden
	}
	per, err := s.period(period)
	if err != nil {
		return nil, err
	}
	sums, err := s.sum(ctx, p, per)
	if err != nil {
		return nil, err
	}
	list := make([]Overview, len(kinds))
	for i, kind := range kinds {
		if list[i], err = s.overview(ctx, p, kind, per, sums); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Service) overview(ctx context.Context, p models.Principal, kind models.OrgKind, per models.Period, sums sums) (Overview, error) {
	now, err := s.byRegion(ctx, p, kind, per, models.Slice{})
	if err != nil {
		return Overview{}, err
	}
	earlier, err := models.ParsePeriod(per.Previous())
	if err != nil {
		return Overview{}, err
	}
	before, err := s.byRegion(ctx, p, kind, earlier, models.Slice{})
	if err != nil {
		return Overview{}, err
	}
	lines := map[string]*Standing{}
	line := func(region string) *Standing {
		if lines[region] == nil {
			lines[region] = &Standing{Region: region}
		}
		return lines[region]
	}
	for region, f := range now {
		s.fill(line(region), kind, f, before[region])
	}
	sums.into(kind, line)
	out := Overview{Kind: kind, Period: per.Name, Total: *line("")}
	delete(lines, "")
	for _, l := range lines {
		out.Lines = append(out.Lines, *l)
	}
	slices.SortFunc(out.Lines, func(a, b Standing) int { return cmp.Compare(a.Region, b.Region) })
	return out, nil
}

// fill puts figures and what they were before into a line.
func (s *Service) fill(l *Standing, kind models.OrgKind, now, before RegionFigures) {
	l.Items, l.Quality, l.Computed = now.Items, now.Quality, now.ComputedAt
	l.compare(s.catalog.Indicators(kind), before.Items)
}

// compare sets the items beside those of the period before.
func (l *Standing) compare(defs []models.IndicatorDefinition, before []models.IndicatorValue) {
	l.Before = make(map[string]models.IndicatorValue, len(before))
	for _, v := range before {
		l.Before[v.ID] = v
	}
	def := make(map[string]models.IndicatorDefinition, len(defs))
	for _, d := range defs {
		def[d.ID] = d
	}
	few := func(v models.IndicatorValue) bool { return slices.Contains(v.Flags, models.FlagLowSample) }
	for _, v := range l.Items {
		if v.Value == nil {
			continue
		}
		l.Known++
		if few(v) {
			l.Few++
		}
		was := l.Before[v.ID]
		if was.Value == nil || few(v) || few(was) {
			continue
		}
		l.Compared++
		if (Ranked{Value: v, Before: was.Value}).Worse(def[v.ID].Better) {
			l.Worse = append(l.Worse, Moved{def[v.ID], models.RoundHalfUp(*v.Value-*was.Value, 2)})
		}
	}
	slices.SortStableFunc(l.Worse, func(a, b Moved) int { return cmp.Compare(max(b.By, -b.By), max(a.By, -a.By)) })
}

// sums are organisations and rounds of every kind by region.
type sums struct {
	orgs    []store.OrgCount
	batches []store.BatchSum
}

func (s *Service) sum(ctx context.Context, p models.Principal, per models.Period) (out sums, err error) {
	today := models.DateOf(s.now())
	if out.orgs, err = s.store.CountOrgs(ctx, p.Scope(), string(today), string(today.AddDays(EndingSoon))); err != nil {
		return out, err
	}
	out.batches, err = s.store.SumBatches(ctx, p.Scope(), store.BatchSumFilter{From: per.Start, Until: per.End}, s.now())
	return out, err
}

// into adds those of a kind to the lines and to all together.
func (x sums) into(kind models.OrgKind, line func(string) *Standing) {
	for _, o := range x.orgs {
		if o.Kind != kind {
			continue
		}
		line(o.Region).Orgs = o
		all := &line("").Orgs
		all.N, all.Ended, all.Ending, all.Blank = all.N+o.N, all.Ended+o.Ended, all.Ending+o.Ending, all.Blank+o.Blank
	}
	for _, b := range x.batches {
		if b.Kind != kind {
			continue
		}
		line(b.Region).Batches = b
		all := &line("").Batches
		all.Batches, all.Running, all.Paused = all.Batches+b.Batches, all.Running+b.Running, all.Paused+b.Paused
		all.Sent, all.Invited, all.Failed, all.Submitted = all.Sent+b.Sent, all.Invited+b.Invited, all.Failed+b.Failed, all.Submitted+b.Submitted
	}
}

// ForOrgs gives the standing of some organisations that p may see: their finished figures of a period and of the one before, and the sums of their rounds. Over twelve rolling months,
// for which nothing is kept ready, the figures are left out.
func (s *Service) ForOrgs(ctx context.Context, p models.Principal, orgs []models.Org, period string) ([]Standing, error) {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return nil, models.ErrForbidden
	}
	per, err := s.period(period)
	if err != nil {
		return nil, err
	}
	ids := make([]models.OrgID, len(orgs))
	keys := make([]string, 0, 2*len(orgs))
	for i, o := range orgs {
		ids[i] = o.ID
		keys = append(keys, models.RollupID(o.ID, per.Name), models.RollupID(o.ID, per.Previous()))
	}
	rollups, err := s.store.FindRollups(ctx, p.Scope(), keys)
	if err != nil {
		return nil, err
	}
	by := make(map[string]models.Rollup, len(rollups))
	for _, r := range rollups {
		by[r.ID] = r
	}
	sums, err := s.store.SumBatches(ctx, p.Scope(), store.BatchSumFilter{From: per.Start, Until: per.End, Orgs: ids}, s.now())
	if err != nil {
		return nil, err
	}
	list := make([]Standing, len(orgs))
	for i, o := range orgs {
		now := by[models.RollupID(o.ID, per.Name)]
		l := Standing{Region: o.Region, Org: o.ID, Items: now.Live, Quality: now.Quality, Computed: now.ComputedAt}
		l.compare(s.catalog.Indicators(o.Kind), by[models.RollupID(o.ID, per.Previous())].Live)
		for _, b := range sums {
			if b.Org == o.ID {
				l.Batches = b
			}
		}
		list[i] = l
	}
	return list, nil
}
