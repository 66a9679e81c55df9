package indicator_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// trainees are six people who sat the exam themselves and T7, who says that somebody else did. T2 alone had work before: O4b counts T1,
// T4 and T5 of T1, T3, T4, T5 and T6.
//
//	     trained    paid price  sure pass share  fair useful  status    match  income     help      overall   mean of scored items
//	T1   yes        1800 same   no        no     100  100     employed  full   5000-5999  and found 100       100
//	T2   yes        2200 more   yes       no     80   80      employed  mostly 4000-4999  in vain   80        80
//	T3   exam only  0    less   no        yes    60   –       looking                     none      60        60
//	T4   yes             ?      won't say won't  ?    50      flexible  hardly won't say  no need   30        40
//	T5   signed up  2000 same   no        no     30   –       business  none   10000-     no need   0         15
//	T6   yes        1500 more   no        no     0    0       studies                     no need   80        80/3
//	T7   yes        3000 same   yes       yes    100  100     employed  full   15000-     and found 100
func trainees() []answers {
	return []answers{
		{"in_person": "yes", "trained": "yes", "paid": int64(1800), "price_match": "same", "guaranteed_pass": "no", "subsidy_share": "no", "fair": "very_fair", "useful": "very_useful", "status": "employed", "before": "no", "match": "full", "income": "from_5000", "placement_help": "helped_found", "overall": "very_satisfied"},
		{"in_person": "yes", "trained": "yes", "paid": int64(2200), "price_match": "more", "guaranteed_pass": "yes", "subsidy_share": "no", "fair": "fairly_fair", "useful": "useful", "status": "employed", "before": "yes", "match": "mostly", "income": "from_4000", "placement_help": "helped_not_found", "overall": "satisfied"},
		{"in_person": "yes", "trained": "exam_only", "paid": int64(0), "price_match": "less", "guaranteed_pass": "no", "subsidy_share": "yes", "fair": "so_so", "status": "looking", "before": "no", "placement_help": "not_helped", "overall": "fairly_satisfied"},
		{"in_person": "yes", "trained": "yes", "price_match": "not_sure", "guaranteed_pass": "prefer_not", "subsidy_share": "prefer_not", "fair": "not_sure", "useful": "so_so", "status": "flexible", "before": "no", "match": "hardly", "income": "prefer_not", "placement_help": "not_needed", "overall": "dissatisfied"},
		{"in_person": "yes", "trained": "signed_up_only", "paid": int64(2000), "price_match": "same", "guaranteed_pass": "no", "subsidy_share": "no", "fair": "rather_unfair", "status": "own_business", "before": "no", "match": "none", "income": "from_10000", "placement_help": "not_needed", "overall": "very_dissatisfied"},
		{"in_person": "yes", "trained": "yes", "paid": int64(1500), "price_match": "more", "guaranteed_pass": "no", "subsidy_share": "no", "fair": "very_unfair", "useful": "not_useful", "status": "further_study", "before": "no", "placement_help": "not_needed", "overall": "satisfied"},
		{"in_person": "somebody_else", "trained": "yes", "paid": int64(3000), "price_match": "same", "guaranteed_pass": "yes", "subsidy_share": "yes", "fair": "very_fair", "useful": "very_useful", "status": "employed", "before": "no", "match": "full", "income": "from_15000", "placement_help": "helped_found", "overall": "very_satisfied"},
	}
}

// socialExample is every indicator of a social organisation with values worked out by hand from the table above.
// O2b: 100 + 80 + 60 + 40 + 15 + 80/3 = 321.6667, ÷ 6 = 53.6111; in work 100 + 80 + 40 + 15 = 235, ÷ 4 = 58.75; not in work 60 + 80/3 = 86.6667, ÷ 2 = 43.3333.
func socialExample() map[string]figure {
	return map[string]figure{
		"O1_self_paying":      {80, 4, 5, 37.55, 96.38},
		"O2a":                 {66.67, 4, 6, 30.00, 90.32},
		"O2b":                 {53.61, 321.666667, 6, 0, 0},
		"O2a_in_work":         {50, 2, 4, 15.00, 85.00},
		"O2b_in_work":         {58.75, 235, 4, 0, 0},
		"O2a_not_in_work":     {100, 2, 2, 34.24, 100},
		"O2b_not_in_work":     {43.33, 86.666667, 2, 0, 0},
		"O2c":                 {75, 6, 8, 40.93, 92.85},
		"O3a":                 {50, 2, 4, 15.00, 85.00},
		"O3_placement_help":   {33.33, 1, 3, 6.15, 79.23},
		"O4":                  {80, 4, 5, 37.55, 96.38},
		"O4_without_flexible": {60, 3, 5, 23.07, 88.24},
		"O4b":                 {60, 3, 5, 23.07, 88.24},
		"O6a":                 {7.5, 3, 40, 0, 0},
		"O6b":                 {5, 2, 40, 0, 0},
		"O7":                  {25, 30, 120, 0, 0},
		"O7_trained":          {66.67, 4, 6, 30.00, 90.32},
		"O8_fee_alert":        {40, 2, 5, 11.76, 76.93},
		"O9_in_person":        {85.71, 6, 7, 48.69, 97.43},
		"O9_guaranteed_pass":  {33.33, 2, 6, 9.68, 70.00},
		"O9_subsidy_share":    {33.33, 2, 6, 9.68, 70.00},
	}
}

