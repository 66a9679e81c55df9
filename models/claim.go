package models

import "time"

// ClaimState says how far a claim's expansion into invitations is.
type ClaimState string

// A claim is accepted with its frozen list by one write; a job then expands it.
const (
	ClaimAccepted ClaimState = "accepted"
	ClaimExpanded ClaimState = "expanded"
)

// MaxClaimPeople is the most people that one claim may list; it keeps the frozen list inside one document (16 MiB).
const MaxClaimPeople = 100_000

// Claim is a subsidy claim (申领补贴) with its frozen list of records: the denominator that nobody can change afterwards.
type Claim struct {
	ID          ClaimID    `bson:"_id"`
	No          string     `bson:"no"`
	Org         OrgID      `bson:"org"`
	Region      string     `bson:"region"`
	SubsidyType string     `bson:"subsidy_type"`
	ClaimedAt   string     `bson:"claimed_at"` // 2006-01-02
	Digest      []byte     `bson:"digest"`     // of the request's content; another content under the same number is a conflict
	Records     []RecordID `bson:"records"`    // accepted, in order
	Rejected    []Refusal  `bson:"rejected"`   // kept so that a repeat gives the same answer
	Batch       BatchID    `bson:"batch"`
	State       ClaimState `bson:"state"`
	By          AccountID  `bson:"by"`
	CreatedAt   time.Time  `bson:"created_at"`
}

// Refusal says why one person of a claim is not invited.
type Refusal struct {
	Certificate string `bson:"certificate,omitempty" json:"certificate,omitempty"`
	Record      string `bson:"record,omitempty" json:"record,omitempty"`
	Code        string `bson:"code" json:"code"`
	Message     string `bson:"message" json:"message"`
}

// The errors of claiming.
var (
	ErrClaimDiffers = NewError(KindConflict, "claim_differs", "这个申领编号已用于另一份内容不同的名单。", "This claim number was used for a different list.")
	ErrClaimEmpty   = NewError(KindInvalid, "claim_empty", "名单中没有可以邀请的人，原因见各行说明。", "Nobody on the list can be invited; see the reasons.")
)
