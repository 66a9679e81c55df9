package indicator_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
)

// slicedAnswer is one answer with its occupation and level.
type slicedAnswer struct {
	rawAnswer
	slice models.Slice
}

// counts says whether a person is among those whom a definition is about.
func counts(d models.IndicatorDefinition, x slicedAnswer) bool {
	if x.form != d.Measure.Questionnaire {
		return false
	}
	for question, values := range d.Measure.Eligible {
		given, _ := x.a[question].(string)
		if !slices.Contains(values, given) {
			return false
		}
	}
	return true
}

// naiveFigure works out a definition from a plain list of people: with fractions of any size and sorted amounts, without cells, tallies or merging.
// ok is false for what is not made of answers alone.
func naiveFigure(c *catalog.Catalog, d models.IndicatorDefinition, list []slicedAnswer) (value *big.Rat, n int64, ok bool) {
	q, known := c.Latest(d.Measure.Questionnaire)
	if !known || d.Measure.Type == models.MeasureBuiltin {
		return nil, 0, false
	}
	sum := new(big.Rat)
	var money [][2]int64 // band of an amount: from, width
	for _, x := range list {
		if !counts(d, x) {
			continue
		}
		m := d.Measure
		word, _ := x.a[m.Question].(string)
		amount, isAmount := x.a[m.Question].(int64)
		switch m.Type {
		case models.MeasureRate:
			if slices.Contains(m.Denominator, word) {
				n++
				if slices.Contains(m.Numerator, word) {
					sum.Add(sum, big.NewRat(100, 1))
				}
			}
		case models.MeasurePositive:
			if isAmount {
				n++
				if amount > 0 {
					sum.Add(sum, big.NewRat(100, 1))
				}
			}
		case models.MeasureScore:
			if mean := meanOf(q, m.Questions, x.a); mean != nil {
				n++
				sum.Add(sum, mean)
			}
		case models.MeasureMedian:
			if isAmount && amount > 0 && (!m.Wage || amount >= 1250 && amount <= 100_000) {
				money = append(money, [2]int64{amount, 0})
			}
		case models.MeasureMedianBand:
			if o := q.Question(m.Question).Option(word); o != nil && o.From != nil {
				width := int64(-1)
				if o.To != nil {
					width = int64(*o.To - *o.From)
				}
				money = append(money, [2]int64{int64(*o.From), width})
			}
		}
	}
	if d.Measure.Type == models.MeasureMedian || d.Measure.Type == models.MeasureMedianBand {
		slices.SortFunc(money, func(a, b [2]int64) int { return int(a[0] - b[0]) })
		return naiveMedian(money, d.Measure.Type == models.MeasureMedian), int64(len(money)), true
	}
	if n == 0 {
		return nil, 0, true
	}
	return sum.Quo(sum, big.NewRat(n, 1)), n, true
}

