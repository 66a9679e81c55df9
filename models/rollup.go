package models

import "maps"

// RollupFacts is what an organisation's figures of a period are computed from.
type RollupFacts struct {
	Tallies       []Tally // of batches that opened in the period
	Records       RecordCount
	Accepted      int64  // complaints accepted in the period, withdrawn ones included
	Substantiated int64  // of those, the ones found true or partly true
	Headcount     *int64 // as declared; nil: not declared
}

// Figures computes an organisation's figures: as regulators and as the organisation itself may see them, and the live cells from which a
// region's are merged. options gives the options of a question, for medians.
func (f RollupFacts) Figures(defs []IndicatorDefinition, options func(form, question string) []Option) (live, released []IndicatorValue, cells map[string]Cell) {
	cells, shown := map[string]Cell{}, map[string]Cell{}
	for _, t := range f.Tallies {
		MergeCells(cells, t.Live)
		MergeCells(shown, t.Released)
	}
	for _, d := range defs {
		if c, ok := f.fact(d); ok {
			cells[d.ID], shown[d.ID] = c, c
		}
	}
	maps.DeleteFunc(cells, func(id string, _ Cell) bool { return !defined(defs, id) })
	released = make([]IndicatorValue, 0, len(defs))
	for _, d := range defs {
		released = append(released, d.ReleasedValue(shown[d.ID], optionsOf(d, options)))
	}
	markLowResponse(released, defs, shown)
	return Values(defs, cells, options), released, cells
}

// fact gives the cell of an indicator that is made of records, complaints or declared figures.
func (f RollupFacts) fact(d IndicatorDefinition) (Cell, bool) {
	switch d.Measure.Builtin {
	case BuiltinComplaintRate:
		return versioned(Cell{N: f.Records.Records, Sum: f.Accepted}, d), true
	case BuiltinSubstantiatedRate:
		return versioned(Cell{N: f.Records.Records, Sum: f.Substantiated}, d), true
	case BuiltinParticipationRate:
		if f.Headcount == nil {
			return Cell{Missing: 1}, true
		}
		return versioned(Cell{N: *f.Headcount, Sum: f.Records.Persons}, d), true
	}
	return Cell{}, false
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
	values := make([]IndicatorValue, 0, len(defs))
	for _, d := range defs {
		values = append(values, d.Value(cells[d.ID], optionsOf(d, options)))
	}
	markLowResponse(values, defs, cells)
	return values
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
		if low[d.Measure.Questionnaire] && !values[i].Suppressed {
			values[i].flag(FlagLowSample)
		}
	}
}

func optionsOf(d IndicatorDefinition, options func(form, question string) []Option) []Option {
	if d.Measure.Type != MeasureMedianBand {
		return nil
	}
	return options(d.Measure.Questionnaire, d.Measure.Question)
}

func defined(defs []IndicatorDefinition, id string) bool {
	for _, d := range defs {
		if d.ID == id {
			return true
		}
	}
	return false
}
