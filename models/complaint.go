package models

import (
	"slices"
	"time"
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
	ID             ComplaintID      `bson:"_id"`
	CaseNo         string           `bson:"case_no"` // TS + yymmdd + running number, unique
	Batch          BatchID          `bson:"batch,omitempty"`
	Org            OrgID            `bson:"org"`
	OrgName        string           `bson:"org_name"`
	Kind           OrgKind          `bson:"kind"`
	Region         string           `bson:"region"` // who handles it
	Category       string           `bson:"category"`
	Severe         bool             `bson:"severe"`
	AboutRegulator bool             `bson:"about_regulator"` // it concerns the officials who supervise
	Visibility     Visibility       `bson:"visibility"`
	Body           []byte           `bson:"body"`                  // sealed text
	Contact        []byte           `bson:"contact,omitempty"`     // sealed; real name only
	Identity       []byte           `bson:"identity,omitempty"`    // sealed Identity; real name only
	Files          []FileID         `bson:"files,omitempty"`       // photos
	Supplements    []Supplement     `bson:"supplements,omitempty"` // what the complainant added later
	Rating         *CaseRating      `bson:"rating,omitempty"`      // of the handling, by the complainant
	Pass           []byte           `bson:"pass"`                  // keyed hash of the passphrase
	Tries          int              `bson:"tries"`                 // wrong passphrases in a row
	LockedUntil    time.Time        `bson:"locked_until"`
	State          ComplaintState   `bson:"state"`
	Before         ComplaintState   `bson:"before"` // where it stood before waiting
	Outcome        ComplaintOutcome `bson:"outcome"`
	Measures       []CaseMeasure    `bson:"measures"`
	Refusal        CaseRefusal      `bson:"refusal"`
	Routes         []Routing        `bson:"routes"`            // how it came to Region, newest last
	Copies         []string         `bson:"copies,omitempty"`  // regions that may look on
	Recused        []AccountID      `bson:"recused,omitempty"` // whom it concerns: they see nothing of it
	Deciders       []AccountID      `bson:"deciders"`          // who decided first: they do not handle its review
	MergedInto     ComplaintID      `bson:"merged_into,omitempty"`
	Merged         int              `bson:"merged"`                // how many were merged into this one; derived
	AcceptedAt     time.Time        `bson:"accepted_at,omitempty"` // its period
	EndedAt        time.Time        `bson:"ended_at"`              // when the complainant was first told how it ended
	Limits         Limits           `bson:"limits"`
	Deadlines      `bson:",inline"`
	Asks           []OrgAsk       `bson:"asks,omitempty"`
	Escalations    []Escalation   `bson:"escalations"`
	Review         *Review        `bson:"review,omitempty"`
	Looks          []IdentityLook `bson:"looks,omitempty"`
	Timeline       []CaseEvent    `bson:"timeline"`
	Told           int            `bson:"told"` // how many events of the timeline have their message planned
	Digest         []byte         `bson:"digest"`
	Version        int            `bson:"version"` // optimistic lock of transitions
	CreatedAt      time.Time      `bson:"created_at"`
	ChangedAt      time.Time      `bson:"changed_at"`
}

// CaseEvent is one step of a complaint. Note is written for the complainant to read, unless it is internal.
type CaseEvent struct {
	State    ComplaintState  `bson:"state" json:"state"`
	Action   ComplaintAction `bson:"action,omitempty" json:"action,omitempty"`
	At       time.Time       `bson:"at" json:"at"`
	By       AccountID       `bson:"by,omitempty" json:"-"`
	Note     string          `bson:"note,omitempty" json:"note,omitempty"`
	Internal bool            `bson:"internal,omitempty" json:"-"`
}

// Routing is one answer to the question of who handles a complaint.
type Routing struct {
	Region string      `bson:"region" json:"region"`
	Reason RouteReason `bson:"reason" json:"reason"`
	Rule   string      `bson:"rule,omitempty" json:"rule,omitempty"` // version of the rule; empty for a transfer
	By     AccountID   `bson:"by,omitempty" json:"-"`
	At     time.Time   `bson:"at" json:"at"`
}

// Supplement is what a complainant added after filing.
type Supplement struct {
	At   time.Time `bson:"at"`
	Body []byte    `bson:"body"` // sealed
}

// Review is the complainant's request to have the case looked at by the upper level (复查), once.
type Review struct {
	At     time.Time `bson:"at"`
	Reason []byte    `bson:"reason"` // sealed
	Of     string    `bson:"of"`     // the region that decided before
}

// IdentityLook is one opening of who complained. The audit log has the code; the words are kept here.
type IdentityLook struct {
	At     time.Time  `bson:"at"`
	By     AccountID  `bson:"by"`
	Code   LookReason `bson:"code"`
	Reason string     `bson:"reason"`
}

// LookReason says what the identity is needed for.
type LookReason string

// The reasons to open an identity: 联系投诉人核实, 核对身份, 告知结果, 依法移送.
const (
	LookContact  LookReason = "contact"
	LookVerify   LookReason = "verify"
	LookInform   LookReason = "inform"
	LookTransfer LookReason = "handover"
)

