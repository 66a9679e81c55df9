package models

import (
	"maps"
	"math"
	"strconv"
)

// RollupFacts is what an organisation's figures of a period are computed from.
type RollupFacts struct {
	Tallies       []Tally // of batches that opened in the period
	Records       RecordCount
	Accepted      int64              // complaints accepted in the period, withdrawn ones included
	Substantiated int64              // of those, the ones found true or partly true
	Declared      map[string]float64 // for the period, or for headcount and prices one that ends on the same day
	Before        map[string]float64 // declared for the period before
	Prices        []Price            // of the list that was in force when the period ended; nil: none was
}

// SliceCells are the cells of one occupation and level: all of them, and what the organisation may see.
type SliceCells struct {
	Slice `bson:",inline"`
	Name  string          `bson:"name,omitempty"`
	Group bool            `bson:"group,omitempty"` // in some batch the organisation sees it apart
	Cells map[string]Cell `bson:"cells"`
	Shown map[string]Cell `bson:"shown,omitempty"`
}

// Cells adds up an organisation's period: everything, and what the organisation may see of it.
func (f RollupFacts) Cells(defs []IndicatorDefinition) (live, shown map[string]Cell) {
	live, shown = map[string]Cell{}, map[string]Cell{}
	for _, t := range f.Tallies {
		MergeCells(live, t.Live)
		MergeCells(shown, t.Released)
	}
	for _, d := range defs {
		if c, ok := f.fact(d); ok {
			live[d.ID], shown[d.ID] = c, c
		}
	}
	keepDefined(defs, live)
	keepDefined(defs, shown)
	return live, shown
}

// Slices adds up the same by occupation and level, in no particular order.
func (f RollupFacts) Slices(defs []IndicatorDefinition) []SliceCells {
	by := map[Slice]*SliceCells{}
	var order []*SliceCells
	for _, t := range f.Tallies {
		for _, part := range t.Slices {
			s := by[part.Slice]
			if s == nil {
				s = &SliceCells{Slice: part.Slice, Name: part.Name, Cells: map[string]Cell{}, Shown: map[string]Cell{}}
				by[part.Slice] = s
				order = append(order, s)
			}
			MergeCells(s.Cells, part.Live)
			if part.Shown != nil {
				s.Group = true
				MergeCells(s.Shown, part.Shown.Cells)
			}
		}
	}
	list := make([]SliceCells, len(order))
	for i, s := range order {
		for _, d := range defs {
			if d.Measure.Builtin == BuiltinPublishedPrice {
				c := versioned(priceCell(f.Prices, func(p Price) bool { return p.For(s.Slice, s.Name) }), d)
				s.Cells[d.ID], s.Shown[d.ID] = c, c
			}
		}
		keepDefined(defs, s.Cells)
		keepDefined(defs, s.Shown)
		list[i] = *s
	}
	return list
}

// Figures gives the finished figures of an organisation's period, as regulators and as the organisation itself may see them, and the live cells.
func (f RollupFacts) Figures(defs []IndicatorDefinition, options func(form, question string) []Option) (live, released []IndicatorValue, cells map[string]Cell) {
	cells, shown := f.Cells(defs)
	return Values(defs, cells, options), ReleasedValues(defs, shown, options), cells
}

// fact gives the cell of an indicator that is made of records, complaints or declared figures.
func (f RollupFacts) fact(d IndicatorDefinition) (Cell, bool) {
	m := d.Measure
	switch m.Builtin {
	case BuiltinComplaintRate:
		return versioned(Cell{N: f.Records.Records, Sum: f.Accepted}, d), true
	case BuiltinSubstantiatedRate:
		return versioned(Cell{N: f.Records.Records, Sum: f.Substantiated}, d), true
	case BuiltinRecords:
		return versioned(Cell{N: 1, Sum: f.Records.Records}, d), true
	case BuiltinParticipationRate:
		if n, ok := f.Declared[m.Figure]; ok {
			return versioned(Cell{N: int64(n), Sum: f.Records.Persons}, d), true
		}
		return Cell{Missing: 1}, true
	case BuiltinDeclared:
		return versioned(f.declared(d), d), true
	case BuiltinPublishedPrice:
		if f.Prices == nil {
			return versioned(f.declared(d), d), true
		}
		return versioned(priceCell(f.Prices, func(Price) bool { return true }), d), true
	case BuiltinPricePosition:
		return Cell{Missing: 1}, true
	case BuiltinGrowth:
		now, ok := f.Declared[m.Figure]
		before, had := f.Before[m.Figure]
		if !ok || !had {
			return Cell{Missing: 1}, true
		}
		return versioned(Cell{N: int64(before), Sum: int64(now - before)}, d), true
	}
	return Cell{}, false
}

// declared makes the cell of a declared count, price or rate. A rate counts with the number of assessments declared beside it, so that a region's
// is the rate over all of them.
func (f RollupFacts) declared(d IndicatorDefinition) Cell {
	x, ok := f.Declared[d.Measure.Figure]
	if !ok {
		return Cell{Missing: 1}
	}
	switch d.Unit {
	case UnitYuan:
		return Cell{N: 1, Hist: map[string]int64{strconv.FormatInt(int64(math.Round(x)), 10): 1}}
	case UnitPer100:
		n := int64(f.Declared[FigureAssessment])
		if n <= 0 {
			return Cell{Missing: 1}
		}
		return Cell{N: n, Sum: int64(math.Round(x*cents)) * n}
	}
	return Cell{N: 1, Sum: int64(x)}
}

