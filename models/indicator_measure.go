package models

import "slices"

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

// Add counts one person's cleaned answers to q into c. Answers to another form than the measure's, of people who do not count, or outside the
// denominator (不清楚, 不想说) change nothing. The order in which people are added does not matter.
func (d IndicatorDefinition) Add(c *Cell, q *Questionnaire, a Answers) {
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
	if c.Hist == nil {
		c.Hist = map[string]int64{}
	}
	c.Hist[o.Value]++
}

// AnswerCounter counts the answers of one batch for a set of indicators. Any order of the same people gives the same cells. It is not safe
// for concurrent use.
type AnswerCounter struct {
	defs  []IndicatorDefinition
	cells []Cell
}

// NewAnswerCounter starts counting for those of defs that are about answers.
func NewAnswerCounter(defs []IndicatorDefinition) *AnswerCounter {
	c := &AnswerCounter{}
	for _, d := range defs {
		if d.Measure.Questionnaire != "" {
			c.defs = append(c.defs, d)
		}
	}
	c.cells = make([]Cell, len(c.defs))
	return c
}

// Add counts one person.
func (c *AnswerCounter) Add(q *Questionnaire, a Answers) {
	for i := range c.defs {
		c.defs[i].Add(&c.cells[i], q, a)
	}
}

// Forms lists the codes of the questionnaires that matter.
func (c *AnswerCounter) Forms() []string {
	var codes []string
	for _, d := range c.defs {
		if !slices.Contains(codes, d.Measure.Questionnaire) {
			codes = append(codes, d.Measure.Questionnaire)
		}
	}
	return codes
}

// Questions lists the ids of the questions whose answers matter, whichever form they are in.
func (c *AnswerCounter) Questions() map[string]bool {
	ids := map[string]bool{}
	for _, d := range c.defs {
		for _, id := range d.Measure.Items() {
			if id != "" {
				ids[id] = true
			}
		}
		for id := range d.Measure.Eligible {
			ids[id] = true
		}
	}
	return ids
}

// Cells gives what was counted so far, by indicator id.
func (c *AnswerCounter) Cells() map[string]Cell {
	cells := make(map[string]Cell, len(c.defs))
	for i, d := range c.defs {
		cells[d.ID] = c.cells[i]
	}
	return cells
}
