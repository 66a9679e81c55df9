package models

import "time"

// BatchState is where a batch stands.
type BatchState string

// The states of a batch. A batch whose closing time has passed counts as closed whatever is stored: see Batch.StateAt.
const (
	BatchExpanding BatchState = "expanding"
	BatchOpen      BatchState = "open"
	BatchPaused    BatchState = "paused"
	BatchClosed    BatchState = "closed"
)

// QuestionnaireRef names the exact version of a questionnaire.
type QuestionnaireRef struct {
	Code    string `bson:"code" json:"code"`
	Version string `bson:"version" json:"version"`
}

// BatchTrigger is what makes a round begin, or lets somebody join it.
type BatchTrigger string

// The triggers. A claim of an organisation with its list makes a round of its own; the others are pooled, see Batch.Pooled.
const (
	TriggerClaim         BatchTrigger = "claim"          // an organisation's claim with a name list
	TriggerTraineeClaim  BatchTrigger = "trainee_claim"  // one person's own claim
	TriggerInternshipEnd BatchTrigger = "internship_end" // a student's internship ends
	TriggerGraduation    BatchTrigger = "graduation"     // some months after a student's graduation
	TriggerEmployer      BatchTrigger = "employer"       // a company's contact is asked about a school's students
)

// Batch is one round of invitations. The denominator of a claim's round is frozen; people join a pooled one over time.
type Batch struct {
	ID            BatchID          `bson:"_id"`
	Org           OrgID            `bson:"org"`
	OrgName       string           `bson:"org_name"`
	Kind          OrgKind          `bson:"kind"`
	Region        string           `bson:"region"`
	Trigger       BatchTrigger     `bson:"trigger,omitempty"` // absent in rounds of before there were others: a claim
	Claim         ClaimID          `bson:"claim,omitempty"`
	ClaimNo       string           `bson:"claim_no,omitempty"`
	SubsidyType   string           `bson:"subsidy_type,omitempty"`
	Questionnaire QuestionnaireRef `bson:"questionnaire"`
	State         BatchState       `bson:"state"`
	PausedReason  string           `bson:"paused_reason,omitempty"`
	People        int              `bson:"people"`   // frozen when the claim is accepted; of a pooled round: who was invited when last counted
	Expanded      int              `bson:"expanded"` // how many of them were turned into invitations so far: the resume point
	Skipped       int              `bson:"skipped"`  // people whom another batch invited first, found while expanding
	OpensAt       time.Time        `bson:"opens_at"`
	ClosesAt      time.Time        `bson:"closes_at"`
	ExpandLease   time.Time        `bson:"expand_lease"`         // the expanding worker holds it; others leave the batch alone until then
	Reminders     int              `bson:"reminders"`            // rounds of reminders planned so far
	Refused       int              `bson:"refused"`              // texts that the provider refused in a row; any message that goes out sets it to 0
	Counts        BatchCounts      `bson:"counts"`               // derived by a job, never counted up
	Slices        []BatchSlice     `bson:"slices,omitempty"`     // occupations and levels that answers are told apart by
	CountsAt      time.Time        `bson:"counts_at"`            // when they were derived
	CountsDue     time.Time        `bson:"counts_due"`           // when to derive them again
	ClosedBy      AccountID        `bson:"closed_by,omitempty"`  // who closed it before its time, for the regulator to see
	ClosedAt      time.Time        `bson:"closed_at,omitempty"`  //
	RatingsIn     time.Time        `bson:"ratings_in,omitempty"` // when the assessment office handed in the department ratings; zero: not yet
	CreatedAt     time.Time        `bson:"created_at"`
}

// BatchCounts is the funnel of a batch. Each is a number of people and none includes the one before by definition.
type BatchCounts struct {
	People    int `bson:"people" json:"people"`
	Invited   int `bson:"invited" json:"invited"`
	Sent      int `bson:"sent" json:"sent"`
	Delivered int `bson:"delivered" json:"delivered"`
	Failed    int `bson:"failed" json:"failed"`
	Opened    int `bson:"opened" json:"opened"`
	Verified  int `bson:"verified" json:"verified"`
	Submitted int `bson:"submitted" json:"submitted"`
}

// StateAt gives the state that counts at now: a batch past its closing time is closed.
func (b Batch) StateAt(now time.Time) BatchState {
	if !now.Before(b.ClosesAt) {
		return BatchClosed
	}
	return b.State
}

// Answerable says whether answers are taken at now. A paused batch pauses messages, not people.
func (b Batch) Answerable(now time.Time) bool { return b.StateAt(now) != BatchClosed }

// Pooled says whether people join the round one by one: one round per organisation, questionnaire, supervising region and calendar month. It opens
// on the first of that month, which puts it into its period; each invitation has its own closing time, and the round closes with the last one.
func (b Batch) Pooled() bool { return b.Trigger != "" && b.Trigger != TriggerClaim }

// Cause is the trigger, also of a round that was stored before there were several.
func (b Batch) Cause() BatchTrigger {
	if b.Trigger == "" {
		return TriggerClaim
	}
	return b.Trigger
}

// Department is one employing department (用工部门) named by a batch's records, with a link for its head.
type Department struct {
	ID    string  `bson:"_id"` // 16 bytes in base64url, derived from (batch, name)
	Batch BatchID `bson:"batch"`
	Org   OrgID   `bson:"org"`
	Name  string  `bson:"name"`
}

// ErrBatchClosed says that the batch takes no answers any more.
var ErrBatchClosed = NewError(KindGone, "closed", "这一批反馈已经截止，不能再填写。您仍可以投诉或拨打12333。", "This round is closed; you can still complain or call 12333.")
