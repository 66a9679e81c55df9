package models

import "slices"

// cents is two decimals: percentages and scores are whole hundredths until the last step, so that rounding is exact.
const cents = 100

// Value makes the figure of a cell, as a regulator sees it. options are those of the measure's band question, needed for a median alone.
// Percentages and scores have 2 decimals, rounded half up from the exact integers (domain rule: 好差评 style ratios keep both integers).
func (d IndicatorDefinition) Value(c Cell, options []Option) IndicatorValue {
	v := d.empty()
	if c.Missing > 0 {
		v.flag(FlagNoFigure)
		if c.N == 0 {
			return v
		}
	}
	n := c.N
	switch m := d.Measure; {
	case m.Builtin == BuiltinDeclared, m.Builtin == BuiltinPublishedPrice, m.Builtin == BuiltinRecords, m.Builtin == BuiltinGrowth, m.Builtin == BuiltinPricePosition:
		d.stated(&v, c)
		return v
	case m.Builtin == BuiltinGap: // made of other values, see gaps
		return v
	case m.Type == MeasureScore:
		v.Numerator = ptr(RoundHalfUp(float64(c.Sum)/ScoreUnit, 6))
		if n > 0 {
			v.Value = ptr(float64(ratio(c.Sum, cents, n*ScoreUnit)) / cents)
		}
	case m.Type == MeasureMedianBand:
		v.money(bands(c, options), false)
	case m.Type == MeasureMedian:
		v.money(amounts(c), true)
	default:
		v.Numerator = number(c.Sum)
		if n > 0 {
			v.Value = ptr(float64(ratio(c.Sum, 100*cents, n)) / cents)
		}
	}
	v.N, v.Denominator = &n, number(n)
	d.remarks(&v, c, options)
	return v
}

// empty is the value without a figure.
func (d IndicatorDefinition) empty() IndicatorValue {
	return IndicatorValue{
		ID: d.ID, Unit: string(d.Unit), Source: string(d.Source), Variant: d.Variant, Version: d.Version, Flags: []string{},
	}
}

// hidden is the value that is not shown.
func (d IndicatorDefinition) hidden() IndicatorValue {
	v := d.empty()
	v.Flags, v.Suppressed = []string{FlagSuppressed}, true
	return v
}

// remarks adds the interval, the parts and the flags of a figure over people.
func (d IndicatorDefinition) remarks(v *IndicatorValue, c Cell, options []Option) {
	d.interval(v, c)
	if c.N < LowSample {
		v.flag(FlagLowSample)
	}
	if c.N > 0 && c.Version != "" && c.Version != d.Version {
		v.flag(FlagOldVersion)
	}
	if c.Dropped > 0 {
		v.flag(FlagDropped)
	}
	if !d.Measure.Distribution && d.Measure.Type != MeasureMedianBand {
		return
	}
	for _, o := range options { // in the form's order
		if n := c.Hist[o.Value]; n > 0 {
			v.Parts = append(v.Parts, Part{Value: o.Value, N: n})
		}
	}
}

// stated fills in what is no sample of people: counts, prices and rates as declared, growth, price position.
func (d IndicatorDefinition) stated(v *IndicatorValue, c Cell) {
	if c.N == 0 {
		return
	}
	switch {
	case d.Unit == UnitCount:
		v.Value, v.Numerator = number(c.Sum), number(c.Sum)
		return
	case d.Unit == UnitYuan:
		steps := amounts(c)
		slices.SortFunc(steps, func(a, b step) int { return int(a.from - b.from) })
		at := func(quarter int64) *float64 {
			yuan, _ := exactQuantile(steps, c.N, quarter)
			return number(yuan)
		}
		if v.Value = at(2); c.N >= minOffers {
			v.P25, v.P75 = at(1), at(3)
		}
	case d.Measure.Builtin == BuiltinDeclared: // a declared rate: hundredths of it × its denominator
		v.Value = ptr(float64(ratio(c.Sum, 1, c.N)) / cents)
		v.Numerator = ptr(RoundHalfUp(float64(c.Sum)/(100*cents), 2))
	case d.Measure.Builtin == BuiltinPricePosition: // hundredths of a percent, one for each offer
		v.Value = ptr(float64(ratio(c.Sum, 1, c.N)) / cents)
	default: // growth may be negative
		v.Numerator = number(c.Sum)
		v.Value = ptr(signed(c.Sum, c.N))
	}
	v.Denominator = number(c.N)
}

// signed is 100 × num ÷ den with two decimals, halves away from zero.
func signed(num, den int64) float64 {
	if num < 0 {
		return -float64(ratio(-num, 100*cents, den)) / cents
	}
	return float64(ratio(num, 100*cents, den)) / cents
}

// interval adds the Wilson interval to shares of people; per-hundred figures can exceed 100, and a declared headcount is no sample.
func (d IndicatorDefinition) interval(v *IndicatorValue, c Cell) {
	if d.Unit != UnitPercent || c.N == 0 || c.Sum > c.N || d.Measure.Builtin == BuiltinParticipationRate {
		return
	}
	low, high := Wilson(c.Sum, c.N)
	v.Low, v.High = ptr(RoundHalfUp(100*low, 2)), ptr(RoundHalfUp(100*high, 2))
}

// ReleasedValue is Value for the organisation, of a cell that went through Release where people's answers are concerned. Under MinCell people
// it holds nothing but the flag: not even whether anybody answered.
func (d IndicatorDefinition) ReleasedValue(c Cell, options []Option) IndicatorValue {
	people := c.N
	if d.Measure.Builtin == BuiltinResponseRate {
		people = c.Sum // those who answered; whom the messages reached it knows
	}
	if people >= MinCell || d.asItStands() || d.OwnData() && c.Missing > 0 && c.N == 0 {
		return d.Value(c, options)
	}
	return d.hidden()
}

// asItStands says whether the organisation sees the figure over however few: its own departments' ratings and what it declared itself. A rate
// of complaints or participation over fewer than MinCell records is hidden all the same.
func (d IndicatorDefinition) asItStands() bool {
	switch d.Measure.Builtin {
	case BuiltinComplaintRate, BuiltinSubstantiatedRate, BuiltinParticipationRate:
		return false
	}
	return d.OwnData()
}

func ptr[T any](v T) *T { return &v }

func number(n int64) *float64 { return ptr(float64(n)) }
