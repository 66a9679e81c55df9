package indicator_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
)

// rawAnswer is one answer as it lies in the database, with its period.
type rawAnswer struct {
	batch  models.BatchID
	anchor time.Time
	form   string
	a      answers
}

// naive recomputes E1a, E1b, E1d and E2 of a period from raw answers by another way: with fractions of any size, the questions and values written
// out once more, and no notion of cells. The numerator is nil for an indicator that it does not know.
func naive(list []rawAnswer, id string, p models.Period) (numerator *big.Rat, denominator int64) {
	rates := map[string]struct {
		form, question string
		good, all      []string
	}{
		"E1a":                {"ENT_PARTICIPANT", "overall", []string{"very_satisfied", "satisfied", "fairly_satisfied"}, []string{"very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"}},
		"E1d_plan_disclosed": {"ENT_PARTICIPANT", "plan_disclosed", []string{"yes"}, []string{"yes", "no"}},
		"E1d_raters_ge3":     {"ENT_PARTICIPANT", "raters", []string{"three_or_more"}, []string{"one", "two", "three_or_more"}},
		"E1d_notice_ge5wd":   {"ENT_PARTICIPANT", "notice_posted", []string{"full_5_days"}, []string{"full_5_days", "under_5_days", "not_posted"}},
		"E1d_cert_delivered": {"ENT_PARTICIPANT", "certificate", []string{"received"}, []string{"received", "not_yet"}},
		"E1d_post_linked":    {"ENT_PARTICIPANT", "post_change", []string{"promoted", "assigned"}, []string{"promoted", "assigned", "unchanged", "promised"}},
		"E1d_pay_linked":     {"ENT_PARTICIPANT", "pay_change", []string{"raised"}, []string{"raised", "not_raised", "promised"}},
		"E2a":                {"ENT_STAFF", "overall", []string{"very_satisfied", "satisfied", "fairly_satisfied"}, []string{"very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"}},
		"E2b":                {"ENT_STAFF", "cert_without_assessment", []string{"heard", "seen"}, []string{"not_heard", "heard", "seen"}},
	}
	sum := new(big.Rat)
	rate, isRate := rates[id]
	if !isRate && id != "E1b" {
		return nil, 0
	}
	for _, x := range list {
		if !p.Contains(x.anchor) || !naiveCounts(x, id) {
			continue
		}
		if id == "E1b" {
			if mean := naiveMean(x.a); mean != nil {
				sum.Add(sum, mean)
				denominator++
			}
			continue
		}
		given, _ := x.a[rate.question].(string)
		if x.form == rate.form && slices.Contains(rate.all, given) {
			denominator++
			if slices.Contains(rate.good, given) {
				sum.Add(sum, big.NewRat(1, 1))
			}
		}
	}
	return sum, denominator
}

func naiveCounts(x rawAnswer, id string) bool {
	switch {
	case id[:2] == "E1":
		return x.form == "ENT_PARTICIPANT" && x.a["took_part"] != "no"
	case id == "E2b" && x.a["assessed_self"] != "no":
		return false
	}
	return x.form == "ENT_STAFF" && x.a["employed"] == "yes"
}

