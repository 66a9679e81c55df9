package models

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// The reasons for which an answer is set apart. None of them deletes it: it counts in every figure, and a second value is given without it.
const (
	QualityTooFast       = "TOO_FAST"       // less time than reading the questions takes
	QualityStraight      = "STRAIGHT_LINE"  // the same place in every question, in a hurry
	QualitySameWords     = "SAME_WORDS"     // the same free text as others
	QualityOneDevice     = "ONE_DEVICE"     // many from one device within minutes
	QualityOneNetwork    = "ONE_NETWORK"    // many from one network within minutes
	QualityOnePhone      = "ONE_PHONE"      // one phone stands behind many
	QualityBeforeSending = "BEFORE_SENDING" // answered before any message had gone out
)

// QualityRule is one reason with its words and thresholds; those it does not use are 0.
type QualityRule struct {
	Code       string    `json:"code"`
	Text       LocalText `json:"text"`
	Hint       LocalText `json:"hint"`       // what it may mean, and what it may not
	Seconds    int       `json:"seconds"`    // TOO_FAST: for each question; STRAIGHT_LINE: in all, at most
	Questions  int       `json:"questions"`  // STRAIGHT_LINE: at least so many
	Answers    int       `json:"answers"`    // at least so many alike
	Minutes    int       `json:"minutes"`    // within so many
	Characters int       `json:"characters"` // SAME_WORDS: texts as long as that
}

// Quality says how many answers were judged and how many were set apart, and for which reasons; one answer may have several.
type Quality struct {
	Judged  int64            `bson:"judged" json:"judged"`
	Flagged int64            `bson:"flagged" json:"flagged"`
	Reasons map[string]int64 `bson:"reasons" json:"reasons"`
}

// Merge adds o to q.
func (q *Quality) Merge(o Quality) {
	q.Judged += o.Judged
	q.Flagged += o.Flagged
	for code, n := range o.Reasons {
		if q.Reasons == nil {
			q.Reasons = map[string]int64{}
		}
		q.Reasons[code] += n
	}
}

// GivenAnswer is one stored answer as figures and judge read it.
type GivenAnswer struct {
	ID          ResponseID
	Form        QuestionnaireRef
	Answers     Answers // without free text
	Seconds     int
	SubmittedAt time.Time
	Signals     []byte // sealed
	Sealed      []byte // words and exact amounts
	Slice       Slice
}

// Evidence is what the judge keeps of one answer.
type Evidence struct {
	Form     string // answers of different forms are not compared
	At       time.Time
	Seconds  int // 0: unknown
	Answered int // questions, free text not counted
	Straight int // the same number if all of them were answered at the same place, else 0
	Signals
}

// EvidenceOf looks at one answer alone.
func EvidenceOf(q *Questionnaire, g *GivenAnswer, s Signals) Evidence {
	e := Evidence{Form: q.Code, At: g.SubmittedAt, Seconds: g.Seconds, Signals: s}
	first, same := -1, true
	for i := range q.Questions {
		place := q.Questions[i].place(g.Answers[q.Questions[i].ID])
		if place < 0 {
			continue
		}
		e.Answered++
		if first < 0 {
			first = place
		}
		same = same && place == first
	}
	if same {
		e.Straight = e.Answered
	}
	return e
}

// place tells where on the screen an answer stood, -1 for none or for one that was written.
func (q *Question) place(answer any) int {
	switch v := answer.(type) {
	case string:
		return slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == v })
	case int64:
		if q.Type == QuestionRating {
			return int(v) - 1
		}
	}
	return -1
}

// QualityJudge judges the answers of one batch. The order in which they come does not matter. It is not safe for concurrent use.
type QualityJudge struct {
	rules []QualityRule
	list  []Evidence
}

// NewQualityJudge starts with no answers; at most 32 rules.
func NewQualityJudge(rules []QualityRule) *QualityJudge { return &QualityJudge{rules: rules} }

// Add notes one answer.
func (j *QualityJudge) Add(e Evidence) { j.list = append(j.list, e) }

// Verdict is a set of rules by their place in the list; 0 means that nothing speaks against the answer.
type Verdict uint32

// Verdicts gives one for each answer, in the order in which they were added.
func (j *QualityJudge) Verdicts() []Verdict {
	out := make([]Verdict, len(j.list))
	for bit, rule := range j.rules {
		for _, i := range j.breaking(rule) {
			out[i] |= 1 << bit
		}
	}
	return out
}

