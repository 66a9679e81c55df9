package models

import (
	"slices"
	"time"
)

// Satisfaction is how content a complainant is with the handling, in the five levels of the public service rating (好差评, GB/T 39735-2020).
type Satisfaction string

// The levels: 非常满意, 满意, 基本满意, 不满意, 非常不满意.
const (
	VerySatisfied    Satisfaction = "very_satisfied"
	Satisfied        Satisfaction = "satisfied"
	Acceptable       Satisfaction = "acceptable"
	Dissatisfied     Satisfaction = "dissatisfied"
	VeryDissatisfied Satisfaction = "very_dissatisfied"
)

// Valid says whether s is a known level.
func (s Satisfaction) Valid() bool {
	return slices.Contains([]Satisfaction{VerySatisfied, Satisfied, Acceptable, Dissatisfied, VeryDissatisfied}, s)
}

// CaseRating is what a complainant says of the handling, once.
type CaseRating struct {
	Satisfaction Satisfaction `bson:"satisfaction"`
	Comment      []byte       `bson:"comment,omitempty"` // sealed
	At           time.Time    `bson:"at"`
}

// RateableStates are the states in which there is something to rate: a decision, or a refusal.
func RateableStates() []ComplaintState {
	return []ComplaintState{ComplaintDecided, ComplaintNotified, ComplaintClosed, ComplaintRefused}
}

// Rateable says whether the complainant may rate the handling now.
func (c Complaint) Rateable() bool {
	return c.Rating == nil && slices.Contains(RateableStates(), c.State)
}

// The errors of rating.
var (
	ErrCaseNotRateable = NewError(KindConflict, "case_not_decided", "这件投诉还没有处理结果，有了结果再来评价。", "There is no decision to rate yet.")
	ErrCaseRated       = NewError(KindConflict, "case_rated", "您已经评价过这次处理，不能再改。", "You have rated the handling already; it cannot be changed.")
)
