package models

import "time"

// Channel says how a response reached us; only a message that went straight to the phone proves possession by itself.
type Channel string

// The ways in.
const (
	ChannelDirect  Channel = "direct"  // link or code from a message to the phone
	ChannelPrinted Channel = "printed" // printed personal QR and a one-time code
	ChannelPoster  Channel = "poster"  // batch poster, name, last 6 and a one-time code
	ChannelStaff   Channel = "staff"   // staff supervision poster, own phone and a one-time code

	ChannelGraduate Channel = "graduate" // the employer's form, filled in by a graduate on the company's behalf
)

// Consents is what the person agreed to, and to which text.
type Consents struct {
	Lang       string `bson:"lang,omitempty" json:"lang,omitempty"` // language the notice was shown in; empty: Chinese
	Notice     string `bson:"notice" json:"notice"`                 // version of the notice
	NoticeHash string `bson:"notice_hash,omitempty" json:"-"`       // of the text shown
	WageHash   string `bson:"wage_hash,omitempty" json:"-"`         // of the text of the separate consent, if it was given
	Wage       bool   `bson:"wage" json:"wage"`                     // separate consent to money questions
}

// Response is one person's answers. Its id is a keyed hash of the invitation (or, for staff, of batch and phone), which makes
// the single insert exactly-once and a dump of responses anonymous. It holds no name, phone, device or address.
type Response struct {
	ID            ResponseID       `bson:"_id"`
	Batch         BatchID          `bson:"batch"`
	Org           OrgID            `bson:"org"`
	Region        string           `bson:"region"`
	Questionnaire QuestionnaireRef `bson:"questionnaire"`
	Anchor        time.Time        `bson:"anchor"` // when the batch opened: which period the answers count in
	Channel       Channel          `bson:"channel"`
	Slice         Slice            `bson:"slice,omitempty"` // occupation and level, if at least MinSlice people of the batch share them
	Answers       map[string]any   `bson:"answers"`         // without free text
	Texts         []byte           `bson:"texts,omitempty"` // sealed JSON of free text, additional data: id
	Consents      Consents         `bson:"consents"`
	Seconds       int              `bson:"seconds"`           // from the first question to submitting, 0 if unknown
	Signals       []byte           `bson:"signals,omitempty"` // sealed Signals, additional data: id
	Digest        []byte           `bson:"digest"`            // of the first submission: the same again gets the first receipt
	Revision      int              `bson:"revision"`
	History       []Revision       `bson:"history,omitempty"`
	Withdrawn     bool             `bson:"withdrawn,omitempty"`
	Banded        bool             `bson:"banded,omitempty"` // exact amounts are over their time and gone; the bands beside them stay
	SubmittedAt   time.Time        `bson:"submitted_at"`
	ChangedAt     time.Time        `bson:"changed_at"` // submission or last correction; the tally job reads from it
}

// SecretsPlace is what the seal of a response's words and exact amounts is bound to.
func SecretsPlace(id ResponseID) string { return "response/" + string(id) }

// Revision is an earlier state of a corrected response.
type Revision struct {
	Answers  map[string]any `bson:"answers"`
	Texts    []byte         `bson:"texts,omitempty"`
	Consents Consents       `bson:"consents"`
	Signals  []byte         `bson:"signals,omitempty"`
	Until    time.Time      `bson:"until"`
}

// The errors of answering.
var (
	ErrResponseDiffers = NewError(KindConflict, "already_answered", "您已经提交过一份反馈。如要修改，请在截止前点「修改」。", "You have already submitted a different answer; use correct instead.")
	ErrNoResponse      = NewError(KindNotFound, "not_answered", "还没有提交过反馈。", "Nothing was submitted yet.")
)
