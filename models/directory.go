package models

import "time"

// DirectoryID names an entry of the directory of recognising enterprises; derived from (organisation, enterprise), so one enterprise stands
// there once for each organisation.
type DirectoryID string

// DirectoryState is where an entry stands.
type DirectoryState string

// The states. Only LISTED is public.
const (
	DirectoryProposed  DirectoryState = "PROPOSED"
	DirectoryListed    DirectoryState = "LISTED"
	DirectoryRejected  DirectoryState = "REJECTED"
	DirectoryWithdrawn DirectoryState = "WITHDRAWN" // the enterprise has taken its consent back
)

// DirectoryAction is a step of an entry.
type DirectoryAction string

// The steps.
const (
	DirectoryList     DirectoryAction = "list"
	DirectoryReject   DirectoryAction = "reject"
	DirectoryConfirm  DirectoryAction = "confirm"  // the enterprise has said again that it stands by it
	DirectoryWithdraw DirectoryAction = "withdraw" // its consent ends
	DirectoryRenew    DirectoryAction = "renew"    // it consents again
)

// How an enterprise gave its consent.
const (
	ConsentAnswer  = "questionnaire" // a company contact said yes in the employer's questionnaire
	ConsentWritten = "written"       // a letter or form that whoever made the entry has
)

// DirectoryEntry is an enterprise that recognises an organisation's certificates (认可企业目录). It names an enterprise, never a person.
type DirectoryEntry struct {
	ID          DirectoryID      `bson:"_id"`
	Org         OrgID            `bson:"org"`
	OrgName     string           `bson:"org_name"`
	Region      string           `bson:"region"`
	Kind        OrgKind          `bson:"kind"`
	Enterprise  string           `bson:"enterprise"`
	USCC        string           `bson:"uscc,omitempty"`
	Occupations []string         `bson:"occupations"`
	Evidence    string           `bson:"evidence"` // in words: an agreement, posts filled
	Consent     string           `bson:"consent"`
	Response    ResponseID       `bson:"response,omitempty"` // whose consent it rests on; never shown
	State       DirectoryState   `bson:"state"`
	By          AccountID        `bson:"by,omitempty"` // empty: from an answer
	ConfirmedAt time.Time        `bson:"confirmed_at"` // when the enterprise last stood by it
	Timeline    []DirectoryEvent `bson:"timeline"`
	Version     int              `bson:"version"`
	CreatedAt   time.Time        `bson:"created_at"`
	ChangedAt   time.Time        `bson:"changed_at"`
}

// DirectoryEvent is one step of an entry.
type DirectoryEvent struct {
	Action DirectoryAction `bson:"action" json:"action"`
	State  DirectoryState  `bson:"state" json:"state"`
	At     time.Time       `bson:"at" json:"at"`
	By     AccountID       `bson:"by,omitempty" json:"-"`
	Note   string          `bson:"note,omitempty" json:"note,omitempty"`
}

// ReconfirmMonths is after how many months an enterprise is asked again.
const ReconfirmMonths = 12

// ConfirmDue says whether the enterprise should be asked again.
func (e DirectoryEntry) ConfirmDue(now time.Time) bool {
	return e.State == DirectoryListed && !now.Before(e.ConfirmedAt.AddDate(0, ReconfirmMonths, 0))
}

// Step gives the entry after an action.
func (e DirectoryEntry) Step(a DirectoryAction, ev DirectoryEvent) (DirectoryEntry, error) {
	var to DirectoryState
	switch {
	case a == DirectoryList && e.State == DirectoryProposed:
		to = DirectoryListed
	case a == DirectoryReject && e.State == DirectoryProposed:
		to = DirectoryRejected
	case a == DirectoryConfirm && e.State == DirectoryListed:
		to, e.ConfirmedAt = DirectoryListed, ev.At
	case a == DirectoryRenew && (e.State == DirectoryWithdrawn || e.State == DirectoryRejected):
		to, e.ConfirmedAt = DirectoryProposed, ev.At
	case a == DirectoryWithdraw && e.State != DirectoryWithdrawn:
		to = DirectoryWithdrawn
	default:
		return e, ErrDirectoryStep
	}
	ev.Action, ev.State = a, to
	e.State, e.Version, e.ChangedAt = to, e.Version+1, ev.At
	e.Timeline = append(append([]DirectoryEvent(nil), e.Timeline...), ev)
	return e, nil
}

// The errors of the directory.
var (
	ErrDirectoryStep   = NewError(KindConflict, "transition_not_allowed", "这一条现在不能这样处理，请刷新后再看。", "This is not possible in the entry's present state.")
	ErrDirectoryExists = NewError(KindConflict, "directory_entry_exists", "目录里已有这家企业对这个机构的记录。", "The directory has this enterprise for this organisation already.")
)
