package indicator_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
)

type answers = models.Answers

// participants are six people whose answers count, one who says they never took part, as the example's inputs.
//
//	     plan  raters  relevant fair      notice  cert     post      pay        overall    mean of scored items
//	P1   yes   3+      100      100       full    yes      promoted  raised     100        100
//	P2   yes   2       80       80        under   yes      assigned  not        80         80
//	P3   no    1       40       60        none    not yet  same      promised   60         160/3
//	P4   ?     ?       0        ? (none)  ?       ?        promised  won't say  30         15
//	P5   yes   3+      100      30        full    yes      same      (no consent) 0        130/3
//	P6   yes   3+      80       0         full    yes      assigned  raised     80         160/3   (not sure whether they took part)
//	P7   took no part
func participants() []answers {
	return []answers{
		{"took_part": "yes", "info_right": "yes", "plan_disclosed": "yes", "raters": "three_or_more", "relevant": "fully", "fair": "very_fair", "notice_posted": "full_5_days", "certificate": "received", "post_change": "promoted", "pay_change": "raised", "pay_rise": "from_300", "charged": "no", "overall": "very_satisfied"},
		{"took_part": "yes", "info_right": "yes", "plan_disclosed": "yes", "raters": "two", "relevant": "mostly", "fair": "fairly_fair", "notice_posted": "under_5_days", "certificate": "received", "post_change": "assigned", "pay_change": "not_raised", "charged": "no", "overall": "satisfied"},
		{"took_part": "yes", "info_right": "yes", "plan_disclosed": "no", "raters": "one", "relevant": "partly", "fair": "so_so", "notice_posted": "not_posted", "certificate": "not_yet", "post_change": "unchanged", "pay_change": "promised", "charged": "no", "overall": "fairly_satisfied"},
		{"took_part": "yes", "info_right": "not_sure", "plan_disclosed": "not_sure", "raters": "not_sure", "relevant": "not_at_all", "fair": "not_sure", "notice_posted": "not_sure", "certificate": "not_sure", "post_change": "promised", "pay_change": "prefer_not", "charged": "not_sure", "overall": "dissatisfied"},
		{"took_part": "yes", "info_right": "yes", "plan_disclosed": "yes", "raters": "three_or_more", "relevant": "fully", "fair": "rather_unfair", "notice_posted": "full_5_days", "certificate": "received", "post_change": "unchanged", "charged": "no", "overall": "very_dissatisfied"},
		{"took_part": "not_sure", "info_right": "yes", "plan_disclosed": "yes", "raters": "three_or_more", "relevant": "mostly", "fair": "very_unfair", "notice_posted": "full_5_days", "certificate": "received", "post_change": "assigned", "pay_change": "raised", "pay_rise": "prefer_not", "charged": "no", "overall": "satisfied"},
		{"took_part": "no"},
	}
}

// staff: S1 to S3 and S6 were not assessed themselves, S4 was, S5 has left, S7 works elsewhere.
func staff() []answers {
	return []answers{
		{"employed": "yes", "assessed_self": "no", "cert_without_assessment": "heard", "overall": "satisfied"},
		{"employed": "yes", "assessed_self": "no", "cert_without_assessment": "not_heard", "overall": "very_satisfied"},
		{"employed": "yes", "assessed_self": "no", "cert_without_assessment": "seen", "overall": "dissatisfied"},
		{"employed": "yes", "assessed_self": "yes", "cert_without_assessment": "heard", "overall": "satisfied"},
		{"employed": "left", "assessed_self": "no", "cert_without_assessment": "seen", "overall": "very_dissatisfied"},
		{"employed": "yes", "assessed_self": "no", "cert_without_assessment": "prefer_not", "overall": "fairly_satisfied"},
		{"employed": "no"},
	}
}

