package models

import "slices"

// cents is two decimals: percentages and scores are whole hundredths until the last step, so that rounding is exact.
const cents = 100

// Value makes the figure of a cell, as a regulator sees it. options are those of the measure's band question, needed for a median alone.
// Percentages and scores have 2 decimals, rounded half up from the exact integers (domain rule: 好差评 style ratios keep both integers).
func (d IndicatorDefinition) Value(c Cell, options []Option) IndicatorValue {
	v := IndicatorValue{
		ID: d.ID, Unit: string(d.Unit), Source: string(d.Source), Variant: d.Variant, Version: d.Version, Flags: []string{},
	}
	if c.Missing > 0 {
		v.flag(FlagNoFigure)
		if c.N == 0 {
			return v
		}
	}
	n := c.N
	v.N, v.Denominator = &n, number(n)
	switch d.Measure.Type {
	case MeasureScore:
		v.Numerator = ptr(RoundHalfUp(float64(c.Sum)/ScoreUnit, 6))
		if n > 0 {
			v.Value = ptr(float64(ratio(c.Sum, cents, n*ScoreUnit)) / cents)
		}
	case MeasureMedianBand:
		d.median(&v, c, options)
	default:
		v.Numerator = number(c.Sum)
		if n > 0 {
			v.Value = ptr(float64(ratio(c.Sum, 100*cents, n)) / cents)
		}
	}
	d.interval(&v, c)
	if n < LowSample {
		v.flag(FlagLowSample)
	}
	if n > 0 && c.Version != "" && c.Version != d.Version {
		v.flag(FlagOldVersion)
	}
	return v
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
	own := d.OwnData()
	exact := own && (d.Measure.Type != MeasureBuiltin || d.Measure.Builtin == BuiltinDepartmentCoverage) // its own departments' ratings
	if people >= MinCell || exact || own && c.Missing > 0 && c.N == 0 {
		return d.Value(c, options)
	}
	return IndicatorValue{
		ID: d.ID, Unit: string(d.Unit), Source: string(d.Source), Variant: d.Variant, Version: d.Version,
		Flags: []string{FlagSuppressed}, Suppressed: true,
	}
}

// minMedian is the fewest people a median of money is published for.
const minMedian = 10

// median fills in the median of a money band: linear interpolation inside the band that holds the middle, as for any grouped data, rounded
// half up to a whole yuan. In the open band above it is the band's lower bound with the flag OR_MORE.
func (d IndicatorDefinition) median(v *IndicatorValue, c Cell, options []Option) {
	bands := slices.DeleteFunc(slices.Clone(options), func(o Option) bool { return o.From == nil || c.Hist[o.Value] == 0 })
	slices.SortFunc(bands, func(a, b Option) int { return *a.From - *b.From })
	var below, all int64
	for _, o := range bands {
		all += c.Hist[o.Value]
	}
	if all < minMedian {
		return
	}
	for _, o := range bands {
		in := c.Hist[o.Value]
		if 2*(below+in) < all {
			below += in
			continue
		}
		from := int64(*o.From)
		if o.To == nil {
			v.Value = number(from)
			v.flag(FlagOrMore)
			return
		}
		v.Value = number(from + ratio(all-2*below, int64(*o.To)-from, 2*in))
		return
	}
}

func ptr[T any](v T) *T { return &v }

func number(n int64) *float64 { return ptr(float64(n)) }
