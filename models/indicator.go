package models

import (
	"math"
	"time"
)

// MinCell is the fewest people a figure may stand on before an organisation may see it (k-anonymity threshold).
const MinCell = 5

// LowSample is the sample under which a figure is shown with the flag LOW_SAMPLE and kept out of rankings and exit decisions.
const LowSample = 30

// Cell is the mergeable raw material of one indicator: n people, and a sum or a histogram over them. Sums are integers (numerators, or
// micro-points for scores) so that merging in any order gives the same result to the last digit.
type Cell struct {
	N    int64            `bson:"n"`
	Sum  int64            `bson:"s"`
	Hist map[string]int64 `bson:"h,omitempty"` // option value → people, for bands
}

// Merge adds o to c.
func (c *Cell) Merge(o Cell) {
	c.N += o.N
	c.Sum += o.Sum
	for k, v := range o.Hist {
		if c.Hist == nil {
			c.Hist = make(map[string]int64, len(o.Hist))
		}
		c.Hist[k] += v
	}
}

// Tally is what one batch's responses add up to, by indicator id. Live is everything, for regulators. Released is what the
// organisation may see: it moves only in steps of MinCell people, so that neither two periods nor two moments can be subtracted
// to reveal fewer.
type Tally struct {
	ID         BatchID         `bson:"_id"`
	Org        OrgID           `bson:"org"`
	Region     string          `bson:"region"`
	Kind       OrgKind         `bson:"kind"`
	Anchor     time.Time       `bson:"anchor"`
	Live       map[string]Cell `bson:"live"`
	Released   map[string]Cell `bson:"released"`
	Submitted  int64           `bson:"submitted"`          // live
	SubmittedR int64           `bson:"submitted_released"` // released
	Reached    int64           `bson:"reached"`            // invitations delivered or opened
	Catalog    string          `bson:"catalog"`            // hash of the indicator definitions used; another one makes the tally stale
	ComputedAt time.Time       `bson:"computed_at"`
}

// Rollup is the finished figures of one organisation and period: what a read returns by one look-up.
type Rollup struct {
	ID         string           `bson:"_id"` // org|period
	Org        OrgID            `bson:"org"`
	Region     string           `bson:"region"`
	Kind       OrgKind          `bson:"kind"`
	Period     string           `bson:"period"`
	Live       []IndicatorValue `bson:"live"`
	Released   []IndicatorValue `bson:"released"`
	ComputedAt time.Time        `bson:"computed_at"`
}

// IndicatorValue is one figure as read. A denominator of 0 gives a nil Value, never 0 or 100.
type IndicatorValue struct {
	ID          string   `bson:"id" json:"id"`
	Value       *float64 `bson:"value" json:"value"`
	Unit        string   `bson:"unit" json:"unit"`
	Numerator   *float64 `bson:"numerator" json:"numerator"`
	Denominator *float64 `bson:"denominator" json:"denominator"`
	N           *int64   `bson:"n" json:"n"`
	Low         *float64 `bson:"low" json:"low"` // Wilson 95 % interval, rates only
	High        *float64 `bson:"high" json:"high"`
	Flags       []string `bson:"flags" json:"flags"`
	Suppressed  bool     `bson:"suppressed" json:"suppressed"`
	Source      string   `bson:"source" json:"source"`
	Variant     string   `bson:"variant,omitempty" json:"variant,omitempty"`
	Version     string   `bson:"definition_version" json:"definition_version"`
}

// Flags of an IndicatorValue.
const (
	FlagLowSample  = "LOW_SAMPLE"
	FlagSuppressed = "SMALL_CELL"
	FlagNoFigure   = "FIGURE_MISSING"
)

// Wilson gives the 95 % score interval of k successes in n trials (E. B. Wilson, 1927), as fractions; n = 0 gives 0, 1.
func Wilson(k, n int64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	centre := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	scale := 1 + z*z/m
	return math.Max(0, (centre-half)/scale), math.Min(1, (centre+half)/scale)
}

// RoundHalfUp rounds x to the given number of decimals, halves away from zero. Inputs are ratios of integers; a nudge of one part in
// 10¹² keeps decimal halves such as 0.285 from falling down for want of a binary digit.
func RoundHalfUp(x float64, decimals int) float64 {
	f := math.Pow(10, float64(decimals))
	return math.Floor(math.Abs(x)*f+0.5+1e-9) / f * sign(x)
}

func sign(x float64) float64 {
	if x < 0 {
		return -1
	}
	return 1
}
