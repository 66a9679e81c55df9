package models

import (
	"slices"
	"strconv"
)

const (
	// minMedian is the fewest people a median of money is published for.
	minMedian = 10
	// QuartileSample is the fewest people for whom the quartiles are published too.
	QuartileSample = 30
	// minOffers is the fewest published prices that quartiles are given of. Prices are public, so no one is protected by more.
	minOffers = 4
)

// step is one part of a histogram of money, from its lower bound in yuan up to, not including, to; amounts known exactly have width 0.
type step struct {
	from, width int64
	open        bool // no upper bound
	n           int64
}

// money fills in the median, and the quartiles where the sample allows.
func (v *IndicatorValue) money(steps []step, exact bool) {
	slices.SortFunc(steps, func(a, b step) int { return int(a.from - b.from) })
	var all int64
	for _, s := range steps {
		all += s.n
	}
	if all < minMedian {
		return
	}
	at := bandQuantile
	if exact {
		at = exactQuantile
	}
	value := func(quarter int64, flag string) *float64 {
		yuan, open := at(steps, all, quarter)
		if open {
			v.flag(flag)
		}
		return number(yuan)
	}
	v.Value = value(2, FlagOrMore)
	if all >= QuartileSample {
		v.P25, v.P75 = value(1, FlagP25OrMore), value(3, FlagP75OrMore)
	}
}

// bandQuantile gives the quantile of so many quarters: linear interpolation inside the band that holds it, as for any grouped data, rounded
// half up to a whole yuan. In the open band above it is the band's lower bound.
func bandQuantile(steps []step, all, quarters int64) (yuan int64, open bool) {
	var below int64
	for _, s := range steps {
		if 4*(below+s.n) < quarters*all {
			below += s.n
			continue
		}
		if s.open {
			return s.from, true
		}
		return s.from + ratio(quarters*all-4*below, s.width, 4*s.n), false
	}
	return 0, false
}

// exactQuantile gives the quantile of single amounts: of the n amounts in order the one at (n−1) × quarters ÷ 4, between two of them
// proportionally, half up to a yuan. For the median that is the middle one, or the mean of the two in the middle.
func exactQuantile(steps []step, all, quarters int64) (yuan int64, open bool) {
	place := (all - 1) * quarters
	low, high := nth(steps, place/4), nth(steps, (place+3)/4)
	return (4*low + place%4*(high-low) + 2) / 4, false
}

// nth gives the amount at a place, counted from 0.
func nth(steps []step, place int64) int64 {
	for _, s := range steps {
		if place < s.n {
			return s.from
		}
		place -= s.n
	}
	return 0
}

// bands makes the steps of a band question's answers.
func bands(c Cell, options []Option) []step {
	var steps []step
	for _, o := range options {
		n := c.Hist[o.Value]
		switch {
		case o.From == nil || n == 0:
		case o.To == nil:
			steps = append(steps, step{from: int64(*o.From), open: true, n: n})
		default:
			steps = append(steps, step{from: int64(*o.From), width: int64(*o.To - *o.From), n: n})
		}
	}
	return steps
}

// amounts makes the steps of single amounts.
func amounts(c Cell) []step {
	steps := make([]step, 0, len(c.Hist))
	for key, n := range c.Hist {
		if yuan, err := strconv.ParseInt(key, 10, 64); err == nil {
			steps = append(steps, step{from: yuan, n: n})
		}
	}
	return steps
}
