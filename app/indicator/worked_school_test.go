package indicator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
)

// interns are six students whose answers count and one who did not go, as the example's inputs. 50 and so on are the options' scores.
//
//	     match   pay        in full   agreement fees useful fair  certificate   teacher overall   mean of scored items
//	I1   full    3000-3999  yes       yes       no   100    100   received      100     100       100
//	I2   mostly  2000-2999  yes       yes       no   80     80    received      50      80        72.5
//	I3   hardly  nothing    no pay    no        no   50     60    not yet       0       60        42.5
//	I4   none    1000-1999  late      ?         yes  0      ?     not assessed  0       30        10
//	I5   full    won't say  held back yes       ?    100    30    received      100     0         57.5
//	I6   mostly  (no consent) won't say no      no   80     0     received      50      80        52.5
//	I7   did not go
func interns() []answers {
	return []answers{
		{"interned": "finished", "match": "full", "pay": "from_3000", "paid_in_full": "yes", "agreement": "yes", "fees": "no", "useful": "very_useful", "fair": "very_fair", "certificate": "received", "teacher_contact": "often", "overall": "very_satisfied"},
		{"interned": "ongoing", "match": "mostly", "pay": "from_2000", "paid_in_full": "yes", "agreement": "yes", "fees": "no", "useful": "useful", "fair": "fairly_fair", "certificate": "received", "teacher_contact": "sometimes", "overall": "satisfied"},
		{"interned": "finished", "match": "hardly", "pay": "unpaid", "paid_in_full": "unpaid", "agreement": "no", "fees": "no", "useful": "so_so", "fair": "so_so", "certificate": "not_yet", "teacher_contact": "never", "overall": "fairly_satisfied"},
		{"interned": "finished", "match": "none", "pay": "from_1000", "paid_in_full": "late", "agreement": "not_sure", "fees": "yes", "useful": "not_useful", "fair": "not_sure", "certificate": "not_assessed", "teacher_contact": "never", "overall": "dissatisfied"},
		{"interned": "finished", "match": "full", "pay": "prefer_not", "paid_in_full": "deducted", "agreement": "yes", "fees": "not_sure", "useful": "very_useful", "fair": "rather_unfair", "certificate": "received", "teacher_contact": "often", "overall": "very_dissatisfied"},
		{"interned": "finished", "match": "mostly", "paid_in_full": "prefer_not", "agreement": "no", "fees": "no", "useful": "useful", "fair": "very_unfair", "certificate": "received", "teacher_contact": "sometimes", "overall": "satisfied"},
		{"interned": "not_gone"},
	}
}

// graduates: the exact 900 yuan of G3 is under half of Guangzhou's minimum wage (2500) and dropped.
//
//	     status    match   income     exact contract insurance certificate skills help      overall   mean of scored items
//	G1   employed  full    5000-5999  5600  yes      yes       100         100    and found 100       100
//	G2   employed  mostly  4000-4999  4000  yes      no        60          75     in vain   80        215/3
//	G3   employed  hardly  under 2000 900   no       ?         0           50     none      60        110/3
//	G4   flexible  mostly  6000-7999                           none        25     no need   30        27.5
//	G5   studies                                               60          75     no need   80        215/3
//	G6   looking                                               0           0      none      0         0
func graduates() []answers {
	return []answers{
		{"status": "employed", "match": "full", "income": "from_5000", "income_exact": int64(5600), "contract": "yes", "insurance": "yes", "cert_useful": "very_useful", "skills_enough": int64(5), "school_help": "helped_found", "overall": "very_satisfied"},
		{"status": "employed", "match": "mostly", "income": "from_4000", "income_exact": int64(4000), "contract": "yes", "insurance": "no", "cert_useful": "somewhat", "skills_enough": int64(4), "school_help": "helped_not_found", "overall": "satisfied"},
		{"status": "employed", "match": "hardly", "mismatch_reason": "low_pay", "income": "under_2000", "income_exact": int64(900), "contract": "no", "insurance": "not_sure", "cert_useful": "not_useful", "skills_enough": int64(3), "school_help": "not_helped", "overall": "fairly_satisfied"},
		{"status": "flexible", "match": "mostly", "income": "from_6000", "cert_useful": "no_certificate", "skills_enough": int64(2), "school_help": "not_needed", "overall": "dissatisfied"},
		{"status": "further_study", "cert_useful": "somewhat", "skills_enough": int64(4), "school_help": "not_needed", "overall": "satisfied"},
		{"status": "looking", "cert_useful": "not_useful", "skills_enough": int64(1), "school_help": "not_helped", "overall": "very_dissatisfied"},
	}
}

