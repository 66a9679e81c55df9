package models

import (
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"
)

func rateOf(id string) IndicatorDefinition {
	return IndicatorDefinition{
		ID: id, Version: "1", Unit: UnitPercent, Source: SourceComputed,
		Measure: Measure{Type: MeasureRate, Questionnaire: "F", Question: "q", Numerator: []string{"yes"}, Denominator: []string{"yes", "no"}},
	}
}

func bandOf() (IndicatorDefinition, []Option) {
	d := IndicatorDefinition{ID: "W", Version: "1", Unit: UnitYuan, Measure: Measure{Type: MeasureMedianBand, Questionnaire: "F", Question: "pay"}}
	return d, []Option{
		{Value: "low", From: ptr(0), To: ptr(2000)},
		{Value: "mid", From: ptr(2000), To: ptr(3000)},
		{Value: "high", From: ptr(3000), To: ptr(6000)},
		{Value: "top", From: ptr(15000)},
		{Value: "prefer_not"},
	}
}

func TestRatioRoundsHalfUpExactly(t *testing.T) {
	for _, c := range []struct {
		num, den, want int64 // percent in hundredths
	}{
		{0, 7, 0}, {7, 7, 10000}, {1, 3, 3333}, {2, 3, 6667}, {1, 8, 1250}, {1, 16, 625}, {1, 32, 313}, // 3.125 → 3.13
		{1, 160, 63}, // 0.625 → 0.63
		{285, 100000, 29}, {284999, 100000000, 28}, {3, 2, 15000},
	} {
		if got := ratio(c.num, 10000, c.den); got != c.want {
			t.Errorf("%d/%d is %d hundredths, want %d", c.num, c.den, got, c.want)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 { // against exact fractions, at the sizes that can occur
		den := 1 + r.Int64N(3_000_000*ScoreUnit)
		num := r.Int64N(100 * den / 50)
		twice := new(big.Int).Mul(big.NewInt(num), big.NewInt(200))
		want := twice.Add(twice, big.NewInt(den)).Div(twice, new(big.Int).Mul(big.NewInt(2), big.NewInt(den))).Int64()
		if got := ratio(num, 100, den); got != want {
			t.Fatalf("100 × %d / %d is %d, want %d", num, den, got, want)
		}
	}
}

func TestRoundHalfUp(t *testing.T) {
	for x, want := range map[float64]float64{0.285: 0.29, 1.005: 1.01, 0.284: 0.28, 66.666666: 66.67, -0.285: -0.29, 0: 0} {
		if got := RoundHalfUp(x, 2); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v rounds to %v, want %v", x, got, want)
		}
	}
}

// The expected bounds were computed with bc -l from Wilson's formula.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{
		{4, 6, 29.999331514119, 90.322858889064},
		{29, 30, 83.329609009951, 99.409140960394},
		{0, 6, 0, 39.033428789855},
		{6, 6, 60.966571210145, 100},
		{0, 0, 0, 100},
	} {
		low, high := Wilson(c.k, c.n)
		if math.Abs(100*low-c.low) > 1e-6 || math.Abs(100*high-c.high) > 1e-6 {
			t.Errorf("%d of %d: %v to %v", c.k, c.n, 100*low, 100*high)
		}
	}
}

func TestValueOfARate(t *testing.T) {
	v := rateOf("A").Value(Cell{N: 6, Sum: 4, Version: "1"}, nil)
	if *v.Value != 66.67 || *v.Numerator != 4 || *v.Denominator != 6 || *v.N != 6 || *v.Low != 30 || *v.High != 90.32 || v.Suppressed {
		t.Errorf("got %+v", v)
	}
	if !slices.Equal(v.Flags, []string{FlagLowSample}) || v.Version != "1" || v.Source != "COMPUTED" {
		t.Errorf("got %+v", v)
	}
	none := rateOf("A").Value(Cell{}, nil)
	if none.Value != nil || none.Low != nil || none.High != nil || *none.Denominator != 0 || *none.Numerator != 0 || *none.N != 0 {
		t.Errorf("nobody gives %+v", none)
	}
	if got := rateOf("A").Value(Cell{N: LowSample, Sum: 1, Version: "1"}, nil); len(got.Flags) != 0 {
		t.Errorf("thirty people carry %v", got.Flags)
	}
	if got := rateOf("A").Value(Cell{N: 40, Sum: 1, Version: "0"}, nil); !slices.Equal(got.Flags, []string{FlagOldVersion}) {
		t.Errorf("an older version carries %v", got.Flags)
	}
}