func naiveMean(a answers) *big.Rat {
	scores := map[string]map[string]int64{
		"relevant": {"fully": 100, "mostly": 80, "partly": 40, "not_at_all": 0},
		"fair":     {"very_fair": 100, "fairly_fair": 80, "so_so": 60, "rather_unfair": 30, "very_unfair": 0},
		"overall":  {"very_satisfied": 100, "satisfied": 80, "fairly_satisfied": 60, "dissatisfied": 30, "very_dissatisfied": 0},
	}
	var sum, n int64
	for question, values := range scores {
		given, _ := a[question].(string)
		if score, ok := values[given]; ok {
			sum += score
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return big.NewRat(sum, n)
}

// agree compares figures with the naive recomputation.
func agree(t *testing.T, what string, got map[string]models.IndicatorValue, list []rawAnswer, p models.Period) {
	t.Helper()
	compared := 0
	for id, v := range got {
		numerator, denominator := naive(list, id, p)
		if numerator == nil {
			continue
		}
		compared++
		require.Equal(t, denominator, *v.N, "%s %s", what, id)
		f, _ := numerator.Float64()
		require.InDelta(t, f, *v.Numerator, 1e-5, "%s %s", what, id)
		if denominator == 0 {
			require.Nil(t, v.Value, "%s %s", what, id)
			continue
		}
		scale := int64(100)
		if id == "E1b" {
			scale = 1
		}
		// value = floor(100 × scale × numerator / denominator + 1/2) / 100, on fractions
		x := new(big.Rat).Mul(numerator, big.NewRat(100*scale, denominator))
		x.Add(x, big.NewRat(1, 2))
		hundredths := new(big.Int).Div(x.Num(), x.Denom()).Int64()
		require.Equal(t, float64(hundredths)/100, *v.Value, "%s %s", what, id)
	}
	require.Equal(t, 10, compared, what)
}

// Thousands of random answers, dealt into batches over three years and counted batch by batch, give the same figures in every period as
// counting them all at once the naive way.
func TestFiguresAgreeWithNaiveRecomputation(t *testing.T) {
	c := loadCatalog(t)
	defs := c.Indicators(models.OrgEnterprise)
	r := rand.New(rand.NewPCG(11, 12))
	opened := make([]time.Time, 40)
	for i := range opened {
		opened[i] = time.Date(2025, 1, 1, 0, 0, 0, 0, models.Shanghai()).Add(time.Duration(r.Int64N(int64(3 * 365 * 24 * time.Hour))))
	}
	list := make([]rawAnswer, 6000)
	for i := range list {
		b := r.IntN(len(opened))
		form := []string{"ENT_PARTICIPANT", "ENT_PARTICIPANT", "ENT_STAFF"}[r.IntN(3)]
		q, _ := c.Latest(form)
		list[i] = rawAnswer{models.BatchID(string(rune('A' + b))), opened[b], form, randomPerson(r, q)}
	}
	tallies := talliesOf(c, defs, list, r)
	for _, name := range []string{"2025", "2026", "2027", "AY2025", "AY2026", "2026Q1", "2026Q2", "2026-11", "2025-07", "R12-2026-11", "2030"} {
		p, err := models.ParsePeriod(name)
		require.NoError(t, err)
		var in []models.Tally
		for _, tally := range tallies {
			if p.Contains(tally.Anchor) {
				in = append(in, tally)
			}
		}
		live, _, _ := models.RollupFacts{Tallies: in}.Figures(defs, noOptions)
		agree(t, name, byID(live), list, p)
	}
}

// talliesOf counts each batch's answers in a random order.
func talliesOf(c *catalog.Catalog, defs []models.IndicatorDefinition, list []rawAnswer, r *rand.Rand) []models.Tally {
	counters := map[models.BatchID]*models.AnswerCounter{}
	anchors := map[models.BatchID]time.Time{}
	for _, i := range r.Perm(len(list)) {
		x := list[i]
		if counters[x.batch] == nil {
			counters[x.batch] = models.NewAnswerCounter(defs, models.WageLimits{})
			anchors[x.batch] = x.anchor
		}
		q, _ := c.Latest(x.form)
		counters[x.batch].Add(models.Slice{}, q, x.a)
	}
	var tallies []models.Tally
	for id, counter := range counters {
		b := models.Batch{ID: id, OpensAt: anchors[id], Questionnaire: models.QuestionnaireRef{Code: "ENT_PARTICIPANT"}}
		tallies = append(tallies, models.NewTally(models.Tally{}, models.BatchFacts{Batch: b, Groups: groupsOf(counter, 0, 0)}, defs, c.Hash(), time.Time{}))
	}
	return tallies
}