func meanOf(q *models.Questionnaire, questions []string, a answers) *big.Rat {
	var sum, n int64
	for _, id := range questions {
		if score, ok := q.Question(id).ScoreOf(a[id]); ok {
			sum += int64(score)
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return big.NewRat(sum, n)
}

// naiveMedian walks along the sorted people: exact amounts take the middle one or the mean of two, bands interpolate.
func naiveMedian(money [][2]int64, exact bool) *big.Rat {
	n := len(money)
	if n < 10 {
		return nil
	}
	if exact {
		return big.NewRat(money[(n-1)/2][0]+money[n/2][0], 2)
	}
	for i := 0; i < n; {
		j := i
		for j < n && money[j][0] == money[i][0] {
			j++
		}
		if 2*j >= n {
			if money[i][1] < 0 {
				return big.NewRat(money[i][0], 1)
			}
			part := new(big.Rat).Sub(big.NewRat(int64(n), 2), big.NewRat(int64(i), 1))
			part.Mul(part, big.NewRat(money[i][1], int64(j-i)))
			return part.Add(part, big.NewRat(money[i][0], 1))
		}
		i = j
	}
	return nil
}

// halfUp rounds a fraction to so many decimals.
func halfUp(x *big.Rat, scale int64) float64 {
	y := new(big.Rat).Mul(x, big.NewRat(scale, 1))
	y.Add(y, big.NewRat(1, 2))
	return float64(new(big.Int).Div(y.Num(), y.Denom()).Int64()) / float64(scale)
}

// agreeOn compares figures with the naive ones and gives how many it could compare.
func agreeOn(t *testing.T, what string, c *catalog.Catalog, kind models.OrgKind, got []models.IndicatorValue, list []slicedAnswer) int {
	t.Helper()
	compared := 0
	values := byID(got)
	for _, d := range c.Indicators(kind) {
		want, n, ok := naiveFigure(c, d, list)
		if !ok {
			continue
		}
		compared++
		v := values[d.ID]
		require.NotNil(t, v.N, "%s %s", what, d.ID)
		require.Equal(t, n, *v.N, "%s %s", what, d.ID)
		if want == nil {
			require.Nil(t, v.Value, "%s %s", what, d.ID)
			continue
		}
		scale := int64(100)
		if d.Unit == models.UnitYuan {
			scale = 1
		}
		require.NotNil(t, v.Value, "%s %s", what, d.ID)
		require.Equal(t, halfUp(want, scale), *v.Value, "%s %s", what, d.ID)
	}
	return compared
}

// Thousands of random answers of every kind, dealt into batches over three years, split by occupation and level and counted in any order, give the
// same figures in every period and for every filter as counting them all at once the naive way.
func TestFiguresOfEveryKindAgreeWithNaiveRecomputation(t *testing.T) {
	c := loadCatalog(t)
	for kind, forms := range map[models.OrgKind][]string{
		models.OrgEnterprise: {"ENT_PARTICIPANT", "ENT_STAFF", "ENT_DEPT"},
		models.OrgSchool:     {"SCH_INTERN", "SCH_GRADUATE", "SCH_EMPLOYER"},
		models.OrgSocial:     {"SOC_TRAINEE"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			r := rand.New(rand.NewPCG(21, uint64(len(forms))))
			w := dealt(c, r, kind, forms, 4000)
			for _, name := range []string{"2025", "2026", "AY2025", "2026Q1", "2026Q2", "2026-11", "R12-2026-11", "2030"} {
				p, err := models.ParsePeriod(name)
				require.NoError(t, err)
				w.agree(t, c, p)
			}
		})
	}
}

// dealtAnswers are random answers and the tallies of their batches.
type dealtAnswers struct {
	kind    models.OrgKind
	list    []slicedAnswer
	tallies []models.Tally
}

func dealt(c *catalog.Catalog, r *rand.Rand, kind models.OrgKind, forms []string, n int) dealtAnswers {
	w := dealtAnswers{kind: kind}
	known := []models.Slice{{Occupation: "6-31-01-03", Level: "4"}, {Occupation: "6-31-01-03", Level: "3"}, {Occupation: "护理", Level: "4"}}
	for i := range 30 {
		b := models.Batch{
			ID: models.BatchID(fmt.Sprint("b", i)), Kind: kind, Questionnaire: models.QuestionnaireRef{Code: forms[0]},
			OpensAt: time.Date(2025, 1, 1, 0, 0, 0, 0, models.Shanghai()).Add(time.Duration(r.Int64N(int64(3 * 365 * 24 * time.Hour)))),
		}
		for _, s := range known[:r.IntN(4)] {
			b.Slices = append(b.Slices, models.BatchSlice{Slice: s, People: 100, Group: r.IntN(2) == 0})
		}
		counter := models.NewAnswerCounter(c.Indicators(kind), guangzhou)
		var people []slicedAnswer
		for range n / 30 {
			form := forms[r.IntN(len(forms))]
			q, _ := c.Latest(form)
			people = append(people, slicedAnswer{rawAnswer{b.ID, b.OpensAt, form, randomPerson(r, q)}, b.Narrow(known[r.IntN(3)])})
		}
		for _, j := range r.Perm(len(people)) {
			q, _ := c.Latest(people[j].form)
			counter.Add(people[j].slice, q, people[j].a)
		}
		groups := map[models.Slice]models.GroupFacts{}
		for slice, cells := range counter.Cells() {
			groups[slice] = models.GroupFacts{Answers: cells}
		}
		w.list = append(w.list, people...)
		w.tallies = append(w.tallies, models.NewTally(models.Tally{}, models.BatchFacts{Batch: b, Groups: groups}, c.Indicators(kind), c.Hash(), time.Time{}))
	}
	return w
}

func (w dealtAnswers) agree(t *testing.T, c *catalog.Catalog, p models.Period) {
	t.Helper()
	var facts models.RollupFacts
	for _, tally := range w.tallies {
		if p.Contains(tally.Anchor) {
			facts.Tallies = append(facts.Tallies, tally)
		}
	}
	defs := c.Indicators(w.kind)
	for _, filter := range []models.Slice{{}, {Occupation: "6-31-01-03"}, {Level: "4"}, {Occupation: "6-31-01-03", Level: "3"}, {Occupation: "nothing"}} {
		var people []slicedAnswer
		for _, x := range w.list {
			if p.Contains(x.anchor) && (filter.IsZero() || !x.slice.IsZero() && x.slice.Within(filter)) {
				people = append(people, x)
			}
		}
		values, _, _ := facts.Figures(defs, optionsIn(c))
		if !filter.IsZero() {
			cells := map[string]models.Cell{}
			for _, part := range facts.Slices(defs) {
				if part.Within(filter) {
					models.MergeCells(cells, part.Cells)
				}
			}
			values = models.SliceValues(defs, cells, optionsIn(c), false)
		}
		compared := agreeOn(t, fmt.Sprint(p.Name, filter), c, w.kind, values, people)
		require.GreaterOrEqual(t, compared, 12)
	}
}
