// Package channel sends messages to phones: Aliyun, Tencent Cloud, a public body's own HTTP gateway, and the developer's console.
//
// Each channel implements models.Sender and turns what its provider says, or fails to say, into one models.Outcome. Three
// rules hold for all of them. A message that may have gone out is never reported as one that may be repeated: once a
// connection was had, silence means OutcomeUnknown. A provider's words never travel on: results and receipts carry codes
// and ids that were checked to hold no phone number and no code, because providers and their SDKs quote the request in their
// errors. And no request repeats itself: redirects and automatic replays are off, since providers are not idempotent.
package channel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"huisheng/models"
)

// The names of the channels, as configured and as recorded in a delivery.
const (
	Console = "console"
	Aliyun  = "aliyun"
	Tencent = "tencent"
	Gateway = "gateway"
)

// Outbox keeps what the console channel "sent", where a developer can read it.
type Outbox interface {
	// Put stores the message under its ID; putting the same ID again must not make a second message.
	Put(ctx context.Context, m models.OutboxMessage) error
	// Find says whether a message with this ID is there.
	Find(ctx context.Context, id models.DeliveryID) (models.OutboxMessage, bool, error)
}

// Options is all that a channel is made from.
type Options struct {
	Channel   string // one of the names above
	Signature string // the signature that the provider approved, without 【】
	Config    Config
	Outbox    Outbox           // console only
	Log       *slog.Logger     // nil: slog.Default
	Now       func() time.Time // nil: time.Now
}

// New makes the configured channel. The error names the variable that is wrong.
func New(o Options) (models.Sender, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := o.Config.Validate(o.Channel); err != nil {
		return nil, err
	}
	switch o.Channel {
	case Console:
		if o.Outbox == nil {
			return nil, errors.New("console channel needs an outbox")
		}
		return &console{outbox: o.Outbox, log: o.Log, now: o.Now}, nil
	case Aliyun:
		if o.Signature == "" {
			return nil, errors.New("HUISHENG_SMS_SIGNATURE must be set for aliyun")
		}
		return newAliyun(o.Config.Aliyun, o.Signature, o.Now), nil
	case Tencent:
		if o.Signature == "" {
			return nil, errors.New("HUISHENG_SMS_SIGNATURE must be set for tencent")
		}
		return newTencent(o.Config.Tencent, o.Signature)
	case Gateway:
		return newGateway(o.Config.Gateway, o.Now), nil
	default:
		return nil, fmt.Errorf("HUISHENG_SMS_CHANNEL: unknown channel %q", o.Channel)
	}
}

// newClient is the HTTP client of a channel. The deadline of a whole call is set on its context, by withDeadline.
func newClient(timeout time.Duration) *http.Client {
	return &http.Client{Transport: newTransport(timeout)}
}