func TestReleasedValueHidesSmallCells(t *testing.T) {
	for n := range int64(MinCell) {
		v := rateOf("A").ReleasedValue(Cell{N: n, Sum: n}, nil)
		if !v.Suppressed || v.Value != nil || v.Numerator != nil || v.Denominator != nil || v.N != nil || v.Low != nil || v.High != nil ||
			!slices.Equal(v.Flags, []string{FlagSuppressed}) {
			t.Errorf("%d people: %+v", n, v)
		}
	}
	if v := rateOf("A").ReleasedValue(Cell{N: MinCell, Sum: 1}, nil); v.Suppressed || *v.Value != 20 {
		t.Errorf("five people: %+v", v)
	}
	response := IndicatorDefinition{ID: "R", Unit: UnitPercent, Measure: Measure{Type: MeasureBuiltin, Builtin: BuiltinResponseRate, Questionnaire: "F"}}
	if v := response.ReleasedValue(Cell{N: 100, Sum: 4}, nil); !v.Suppressed {
		t.Error("four answers of a hundred invitations are shown")
	}
	own := IndicatorDefinition{ID: "E3", Unit: UnitScore, Measure: Measure{Type: MeasureScore, Questionnaire: QuestionnaireDepartment, Questions: []string{"q"}}}
	if v := own.ReleasedValue(Cell{N: 1, Sum: 80 * ScoreUnit}, nil); v.Suppressed || *v.Value != 80 {
		t.Errorf("its own department's rating: %+v", v)
	}
	rate := IndicatorDefinition{ID: "E4", Unit: UnitPer100, Measure: Measure{Type: MeasureBuiltin, Builtin: BuiltinComplaintRate}}
	if v := rate.ReleasedValue(Cell{N: 4, Sum: 1}, nil); !v.Suppressed {
		t.Error("a complaint over four records is shown")
	}
	if v := rate.ReleasedValue(Cell{N: 5, Sum: 6}, nil); v.Suppressed || *v.Value != 120 || v.Low != nil {
		t.Errorf("six complaints over five records: %+v", v)
	}
	part := IndicatorDefinition{ID: "E5", Unit: UnitPercent, Measure: Measure{Type: MeasureBuiltin, Builtin: BuiltinParticipationRate}}
	if v := part.ReleasedValue(Cell{Missing: 1}, nil); v.Suppressed || v.Value != nil || v.N != nil || !slices.Equal(v.Flags, []string{FlagNoFigure}) {
		t.Errorf("without a headcount: %+v", v)
	}
}

// Grouped median by hand: L + (n/2 - F)/f × w.
func TestMedianBand(t *testing.T) {
	d, options := bandOf()
	for _, c := range []struct {
		name  string
		hist  map[string]int64
		want  *float64
		flags []string
	}{
		{"nine are too few", map[string]int64{"mid": 9}, nil, []string{FlagLowSample}},
		// 10 people, half 5; below 2, in mid 4: 2000 + (5-2)/4 × 1000 = 2750
		{"inside a band", map[string]int64{"low": 2, "mid": 4, "high": 4}, number(2750), []string{FlagLowSample}},
		// 12 people, half 6; below 5, in mid 3: 2000 + 1/3 × 1000 = 2333.33
		{"rounded", map[string]int64{"low": 5, "mid": 3, "high": 4}, number(2333), []string{FlagLowSample}},
		// 11 people, half 5.5; below 5, in mid 1: 2000 + 0.5 × 1000 = 2500
		{"an odd number", map[string]int64{"low": 5, "mid": 1, "high": 5}, number(2500), []string{FlagLowSample}},
		// half of 10 lies exactly at the end of low
		{"at a border", map[string]int64{"low": 5, "high": 5}, number(2000), []string{FlagLowSample}},
		{"in the open band", map[string]int64{"low": 4, "top": 8}, number(15000), []string{FlagOrMore, FlagLowSample}},
	} {
		cell := Cell{Hist: c.hist}
		for _, n := range c.hist {
			cell.N += n
		}
		v := d.Value(cell, options)
		if !reflect.DeepEqual(v.Value, c.want) || !slices.Equal(v.Flags, c.flags) {
			t.Errorf("%s: %v %v", c.name, v.Value, v.Flags)
		}
	}
}