// employers: three company contacts and a graduate on a company's behalf (E3).
//
//	     role        skill discipline teamwork learning level match  pay        hire again  mean
//	E1   supervisor  100   75         100      50       100   full   4000-4999  yes         85
//	E2   hr          75    75         50       75       80    hardly won't say  depends     71
//	E3   student     25    0          25       0        0     none   3000-3999  no          10
//	E4   mentor      50    50         50       50       40    mostly 5000-5999  yes         48
func employers() []answers {
	return []answers{
		{"role": "supervisor", "skill": int64(5), "discipline": int64(4), "teamwork": int64(5), "learning": int64(3), "level_valid": "above", "match": "full", "pay": "from_4000", "hire_again": "yes"},
		{"role": "hr", "skill": int64(4), "discipline": int64(4), "teamwork": int64(3), "learning": int64(4), "level_valid": "equal", "match": "hardly", "pay": "prefer_not", "hire_again": "depends"},
		{"role": "student", "skill": int64(2), "discipline": int64(1), "teamwork": int64(2), "learning": int64(1), "level_valid": "far_below", "match": "none", "pay": "from_3000", "hire_again": "no"},
		{"role": "mentor", "skill": int64(3), "discipline": int64(3), "teamwork": int64(3), "learning": int64(3), "level_valid": "below", "match": "mostly", "pay": "from_5000", "hire_again": "yes"},
	}
}

// schoolExample is every indicator of a school with values worked out by hand from the tables above; intervals as in the enterprise's example.
// S1b: 100 + 72.5 + 42.5 + 10 + 57.5 + 52.5 = 335, ÷ 6 = 55.8333. S1g_score: 100 + 215/3 + 110/3 + 27.5 + 215/3 + 0 = 307.5, ÷ 6 = 51.25.
// S4_company: 85 + 71 + 48 = 204, ÷ 3 = 68.
func schoolExample() map[string]figure {
	return map[string]figure{
		"S1a":                     {66.67, 4, 6, 30.00, 90.32},
		"S1b":                     {55.83, 335, 6, 0, 0},
		"S1c":                     {75, 6, 8, 40.93, 92.85},
		"S1d_cert_delivered":      {80, 4, 5, 37.55, 96.38},
		"S1d_tripartite":          {60, 3, 5, 23.07, 88.24},
		"S1e_pay_alert":           {50, 2, 4, 15.00, 85.00},
		"S1e_fee_alert":           {20, 1, 5, 3.62, 62.45},
		"S1g_satisfaction":        {66.67, 4, 6, 30.00, 90.32},
		"S1g_score":               {51.25, 307.5, 6, 0, 0},
		"S1g_response":            {60, 6, 10, 31.27, 83.18},
		"S2b_unpaid":              {25, 1, 4, 4.56, 69.94},
		"S3":                      {75, 3, 4, 30.06, 95.44},
		"S3_employment":           {80, 4, 5, 37.55, 96.38},
		"S3_contract":             {66.67, 2, 3, 20.77, 93.85},
		"S3_insurance":            {50, 1, 2, 9.45, 90.55},
		"S3_placement_help":       {25, 1, 4, 4.56, 69.94},
		"S3_employer":             {66.67, 2, 3, 20.77, 93.85},
		"S3b":                     {66.67, 4, 6, 30.00, 90.32},
		"S4_company":              {68, 204, 3, 0, 0},
		"S4_graduate":             {10, 10, 1, 0, 0},
		"S4_level_valid_company":  {66.67, 2, 3, 20.77, 93.85},
		"S4_level_valid_graduate": {0, 0, 1, 0, 79.35},
		"S4_rehire_company":       {66.67, 2, 3, 20.77, 93.85},
		"S4_rehire_graduate":      {0, 0, 1, 0, 79.35},
		"S6":                      {7.5, 3, 40, 0, 0},
		"S6b":                     {5, 2, 40, 0, 0},
	}
}

// round makes the tally of one round: a form, its answers, and whom the messages reached.
type round struct {
	form              string
	list              []answers
	delivered, opened int64
}

// guangzhou is half of the minimum wage there.
var guangzhou = models.WageLimits{Min: 1250}

func tallyOf(t testing.TB, c *catalog.Catalog, kind models.OrgKind, r round, previous models.Tally) models.Tally {
	t.Helper()
	defs := c.Indicators(kind)
	counter := models.NewAnswerCounter(defs, guangzhou)
	count(t, c, counter, r.form, r.list)
	b := models.Batch{ID: models.BatchID(r.form), Org: "o1", Kind: kind, People: 10, Questionnaire: models.QuestionnaireRef{Code: r.form, Version: "1"}}
	return models.NewTally(previous, models.BatchFacts{Batch: b, Groups: groupsOf(counter, r.delivered, r.opened)}, defs, c.Hash(), time.Now())
}

// optionsIn gives the options of a question as the service does.
func optionsIn(c *catalog.Catalog) func(form, question string) []models.Option {
	return func(form, question string) []models.Option {
		q, ok := c.Latest(form)
		if !ok || q.Question(question) == nil {
			return nil
		}
		return q.Question(question).Options
	}
}

