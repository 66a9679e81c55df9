package supervise

import (
	"context"
	"slices"

	"huisheng/models"
)

// Preview is what a policy says about one organisation, without proposing anything.
type Preview struct {
	Org      models.Org
	Standing models.Standing
	Hits     []Hit
	Score    *float64 // composite; nil: the policy weighs nothing for this kind, or a figure is missing or stands on too few
	Period   string   // of the score
}

// Hit is a rule that holds.
type Hit struct {
	Rule    models.Rule
	Period  string
	Figure  models.IndicatorValue
	Measure models.MeasureKind // what would be proposed; empty: the organisation stands there or worse already
}

// Preview shows which organisations a policy, draft or published, would propose measures for today, by the last finished period of each rule; nothing
// is stored. It also gives the composite score of the period (empty: the last finished quarter). Officials, in their scope.
func (s *Service) Preview(ctx context.Context, p models.Principal, id models.PolicyID, period string) ([]Preview, error) {
	if err := official(p); err != nil {
		return nil, err
	}
	v, err := s.Policy(ctx, p, id)
	if err != nil {
		return nil, err
	}
	scored, err := s.scoredPeriod(period)
	if err != nil {
		return nil, err
	}
	found := map[models.OrgID]*Preview{}
	var order []models.OrgID
	entry := func(o models.Org) *Preview {
		if found[o.ID] == nil {
			found[o.ID] = &Preview{Org: o, Hits: []Hit{}, Period: scored.Name}
			order = append(order, o.ID)
		}
		return found[o.ID]
	}
	for at, rules := range s.early(v.Policy) {
		err := s.eachOrg(ctx, p.Scope(), at.kind, func(o models.Org) error { return s.previewOrg(ctx, o, at.period, rules, entry) })
		if err != nil {
			return nil, err
		}
	}
	for _, kind := range weighed(v.Policy) {
		err := s.eachOrg(ctx, p.Scope(), kind, func(o models.Org) error {
			r, err := s.indicators.ForOrg(ctx, models.SystemScope(), o.ID, scored.Name)
			if score, ok := v.Score(kind, r.Live); err == nil && ok {
				entry(o).Score = &score
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return s.previews(ctx, order, found)
}

func (s *Service) scoredPeriod(name string) (models.Period, error) {
	if name != "" {
		return models.ParsePeriod(name)
	}
	return models.LastFinished(models.PeriodQuarter, s.now())
}

func weighed(p models.Policy) (kinds []models.OrgKind) {
	for _, w := range p.Weights {
		if !slices.Contains(kinds, w.Kind) {
			kinds = append(kinds, w.Kind)
		}
	}
	return kinds
}

func (s *Service) previewOrg(ctx context.Context, o models.Org, period models.Period, rules []judged, entry func(models.Org) *Preview) error {
	r, err := s.indicators.ForOrg(ctx, models.SystemScope(), o.ID, period.Name)
	if err != nil {
		return err
	}
	for _, j := range rules {
		if figures, crossed := s.crossing(r, j.rule); crossed {
			e := entry(o)
			e.Hits = append(e.Hits, Hit{Rule: j.rule, Period: period.Name, Figure: *figures[0].Live})
		}
	}
	return nil
}

// previews adds how the organisations stand. Those with rules against them come first, then by score, lowest first.
func (s *Service) previews(ctx context.Context, order []models.OrgID, found map[models.OrgID]*Preview) ([]Preview, error) {
	out := make([]Preview, 0, len(order))
	for _, id := range order {
		e := *found[id]
		standing, err := s.Standing(ctx, id)
		if err != nil {
			return nil, err
		}
		e.Standing = standing
		for i := range e.Hits {
			e.Hits[i].Measure, _ = e.Hits[i].Rule.Measure.Sharpest(standing)
		}
		slices.SortFunc(e.Hits, func(a, b Hit) int { return slices.Compare([]byte(a.Rule.ID), []byte(b.Rule.ID)) })
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Preview) int {
		if d := len(b.Hits) - len(a.Hits); d != 0 {
			return d
		}
		return compareScore(a.Score, b.Score)
	})
	return out, nil
}

func compareScore(a, b *float64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	case *a < *b:
		return -1
	case *a > *b:
		return 1
	}
	return 0
}