// randomAnswers gives people to count, with answers in and out of the denominators, and a form for them.
func randomAnswers(r *rand.Rand, n int) (*Questionnaire, []Answers, []IndicatorDefinition) {
	band, options := bandOf()
	q := &Questionnaire{Code: "F", Version: "1", Questions: []Question{
		{ID: "q", Type: QuestionSingle, Options: []Option{{Value: "yes", Score: ptr(100)}, {Value: "no", Score: ptr(30)}, {Value: "not_sure"}}},
		{ID: "stars", Type: QuestionRating},
		{ID: "third", Type: QuestionRating},
		{ID: "pay", Type: QuestionBand, Options: options},
	}}
	q.Prepare()
	score := IndicatorDefinition{ID: "S", Version: "1", Unit: UnitScore, Measure: Measure{
		Type: MeasureScore, Questionnaire: "F", Questions: []string{"q", "stars", "third"}, Eligible: map[string][]string{"q": {"yes", "no", "not_sure"}},
	}}
	people := make([]Answers, n)
	for i := range people {
		a := Answers{"q": []string{"yes", "no", "not_sure", ""}[r.IntN(4)]}
		if r.IntN(3) > 0 {
			a["stars"] = 1 + r.Int64N(5)
		}
		if r.IntN(3) > 0 {
			a["third"] = 1 + r.Int64N(5)
		}
		a["pay"] = options[r.IntN(len(options))].Value
		people[i] = a
	}
	return q, people, []IndicatorDefinition{rateOf("A"), score, band}
}

// However people are dealt into batches and in whatever order these are merged, the cells are the same to the last digit.
func TestMergingInAnyOrderGivesTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	q, people, defs := randomAnswers(r, 5000)
	whole := NewAnswerCounter(defs, WageLimits{})
	for _, a := range people {
		whole.Add(Slice{}, q, a)
	}
	for range 30 {
		r.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		parts := make([]*AnswerCounter, 1+r.IntN(40))
		for i := range parts {
			parts[i] = NewAnswerCounter(defs, WageLimits{})
		}
		for _, a := range people {
			parts[r.IntN(len(parts))].Add(Slice{}, q, a)
		}
		left, right := map[string]Cell{}, map[string]Cell{}
		for i, p := range parts { // two groups, merged at the end
			if i%3 == 0 {
				MergeCells(left, p.Cells()[Slice{}])
			} else {
				MergeCells(right, p.Cells()[Slice{}])
			}
		}
		MergeCells(right, left)
		if !reflect.DeepEqual(right, whole.Cells()[Slice{}]) {
			t.Fatalf("merged %+v, want %+v", right, whole.Cells()[Slice{}])
		}
	}
}

// A person's mean is kept exactly: three people with means of thirds add up to a whole.
func TestScoresDoNotRound(t *testing.T) {
	q, _, defs := randomAnswers(rand.New(rand.NewPCG(1, 1)), 0)
	var c Cell
	for range 3 { // (100 + 0 + 0) / 3 each
		defs[1].Add(&c, q, Answers{"q": "yes", "stars": int64(1), "third": int64(1)}, WageLimits{})
	}
	if c.Sum != 100*ScoreUnit || c.N != 3 {
		t.Errorf("got %+v", c)
	}
	if v := defs[1].Value(c, nil); *v.Value != 33.33 || *v.Numerator != 100 {
		t.Errorf("got %v over %v", *v.Value, *v.Numerator)
	}
}

func TestCellsOfSeveralVersions(t *testing.T) {
	var c Cell
	for _, o := range []Cell{{}, {N: 2, Version: "1"}, {}, {N: 3, Version: "1"}} {
		c.Merge(o)
	}
	if c.N != 5 || c.Version != "1" {
		t.Errorf("got %+v", c)
	}
	c.Merge(Cell{N: 1, Version: "2"})
	c.Merge(Cell{N: 1, Version: "1"})
	if c.Version != VersionMixed {
		t.Errorf("got %+v", c)
	}
}

