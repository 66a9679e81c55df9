package supervise_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/app/supervise"
	"huisheng/models"
)

func TestRulesProposeOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	require.Zero(t, k.evaluate(), "no policy by default")
	p := k.policy("quality", below(models.MeasureRectify))
	bad := []models.IndicatorValue{value("E1b", 41.5, 60), value("E1c", 65, 92)}
	k.figures(o, "2026Q3", bad, bad)
	require.Equal(t, 1, k.evaluate())
	require.Zero(t, k.evaluate(), "the same figures propose nothing twice")
	require.NoError(t, k.EvaluateDue(k.ctx))

	list := k.cases(city("1"))
	require.Len(t, list, 1)
	m := list[0]
	require.Equal(t, []any{models.MeasureRectify, models.MeasureProposed, p.ID, "2026Q3"}, []any{m.Kind, m.State, m.Evidence.Policy, m.Evidence.Period})
	require.True(t, m.Evidence.Figures[0].Crossed)
	require.InDelta(t, 41.5, *m.Evidence.Figures[0].Live.Value, 0.001)
	require.Equal(t, "1", m.Evidence.Figures[0].Live.Version)
	require.Equal(t, models.StandingNormal, k.standing(o), "a rule decides nothing")

	better := []models.IndicatorValue{value("E1b", 80, 60), value("E1c", 65, 92)}
	k.figures(o, "2026Q3", better, better)
	again, err := k.Measure(k.ctx, city("1"), m.ID)
	require.NoError(t, err)
	require.InDelta(t, 41.5, *again.Evidence.Figures[0].Live.Value, 0.001, "evidence is frozen")

	seen, err := k.Measure(k.ctx, operator(o), k.take(city("1"), m, models.ActionNotice).ID)
	require.NoError(t, err)
	for _, f := range seen.Evidence.Figures {
		require.Nil(t, f.Live, "the organisation sees its own view of the figures")
	}
	require.InDelta(t, 41.5, *seen.Evidence.Figures[0].Released.Value, 0.001)
}

// What a figure must be before a rule may act on it.
func TestFiguresThatNobodyMayBeMeasuredBy(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	k.policy("quality", below(models.MeasureWatch))
	good, low := value("E1c", 65, 92), value("E1c", 19.9, 301)
	hidden := models.IndicatorValue{ID: "E1b", Flags: []string{models.FlagSuppressed}, Suppressed: true}
	ok := []models.IndicatorValue{value("E1b", 41, 60), good}
	for name, c := range map[string]struct{ live, released []models.IndicatorValue }{
		"29 people":            {[]models.IndicatorValue{value("E1b", 41, 29), good}, ok},
		"flagged":              {[]models.IndicatorValue{value("E1b", 41, 60, models.FlagLowSample), good}, ok},
		"few answered":         {[]models.IndicatorValue{value("E1b", 41, 60), low}, ok},
		"nobody knows how few": {[]models.IndicatorValue{value("E1b", 41, 60), {ID: "E1c"}}, ok},
		"no value":             {[]models.IndicatorValue{{ID: "E1b"}, good}, ok},
		"hidden from it":       {ok, []models.IndicatorValue{hidden, good}},
		"it sees another":      {ok, []models.IndicatorValue{value("E1b", 60, 60), good}},
		"at the threshold":     {[]models.IndicatorValue{value("E1b", 60, 60), good}, ok},
	} {
		k.figures(o, "2026Q3", c.live, c.released)
		require.Zero(t, k.evaluate(), name)
	}
	k.figures(o, "2026Q3", ok, ok)
	require.Equal(t, 1, k.evaluate())
}