func socialFacts() models.RollupFacts {
	return models.RollupFacts{
		Records: models.RecordCount{Records: 40, Persons: 30}, Accepted: 3, Substantiated: 2,
		Declared: map[string]float64{models.FigureEnrolment: 120, models.FigureCoursePrice: 1980},
		Before:   map[string]float64{models.FigureEnrolment: 100},
	}
}

func TestWorkedExampleOfASocialOrganisation(t *testing.T) {
	c := loadCatalog(t)
	defs := c.Indicators(models.OrgSocial)
	facts := socialFacts()
	facts.Tallies = []models.Tally{tallyOf(t, c, models.OrgSocial, round{"SOC_TRAINEE", trainees(), 7, 1}, models.Tally{})}
	values, released, _ := facts.Figures(defs, optionsIn(c))
	live, shown := byID(values), byID(released)
	for id, want := range socialExample() {
		check(t, live[id], want)
	}
	require.Equal(t, 120.0, *live["O5"].Value)
	require.Equal(t, 20.0, *live["O1_growth"].Value, "120 after 100")
	require.Equal(t, 1980.0, *live["O8_published"].Value)
	require.Nil(t, live["O3b"].Value, "two people")
	require.Nil(t, live["O8_paid"].Value, "four people")
	require.Nil(t, live["O8_gap"].Value)
	require.Equal(t, len(defs), len(socialExample())+7, "the seventh is the price position, which needs the province: see its own test")
	for _, id := range []string{"O2a_in_work", "O3a", "O3_placement_help", "O8_paid", "O8_gap", "O2a_not_in_work"} {
		require.True(t, shown[id].Suppressed, id)
		require.Nil(t, shown[id].N, id)
	}
	require.Equal(t, 120.0, *shown["O5"].Value, "its own figures it sees")

	facts.Before[models.FigureEnrolment] = 150 // fewer than before
	values, _, _ = facts.Figures(defs, optionsIn(c))
	require.Equal(t, -20.0, *byID(values)["O1_growth"].Value)
	delete(facts.Before, models.FigureEnrolment)
	values, _, _ = facts.Figures(defs, optionsIn(c))
	require.Nil(t, byID(values)["O1_growth"].Value)
	require.Contains(t, byID(values)["O1_growth"].Flags, models.FlagNoFigure)
}

// Ten payers: 1000, 1500, 1800, 1900, 2000, 2200, 2500, 2600, 3000, 3300. The middle two are 2000 and 2200: 2100, which is 120 above the published 1980.
func TestPaidMoreThanPublished(t *testing.T) {
	c := loadCatalog(t)
	var list []answers
	for _, yuan := range []int64{3300, 1000, 2600, 1500, 1800, 2500, 1900, 3000, 2000, 2200, 0} {
		list = append(list, answers{"in_person": "yes", "paid": yuan})
	}
	facts := socialFacts()
	facts.Tallies = []models.Tally{tallyOf(t, c, models.OrgSocial, round{"SOC_TRAINEE", list, 11, 0}, models.Tally{})}
	values, released, _ := facts.Figures(c.Indicators(models.OrgSocial), optionsIn(c))
	for _, v := range []map[string]models.IndicatorValue{byID(values), byID(released)} {
		require.Equal(t, 2100.0, *v["O8_paid"].Value)
		require.Equal(t, 120.0, *v["O8_gap"].Value)
		require.Contains(t, v["O8_gap"].Flags, models.FlagFeeAlert)
		require.Equal(t, 90.91, *v["O1_self_paying"].Value, "ten of eleven")
	}
	facts.Declared[models.FigureCoursePrice] = 2100
	values, _, _ = facts.Figures(c.Indicators(models.OrgSocial), optionsIn(c))
	require.Equal(t, 0.0, *byID(values)["O8_gap"].Value)
	require.NotContains(t, byID(values)["O8_gap"].Flags, models.FlagFeeAlert)
	delete(facts.Declared, models.FigureCoursePrice)
	values, _, _ = facts.Figures(c.Indicators(models.OrgSocial), optionsIn(c))
	require.Nil(t, byID(values)["O8_gap"].Value)
}