func TestPeriodSets(t *testing.T) {
	at := time.Date(2026, 12, 31, 15, 59, 59, 0, time.UTC) // 23:59:59 in Beijing
	if got := PeriodsOf(at); !slices.Equal(got, []string{"2026-12", "2026Q4", "2026", "AY2026"}) {
		t.Errorf("got %v", got)
	}
	if got := PeriodsOf(at.Add(time.Second)); !slices.Equal(got, []string{"2027-01", "2027Q1", "2027", "AY2026"}) {
		t.Errorf("got %v", got)
	}
	if got := PeriodsOf(time.Date(2026, 8, 31, 12, 0, 0, 0, Shanghai())); got[3] != "AY2025" {
		t.Errorf("got %v", got)
	}
	for _, name := range append(PeriodsOf(at), PeriodsOf(at.Add(time.Second))...) {
		if p, err := ParsePeriod(name); err != nil || !p.Contains(at) && !p.Contains(at.Add(time.Second)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string][]string{
		"2026Q4":      {"2026Q4", "2026", "2026-12"},
		"2026-08":     {"2026-08", "AY2025"},
		"2026-11":     {"2026-11"},
		"R12-2026-12": {"R12-2026-12", "2026", "2026Q4", "2026-12"},
	} {
		p, _ := ParsePeriod(name)
		if got := p.SameEnd(); !slices.Equal(got, want) {
			t.Errorf("%s ends with %v, want %v", name, got, want)
		}
	}
	p, _ := ParsePeriod("R12-2026-02")
	if got := p.Months(); len(got) != 12 || got[0] != "2025-03" || got[11] != "2026-02" {
		t.Errorf("got %v", got)
	}
	if from, until := p.Days(); from != "2025-03-01" || until != "2026-03-01" {
		t.Errorf("got %v %v", from, until)
	}
}

func TestFigureVersionCheck(t *testing.T) {
	good := FigureVersion{Values: map[string]float64{FigureHeadcount: 120, FigureCoursePrice: 1999.5, FigureEnrolment: 0}, Source: "人事系统在岗名册"}
	if got := good.Check(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	bad := FigureVersion{Values: map[string]float64{
		FigureHeadcount: 1.5, FigureAssessment: -1, FigureComplaintRate: math.Inf(1), FigureCoursePrice: math.NaN(), FigureEnrolment: 2e9, "salary": 1,
	}}
	var got []string
	for _, f := range bad.Check() {
		got = append(got, f.Field+" "+f.Code)
	}
	want := []string{
		"values.assessment_count out_of_range", "values.complaint_rate out_of_range", "values.course_price out_of_range",
		"values.enrolment_count out_of_range", "values.headcount not_whole", "values.salary unknown_figure", "source required",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := (FigureVersion{Source: "x"}).Check(); len(got) != 1 || got[0].Code != "required" {
		t.Errorf("nothing declared: %v", got)
	}
}

// Exact wages: twelve of fifteen are possible, with half a minimum wage of 2500. The middle two are 3600 and 3700, so 3650. Merged, medians and quartiles are
// those of everybody: 1249 people at 3000 and 1250 at 5000 give 5000, the lower quartile 3000.
func TestMedianOfExactWages(t *testing.T) {
	d := IndicatorDefinition{ID: "W", Version: "1", Unit: UnitYuan, Measure: Measure{Type: MeasureMedian, Questionnaire: "F", Question: "pay", Wage: true}}
	q := &Questionnaire{Code: "F", Questions: []Question{{ID: "pay", Type: QuestionNumber}}}
	q.Prepare()
	var c Cell
	for _, yuan := range []int64{8000, 1250, 3000, 0, 3200, 3300, 3500, 1249, 3600, 3700, 4000, 4200, 100_001, 5000, 100_000} {
		d.Add(&c, q, Answers{"pay": yuan}, WageLimits{Min: 1250})
	}
	d.Add(&c, q, Answers{}, WageLimits{Min: 1250})
	v := d.Value(c, nil)
	if *v.Value != 3650 || *v.N != 12 || v.P25 != nil || !slices.Contains(v.Flags, FlagDropped) {
		t.Errorf("got %v of %d, %v", *v.Value, *v.N, v.Flags)
	}
	if shown := d.ReleasedValue(Release(Cell{}, c), nil); slices.Contains(shown.Flags, FlagDropped) {
		t.Error("the organisation is told of single people's typing errors")
	}
	var merged Cell
	merged.Merge(Cell{N: 1249, Hist: map[string]int64{"3000": 1249}})
	merged.Merge(Cell{N: 1250, Hist: map[string]int64{"5000": 1250}})
	if v := d.Value(merged, nil); *v.Value != 5000 || *v.P25 != 3000 || *v.P75 != 5000 {
		t.Errorf("merged %v, %v, %v", *v.Value, *v.P25, *v.P75)
	}
	// 30 amounts from 1001 to 1030: the lower quartile lies at (30−1)/4 = 7.25, between 1008 and 1009, a quarter of the way: 1008.25 → 1008.
	all := Cell{N: 30, Hist: map[string]int64{}}
	for i := range 30 {
		all.count(strconv.Itoa(1001 + i))
	}
	if v := d.Value(all, nil); *v.Value != 1016 || *v.P25 != 1008 || *v.P75 != 1023 { // 1015.5 half up; 1022.75
		t.Errorf("got %v, %v, %v", *v.Value, *v.P25, *v.P75)
	}
}
