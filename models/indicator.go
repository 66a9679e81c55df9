package models

import (
	"maps"
	"math"
	"slices"
	"time"
)

// MinCell is the fewest people a figure may stand on before an organisation may see it (k-anonymity threshold).
const MinCell = 5

// LowSample is the sample under which a figure is shown with the flag LOW_SAMPLE and kept out of rankings and exit decisions.
const LowSample = 30

// lowResponse is the response rate, as one in so many, under which a form's figures carry LOW_SAMPLE whatever their size: one in five.
const lowResponse = 5

// Cell is the mergeable raw material of one indicator: n people or cases, and a sum or a histogram over them. Sums are integers (numerators,
// or ScoreUnit parts of a point) so that merging in any order gives the same result to the last digit.
type Cell struct {
	N       int64            `bson:"n"`
	Sum     int64            `bson:"s"`
	Hist    map[string]int64 `bson:"h,omitempty"` // option value or amount in yuan → people
	Dropped int64            `bson:"d,omitempty"` // people whose amount is impossible and counts nowhere; never released
	Missing int64            `bson:"m,omitempty"` // organisations without the declared figure that the denominator needs
	Version string           `bson:"v,omitempty"` // of the definition it was counted by; VersionMixed after merging different ones
	Peak    int64            `bson:"p,omitempty"` // released cells: the largest n ever shown, see Release
}

// VersionMixed stands for several versions of a definition in one cell.
const VersionMixed = "mixed"

// Merge adds o to c. The order and grouping of merges change nothing in the result.
func (c *Cell) Merge(o Cell) {
	switch {
	case o.N == 0 || c.Version == o.Version:
	case c.N == 0:
		c.Version = o.Version
	default:
		c.Version = VersionMixed
	}
	c.N += o.N
	c.Sum += o.Sum
	c.Missing += o.Missing
	c.Dropped += o.Dropped
	c.Peak = 0
	for k, v := range o.Hist {
		if c.Hist == nil {
			c.Hist = make(map[string]int64, len(o.Hist))
		}
		c.Hist[k] += v
	}
}

// Less gives c without the people of o, who are all among those of c.
func (c Cell) Less(o Cell) Cell {
	c.N -= o.N
	c.Sum -= o.Sum
	if len(o.Hist) > 0 {
		c.Hist = maps.Clone(c.Hist)
		for k, v := range o.Hist {
			c.Hist[k] -= v
		}
	}
	return c
}

// MergeCells adds each cell of src to the cell of the same indicator in dst.
func MergeCells(dst, src map[string]Cell) {
	for id, o := range src {
		c := dst[id]
		c.Merge(o)
		dst[id] = c
	}
}

// Rollup is the finished figures of one organisation and period: what a read returns by one look-up.
type Rollup struct {
	ID         string           `bson:"_id"` // see RollupID
	Org        OrgID            `bson:"org"`
	Region     string           `bson:"region"`
	Kind       OrgKind          `bson:"kind"`
	Period     string           `bson:"period"`
	Live       []IndicatorValue `bson:"live"`           // for regulators
	Released   []IndicatorValue `bson:"released"`       // for the organisation
	Part       string           `bson:"part,omitempty"` // a social organisation's rounds in this region only; empty: all
	Cells      map[string]Cell  `bson:"cells"`          // live, by indicator: what a region's figures are merged from
	Shown      map[string]Cell  `bson:"shown"`          // released: what a comparison that an organisation may read is merged from
	Flagged    map[string]Cell  `bson:"flagged"`        // of Cells, the answers that quality sets apart
	Quality    Quality          `bson:"quality"`        // for regulators
	Slices     []SliceCells     `bson:"slices,omitempty"`
	Records    RecordCount      `bson:"records"`
	Catalog    string           `bson:"catalog"` // hash of the definitions used; another one makes the rollup stale
	Version    int64            `bson:"version"` // optimistic lock
	ComputedAt time.Time        `bson:"computed_at"`
}

// RollupID is the id of an organisation's figures of a period, and of what it declared for it.
func RollupID(org OrgID, period string) string { return string(org) + "|" + period }

