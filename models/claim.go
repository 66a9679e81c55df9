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
	ID          ClaimID      `bson:"_id"`
	No          string       `bson:"no"`
	Org         OrgID        `bson:"org"`
	Region      string       `bson:"region"`
	SubsidyType string       `bson:"subsidy_type"`
	ClaimedAt   string       `bson:"claimed_at"`        // 2006-01-02
	Digest      []byte       `bson:"digest"`            // of the request's content; another content under the same number is a conflict
	People      int          `bson:"people"`            // how many were accepted: the length of Records
	Records     []RecordID   `bson:"records"`           // accepted, in order
	Rejected    []Refusal    `bson:"rejected"`          // kept so that a repeat gives the same answer
	Trigger     BatchTrigger `bson:"trigger,omitempty"` // TriggerTraineeClaim: one person's own, which joins a pooled round
	Slices      []BatchSlice `bson:"slices,omitempty"`  // of the list, frozen with it
	Batch       BatchID      `bson:"batch"`
	State       ClaimState   `bson:"state"`
	By          AccountID    `bson:"by"`
	CreatedAt   time.Time    `bson:"created_at"`
	ExpandedAt  time.Time    `bson:"expanded_at,omitempty"` // when its last person was
}

// RefusalCode says in one word why a person of a claim is not invited.
type RefusalCode string

// The reasons. Those about the filing letter are FilingVerdict values.
const (
	RefusedNotFound  RefusalCode = "not_found"
	RefusedDuplicate RefusalCode = "duplicate"
	RefusedPerson    RefusalCode = "duplicate_person"
	RefusedGrading   RefusalCode = "grading_level"
	RefusedInvited   RefusalCode = "already_invited"
	RefusedPhone     RefusalCode = "phone_missing"
	RefusedMinor     RefusalCode = "under_14"
)

// Refusal says why one person of a claim is not invited. Only the code is stored: with its words, a hundred thousand refusals would
// not fit into one document.
type Refusal struct {
	Certificate string      `bson:"certificate,omitempty" json:"certificate,omitempty"`
	Record      RecordID    `bson:"record,omitempty" json:"record,omitempty"`
	Code        RefusalCode `bson:"code" json:"code"`
	Message     string      `bson:"-" json:"message"` // filled by Explain
}

// Explain fills in the words for a reader.
func (r Refusal) Explain() Refusal {
	r.Message = refusalWords[r.Code]
	return r
}

var refusalWords = map[RefusalCode]string{
	RefusedNotFound:               "名册里没有这条评价记录，请先上传名册。",
	RefusedDuplicate:              "这条记录在名单里出现了两次，只邀请一次。",
	RefusedPerson:                 "同一个人在名单里出现了两次，每批只邀请一次。",
	RefusedGrading:                "定级评价只能评五级、四级、三级。",
	RefusedInvited:                "这条记录已经邀请过填写反馈，不重复邀请。",
	RefusedPhone:                  "没有手机号码，请先在名册里补上。",
	RefusedMinor:                  "未满14周岁，不能邀请。",
	RefusalCode(FilingOccupation): "这个职业（工种）不在机构的备案范围内。",
	RefusalCode(FilingLevel):      "这个等级不在机构的备案范围内。",
	RefusalCode(FilingExpired):    "评价日期不在机构备案的有效期内。",
}

// The errors of claiming.
var (
	ErrClaimDiffers = NewError(KindConflict, "claim_differs", "这个申领编号已用于另一份内容不同的名单。", "This claim number was used for a different list.")
	ErrClaimEmpty   = NewError(KindInvalid, "claim_empty", "名单中没有可以邀请的人，原因见各行说明。", "Nobody on the list can be invited; see the reasons.")
)
