package models

import (
	"slices"
	"strconv"
)

// ScoreUnit is how many parts of a point a score cell's sum counts in: the least common multiple of 1 to 16, so that a person's mean over up to
// sixteen items is a whole number and no sum ever rounds.
const ScoreUnit = 720720

// maxScoreItems is the most items a person's mean may be over without rounding.
const maxScoreItems = 16

// QuestionnaireDepartment is the form that an organisation's own departments fill in (用工部门评价).
const QuestionnaireDepartment = "ENT_DEPT"

// OwnData says whether the figure is made of what the organisation itself holds or handed in, so that it may see it as it stands. Figures
// from people's answers it sees in steps, see Release.
func (d IndicatorDefinition) OwnData() bool {
	if d.Measure.Type == MeasureBuiltin {
		return d.Measure.Builtin != BuiltinResponseRate
	}
	return d.Measure.Questionnaire == QuestionnaireDepartment
}

// WageLimits are the wages a person can have: more than nothing, at least half the local minimum wage for full-time work, at most MaxWage. Others
// are typing errors and would move a median of few people; they are counted, not kept.
type WageLimits struct{ Min int64 }

// MaxWage is the greatest monthly wage that counts, in yuan.
const MaxWage = 100_000

func (l WageLimits) possible(yuan int64) bool { return yuan > 0 && yuan >= l.Min && yuan <= MaxWage }

// Add counts one person's cleaned answers to q into c. Answers to another form than the measure's, of people who do not count, or outside the
// denominator (不清楚, 不想说) change nothing. The order in which people are added does not matter.
func (d IndicatorDefinition) Add(c *Cell, q *Questionnaire, a Answers, l WageLimits) {
	if q.Code != d.Measure.Questionnaire || !d.Measure.eligible(a) {
		return
	}
	before := c.N
	switch m := d.Measure; m.Type {
	case MeasureRate:
		addRate(c, m, a)
	case MeasureScore:
		addScore(c, m, q, a)
	case MeasureMedianBand:
		addBand(c, m, q, a)
	case MeasureMedian:
		addAmount(c, m, a, l)
	case MeasurePositive:
		if amount, ok := a[m.Question].(int64); ok {
			c.N++
			c.Sum += min(max(amount, 0), 1)
		}
	case MeasureBuiltin:
		if m.Builtin == BuiltinResponseRate { // the invitations reached come from elsewhere
			c.Sum++
		}
	}
	if c.N > before {
		c.Version = d.Version
	}
}

// eligible says whether the person counts: for each question named, one of the answers named.
func (m Measure) eligible(a Answers) bool {
	for question, values := range m.Eligible {
		if given, _ := a[question].(string); !slices.Contains(values, given) {
			return false
		}
	}
	return true
}

func addRate(c *Cell, m Measure, a Answers) {
	given, _ := a[m.Question].(string)
	if given == "" || !slices.Contains(m.Denominator, given) {
		return
	}
	c.N++
	if slices.Contains(m.Numerator, given) {
		c.Sum++
	}
	if m.Distribution {
		c.count(given)
	}
}

// count adds one person to the histogram.
func (c *Cell) count(key string) {
	if c.Hist == nil {
		c.Hist = map[string]int64{}
	}
	c.Hist[key]++
}

// addAmount counts an amount above 0: who paid or earns nothing is no payer or earner. A histogram by whole yuan keeps medians exact however
// batches and regions are merged; a hundred thousand people give a few thousand different amounts.
func addAmount(c *Cell, m Measure, a Answers, l WageLimits) {
	amount, ok := a[m.Question].(int64)
	switch {
	case !ok:
	case m.Wage && !l.possible(amount):
		c.Dropped++
	case amount > 0:
		c.N++
		c.count(strconv.FormatInt(amount, 10))
	}
}

func addScore(c *Cell, m Measure, q *Questionnaire, a Answers) {
	var sum, items int64
	for _, id := range m.Questions {
		question := q.Question(id)
		if question == nil {
			continue
		}
		if score, ok := question.ScoreOf(a[id]); ok {
			sum += int64(score)
			items++
		}
	}
	switch {
	case items == 0:
		return
	case items <= maxScoreItems:
		c.Sum += sum * (ScoreUnit / items)
	default:
		c.Sum += ratio(sum, ScoreUnit, items)
	}
	c.N++
}

func addBand(c *Cell, m Measure, q *Questionnaire, a Answers) {
	question := q.Question(m.Question)
	if question == nil {
		return
	}
	given, _ := a[m.Question].(string)
	o := question.Option(given)
	if o == nil || o.From == nil {
		return
	}
	c.N++
	c.count(o.Value)
}
