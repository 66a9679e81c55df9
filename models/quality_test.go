package models

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// rules are those of the catalog, written out once more so that a test says what it is about.
func qualityRules() []QualityRule {
	return []QualityRule{
		{Code: QualityTooFast, Seconds: 2},
		{Code: QualityStraight, Questions: 8, Seconds: 60},
		{Code: QualitySameWords, Answers: 3, Characters: 10},
		{Code: QualityOneDevice, Answers: 5, Minutes: 10},
		{Code: QualityOneNetwork, Answers: 15, Minutes: 10},
		{Code: QualityOnePhone, Answers: 3},
		{Code: QualityBeforeSending},
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, Shanghai())

// honest is an answer that nothing speaks against.
func honest() Evidence { return Evidence{Form: "F", At: noon, Seconds: 95, Answered: 12} }

// several gives n answers, a step apart, changed in the same way.
func several(n int, step time.Duration, change func(*Evidence)) []Evidence {
	list := make([]Evidence, n)
	for i := range list {
		list[i] = honest()
		list[i].At = noon.Add(time.Duration(i) * step)
		change(&list[i])
	}
	return list
}

func flagged(list []Evidence) map[string]int {
	j := NewQualityJudge(qualityRules())
	for _, e := range list {
		j.Add(e)
	}
	found := map[string]int{}
	for _, v := range j.Verdicts() {
		for bit, r := range j.rules {
			if v&(1<<bit) != 0 {
				found[r.Code]++
			}
		}
	}
	return found
}

func TestEachReasonTriggersAndNoFurther(t *testing.T) {
	one := func(change func(*Evidence)) []Evidence { return several(1, 0, change) }
	mark := func(at func(*Evidence) *Trace) func(*Evidence) {
		return func(e *Evidence) { *at(e) = Trace{1} }
	}
	words := mark(func(e *Evidence) *Trace { return &e.Words })
	long := func(e *Evidence) { words(e); e.Runes = 10 }
	short := func(e *Evidence) { words(e); e.Runes = 9 } // 挺好的 is what many write
	device := mark(func(e *Evidence) *Trace { return &e.Device })
	network := mark(func(e *Evidence) *Trace { return &e.Network })
	phone := mark(func(e *Evidence) *Trace { return &e.Phone })
	elsewhere := func(list []Evidence) []Evidence { list[0].Form = "G"; return list }
	for _, c := range []struct {
		name string
		list []Evidence
		want map[string]int
	}{
		{"nothing", []Evidence{honest(), honest()}, nil},
		{"23 s for 12 questions", one(func(e *Evidence) { e.Seconds = 23 }), map[string]int{QualityTooFast: 1}},
		{"24 s for 12 questions", one(func(e *Evidence) { e.Seconds = 24 }), nil},
		{"5 s for the one question that ends the form", one(func(e *Evidence) { e.Seconds, e.Answered = 5, 1 }), nil},
		{"unknown time", one(func(e *Evidence) { e.Seconds = 0 }), nil},
		{"always the first, read", one(func(e *Evidence) { e.Straight = 12 }), nil},
		{"always the first, in a minute", one(func(e *Evidence) { e.Straight, e.Seconds = 12, 60 }), map[string]int{QualityStraight: 1}},
		{"always the first, nobody knows how long", one(func(e *Evidence) { e.Straight, e.Seconds = 12, 0 }), map[string]int{QualityStraight: 1}},
		{"seven at the same place", one(func(e *Evidence) { e.Straight, e.Answered, e.Seconds = 7, 7, 40 }), nil},
		{"two with the same text", several(2, time.Hour, long), nil},
		{"three with the same text, days apart", several(3, 24*time.Hour, long), map[string]int{QualitySameWords: 3}},
		{"ten with the same few words", several(10, time.Hour, short), nil},
		{"three with the same text, one to another form", elsewhere(several(3, time.Hour, long)), nil},
		{"four from one device", several(4, time.Minute, device), nil},
		{"five from one device", several(5, 150*time.Second, device), map[string]int{QualityOneDevice: 5}},
		{"five from one device, too slowly", several(5, 151*time.Second, device), nil},
		{"fourteen from one network", several(14, time.Second, network), nil},
		{"fifteen from one network", several(15, time.Second, network), map[string]int{QualityOneNetwork: 15}},
		{"a shift's Wi-Fi over a day", several(100, 15*time.Minute, network), nil},
		{"two on one phone", several(2, 24*time.Hour, phone), nil},
		{"three on one phone", several(3, 24*time.Hour, phone), map[string]int{QualityOnePhone: 3}},
		{"before sending", one(func(e *Evidence) { e.Early = true }), map[string]int{QualityBeforeSending: 1}},
	} {
		if got := flagged(c.list); len(got) != len(c.want) || len(c.want) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Only those inside a crowded stretch are set apart, not everybody who ever used the same device.
func TestACrowdIsOnlyTheCrowd(t *testing.T) {
	list := several(6, time.Minute, func(e *Evidence) { e.Device = Trace{1} })
	late := several(2, time.Minute, func(e *Evidence) { e.Device = Trace{1}; e.At = e.At.Add(24 * time.Hour) })
	if got := flagged(append(list, late...)); got[QualityOneDevice] != 6 {
		t.Errorf("%v, want the six", got)
	}
}

// randomEvidence is likely to break rules, alone and together with others.
func randomEvidence(r *rand.Rand) Evidence {
	e := Evidence{Form: []string{"F", "G"}[r.IntN(2)], At: noon.Add(time.Duration(r.IntN(90)) * time.Minute), Seconds: r.IntN(90), Answered: 4 + r.IntN(9)}
	if r.IntN(4) == 0 {
		e.Straight = e.Answered
	}
	e.Early, e.Runes = r.IntN(20) == 0, uint8(r.IntN(20))
	for _, m := range []*Trace{&e.Phone, &e.Network, &e.Device, &e.Words} {
		m[0] = byte(r.IntN(6)) // 0: unknown
	}
	return e
}

func TestTheOrderOfAnswersDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		list := make([]Evidence, 80)
		for i := range list {
			list[i] = randomEvidence(r)
		}
		verdicts := func(order []int) []Verdict {
			j := NewQualityJudge(qualityRules())
			for _, i := range order {
				j.Add(list[i])
			}
			out := make([]Verdict, len(list))
			for k, v := range j.Verdicts() {
				out[order[k]] = v
			}
			return out
		}
		straight := r.Perm(len(list))
		if want, got := verdicts(straight), verdicts(r.Perm(len(list))); !reflect.DeepEqual(want, got) {
			t.Fatalf("another order, other verdicts:\n%v\n%v", want, got)
		}
	}
}

func TestSignalsKeepTheirFormAndLength(t *testing.T) {
	full := Signals{Early: true, Runes: 255, Phone: Trace{1}, Network: Trace{2}, Device: Trace{3}, Words: Trace{4, 5, 6, 7, 8, 9, 10, 11}}
	for _, s := range []Signals{{}, full} {
		b := s.Encode()
		if len(b) != len(Signals{}.Encode()) {
			t.Error("the length tells what is inside")
		}
		got, err := DecodeSignals(b)
		if err != nil || got != s {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for _, b := range [][]byte{nil, {1}, make([]byte, signalsSize), append(full.Encode(), 0)} {
		if _, err := DecodeSignals(b); err == nil {
			t.Errorf("%v was read", b)
		}
	}
}

// All cells less those of the answers set apart are what counting the others alone gives, packed answers or not.
func TestCellsWithoutTheAnswersSetApart(t *testing.T) {
	rate := rateOf("R")
	band, options := bandOf()
	q := &Questionnaire{Code: "F", Questions: []Question{
		{ID: "q", Type: QuestionSingle, Options: []Option{{Value: "yes"}, {Value: "no"}, {Value: "unsure"}}},
		{ID: "pay", Type: QuestionBand, Options: options},
		{ID: "stars", Type: QuestionRating},
		{ID: "months", Type: QuestionNumber},
		{ID: "words", Type: QuestionText},
	}}
	q.Prepare()
	score := IndicatorDefinition{ID: "S", Version: "1", Unit: UnitScore, Measure: Measure{Type: MeasureScore, Questionnaire: "F", Questions: []string{"stars"}}}
	defs := []IndicatorDefinition{rate, band, score}
	r := rand.New(rand.NewPCG(5, 6))
	all, clean, sifter := NewAnswerCounter(defs, WageLimits{}), NewAnswerCounter(defs, WageLimits{}), NewQualitySifter(qualityRules(), defs, WageLimits{})
	want := int64(0)
	for range 2000 {
		a := Answers{"q": q.Questions[0].Options[r.IntN(3)].Value, "stars": 1 + r.Int64N(5), "months": r.Int64N(300) - 20, "pay": options[r.IntN(len(options))].Value}
		if r.IntN(5) == 0 {
			delete(a, "pay")
		}
		g := GivenAnswer{Answers: a, Seconds: 90, SubmittedAt: noon}
		all.Add(Slice{}, q, a)
		if r.IntN(3) == 0 {
			g.Seconds = 1
			want++
		} else {
			clean.Add(Slice{}, q, a)
		}
		if got := unpack(q, pack(q, a)); !reflect.DeepEqual(got, a) {
			t.Fatalf("packed %v, unpacked %v", a, got)
		}
		sifter.Add(q, &g, Signals{})
		clear(a) // as the store does
	}
	quality, flagged := sifter.Result()
	if quality.Judged != 2000 || quality.Flagged != want || quality.Reasons[QualityTooFast] != want {
		t.Fatalf("%+v, want %d of 2000", quality, want)
	}
	for _, d := range defs {
		got, want := d.Value(all.Cells()[Slice{}][d.ID].Less(flagged[d.ID]), options), d.Value(clean.Cells()[Slice{}][d.ID], options)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", d.ID, got, want)
		}
	}
}