// ratings of four people; the third has left and is not rated.
//
//	    level  quality  efficiency  safety  teamwork  mentoring  accept   sum of seven
//	R1  100    100      75          100     50        70         80       575
//	R2  80     75       75          50      75        30         60       445
//	R4  0      0        25          0       25        0          30       80
func ratings() []answers {
	return []answers{
		{"still_here": "here", "job_consistent": "same", "level_met": "exceeds", "quality": int64(5), "efficiency": int64(4), "safety": int64(5), "teamwork": int64(3), "mentoring": "sometimes", "improved": "clearly", "promises": "both", "took_part_scoring": "yes", "accept_result": "satisfied"},
		{"still_here": "transferred", "job_consistent": "similar", "level_met": "meets", "quality": int64(4), "efficiency": int64(4), "safety": int64(3), "teamwork": int64(4), "mentoring": "rarely", "improved": "a_little", "promises": "post_only", "took_part_scoring": "no", "accept_result": "fairly_satisfied"},
		{"still_here": "left"},
		{"still_here": "here", "job_consistent": "different", "level_met": "below", "quality": int64(1), "efficiency": int64(2), "safety": int64(1), "teamwork": int64(2), "mentoring": "unable", "improved": "worse", "promises": "neither", "took_part_scoring": "no", "accept_result": "dissatisfied"},
	}
}

// figure is what the example expects: the value, both integers, and for shares the interval.
type figure struct {
	value, numerator, denominator, low, high float64
}

// workedExample is every enterprise indicator with values worked out by hand from the tables above; the intervals come from bc -l.
// E1b: 100 + 80 + 160/3 + 15 + 130/3 + 160/3 = 345, ÷ 6 = 57.5. E3: (575 + 445 + 80)/7 = 157.142857…, ÷ 3 = 1100/21 = 52.38.
func workedExample() map[string]figure {
	return map[string]figure{
		"E1a":                {66.67, 4, 6, 30.00, 90.32},
		"E1b":                {57.5, 345, 6, 0, 0},
		"E1c":                {75, 6, 8, 40.93, 92.85}, // 7 receipts and 1 opened without one, of 10 invited
		"E1d_plan_disclosed": {80, 4, 5, 37.55, 96.38},
		"E1d_raters_ge3":     {60, 3, 5, 23.07, 88.24},
		"E1d_notice_ge5wd":   {60, 3, 5, 23.07, 88.24},
		"E1d_cert_delivered": {80, 4, 5, 37.55, 96.38},
		"E1d_post_linked":    {50, 3, 6, 18.76, 81.24},
		"E1d_pay_linked":     {50, 2, 4, 15.00, 85.00},
		"E2a":                {80, 4, 5, 37.55, 96.38},
		"E2b":                {66.67, 2, 3, 20.77, 93.85},
		"E3":                 {52.38, 157.142857, 3, 0, 0},
		"E3_level_met":       {66.67, 2, 3, 20.77, 93.85},
		"E3_coverage":        {40, 4, 10, 16.82, 68.73},
		"E4a":                {7.5, 3, 40, 0, 0}, // 3 accepted complaints, one of them withdrawn later
		"E4b":                {5, 2, 40, 0, 0},   // one true, one partly
		"E5":                 {25, 30, 120, 0, 0},
	}
}

func loadCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load()
	require.NoError(t, err)
	return c
}

// count adds everybody's answers to the newest version of a form.
func count(t testing.TB, c *catalog.Catalog, counter *models.AnswerCounter, form string, list []answers) {
	t.Helper()
	q, ok := c.Latest(form)
	require.True(t, ok)
	for _, a := range list {
		counter.Add(models.Slice{}, q, a)
	}
}

func exampleFacts(t testing.TB, c *catalog.Catalog, defs []models.IndicatorDefinition) models.BatchFacts {
	counter := models.NewAnswerCounter(defs, models.WageLimits{})
	count(t, c, counter, "ENT_PARTICIPANT", participants())
	count(t, c, counter, "ENT_STAFF", staff())
	count(t, c, counter, "ENT_DEPT", ratings())
	b := models.Batch{ID: "b1", Org: "o1", Kind: models.OrgEnterprise, People: 10, Questionnaire: models.QuestionnaireRef{Code: "ENT_PARTICIPANT", Version: "1"}}
	return models.BatchFacts{Batch: b, Groups: groupsOf(counter, 7, 1), Rated: 4}
}

