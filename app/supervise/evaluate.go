package supervise

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"huisheng/app/indicator"
	"huisheng/models"
	"huisheng/models/store"
)

const (
	markEvaluate  = "supervise"
	markWalked    = "supervise-walked" // up to when periods were judged, by which policies
	evaluateEvery = time.Hour          // figures of finished periods change seldom
	orgsAtOnce    = 200
)

// EvaluateDue is the job's pass: it evaluates when an hour has passed, or other policies are published than last time.
func (s *Service) EvaluateDue(ctx context.Context) error {
	policies, err := s.store.PublishedPolicies(ctx)
	if err != nil {
		return err
	}
	note := namesOf(policies)
	mark, err := s.store.FindMark(ctx, markEvaluate)
	if err != nil || len(policies) == 0 || note == mark.Note && s.now().Before(mark.At.Add(evaluateEvery)) {
		return err
	}
	if _, err := s.Evaluate(ctx); err != nil {
		return err
	}
	return s.store.SetMark(ctx, markEvaluate, s.now(), note)
}

func namesOf(policies []models.Policy) string {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = string(p.ID)
	}
	return strings.Join(names, " ")
}

// judged is one rule with the policy that holds it.
type judged struct {
	policy models.Policy
	rule   models.Rule
}

// sitting is what is judged together: one reading of the figures serves all rules.
type sitting struct {
	kind   models.OrgKind
	period models.Period
}

// due is what is judged in one sitting.
type due struct {
	sitting
	rules []judged
}

// Evaluate holds the figures of every organisation against every rule, for each period that came to be judged since the last pass that ended, however
// long ago that is, and once more for the newest one, whose figures may still move. It gives how many cases are new: one that a rule proposed before for
// the same period is met again and left alone, so it may be interrupted anywhere and run by several processes at once.
func (s *Service) Evaluate(ctx context.Context) (int, error) {
	now := s.now()
	policies, err := s.store.PublishedPolicies(ctx)
	if err != nil {
		return 0, err
	}
	walked, err := s.store.FindMark(ctx, markWalked)
	if err != nil {
		return 0, err
	}
	tallied, err := s.store.FindMark(ctx, indicator.MarkName) // before looking: figures are complete up to here
	if err != nil {
		return 0, err
	}
	made := 0
	var errs []error
	for _, at := range s.due(policies, walked, now) {
		err := s.eachOrg(ctx, models.SystemScope(), at.kind, func(o models.Org) error {
			n, err := s.judge(ctx, o, at.period, at.rules)
			made += n
			return err
		})
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return made, err
	}
	until := now
	if tallied.At.Before(until) { // a period whose figures were not all computed yet is looked at again
		until = tallied.At
	}
	return made, s.store.SetMark(ctx, markWalked, until, namesOf(policies))
}

// due lists what has to be judged, the oldest period first. A policy that no pass has walked before is judged from its effective day on.
func (s *Service) due(policies []models.Policy, walked models.Mark, now time.Time) []due {
	known := strings.Fields(walked.Note)
	found := map[sitting][]judged{}
	for _, p := range policies {
		since := walked.At
		if !slices.Contains(known, string(p.ID)) {
			since = time.Time{}
		}
		for _, r := range p.Rules {
			for _, period := range p.Due(r.PeriodKind, policies, since, now) {
				key := sitting{r.Kind, period}
				found[key] = append(found[key], judged{p, r})
			}
		}
	}
	list := make([]due, 0, len(found))
	for at, rules := range found {
		list = append(list, due{at, rules})
	}
	slices.SortFunc(list, func(a, b due) int {
		return cmp.Or(a.period.End.Compare(b.period.End), cmp.Compare(a.period.Name, b.period.Name), cmp.Compare(a.kind, b.kind))
	})
	return list
}

// early groups rules by what they need to be read, for the last finished period of each, although its rounds may still be open.
func (s *Service) early(p models.Policy) map[sitting][]judged {
	out := map[sitting][]judged{}
	for _, r := range p.Rules {
		period, err := models.LastFinished(r.PeriodKind, s.now())
		if err != nil {
			continue
		}
		key := sitting{r.Kind, period}
		out[key] = append(out[key], judged{p, r})
	}
	return out
}

