package models

import (
	"slices"
	"time"
)

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
	Response    ResponseID       `bson:"response,omitempty"`   // written before there were Consents: the one that it rested on
	Consents    []ContactConsent `bson:"consents,omitempty"`   // of the company's contacts, those that stand; never shown
	VouchedAt   time.Time        `bson:"vouched_at,omitempty"` // when somebody with the enterprise's word last said so by hand
	State       DirectoryState   `bson:"state"`
	By          AccountID        `bson:"by,omitempty"` // empty: from an answer
	ConfirmedAt time.Time        `bson:"confirmed_at"` // when the enterprise last stood by it
	Timeline    []DirectoryEvent `bson:"timeline"`
	Version     int              `bson:"version"`
	CreatedAt   time.Time        `bson:"created_at"`
	ChangedAt   time.Time        `bson:"changed_at"`
}

// ContactConsent is one contact's answer that the company may be listed.
type ContactConsent struct {
	Response ResponseID `bson:"response"`
	At       time.Time  `bson:"at"`
}

// standing gives the contacts' consents that stand.
func (e DirectoryEntry) standing() []ContactConsent {
	if len(e.Consents) == 0 && e.Response != "" && e.State != DirectoryWithdrawn {
		return []ContactConsent{{e.Response, e.ConfirmedAt}}
	}
	return e.Consents
}

// Agreed gives the entry after a contact's answer of a moment says yes; false when that was known, or the enterprise took its consent back later. An
// entry that was withdrawn is proposed again; one that was rejected stays so, because an official had reasons.
func (e DirectoryEntry) Agreed(r ResponseID, at time.Time) (next DirectoryEntry, changed bool) {
	others := slices.DeleteFunc(slices.Clone(e.standing()), func(c ContactConsent) bool { return c.Response == r })
	known := slices.ContainsFunc(e.Consents, func(c ContactConsent) bool { return c.Response == r && !c.At.Before(at) })
	if known || e.State == DirectoryWithdrawn && !at.After(e.ChangedAt) {
		return e, false
	}
	if e.State == DirectoryWithdrawn {
		next, err := e.Step(DirectoryRenew, DirectoryEvent{At: at, Note: "企业联系人再次同意列入。"})
		next.Consents = []ContactConsent{{r, at}}
		return next, err == nil
	}
	return e.resting(append(others, ContactConsent{r, at}), at), true
}

// Disagreed gives the entry after a contact's answer of a moment does not say yes any more. It stays as long as another consent stands.
func (e DirectoryEntry) Disagreed(r ResponseID, at time.Time) (next DirectoryEntry, changed bool) {
	left := slices.DeleteFunc(slices.Clone(e.standing()), func(c ContactConsent) bool { return c.Response == r })
	switch {
	case len(left) == len(e.standing()):
		return e, false
	case len(left) > 0 || e.Consent == ConsentWritten || e.State == DirectoryRejected:
		return e.resting(left, at), true
	}
	next, err := e.Step(DirectoryWithdraw, DirectoryEvent{At: at, Note: "企业联系人撤回了同意。"})
	return next, err == nil
}

// resting is the entry on other consents: the enterprise last stood by it when the newest of them was given, or somebody vouched for it by hand.
func (e DirectoryEntry) resting(on []ContactConsent, at time.Time) DirectoryEntry {
	e.Consents, e.Response, e.Version, e.ConfirmedAt = on, "", e.Version+1, e.VouchedAt
	for _, c := range on {
		if c.At.After(e.ConfirmedAt) {
			e.ConfirmedAt = c.At
		}
	}
	if at.After(e.ChangedAt) {
		e.ChangedAt = at
	}
	return e
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
		to, e.ConfirmedAt, e.VouchedAt = DirectoryListed, ev.At, ev.At
	case a == DirectoryRenew && (e.State == DirectoryWithdrawn || e.State == DirectoryRejected):
		to, e.ConfirmedAt = DirectoryProposed, ev.At
	case a == DirectoryWithdraw && e.State != DirectoryWithdrawn:
		to, e.Consents, e.Response = DirectoryWithdrawn, nil, "" // who consents later consents anew
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
