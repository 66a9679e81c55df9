package models

import "time"

// MaxTailAttempts is how many wrong document digits an invitation takes before it is locked for TailLock.
const MaxTailAttempts = 5

// TailLock is how long an invitation stays locked after MaxTailAttempts wrong digits.
const TailLock = 30 * time.Minute

// Invitation asks one person of a batch. It carries a copy of all that the first page shows, so that opening a link costs one
// read by _id. It never says whether the person answered: that is only in the response's keyed id.
type Invitation struct {
	ID            InvitationID     `bson:"_id"`
	Batch         BatchID          `bson:"batch"`
	Org           OrgID            `bson:"org"`
	Region        string           `bson:"region"`
	Record        RecordID         `bson:"record"`                 // whom it asks; for a company's contact see Contact
	Contact       ContactID        `bson:"contact,omitempty"`      // a company's contact, who proves possession of a phone and no document
	TriggeredOn   Date             `bson:"triggered_on,omitempty"` // of a pooled round: the day that the first message goes out
	Questionnaire QuestionnaireRef `bson:"questionnaire"`
	About         About            `bson:"about"`
	Department    string           `bson:"department,omitempty"` // Department.ID
	Slice         Slice            `bson:"slice,omitempty"`      // of the record
	CodeSalt      int              `bson:"code_salt"`            // the SMS code is derived from (id, salt); only its MAC is stored
	CodeMAC       []byte           `bson:"code_mac"`
	TailMAC       []byte           `bson:"tail_mac"`
	PosterMAC     []byte           `bson:"poster_mac"`
	PhoneMAC      []byte           `bson:"phone_mac"`
	ClosesAt      time.Time        `bson:"closes_at"`
	Attempts      int              `bson:"attempts"`
	LockedUntil   time.Time        `bson:"locked_until,omitempty"`
	Sent          bool             `bson:"sent"`
	Delivered     bool             `bson:"delivered"`
	Failed        bool             `bson:"failed"`
	Opened        bool             `bson:"opened"`
	Verified      bool             `bson:"verified"`
	CreatedAt     time.Time        `bson:"created_at"`
	Retained      int              `bson:"retained,omitempty"` // what retention has taken away: see RetainedTokens and RetainedIdentity
}

// The stages of an invitation's retention.
const (
	RetainedTokens   = 1 // nothing opens it any more
	RetainedIdentity = 2 // nothing leads to the person any more
)

// About is which assessment the questions are about, as the phone shows it before asking for anything.
type About struct {
	OrgName    string `bson:"org_name" json:"org_name"`
	Occupation string `bson:"occupation,omitempty" json:"occupation,omitempty"`
	Level      string `bson:"level,omitempty" json:"level,omitempty"`
	AssessedOn string `bson:"assessed_on,omitempty" json:"assessed_on,omitempty"`
	Company    string `bson:"company,omitempty" json:"company,omitempty"`
}

// The errors of getting in.
var (
	ErrWrongTail     = NewError(KindUnauthenticated, "wrong_tail", "证件号后几位不对，请再看一下。", "Those digits do not match; please check again.")
	ErrTailLocked    = NewError(KindTooMany, "locked", "错误次数太多，请30分钟后再试，或拨打12333。", "Too many wrong tries; try again in 30 minutes or call 12333.")
	ErrWrongCode     = NewError(KindUnauthenticated, "wrong_code", "填写码或证件号不对，请对照短信再输一次。", "The code or the digits are wrong; please check the message.")
	ErrBadToken      = NewError(KindNotFound, "bad_token", "链接不完整或已失效，请重新打开短信中的链接，或输入6位填写码。", "This link is incomplete or no longer valid.")
	ErrWrongOTP      = NewError(KindUnauthenticated, "wrong_otp", "验证码不对或已过期。", "The one-time code is wrong or has expired.")
	ErrOTPTooSoon    = NewError(KindTooMany, "otp_too_soon", "验证码刚发过，请一分钟后再试。", "A code was just sent; wait a minute.")
	ErrOTPTooMany    = NewError(KindTooMany, "otp_too_many", "验证码要得太多了，请过一小时再试，或拨打12333。", "Too many codes were asked for; try again in an hour or call 12333.")
	ErrSessionEnded  = NewError(KindUnauthenticated, "session_ended", "验证已过期，请重新打开链接，已填的内容还在。", "Your session has ended; open the link again, your answers are kept on this phone.")
	ErrAlreadyAnswer = NewError(KindConflict, "already_answered", "您已经提交过反馈，可凭回执查看。", "You have already answered.")
)