// PartID is the id of the part of an organisation's figures that is about its rounds in one region.
func PartID(org OrgID, period, region string) string { return RollupID(org, period) + "|" + region }

// View gives the figures that a reader with scope sc may see.
func (r Rollup) View(sc Scope) []IndicatorValue {
	if sc.InSteps() {
		return r.Released
	}
	return r.Live
}

// QualityFor gives the quality of the answers behind the figures, to regulators; nil to an organisation, which might find people by it.
func (r Rollup) QualityFor(sc Scope) *Quality {
	if sc.InSteps() {
		return nil
	}
	q := r.Quality
	if q.Reasons == nil {
		q.Reasons = map[string]int64{}
	}
	return &q
}

// RecordCount is how many assessment records, and how many different people among them, an organisation has in a period.
type RecordCount struct {
	Records int64     `bson:"n"`
	Persons int64     `bson:"persons"`
	At      time.Time `bson:"at"` // when it was counted
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
	P25         *float64 `bson:"p25,omitempty" json:"p25,omitempty"` // medians only, from QuartileSample people
	P75         *float64 `bson:"p75,omitempty" json:"p75,omitempty"`
	Flags       []string `bson:"flags" json:"flags"`
	Suppressed  bool     `bson:"suppressed" json:"suppressed"`
	Source      string   `bson:"source" json:"source"`
	Variant     string   `bson:"variant,omitempty" json:"variant,omitempty"`
	Parts       []Part   `bson:"parts,omitempty" json:"parts,omitempty"` // how many gave which answer
	Version     string   `bson:"definition_version" json:"definition_version"`

	Quality *ValueQuality `bson:"quality,omitempty" json:"quality,omitempty"` // figures from people's answers, for regulators alone
}

// ValueQuality says how many of the answers behind a figure quality sets apart, and what the figure is without them.
type ValueQuality struct {
	Flagged    int64    `bson:"flagged" json:"flagged"`
	CleanValue *float64 `bson:"clean_value" json:"clean_value"`
	CleanN     int64    `bson:"clean_n" json:"clean_n"`
}

// Part is how many people behind a figure gave one answer.
type Part struct {
	Value string `bson:"v" json:"value"`
	N     int64  `bson:"n" json:"n"`
}

// Flags of an IndicatorValue.
const (
	FlagLowSample  = "LOW_SAMPLE"       // fewer than LowSample people, or fewer than one in five of those asked
	FlagSuppressed = "SMALL_CELL"       // hidden from the organisation: fewer than MinCell people
	FlagNoFigure   = "FIGURE_MISSING"   // the declared figure that the denominator needs is missing, for a region: of some organisations
	FlagOrMore     = "OR_MORE"          // the median lies in the open band above: this much or more
	FlagOldVersion = "OLDER_DEFINITION" // some of it was released under an earlier version of the definition
	FlagP25OrMore  = "P25_OR_MORE"      // the same of the lower quartile
	FlagP75OrMore  = "P75_OR_MORE"      // and of the upper one
	FlagDropped    = "OUTLIERS_DROPPED" // impossible amounts were left out
	FlagFeeAlert   = "FEE_ALERT"        // people paid more than was published
	FlagNotSliced  = "NOT_BY_SLICE"     // not known by occupation or level
	FlagFewOrgs    = "FEW_ORGS"         // a comparison over too few organisations, hidden
)

// flag adds a flag once.
func (v *IndicatorValue) flag(name string) {
	if !slices.Contains(v.Flags, name) {
		v.Flags = append(v.Flags, name)
	}
}

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
// 10⁹ keeps decimal halves such as 0.285 from falling down for want of a binary digit. Where both integers are at hand, ratio is exact.
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

// ratio gives scale × num / den rounded half up to a whole number, exactly; den must be positive and num not negative.
func ratio(num, scale, den int64) int64 {
	whole, rest := num/den, num%den // keeps scale × num inside 64 bits for every sum that can occur
	return whole*scale + (2*rest*scale+den)/(2*den)
}
