package models

import (
	"slices"
	"time"
)

// ComplaintState is where a complaint stands.
type ComplaintState string

// The life cycle: SUBMITTED → ACCEPTED | REFUSED → INVESTIGATING → DECIDED → NOTIFIED → CLOSED, with TRANSFERRED and WITHDRAWN beside it.
const (
	ComplaintSubmitted     ComplaintState = "SUBMITTED"
	ComplaintAccepted      ComplaintState = "ACCEPTED"
	ComplaintRefused       ComplaintState = "REFUSED"
	ComplaintInvestigating ComplaintState = "INVESTIGATING"
	ComplaintDecided       ComplaintState = "DECIDED"
	ComplaintNotified      ComplaintState = "NOTIFIED"
	ComplaintClosed        ComplaintState = "CLOSED"
	ComplaintWithdrawn     ComplaintState = "WITHDRAWN"
)

// ComplaintOutcome is what an investigation found.
type ComplaintOutcome string

// The outcomes: 属实, 部分属实, 不属实, 无法查实.
const (
	OutcomeSubstantiated    ComplaintOutcome = "SUBSTANTIATED"
	OutcomePartly           ComplaintOutcome = "PARTLY"
	OutcomeNotSubstantiated ComplaintOutcome = "NOT_SUBSTANTIATED"
	OutcomeUnverifiable     ComplaintOutcome = "UNVERIFIABLE"
)

// Visibility says how much of the complainant is kept. An organisation sees neither, ever.
type Visibility string

// The two grades a person may choose.
const (
	VisibilityReal      Visibility = "real_name"
	VisibilityAnonymous Visibility = "anonymous"
)

// Complaint is a complaint or report (投诉, 举报) about an organisation. Text and contact are sealed; an anonymous one keeps no link to the
// person at all: its id comes from the caller's idempotency key alone.
type Complaint struct {
	ID          ComplaintID      `bson:"_id"`
	CaseNo      string           `bson:"case_no"` // TS + yymmdd + running number, unique
	Batch       BatchID          `bson:"batch,omitempty"`
	Org         OrgID            `bson:"org"`
	OrgName     string           `bson:"org_name"`
	Region      string           `bson:"region"` // who handles it
	Category    string           `bson:"category"`
	Severe      bool             `bson:"severe"`
	Visibility  Visibility       `bson:"visibility"`
	Body        []byte           `bson:"body"`               // sealed text
	Contact     []byte           `bson:"contact,omitempty"`  // sealed; real name only
	Identity    []byte           `bson:"identity,omitempty"` // sealed Identity; real name only
	Files       []FileID         `bson:"files,omitempty"`    // photos
	Rating      *CaseRating      `bson:"rating,omitempty"`   // of the handling, by the complainant
	Pass        []byte           `bson:"pass"`               // keyed hash of the passphrase
	Tries       int              `bson:"tries"`              // wrong passphrases in a row
	LockedUntil time.Time        `bson:"locked_until"`
	State       ComplaintState   `bson:"state"`
	Outcome     ComplaintOutcome `bson:"outcome,omitempty"`
	AcceptedAt  time.Time        `bson:"accepted_at,omitempty"` // its period
	AcceptBy    time.Time        `bson:"accept_by"`             // deadlines in working days, 24:00 Beijing
	ResolveBy   time.Time        `bson:"resolve_by"`
	Provisional bool             `bson:"provisional"` // the calendar does not reach the deadline yet
	Timeline    []CaseEvent      `bson:"timeline"`
	Digest      []byte           `bson:"digest"`
	Version     int              `bson:"version"` // optimistic lock of transitions
	CreatedAt   time.Time        `bson:"created_at"`
	ChangedAt   time.Time        `bson:"changed_at"`
}

// CaseEvent is one step of a complaint. Note is written for the complainant to read.
type CaseEvent struct {
	State ComplaintState `bson:"state" json:"state"`
	At    time.Time      `bson:"at" json:"at"`
	By    AccountID      `bson:"by,omitempty" json:"-"`
	Note  string         `bson:"note,omitempty" json:"note,omitempty"`
}

// The errors of complaining.
var (
	ErrCaseUnknown      = NewError(KindNotFound, "case_unknown", "编号或查询口令不对。", "Case number or passphrase is wrong.")
	ErrComplaintStep    = NewError(KindConflict, "transition_not_allowed", "这件投诉现在不能这样处理，请刷新后再看。", "This step is not possible in the present state.")
	ErrComplaintDiffers = NewError(KindConflict, "complaint_differs", "这次提交与之前同一编号的内容不同。", "The same key was used for another complaint.")
)

// ComplaintAction is a step that an official takes.
type ComplaintAction string

// The steps of the desk.
const (
	ActionAccept      ComplaintAction = "accept"
	ActionRefuse      ComplaintAction = "refuse"
	ActionInvestigate ComplaintAction = "investigate"
	ActionDecide      ComplaintAction = "decide"
	ActionNotify      ComplaintAction = "notify"
	ActionClose       ComplaintAction = "close"
)

// complaintSteps is the life cycle: from which states a step may be taken, and where it leads.
var complaintSteps = map[ComplaintAction]struct {
	from []ComplaintState
	to   ComplaintState
}{
	ActionAccept:      {[]ComplaintState{ComplaintSubmitted}, ComplaintAccepted},
	ActionRefuse:      {[]ComplaintState{ComplaintSubmitted}, ComplaintRefused},
	ActionInvestigate: {[]ComplaintState{ComplaintAccepted}, ComplaintInvestigating},
	ActionDecide:      {[]ComplaintState{ComplaintAccepted, ComplaintInvestigating}, ComplaintDecided},
	ActionNotify:      {[]ComplaintState{ComplaintDecided}, ComplaintNotified},
	ActionClose:       {[]ComplaintState{ComplaintNotified, ComplaintRefused}, ComplaintClosed},
}

// Step gives the complaint after an official's action, or ErrComplaintStep. A decision needs an outcome; the note is written for the complainant.
func (c Complaint) Step(action ComplaintAction, outcome ComplaintOutcome, note string, by AccountID, at time.Time) (Complaint, error) {
	step, ok := complaintSteps[action]
	if !ok || !slices.Contains(step.from, c.State) {
		return c, ErrComplaintStep
	}
	if (action == ActionDecide) != (outcome != "") {
		return c, ErrInvalid.WithFields(FieldError{Field: "outcome", Code: "outcome_with_decide", Message: "作出结论时必须选择结果，其他步骤不填结果。"})
	}
	c.State, c.Version, c.ChangedAt = step.to, c.Version+1, at
	c.Timeline = append(slices.Clone(c.Timeline), CaseEvent{State: step.to, At: at, By: by, Note: note})
	if action == ActionAccept {
		c.AcceptedAt = at
	}
	if outcome != "" {
		c.Outcome = outcome
	}
	return c, nil
}

// Valid says whether o is a known outcome.
func (o ComplaintOutcome) Valid() bool {
	return o == OutcomeSubstantiated || o == OutcomePartly || o == OutcomeNotSubstantiated || o == OutcomeUnverifiable
}