// LookReasons lists them.
func LookReasons() []LookReason {
	return []LookReason{LookContact, LookVerify, LookInform, LookTransfer}
}

// Valid says whether r is known.
func (r LookReason) Valid() bool { return slices.Contains(LookReasons(), r) }

// Public is the timeline as the complainant sees it.
func (c Complaint) Public() []CaseEvent {
	list := make([]CaseEvent, 0, len(c.Timeline))
	for _, e := range c.Timeline {
		if !e.Internal {
			list = append(list, e)
		}
	}
	return list
}

// Concerns says whether an account must not touch the case: it is about that account, or the account decided what is now reviewed.
func (c Complaint) Concerns(a AccountID) bool {
	return slices.Contains(c.Recused, a) || c.Review != nil && slices.Contains(c.Deciders, a)
}

// HasFile says whether a photo or paper is one of the complaint's, its complainant's or the organisation's.
func (c Complaint) HasFile(id FileID) bool {
	if slices.Contains(c.Files, id) {
		return true
	}
	return slices.ContainsFunc(c.Asks, func(a OrgAsk) bool { return a.Reply != nil && slices.Contains(a.Reply.Files, id) })
}

// Hops counts how often cities passed the case on.
func (c Complaint) Hops() (n int) {
	for _, r := range c.Routes {
		if r.Reason == RouteTransfer {
			n++
		}
	}
	return n
}

// Assigned says whether the province has decided who handles it: then nobody else passes it on.
func (c Complaint) Assigned() bool {
	return slices.ContainsFunc(c.Routes, func(r Routing) bool { return r.Reason == RouteAssigned })
}

// The errors of complaining.
var (
	ErrCaseUnknown      = NewError(KindNotFound, "case_unknown", "编号或查询口令不对。", "Case number or passphrase is wrong.")
	ErrComplaintStep    = NewError(KindConflict, "transition_not_allowed", "这件投诉现在不能这样处理，请刷新后再看。", "This step is not possible in the present state.")
	ErrComplaintsMany   = NewError(KindTooMany, "complaints_many", "您提交的投诉比较多，前面的都已经收到。请凭案件编号查询进度；还有别的情况，请过几个小时再提交。", "You have sent many complaints; all of them have arrived. Follow them by their case numbers, and send what else there is in a few hours.")
	ErrComplaintDiffers = NewError(KindConflict, "complaint_differs", "这次提交与之前同一编号的内容不同。", "The same key was used for another complaint.")
	ErrConcerned        = NewError(KindForbidden, "concerned", "这件投诉与您有关，或者原来的结论是您作出的，应当由别人办理。", "This case concerns you, or you decided it before; somebody else must handle it.")
	ErrLookingOn        = NewError(KindForbidden, "copy_only", "这件投诉抄送给您了解，由别的地区办理。", "You have a copy of this case for information; another region handles it.")
	ErrTransfersUsed    = NewError(KindConflict, "transfers_used", "这件投诉已经转了2次，请转给省级决定由谁办理。", "This case has been passed on twice; pass it to the province, which decides.")
	ErrTransferFinal    = NewError(KindConflict, "transfer_final", "省级已经指定由本地区办理，不能再转。", "The province has decided that your region handles this case; it cannot be passed on.")
	ErrAskOpen          = NewError(KindConflict, "ask_open", "已经请单位答复，还没有收到，不能同时再问。", "The organisation has been asked and has not replied yet.")
	ErrNoAsk            = NewError(KindConflict, "no_question", "没有等待答复的问题，可能已经答复过了。", "There is no open question; it may have been answered already.")
	ErrExtensionUsed    = NewError(KindConflict, "extension_used", "期限只能延长一次，已经延长过或正在申请。", "The deadline can be extended once; that was done, or is asked for.")
	ErrNoExtension      = NewError(KindConflict, "no_extension", "没有等待批准的延期申请。", "There is no extension to approve.")
	ErrSameOfficial     = NewError(KindForbidden, "four_eyes", "延期要由申请人以外的人批准。", "Somebody other than who asked must approve the extension.")
	ErrWaitUsed         = NewError(KindConflict, "wait_used", "等待投诉人的时间加起来最多10个工作日，已经用完，请继续办理。", "Waiting for the complainant may take 10 working days in all; they are used up.")
	ErrNotContinued     = NewError(KindConflict, "not_severe", "投诉人已撤回，只有严重的、或合并了其他投诉的才能继续调查。", "It was withdrawn; only a severe case, or one that others were merged into, may go on.")
	ErrMergeTarget      = NewError(KindConflict, "merge_target", "只能并入同一单位、还在办理或已有结论的另一件投诉。", "It can be merged only into another open or decided case about the same organisation.")
	ErrReviewOver       = NewError(KindConflict, "review_over", "现在不能申请复查：没有结果、已经申请过，或者超过了期限。", "A review cannot be asked for: there is no result, it was asked for already, or the time for it is over.")
	ErrAnonymousLook    = NewError(KindConflict, "anonymous", "这是匿名投诉，平台没有保存投诉人是谁。", "This complaint is anonymous; nothing is kept about who filed it.")
)