// groupsOf makes the facts of a batch's only group.
func groupsOf(counter *models.AnswerCounter, delivered, opened int64) map[models.Slice]models.GroupFacts {
	return map[models.Slice]models.GroupFacts{{}: {Answers: counter.Cells()[models.Slice{}], Delivered: delivered, Opened: opened}}
}

func noOptions(string, string) []models.Option { return nil }

func byID(list []models.IndicatorValue) map[string]models.IndicatorValue {
	m := map[string]models.IndicatorValue{}
	for _, v := range list {
		m[v.ID] = v
	}
	return m
}

func TestWorkedExample(t *testing.T) {
	c := loadCatalog(t)
	defs := c.Indicators(models.OrgEnterprise)
	tally := models.NewTally(models.Tally{}, exampleFacts(t, c, defs), defs, c.Hash(), time.Now())
	live, released, _ := models.RollupFacts{
		Tallies: []models.Tally{tally}, Records: models.RecordCount{Records: 40, Persons: 30}, Accepted: 3, Substantiated: 2, Declared: map[string]float64{models.FigureHeadcount: 120},
	}.Figures(defs, noOptions)
	expected := workedExample()
	require.Len(t, live, len(expected))
	for _, v := range live {
		want, ok := expected[v.ID]
		require.True(t, ok, v.ID)
		check(t, v, want)
	}
	// The organisation: what stands on five people or more, its own departments' ratings, complaints and its own figures; not the rest.
	hidden := []string{"E1d_pay_linked", "E2b"}
	for _, v := range released {
		if slices.Contains(hidden, v.ID) {
			require.True(t, v.Suppressed, v.ID)
			require.Nil(t, v.Numerator, v.ID)
			continue
		}
		want := expected[v.ID]
		if v.ID == "E1c" { // the one who opened without a receipt is fewer than five people
			want = figure{85.71, 6, 7, 48.69, 97.43}
		}
		check(t, v, want)
	}
}

func check(t *testing.T, v models.IndicatorValue, want figure) {
	t.Helper()
	require.NotNil(t, v.Value, v.ID)
	require.Equal(t, want.value, *v.Value, v.ID)
	require.InDelta(t, want.numerator, *v.Numerator, 1e-6, v.ID)
	require.Equal(t, want.denominator, *v.Denominator, v.ID)
	require.Equal(t, int64(want.denominator), *v.N, v.ID)
	require.False(t, v.Suppressed, v.ID)
	require.Equal(t, want.denominator < models.LowSample, slices.Contains(v.Flags, models.FlagLowSample), v.ID)
	if want.high == 0 {
		require.Nil(t, v.Low, v.ID)
		require.Nil(t, v.High, v.ID)
		return
	}
	require.Equal(t, want.low, *v.Low, v.ID)
	require.Equal(t, want.high, *v.High, v.ID)
}

func figuresOf(t *testing.T, c *catalog.Catalog, list []answers, previous models.Tally) (live, released map[string]models.IndicatorValue, tally models.Tally) {
	t.Helper()
	defs := c.Indicators(models.OrgEnterprise)
	counter := models.NewAnswerCounter(defs, models.WageLimits{})
	count(t, c, counter, "ENT_PARTICIPANT", list)
	facts := exampleFacts(t, c, defs)
	facts.Groups, facts.Rated = groupsOf(counter, 10, 0), 0
	tally = models.NewTally(previous, facts, defs, c.Hash(), time.Now())
	l, r, _ := models.RollupFacts{Tallies: []models.Tally{tally}}.Figures(defs, noOptions)
	return byID(l), byID(r), tally
}

func TestExampleWithNobody(t *testing.T) {
	live, released, _ := figuresOf(t, loadCatalog(t), nil, models.Tally{})
	for id, v := range live {
		require.False(t, v.Suppressed, id)
		switch id {
		case "E1c", "E3_coverage": // 0 of 10 is a value
			require.Equal(t, 0.0, *v.Value, id)
			require.Equal(t, 10.0, *v.Denominator, id)
		case "E5":
			require.Nil(t, v.Value)
			require.Equal(t, []string{models.FlagNoFigure}, v.Flags)
		default: // a denominator of 0 gives no value
			require.Nil(t, v.Value, id)
			require.Equal(t, 0.0, *v.Denominator, id)
			require.Equal(t, int64(0), *v.N, id)
		}
	}
	require.True(t, released["E1a"].Suppressed)
	require.True(t, released["E1c"].Suppressed, "that nobody answered is not told")
	require.True(t, released["E4a"].Suppressed)
	require.Nil(t, released["E3"].Value)
	require.False(t, released["E3"].Suppressed)
}