// eachOrg visits the organisations of a kind in scope.
func (s *Service) eachOrg(ctx context.Context, sc models.Scope, kind models.OrgKind, visit func(models.Org) error) error {
	page := models.Page{Limit: orgsAtOnce}
	for {
		list, err := s.store.ListOrgs(ctx, sc, store.OrgFilter{Kind: kind}, page)
		if err != nil {
			return err
		}
		for _, o := range list.Items {
			if err := visit(o); err != nil {
				return err
			}
		}
		if page.After = list.Next; page.After == "" {
			return nil
		}
	}
}

// judge proposes what the rules say about one organisation.
func (s *Service) judge(ctx context.Context, o models.Org, period models.Period, rules []judged) (made int, err error) {
	r, err := s.indicators.ForOrg(ctx, models.SystemScope(), o.ID, period.Name)
	if err != nil {
		return 0, err
	}
	for _, j := range rules {
		figures, crossed := s.crossing(r, j.rule)
		if !crossed {
			continue
		}
		ok, err := s.proposeByRule(ctx, o, period, j, r, figures)
		if err != nil {
			return made, err
		}
		if ok {
			made++
		}
	}
	return made, nil
}

// crossing holds a rule against an organisation's figures. The rule must hold for the live figure, which the regulator acts on, and for the one
// that the organisation sees itself: nobody is measured by a figure that it cannot read, and the case tells it nothing new about four people.
func (s *Service) crossing(r models.Rollup, rule models.Rule) ([]models.EvidenceFigure, bool) {
	live, released := s.figure(r.Live, rule.Indicator), s.figure(r.Released, rule.Indicator)
	if !rule.Crosses(live.value, live.response) || !rule.Crosses(released.value, released.response) {
		return nil, false
	}
	out := []models.EvidenceFigure{{Live: &live.value, Released: released.value, Response: released.response, Crossed: true}}
	for _, v := range r.Live {
		if v.ID != rule.Indicator && v.Value != nil {
			out = append(out, models.EvidenceFigure{Live: &v, Released: s.figure(r.Released, v.ID).value})
		}
	}
	return out, true
}

// answered is a figure with the response rate of its form.
type answered struct {
	value    models.IndicatorValue
	response *float64
}

func (s *Service) figure(values []models.IndicatorValue, id string) (out answered) {
	d, _ := s.catalog.Indicator(id)
	for _, v := range values {
		if v.ID == id {
			out.value = v
		}
		other, _ := s.catalog.Indicator(v.ID)
		if d.Measure.Questionnaire != "" && other.Measure.Builtin == models.BuiltinResponseRate && other.Measure.Questionnaire == d.Measure.Questionnaire {
			out.response = v.Value
			if v.Value == nil { // of an unknown response rate nothing can be said
				out.response = new(float64)
			}
		}
	}
	if out.value.ID == "" {
		out.value = models.IndicatorValue{ID: id, Flags: []string{}, Suppressed: true}
	}
	return out
}

// proposeByRule makes the case unless it is there, or the organisation stands where the rule leads already.
func (s *Service) proposeByRule(ctx context.Context, o models.Org, period models.Period, j judged, r models.Rollup, figures []models.EvidenceFigure) (bool, error) {
	id := models.MeasureID(s.ident.Derive("measure", string(o.ID), string(j.policy.ID), j.rule.ID, period.Name))
	if exists, err := s.store.MeasureExists(ctx, id); exists || err != nil {
		return false, err
	}
	standing, err := s.Standing(ctx, o.ID)
	if err != nil {
		return false, err
	}
	kind, ok := j.rule.Measure.Sharpest(standing)
	if !ok {
		return false, nil
	}
	rule := j.rule
	e := models.CaseEvidence{
		Policy: j.policy.ID, PolicyName: j.policy.Name, Rule: &rule, Period: period.Name, Catalog: s.catalog.Hash(), Figures: figures, ComputedAt: r.ComputedAt,
	}
	if err := s.countComplaints(ctx, o.ID, period, &e); err != nil {
		return false, err
	}
	m := s.newCase(o, kind, standing, e)
	m.ID, m.Wanted = id, j.rule.Measure
	m.Reason = j.policy.Name + " · " + j.rule.ID
	return s.create(ctx, models.Principal{}, &m)
}