// Every indicator from people's answers, of every kind: with nobody, one person, nothing but "not sure", and a correction after the first step.
func TestEdgesOfEveryKind(t *testing.T) {
	c := loadCatalog(t)
	for _, x := range []struct {
		kind   models.OrgKind
		form   string
		one    answers
		unsure answers
		rate   string // an indicator that the correction moves
	}{
		{models.OrgSchool, "SCH_INTERN", interns()[0], answers{"interned": "finished", "pay": "prefer_not", "paid_in_full": "prefer_not", "agreement": "not_sure", "fees": "not_sure", "fair": "not_sure", "certificate": "not_assessed"}, "S1a"},
		{models.OrgSchool, "SCH_GRADUATE", graduates()[0], answers{"status": "not_looking", "contract": "not_sure", "insurance": "not_sure", "cert_useful": "no_certificate", "school_help": "not_needed"}, "S1g_satisfaction"},
		{models.OrgSchool, "SCH_EMPLOYER", employers()[0], answers{"role": "hr", "pay": "prefer_not"}, "S4_rehire_company"},
		{models.OrgSocial, "SOC_TRAINEE", trainees()[0], answers{"in_person": "yes", "price_match": "not_sure", "guaranteed_pass": "prefer_not", "subsidy_share": "prefer_not", "fair": "not_sure", "status": "not_looking", "income": "prefer_not", "placement_help": "not_needed"}, "O2a"},
	} {
		t.Run(x.form, func(t *testing.T) {
			defs := c.Indicators(x.kind)
			var tally models.Tally
			figures := func(list []answers, previous models.Tally) (live, shown map[string]models.IndicatorValue) {
				tally = tallyOf(t, c, x.kind, round{x.form, list, 20, 0}, previous)
				l, s, _ := models.RollupFacts{Tallies: []models.Tally{tally}}.Figures(defs, optionsIn(c))
				return byID(l), byID(s)
			}
			ofPeople := func(d models.IndicatorDefinition) bool {
				return d.Measure.Questionnaire == x.form && d.Measure.Type != models.MeasureBuiltin
			}
			live, shown := figures(nil, models.Tally{})
			for _, d := range defs {
				if ofPeople(d) {
					require.Nil(t, live[d.ID].Value, d.ID)
					require.Equal(t, int64(0), *live[d.ID].N, d.ID)
					require.True(t, shown[d.ID].Suppressed, d.ID)
				}
			}
			live, shown = figures([]answers{x.one}, models.Tally{})
			require.Equal(t, 100.0, *live[x.rate].Value)
			for _, d := range defs {
				if ofPeople(d) {
					require.LessOrEqual(t, *live[d.ID].N, int64(1), d.ID)
					require.True(t, shown[d.ID].Suppressed, d.ID)
					require.Nil(t, shown[d.ID].Numerator, d.ID)
				}
			}
			live, _ = figures([]answers{x.unsure, x.unsure, x.unsure, x.unsure, x.unsure, x.unsure}, models.Tally{})
			for _, d := range defs {
				known := map[string]bool{"O9_in_person": true} // the one thing they do say
				if ofPeople(d) && !known[d.ID] {
					require.Nil(t, live[d.ID].Value, d.ID)
					require.Equal(t, int64(0), *live[d.ID].N, "%s counts not sure", d.ID)
				}
			}
			first := []answers{x.one, x.one, x.one, x.one, x.one}
			_, shown = figures(first, models.Tally{})
			require.Equal(t, 100.0, *shown[x.rate].Value)
			bad := maps.Clone(x.one)
			bad["overall"], bad["hire_again"] = "dissatisfied", "no"
			live, shown = figures([]answers{bad, x.one, x.one, x.one, x.one}, tally)
			require.Equal(t, 80.0, *live[x.rate].Value)
			require.Equal(t, 100.0, *shown[x.rate].Value, "a late correction alone must not show")
			list := []answers{bad, x.one, x.one, x.one, x.one, x.one, x.one, x.one, x.one, x.one}
			_, shown = figures(list, tally)
			require.Equal(t, 90.0, *shown[x.rate].Value)
		})
	}
}