func TestExampleWithOnePerson(t *testing.T) {
	live, released, _ := figuresOf(t, loadCatalog(t), participants()[:1], models.Tally{})
	check(t, live["E1a"], figure{100, 1, 1, 20.65, 100})
	require.Equal(t, 100.0, *live["E1b"].Value)
	require.Equal(t, 10.0, *live["E1c"].Value)
	for _, id := range []string{"E1a", "E1b", "E1c", "E1d_pay_linked"} {
		require.True(t, released[id].Suppressed, id)
		require.Nil(t, released[id].N, id)
	}
}

// Not sure, rather not say: in neither numerator nor denominator, whatever their number. Silence is never "satisfied".
func TestExampleWithNothingButNotSure(t *testing.T) {
	unsure := answers{
		"took_part": "not_sure", "info_right": "not_sure", "plan_disclosed": "not_sure", "raters": "not_sure", "fair": "not_sure",
		"notice_posted": "not_sure", "certificate": "not_sure", "pay_change": "prefer_not", "charged": "not_sure",
	}
	live, _, _ := figuresOf(t, loadCatalog(t), []answers{unsure, unsure, unsure, unsure, unsure, unsure}, models.Tally{})
	for _, id := range []string{"E1a", "E1b", "E1d_plan_disclosed", "E1d_raters_ge3", "E1d_notice_ge5wd", "E1d_cert_delivered", "E1d_post_linked", "E1d_pay_linked"} {
		require.Nil(t, live[id].Value, id)
		require.Equal(t, int64(0), *live[id].N, id)
	}
	require.Equal(t, 60.0, *live["E1c"].Value, "they did answer")
}

// A late correction shows at once to the regulator, and to the organisation only together with five more people.
func TestExampleWithALateCorrection(t *testing.T) {
	c := loadCatalog(t)
	list := participants()[:6]
	live, released, tally := figuresOf(t, c, list, models.Tally{})
	require.Equal(t, 66.67, *live["E1a"].Value)
	require.Equal(t, 66.67, *released["E1a"].Value)
	list[0]["overall"] = "dissatisfied"
	live, released, tally = figuresOf(t, c, list, tally)
	check(t, live["E1a"], figure{50, 3, 6, 18.76, 81.24})
	require.Equal(t, 66.67, *released["E1a"].Value, "one correction alone must not show")
	more := list
	for range 4 {
		more = append(more, list[1])
	}
	_, released, tally = figuresOf(t, c, more, tally)
	require.Equal(t, 66.67, *released["E1a"].Value, "nor with four people")
	_, released, _ = figuresOf(t, c, append(more, list[1]), tally)
	check(t, released["E1a"], figure{72.73, 8, 11, 43.44, 90.25})
}

// Fewer than one in five of those reached: the figures carry LOW_SAMPLE however many people they are.
func TestLowResponseRate(t *testing.T) {
	c := loadCatalog(t)
	defs := c.Indicators(models.OrgEnterprise)
	cells := map[string]models.Cell{"E1c": {N: 501, Sum: 100, Version: "1"}, "E1a": {N: 100, Sum: 60, Version: "1"}, "E2a": {N: 100, Sum: 60, Version: "1"}}
	v := byID(models.Values(defs, cells, noOptions))
	require.Contains(t, v["E1a"].Flags, models.FlagLowSample)
	require.Contains(t, v["E1c"].Flags, models.FlagLowSample)
	require.NotContains(t, v["E2a"].Flags, models.FlagLowSample, "staff were not invited")
	cells["E1c"] = models.Cell{N: 500, Sum: 100, Version: "1"}
	require.NotContains(t, byID(models.Values(defs, cells, noOptions))["E1a"].Flags, models.FlagLowSample)
}