func TestWhenAPolicyJudges(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	bad := []models.IndicatorValue{value("E1b", 41.5, 60), value("E1c", 65, 92)}
	k.figures(o, "2026Q3", bad, bad)
	k.figures(o, "2026Q4", bad, bad)
	first := k.policy("quality", below(models.MeasureWatch))

	stricter := below(models.MeasureRectify)
	next, err := k.DraftPolicy(k.ctx, province("1"), supervise.PolicyInput{
		Code: "quality", Name: "质量监管", Basis: "粤人社函〔2027〕1号", EffectiveFrom: "2026-12-31", WaitDays: 30, Rules: []models.Rule{stricter},
	})
	require.NoError(t, err)
	require.EqualValues(t, "quality@2", next.ID)
	_, err = k.DraftPolicy(k.ctx, province("1"), supervise.PolicyInput{Code: "quality", Name: "又一份", Basis: "无文", Rules: []models.Rule{stricter}})
	require.ErrorIs(t, err, models.ErrPolicyExists)
	_, err = k.PublishPolicy(k.ctx, province("1"), next.ID, next.Revision, "")
	require.NoError(t, err)
	_, err = k.EditPolicy(k.ctx, province("1"), next.ID, 0, supervise.PolicyInput{Name: "改名", Basis: "无文"})
	require.ErrorIs(t, err, models.ErrPolicyPublished)

	require.Equal(t, 1, k.evaluate())
	require.Equal(t, first.ID, k.cases(province("1"))[0].Evidence.Policy, "the second is not in force yet")
	k.clock.Add(49 * 24 * time.Hour) // 11 January: the quarter is over, its rounds are not
	require.Zero(t, k.evaluate())
	k.clock.Add(21 * 24 * time.Hour)
	require.Equal(t, 1, k.evaluate())
	m := k.cases(province("1"))[0]
	require.Equal(t, []any{next.ID, "2026Q4", models.MeasureRectify}, []any{m.Evidence.Policy, m.Evidence.Period, m.Kind})
	_, err = k.RetirePolicy(k.ctx, province("1"), next.ID, 0)
	require.NoError(t, err)
}

// A rule that asks for more than the standing allows proposes the sharpest step that it does allow.
func TestRulesGoStepByStep(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	k.policy("exit", below(models.MeasureExit))
	bad := []models.IndicatorValue{value("E1b", 10, 60), value("E1c", 65, 92)}
	k.figures(o, "2026Q3", bad, bad)
	require.Equal(t, 1, k.evaluate())
	m := k.cases(city("1"))[0]
	require.Equal(t, []any{models.MeasureSuspend, models.MeasureExit}, []any{m.Kind, m.Wanted})
}

func TestPoliciesAreChecked(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	fields := func(in supervise.PolicyInput) (names []string) {
		_, err := k.DraftPolicy(k.ctx, province("1"), in)
		require.ErrorIs(t, err, models.ErrInvalid)
		var e *models.Error
		require.ErrorAs(t, err, &e)
		for _, f := range e.Fields {
			names = append(names, f.Field)
		}
		return names
	}
	bad := below(models.MeasureWatch)
	bad.MinN, bad.MinResponse, bad.Indicator, bad.Threshold = 29, 10, "X9", -1
	in := supervise.PolicyInput{Code: "A b", Name: "x", Basis: "", WaitDays: 400, Rules: []models.Rule{bad, below(models.MeasureLift)}, Weights: []models.Weight{{Kind: models.OrgEnterprise, Indicator: "E1b"}}}
	require.ElementsMatch(t, []string{
		"code", "name", "basis", "wait_days", "rules[0].indicator", "rules[0].threshold", "rules[0].min_n", "rules[0].min_response_rate", "rules[1].id", "rules[1].measure", "weights[0].weight",
	}, fields(in))
	_, err := k.DraftPolicy(k.ctx, city("1"), in)
	require.ErrorIs(t, err, models.ErrForbidden)

	accepted := below(models.MeasureExit)
	accepted.Indicator, accepted.Comparison = "E4a", models.Above
	p, err := k.DraftPolicy(k.ctx, province("1"), supervise.PolicyInput{Code: "warned", Name: "退出", Basis: "草案", Rules: []models.Rule{accepted}})
	require.NoError(t, err)
	require.Equal(t, "accepted_not_proven", p.Warnings[0].Code)
	_, err = k.Policy(k.ctx, city("1"), p.ID)
	require.ErrorIs(t, err, models.ErrNotFound, "a draft is the province's")
}

func TestPreviewStoresNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	bad := []models.IndicatorValue{value("E1b", 41.5, 60), value("E1c", 65, 92), value("E4b", 2, 300)}
	k.figures(o, "2026Q3", bad, bad)
	p, err := k.DraftPolicy(k.ctx, province("1"), supervise.PolicyInput{
		Code: "try", Name: "试算", Basis: "草案", Rules: []models.Rule{below(models.MeasureWatch)},
		Weights: []models.Weight{{Kind: models.OrgEnterprise, Indicator: "E1b", Weight: 3}, {Kind: models.OrgEnterprise, Indicator: "E4b", Weight: 1, Inverted: true}},
	})
	require.NoError(t, err)
	list, err := k.Preview(k.ctx, province("1"), p.ID, "")
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, models.MeasureWatch, list[0].Hits[0].Measure)
	require.InDelta(t, 55.63, *list[0].Score, 0.001) // (3×41.5 + 98) / 4 = 55.625
	require.Empty(t, k.cases(province("1")))
}

// Nobody ran the job for a year and a half, while a second version took over. Each period is judged once, by the version in force on its last day; a pass that
// died half-way is done again and changes nothing; figures that come in late, because their job stood still as well, are judged when they are there.
func TestPeriodsMissedInAnOutageAreJudged(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	first := k.policy("quality", below(models.MeasureWatch))
	bad := []models.IndicatorValue{value("E1b", 41.5, 60), value("E1c", 65, 92)}
	good := []models.IndicatorValue{value("E1b", 90, 60), value("E1c", 65, 92)}
	k.figures(o, "2026Q3", bad, bad)
	require.NoError(t, k.EvaluateDue(k.ctx))
	judged := func() map[string]models.PolicyID {
		by := map[string]models.PolicyID{}
		for _, m := range k.cases(province("1")) {
			require.NotContains(t, by, m.Evidence.Period, "judged twice")
			by[m.Evidence.Period] = m.Evidence.Policy
		}
		return by
	}
	require.Equal(t, map[string]models.PolicyID{"2026Q3": first.ID}, judged())

	next, err := k.DraftPolicy(k.ctx, province("1"), supervise.PolicyInput{
		Code: "quality", Name: "质量监管", Basis: "粤人社函〔2027〕1号", EffectiveFrom: "2027-07-01", WaitDays: 30, Rules: []models.Rule{below(models.MeasureWatch)},
	})
	require.NoError(t, err)
	_, err = k.PublishPolicy(k.ctx, province("1"), next.ID, next.Revision, "")
	require.NoError(t, err)
	for period, figures := range map[string][]models.IndicatorValue{"2026Q4": bad, "2027Q1": good, "2027Q2": bad, "2027Q3": bad, "2028Q1": bad} {
		k.figures(o, period, figures, figures)
	}
	k.clock.Add(550 * 24 * time.Hour) // 27 May 2028: the newest whose rounds are over is 2028Q1
	require.NoError(t, k.EvaluateDue(k.ctx))
	want := map[string]models.PolicyID{"2026Q3": first.ID, "2026Q4": first.ID, "2027Q2": first.ID, "2027Q3": next.ID, "2028Q1": next.ID}
	require.Equal(t, want, judged(), "2027Q2 ended before the second version's day")

	k.figures(o, "2027Q4", bad, bad) // its job was not through yet
	k.clock.Add(time.Hour)
	require.NoError(t, k.EvaluateDue(k.ctx))
	want["2027Q4"] = next.ID
	require.Equal(t, want, judged())
	require.NoError(t, k.store.AdvanceMark(k.ctx, indicator.MarkName, k.clock.Now())) // now it is
	for range 2 {                                                                     // killed before the mark: once more
		require.Zero(t, k.evaluate())
	}
	k.figures(o, "2027Q1", bad, bad)
	require.Zero(t, k.evaluate(), "what was judged with all its figures is not judged again")
}
