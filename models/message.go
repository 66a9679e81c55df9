package models

import (
	"context"
	"time"
)

// Message is one message to one phone, ready for a Sender. It carries personal data and lives in memory only: what is stored
// of a message is its Delivery.
type Message struct {
	ID               DeliveryID     // handed to the provider as its idempotency or out id, so that a receipt finds its delivery
	Phone            string         // E.164, +86 and eleven digits; never logged
	Template         string         // catalog code: INVITE, INVITE_SCHOOL, REMIND, OTP, COMPLAINT_ACK …
	ProviderTemplate string         // the id this provider gave the template; channels that take text do without
	Params           []MessageParam // in the order in which the template names them
	Text             string         // full text with signature, for channels that take text
	Code             string         // for the developer's outbox only, like Link and Batch; a provider sees it as a Param at most
	Link             string
	Batch            BatchID
}

// MessageParam is one variable of a template. Providers differ: some want the name, some only the order.
type MessageParam struct {
	Name  string
	Value string
}

// Outcome says what became of one attempt to send, and so what to do next. It names the action, not the cause; the
// provider's own code for the cause is beside it in Result.
type Outcome string

// The outcomes. "Nothing went out" is a promise: only OutcomeSent and OutcomeUnknown can have reached a phone.
const (
	OutcomeSent    Outcome = "sent"    // the provider has accepted the message
	OutcomeRetry   Outcome = "retry"   // nothing went out; try again with backoff
	OutcomeLater   Outcome = "later"   // nothing went out; this number may be written to again after RetryAfter
	OutcomeUnknown Outcome = "unknown" // it may have gone out; ask Lookup before anything is sent again
	OutcomeHalt    Outcome = "halt"    // nothing goes out for anybody (balance, account limit): stop the queue, call a human
	OutcomeConfig  Outcome = "config"  // our settings are refused (key, signature, template): stop the queue, call a human
	OutcomeContent Outcome = "content" // this text is refused for good; a developer must see it
	OutcomeNumber  Outcome = "number"  // this number is refused for good: wrong, blocked or opted out
)

// Retryable says that nothing went out and that the same message may be sent again later without asking the provider.
// OutcomeHalt and OutcomeConfig count: the message is not at fault and goes out once a human has mended the account.
func (o Outcome) Retryable() bool {
	switch o {
	case OutcomeRetry, OutcomeLater, OutcomeHalt, OutcomeConfig:
		return true
	default:
		return false
	}
}

// HaltsQueue says that the next message would fail the same way, so sending must pause until a human has looked.
func (o Outcome) HaltsQueue() bool { return o == OutcomeHalt || o == OutcomeConfig }

// Permanent says that this message must never be sent to this number again as it is.
func (o Outcome) Permanent() bool { return o == OutcomeContent || o == OutcomeNumber }

// Label is the outcome in plain words, for operators.
func (o Outcome) Label() string {
	switch o {
	case OutcomeSent:
		return "已提交运营商"
	case OutcomeRetry:
		return "暂时没发出，稍后自动重试"
	case OutcomeLater:
		return "该号码发送过于频繁，到时再发"
	case OutcomeUnknown:
		return "结果未知，正在向服务商核实"
	case OutcomeHalt:
		return "短信余额或总量不足，发送已暂停"
	case OutcomeConfig:
		return "短信签名、模板或密钥有误，发送已暂停"
	case OutcomeContent:
		return "短信内容被拒绝"
	case OutcomeNumber:
		return "号码无效、被屏蔽或已退订"
	default:
		return "未知状态"
	}
}

// Result is the answer to one attempt. It never holds a phone number, a code or a link, so it may be stored and logged.
type Result struct {
	Outcome    Outcome
	Delivered  bool          // sent, and the channel knows already that it arrived: no receipt will follow
	ProviderID string        // the provider's id of the message, empty unless sent
	Code       string        // the provider's code, or ours in lower case when the provider said nothing ("timeout", "not_connected")
	RetryAfter time.Duration // the least wait before this number is tried again; 0 leaves it to the caller's backoff
	Note       string        // a short remark in English for the log
}

// ReceiptState is what a provider says became of a message it accepted.
type ReceiptState string

// The receipt states.
const (
	ReceiptDelivered   ReceiptState = "delivered"   // the phone has it
	ReceiptFailed      ReceiptState = "failed"      // the operator gave up
	ReceiptPending     ReceiptState = "pending"     // the provider has the message and no result yet
	ReceiptNotFound    ReceiptState = "not_found"   // the provider was asked and has no such message; lists lag, so believe it after ten minutes only
	ReceiptUnavailable ReceiptState = "unavailable" // the provider could not be asked; says nothing about the message, ask again
	ReceiptUnsupported ReceiptState = "unsupported" // this channel can never be asked
)

// Receipt is a provider's report on one message. It never holds a phone number. A report without DeliveryID is matched by
// ProviderID. Providers repeat receipts, so recording one must be idempotent.
type Receipt struct {
	State       ReceiptState
	Code        string // the operator's code, if it gave a clean one
	Retry       bool   // failed because the phone was off or out of area: one more try the next day is worth it
	Unreachable bool   // failed because the number is empty, blocked or opted out: do not write to it again
	ProviderID  string
	DeliveryID  DeliveryID
	At          time.Time // when it was delivered or given up; zero if the provider did not say
}

// Sender sends messages over one channel. It is safe for use by many workers.
type Sender interface {
	// Name is the channel's name, as recorded in Delivery.Channel.
	Name() string
	// Send makes one attempt and says what became of it. It never panics on what a provider answers, and the result never
	// holds personal data. It does not deduplicate: call it again for the same message only as Outcome allows.
	Send(ctx context.Context, m Message) Result
	// Lookup asks the provider what became of a message first sent at sentAt, to settle OutcomeUnknown.
	Lookup(ctx context.Context, m Message, sentAt time.Time) Receipt
}

// ReceiptReader reads the receipts that a provider pushes to us. Channels whose provider pushes none do not implement it.
type ReceiptReader interface {
	// ReadReceipts parses one push. The error never quotes the body. Where the provider signs, a wrong signature is an error;
	// where it does not, the caller must have checked the secret path and the address.
	ReadReceipts(header map[string][]string, body []byte) ([]Receipt, error)
	// Acknowledgement is the JSON that the provider wants as the body of a 200; anything else makes it push again.
	Acknowledgement() string
}

// OutboxMessage is a message that the console channel "sent", for the developer's outbox. Its shape in JSON is part of the
// HTTP contract of development mode.
type OutboxMessage struct {
	ID       DeliveryID `bson:"_id" json:"-"`
	To       string     `bson:"to" json:"to"`
	Channel  string     `bson:"channel" json:"channel"`
	Template string     `bson:"template" json:"template"`
	Text     string     `bson:"text" json:"text"`
	Code     string     `bson:"code" json:"code"`
	Link     string     `bson:"link" json:"link"`
	Batch    BatchID    `bson:"batch" json:"batch"`
	At       time.Time  `bson:"at" json:"at"`
}