func TestWorkedExampleOfASchool(t *testing.T) {
	c := loadCatalog(t)
	defs := c.Indicators(models.OrgSchool)
	facts := models.RollupFacts{
		Records: models.RecordCount{Records: 40, Persons: 30}, Accepted: 3, Substantiated: 2,
		Declared: map[string]float64{models.FigureEnrolment: 350, models.FigureAssessment: 2000, models.FigureComplaintRate: 0.85},
	}
	for _, r := range []round{{"SCH_INTERN", interns(), 7, 1}, {"SCH_GRADUATE", graduates(), 10, 0}, {"SCH_EMPLOYER", employers(), 4, 0}} {
		facts.Tallies = append(facts.Tallies, tallyOf(t, c, models.OrgSchool, r, models.Tally{}))
	}
	values, released, _ := facts.Figures(defs, optionsIn(c))
	live, shown := byID(values), byID(released)
	require.Len(t, live, len(defs))
	compared := map[string]bool{}
	for id, want := range schoolExample() {
		check(t, live[id], want)
		compared[id] = true
	}
	for id, n := range map[string]int64{"S2a": 3, "S2a_exact": 2, "S2a_employer": 2, "S2b": 3} { // no median of so few
		require.Nil(t, live[id].Value, id)
		require.Equal(t, n, *live[id].N, id)
		compared[id] = true
	}
	require.Contains(t, live["S2a_exact"].Flags, models.FlagDropped, "900 yuan")
	require.NotContains(t, shown["S2a_exact"].Flags, models.FlagDropped)
	for id, want := range map[string]float64{"S5": 350, "S7": 40, "S7_reported": 2000, "S6_reported": 0.85} {
		require.Equal(t, want, *live[id].Value, id)
		require.Equal(t, want, *shown[id].Value, id)
		compared[id] = true
	}
	require.Equal(t, 17.0, *live["S6_reported"].Numerator, "0.85 of each hundred of 2000")
	require.Equal(t, "REPORTED", live["S6_reported"].Source)
	require.Equal(t, "COMPUTED", live["S6"].Source)
	require.Len(t, compared, len(defs), "every indicator is worked out")
	for id, v := range shown { // the organisation: five people or more, or no people at all
		if n := live[id].N; v.Unit != "count" && v.Unit != "per_100" && n != nil {
			require.Equal(t, *n < models.MinCell, v.Suppressed, id)
		}
	}
	require.Equal(t, []models.Part{{Value: "very_satisfied", N: 1}, {Value: "satisfied", N: 2}, {Value: "fairly_satisfied", N: 1}, {Value: "dissatisfied", N: 1}, {Value: "very_dissatisfied", N: 1}}, live["S1a"].Parts)
}

// Thirty graduates: under 2000: 3, 2000: 6, 3000: 9, 4000: 6, 5000: 4, 15000 or more: 2.
// P50: half of 30 is 15, 9 below: 3000 + 6/9 × 1000 = 3666.67 → 3667. P25: 7.5, 3 below: 2000 + 4.5/6 × 1000 = 2750. P75: 22.5, 18 below: 4000 + 4.5/6 × 1000 = 4750.
// Twelve gave an amount that counts: the middle two are 3600 and 3700, so 3650; 1249 and 100 001 and 0 do not.
func TestWagesOfASchool(t *testing.T) {
	c := loadCatalog(t)
	var list []answers
	for _, band := range []struct {
		value string
		n     int
	}{{"under_2000", 3}, {"from_2000", 6}, {"from_3000", 9}, {"from_4000", 6}, {"from_5000", 4}, {"from_15000", 2}} {
		for range band.n {
			list = append(list, answers{"status": "employed", "income": band.value})
		}
	}
	for i, yuan := range []int64{1250, 3000, 3200, 3300, 3500, 3600, 3700, 4000, 4200, 5000, 8000, 100_000, 0, 1249, 100_001} {
		list[i]["income_exact"] = yuan
	}
	live := func(list []answers) map[string]models.IndicatorValue {
		tally := tallyOf(t, c, models.OrgSchool, round{"SCH_GRADUATE", list, 30, 0}, models.Tally{})
		values, _, _ := models.RollupFacts{Tallies: []models.Tally{tally}}.Figures(c.Indicators(models.OrgSchool), optionsIn(c))
		return byID(values)
	}
	v := live(list)
	require.Equal(t, 3667.0, *v["S2a"].Value)
	require.Equal(t, 2750.0, *v["S2a"].P25)
	require.Equal(t, 4750.0, *v["S2a"].P75)
	require.Equal(t, 3650.0, *v["S2a_exact"].Value)
	require.Nil(t, v["S2a_exact"].P25, "twelve are too few for quartiles")
	require.Equal(t, int64(12), *v["S2a_exact"].N)
	require.Contains(t, v["S2a_exact"].Flags, models.FlagDropped)
	v = live(list[:29])
	require.NotNil(t, v["S2a"].Value)
	require.Nil(t, v["S2a"].P75, "twenty-nine are too few for quartiles")
	// Merged over two rounds, the exact median is that of all: 1249 people at 3000 and 1250 at 5000 give 5000.
	var cell models.Cell
	cell.Merge(models.Cell{N: 1249, Hist: map[string]int64{"3000": 1249}})
	cell.Merge(models.Cell{N: 1250, Hist: map[string]int64{"5000": 1250}})
	d, _ := c.Indicator("S2a_exact")
	require.Equal(t, 5000.0, *d.Value(cell, nil).Value)
	require.Equal(t, 3000.0, *d.Value(cell, nil).P25)
}
