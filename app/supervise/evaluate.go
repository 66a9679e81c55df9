package supervise

import (
	"context"
	"errors"
	"strings"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

const (
	markEvaluate  = "supervise"
	evaluateEvery = time.Hour // figures of finished periods change seldom
	orgsAtOnce    = 200
)

// EvaluateDue is the job's pass: it evaluates when an hour has passed, or other policies are in force than last time.
func (s *Service) EvaluateDue(ctx context.Context) error {
	policies, err := s.store.PublishedPolicies(ctx)
	if err != nil {
		return err
	}
	inForce := models.InForce(policies, s.today())
	names := make([]string, len(inForce))
	for i, p := range inForce {
		names[i] = string(p.ID)
	}
	note := strings.Join(names, " ")
	mark, err := s.store.FindMark(ctx, markEvaluate)
	if err != nil || len(inForce) == 0 || note == mark.Note && s.now().Before(mark.At.Add(evaluateEvery)) {
		return err
	}
	if _, err := s.Evaluate(ctx); err != nil {
		return err
	}
	return s.store.SetMark(ctx, markEvaluate, s.now(), note)
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

// Evaluate holds the figures of every organisation against every rule in force, for the last finished period of each rule's kind, and proposes what
// follows. It gives how many cases are new: one that a rule proposed before for the same period is met again and left alone, so it may be
// interrupted anywhere and run by several processes at once.
func (s *Service) Evaluate(ctx context.Context) (int, error) {
	policies, err := s.store.PublishedPolicies(ctx)
	if err != nil {
		return 0, err
	}
	made := 0
	var errs []error
	for at, rules := range s.sittings(models.InForce(policies, s.today()), false) {
		err := s.eachOrg(ctx, models.SystemScope(), at.kind, func(o models.Org) error {
			n, err := s.judge(ctx, o, at.period, rules)
			made += n
			return err
		})
		errs = append(errs, err)
	}
	return made, errors.Join(errs...)
}

// sittings groups rules by what they need to be read. early judges the last finished period although its rounds may still be open.
func (s *Service) sittings(policies []models.Policy, early bool) map[sitting][]judged {
	out := map[sitting][]judged{}
	for _, p := range policies {
		for _, r := range p.Rules {
			at := s.now()
			if !early {
				at = at.AddDate(0, 0, -p.WaitDays)
			}
			period, err := models.LastFinished(r.PeriodKind, at)
			if err != nil || !early && !p.Judges(period, s.now()) {
				continue
			}
			key := sitting{r.Kind, period}
			out[key] = append(out[key], judged{p, r})
		}
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