// breaking lists the answers that a rule sets apart.
func (j *QualityJudge) breaking(r QualityRule) []int {
	switch r.Code {
	case QualityTooFast:
		return j.where(func(e *Evidence) bool { return e.Seconds > 0 && e.Seconds < r.Seconds*e.Answered })
	case QualityStraight: // in our forms the first option is often the good one: the pattern alone is what a satisfied person answers
		return j.where(func(e *Evidence) bool { return e.Straight >= r.Questions && e.Seconds <= r.Seconds })
	case QualityBeforeSending:
		return j.where(func(e *Evidence) bool { return e.Early })
	case QualitySameWords:
		return j.alike(r, func(e *Evidence) Trace {
			if int(e.Runes) < r.Characters {
				return Trace{}
			}
			return e.Words
		})
	case QualityOneDevice:
		return j.alike(r, func(e *Evidence) Trace { return e.Device })
	case QualityOneNetwork:
		return j.alike(r, func(e *Evidence) Trace { return e.Network })
	case QualityOnePhone:
		return j.alike(r, func(e *Evidence) Trace { return e.Phone })
	}
	return nil
}

func (j *QualityJudge) where(breaks func(*Evidence) bool) (found []int) {
	for i := range j.list {
		if breaks(&j.list[i]) {
			found = append(found, i)
		}
	}
	return found
}

// alike lists the answers to the same form that share a trace with at least r.Answers in all, within r.Minutes if that is given.
func (j *QualityJudge) alike(r QualityRule, mark func(*Evidence) Trace) (found []int) {
	type key struct {
		form string
		mark Trace
	}
	groups := map[key][]int{}
	for i := range j.list {
		if m := mark(&j.list[i]); m.Known() {
			k := key{j.list[i].Form, m}
			groups[k] = append(groups[k], i)
		}
	}
	for _, group := range groups {
		if len(group) >= r.Answers {
			found = append(found, j.crowded(group, r)...)
		}
	}
	return found
}

// crowded lists those of a group that lie in some stretch of r.Minutes with at least r.Answers of them.
func (j *QualityJudge) crowded(group []int, r QualityRule) (found []int) {
	if r.Minutes == 0 {
		return group
	}
	slices.SortFunc(group, func(a, b int) int {
		return cmp.Or(j.list[a].At.Compare(j.list[b].At), cmp.Compare(a, b))
	})
	width, done := time.Duration(r.Minutes)*time.Minute, 0
	for last, first := 0, 0; last < len(group); last++ {
		for j.list[group[last]].At.Sub(j.list[group[first]].At) > width {
			first++
		}
		if last-first+1 >= r.Answers {
			found = append(found, group[max(first, done):last+1]...)
			done = last + 1
		}
	}
	return found
}

// QualitySifter counts the answers that the judge sets apart for a set of indicators, beside the AnswerCounter that counts all of them. A batch is
// read once: until the judge knows everybody, each answer is kept in a few bytes.
type QualitySifter struct {
	judge  *QualityJudge
	defs   []IndicatorDefinition
	limits WageLimits
	forms  []*Questionnaire // of each answer
	packed []string
}

// NewQualitySifter starts with no answers.
func NewQualitySifter(rules []QualityRule, defs []IndicatorDefinition, l WageLimits) *QualitySifter {
	return &QualitySifter{judge: NewQualityJudge(rules), defs: defs, limits: l}
}

// Add notes one answer.
func (s *QualitySifter) Add(q *Questionnaire, g *GivenAnswer, signals Signals) {
	s.judge.Add(EvidenceOf(q, g, signals))
	s.forms, s.packed = append(s.forms, q), append(s.packed, pack(q, g.Answers))
}

// Result gives the quality of the batch, and the cells of the answers set apart, those that are empty left out. All cells less these are the
// figures without them.
func (s *QualitySifter) Result() (Quality, map[string]Cell) {
	quality := Quality{Judged: int64(len(s.packed)), Reasons: map[string]int64{}}
	counter := NewAnswerCounter(s.defs, s.limits)
	for i, v := range s.judge.Verdicts() {
		if v == 0 {
			continue
		}
		quality.Flagged++
		for bit, rule := range s.judge.rules {
			if v&(1<<bit) != 0 {
				quality.Reasons[rule.Code]++
			}
		}
		counter.Add(Slice{}, s.forms[i], unpack(s.forms[i], s.packed[i]))
	}
	cells := counter.Cells()[Slice{}]
	if cells == nil {
		cells = map[string]Cell{}
	}
	maps.DeleteFunc(cells, func(_ string, c Cell) bool { return c.N == 0 && c.Sum == 0 })
	return quality, cells
}
