package models

// IndicatorUnit is what an indicator's value is counted in.
type IndicatorUnit string

// The units. Percent is 0–100 of a share, score 0–100 of a mean, per_100 is cases for each 100 assessment records (人次).
const (
	UnitPercent IndicatorUnit = "percent"
	UnitScore   IndicatorUnit = "score"
	UnitPer100  IndicatorUnit = "per_100"
	UnitYuan    IndicatorUnit = "yuan"
	UnitCount   IndicatorUnit = "count"
)

// Valid says whether u is a known unit.
func (u IndicatorUnit) Valid() bool {
	switch u {
	case UnitPercent, UnitScore, UnitPer100, UnitYuan, UnitCount:
		return true
	}
	return false
}

// IndicatorSource says where a figure comes from; both may exist for one indicator and are shown side by side.
type IndicatorSource string

// The sources: worked out by Huisheng from raw data, or declared by an organisation or the alliance.
const (
	SourceComputed IndicatorSource = "COMPUTED"
	SourceReported IndicatorSource = "REPORTED"
)

// Valid says whether s is a known source.
func (s IndicatorSource) Valid() bool { return s == SourceComputed || s == SourceReported }

// IndicatorDefinition says what one indicator means, in words for people and by Measure for the job that computes it. A published
// version never changes: another formula is another version.
type IndicatorDefinition struct {
	ID             string          `json:"id"`      // E1a: safe as a document key, never reused
	Name           string          `json:"name"`    // participant_feedback.satisfaction_rate
	Version        string          `json:"version"` // stored with every value
	Kind           OrgKind         `json:"kind"`
	Title          LocalText       `json:"title"`
	Formula        LocalText       `json:"formula"`
	Numerator      LocalText       `json:"numerator"`
	Denominator    LocalText       `json:"denominator"`
	Exclusions     LocalText       `json:"exclusions"`
	NoticeSentence string          `json:"notice_sentence"` // the sentence of 粤技服〔2021〕17号 that asks for it
	Unit           IndicatorUnit   `json:"unit"`
	Source         IndicatorSource `json:"source"`
	Variant        string          `json:"variant,omitempty"` // which reading, where the notice allows several
	Better         Better          `json:"better"`            // which end is the better one; neither: not ranked
	Measure        Measure         `json:"-"`
}

// Better says which way a figure should go.
type Better string

// The ways.
const (
	BetterHigher  Better = "higher"
	BetterLower   Better = "lower"
	BetterNeither Better = "neither" // a count, a price or a wage: to look at, not to rank by
)

// Valid says whether b is a known way.
func (b Better) Valid() bool { return b == BetterHigher || b == BetterLower || b == BetterNeither }

// MeasureType says how a measure is computed.
type MeasureType string

// The measure types.
const (
	MeasureRate       MeasureType = "rate"        // answers in Numerator over answers in Denominator, one question
	MeasureScore      MeasureType = "score"       // mean over people of each person's mean score over Questions
	MeasureMedianBand MeasureType = "median_band" // median of a money band, interpolated inside the band
	MeasureMedian     MeasureType = "median"      // median of a whole number of yuan
	MeasurePositive   MeasureType = "positive"    // answers above 0 over all answers, one number question
	MeasureBuiltin    MeasureType = "builtin"     // needs more than responses: see Builtin
)

// Builtin names a measure that is worked out from invitations, records, complaints or declared figures.
type Builtin string

// The builtin measures.
const (
	BuiltinResponseRate       Builtin = "response_rate"
	BuiltinComplaintRate      Builtin = "complaint_rate"
	BuiltinSubstantiatedRate  Builtin = "substantiated_complaint_rate"
	BuiltinParticipationRate  Builtin = "assessment_participation_rate"
	BuiltinDepartmentCoverage Builtin = "dept_coverage"
	BuiltinRecords            Builtin = "assessment_count" // assessment records
	BuiltinDeclared           Builtin = "declared"         // Figure as it was declared
	BuiltinPublishedPrice     Builtin = "published_price"  // the price list in force; without one Figure as it was declared
	BuiltinGrowth             Builtin = "growth"           // Figure against the period before
	BuiltinPricePosition      Builtin = "price_position"   // own published prices against the province's
	BuiltinGap                Builtin = "gap"              // the first indicator in Of minus the second
)

// Valid says whether b is a known builtin.
func (b Builtin) Valid() bool {
	switch b {
	case BuiltinResponseRate, BuiltinComplaintRate, BuiltinSubstantiatedRate, BuiltinParticipationRate, BuiltinDepartmentCoverage,
		BuiltinRecords, BuiltinDeclared, BuiltinPublishedPrice, BuiltinGrowth, BuiltinPricePosition, BuiltinGap:
		return true
	}
	return false
}

// Measure is the machine's part of a definition. Answers in neither Numerator nor Denominator (不清楚, 不想说) do not count at all.
type Measure struct {
	Type          MeasureType
	Questionnaire string // code; every version of it counts. A response rate has one too: whose answers count as valid responses
	Question      string
	Questions     []string
	Numerator     []string // option values, all of them in Denominator too
	Denominator   []string
	Builtin       Builtin
	Eligible      map[string][]string // question → values: only people with one of these answers to each count
	Figure        string              // declared figure that it is made of, or that is the denominator
	Of            []string            // ids of the two indicators of a gap
	Distribution  bool                // a rate that also keeps how many gave which answer
	Wage          bool                // a median of wages: impossible amounts are dropped, see WageLimits
}

// Items lists the questions whose answers make the value: Question, or Questions for a score.
func (m Measure) Items() []string {
	if m.Question != "" {
		return []string{m.Question}
	}
	return m.Questions
}
