package models

import "time"

type (
	// WebhookID names an endpoint.
	WebhookID string
	// WebhookMessageID names what one endpoint is told about one event; derived from both, so deriving an event twice leaves one.
	WebhookMessageID string
)

// WebhookType is a kind of event.
type WebhookType string

// The events. None says who answered, what, or that a certain person did.
const (
	WebhookClaimExpanded    WebhookType = "claim.expanded"
	WebhookResponseReceived WebhookType = "response.received"
	WebhookBatchClosed      WebhookType = "batch.closed"
	WebhookMeasureDecided   WebhookType = "measure.decided"
	WebhookTest             WebhookType = "webhook.test" // asked for by hand
)

// WebhookTypes are the events that one can subscribe to.
func WebhookTypes() []WebhookType {
	return []WebhookType{WebhookClaimExpanded, WebhookResponseReceived, WebhookBatchClosed, WebhookMeasureDecided}
}

// Webhook is an endpoint that is told what happened.
type Webhook struct {
	ID       WebhookID       `bson:"_id"`
	URL      string          `bson:"url"`
	Note     string          `bson:"note"`
	Events   []WebhookType   `bson:"events"`
	Secrets  []WebhookSecret `bson:"secrets"` // the newest first; while two are valid every message carries both signatures
	Enabled  bool            `bson:"enabled"`
	Why      string          `bson:"why,omitempty"` // it was switched off by us: gone, failing
	Failing  time.Time       `bson:"failing"`       // since when nothing has arrived
	LastOK   time.Time       `bson:"last_ok,omitempty"`
	Revision int             `bson:"revision"`
	By       AccountID       `bson:"by"`

	CreatedAt time.Time `bson:"created_at"`
	ChangedAt time.Time `bson:"changed_at"`
}

// WebhookSecret is one signing secret, sealed; its additional data names the endpoint.
type WebhookSecret struct {
	Sealed  []byte    `bson:"sealed"`
	MadeAt  time.Time `bson:"made_at"`
	ValidTo time.Time `bson:"valid_to,omitempty"` // zero: for good
}

// Why an endpoint was switched off.
const (
	WebhookGone    = "gone"    // it answered 410
	WebhookFailing = "failing" // nothing arrived for days
)

// WebhookState is where one message stands.
type WebhookState string

// The states. A message that is being sent stays due, with its time moved beyond the lease: a worker that dies leaves it to be sent again, under
// the same id, by which receivers know it.
const (
	WebhookDue       WebhookState = "due"
	WebhookDelivered WebhookState = "delivered"
	WebhookDead      WebhookState = "dead" // given up; it can be sent again by hand
	WebhookHeld      WebhookState = "held" // its endpoint is switched off
)

// WebhookMessage is what one endpoint is told about one event: the outbox. The body is made once and never changes.
type WebhookMessage struct {
	ID       WebhookMessageID `bson:"_id"`
	Event    string           `bson:"event"` // webhook-id: the same for every attempt
	Webhook  WebhookID        `bson:"webhook"`
	Type     WebhookType      `bson:"type"`
	Body     string           `bson:"body"`
	State    WebhookState     `bson:"state"`
	DueAt    time.Time        `bson:"due_at"`
	Attempts int              `bson:"attempts"` // claims, since it was last made due by hand: an outcome counts only for its own
	Log      []WebhookAttempt `bson:"log"`      // the newest MaxWebhookLog
	PurgeAt  time.Time        `bson:"purge_at,omitempty"`

	CreatedAt time.Time `bson:"created_at"`
	DoneAt    time.Time `bson:"done_at,omitempty"`
}

// WebhookAttempt is one attempt as recorded. What the receiver answered beside its status is not kept.
type WebhookAttempt struct {
	At     time.Time `bson:"at" json:"at"`
	Status int       `bson:"status" json:"status"` // 0: no answer
	Error  string    `bson:"error,omitempty" json:"error,omitempty"`
	Millis int64     `bson:"ms" json:"ms"`
}

// MaxWebhookLog is how many attempts of a message are kept.
const MaxWebhookLog = 20

// webhookWaits are the pauses between attempts: soon at first, then ever longer, 64 hours in all.
var webhookWaits = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour,
	12 * time.Hour, 12 * time.Hour, 12 * time.Hour, 12 * time.Hour,
}

// WebhookWait gives how long after the n-th failed attempt, from 1, the next one comes; false when it is given up.
func WebhookWait(n int) (time.Duration, bool) {
	if n < 1 || n > len(webhookWaits) {
		return 0, false
	}
	return webhookWaits[n-1], true
}

// ValidSecrets are the secrets that messages are signed with now.
func (w Webhook) ValidSecrets(now time.Time) []WebhookSecret {
	var out []WebhookSecret
	for _, s := range w.Secrets {
		if s.ValidTo.IsZero() || now.Before(s.ValidTo) {
			out = append(out, s)
		}
	}
	return out
}

// ErrWebhookOff says that the endpoint takes nothing now.
var ErrWebhookOff = NewError(KindConflict, "webhook_disabled", "这个推送地址已停用，请先启用。", "This endpoint is switched off; switch it on first.")