// Sifted merges the quality of the tallies, and the cells of the answers that it sets apart.
func (f RollupFacts) Sifted() (quality Quality, flagged map[string]Cell) {
	quality.Reasons, flagged = map[string]int64{}, map[string]Cell{}
	for _, t := range f.Tallies {
		quality.Merge(t.Quality)
		MergeCells(flagged, t.Flagged)
	}
	return quality, flagged
}

// AddQuality puts beside each figure from people's answers what it is without the answers set apart. Values are those of defs, in their order.
func AddQuality(values []IndicatorValue, defs []IndicatorDefinition, cells, flagged map[string]Cell, options func(form, question string) []Option) {
	for i, d := range defs {
		if d.OwnData() {
			continue
		}
		set := flagged[d.ID]
		clean := d.Value(cells[d.ID].Less(set), optionsOf(d, options))
		q := ValueQuality{Flagged: set.N, CleanValue: clean.Value}
		if clean.N != nil {
			q.CleanN = *clean.N
		}
		if d.Measure.Builtin == BuiltinResponseRate { // the answers are its numerator
			q.Flagged = set.Sum
		}
		values[i].Quality = &q
	}
}

// Values makes regulators' figures of merged cells, one for each definition in its order.
func Values(defs []IndicatorDefinition, cells map[string]Cell, options func(form, question string) []Option) []IndicatorValue {
	return valuesOf(defs, cells, options, IndicatorDefinition.Value)
}

// ReleasedValues makes the figures that an organisation may see of cells that were released.
func ReleasedValues(defs []IndicatorDefinition, shown map[string]Cell, options func(form, question string) []Option) []IndicatorValue {
	return valuesOf(defs, shown, options, IndicatorDefinition.ReleasedValue)
}

// bySlice says whether an indicator is known by occupation and level: what people answer, and what a course costs.
func (d IndicatorDefinition) bySlice() bool {
	switch d.Measure.Builtin {
	case "", BuiltinResponseRate, BuiltinPublishedPrice, BuiltinGap:
		return true
	}
	return false
}

// SliceValues makes figures of the cells of some occupations and levels. Records, complaints and declared figures are not told apart by them.
func SliceValues(defs []IndicatorDefinition, cells map[string]Cell, options func(form, question string) []Option, inSteps bool) []IndicatorValue {
	value := Values
	if inSteps {
		value = ReleasedValues
	}
	values := value(defs, cells, options)
	for i, d := range defs {
		if !d.bySlice() {
			values[i] = d.empty()
			values[i].flag(FlagNotSliced)
		}
	}
	return values
}

func valuesOf(defs []IndicatorDefinition, cells map[string]Cell, options func(form, question string) []Option,
	value func(IndicatorDefinition, Cell, []Option) IndicatorValue,
) []IndicatorValue {
	values := make([]IndicatorValue, 0, len(defs))
	for _, d := range defs {
		values = append(values, value(d, cells[d.ID], optionsOf(d, options)))
	}
	gaps(values, defs)
	markLowResponse(values, defs, cells)
	return values
}

// gaps fills in the differences of two figures. A gap is shown where both of its figures are.
func gaps(values []IndicatorValue, defs []IndicatorDefinition) {
	at := make(map[string]int, len(values))
	for i, v := range values {
		at[v.ID] = i
	}
	for i, d := range defs {
		if d.Measure.Builtin != BuiltinGap {
			continue
		}
		a, b := values[at[d.Measure.Of[0]]], values[at[d.Measure.Of[1]]]
		switch {
		case a.Suppressed || b.Suppressed:
			values[i] = d.hidden()
		case a.Value != nil && b.Value != nil:
			values[i].Value, values[i].N = ptr(RoundHalfUp(*a.Value-*b.Value, 2)), a.N
			if *values[i].Value > 0 {
				values[i].flag(FlagFeeAlert)
			}
			if a.N != nil && *a.N < LowSample {
				values[i].flag(FlagLowSample)
			}
		case b.Value == nil:
			values[i].flag(FlagNoFigure)
		}
	}
}

// markLowResponse flags the figures of a form that fewer than one in five of those reached have answered.
func markLowResponse(values []IndicatorValue, defs []IndicatorDefinition, cells map[string]Cell) {
	low := map[string]bool{}
	for _, d := range defs {
		if c := cells[d.ID]; d.Measure.Builtin == BuiltinResponseRate && lowResponse*c.Sum < c.N {
			low[d.Measure.Questionnaire] = true
		}
	}
	for i, d := range defs {
		if d.Measure.Questionnaire != "" && low[d.Measure.Questionnaire] && !values[i].Suppressed {
			values[i].flag(FlagLowSample)
		}
	}
}

func optionsOf(d IndicatorDefinition, options func(form, question string) []Option) []Option {
	if d.Measure.Type != MeasureMedianBand && !d.Measure.Distribution {
		return nil
	}
	return options(d.Measure.Questionnaire, d.Measure.Question)
}

func keepDefined(defs []IndicatorDefinition, cells map[string]Cell) {
	known := make(map[string]bool, len(defs))
	for _, d := range defs {
		known[d.ID] = true
	}
	maps.DeleteFunc(cells, func(id string, _ Cell) bool { return !known[id] })
}
