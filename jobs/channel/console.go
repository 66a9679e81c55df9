package channel

import (
	"context"
	"log/slog"
	"time"

	"huisheng/models"
)

// console is the channel for development: it puts each message where a developer can read it. Keyed by delivery id, so that
// sending twice leaves one message, as the tests of the sending loop rely on.
type console struct {
	outbox Outbox
	log    *slog.Logger
	now    func() time.Time
}

func (c *console) Name() string { return Console }

// Send stores the message. A failure is OutcomeRetry even if the store may have kept it: a repeat is harmless.
func (c *console) Send(ctx context.Context, m models.Message) models.Result {
	err := c.outbox.Put(ctx, models.OutboxMessage{
		ID: m.ID, To: m.Phone, Channel: Console, Template: m.Template, Text: m.Text,
		Code: m.Code, Link: m.Link, Batch: m.Batch, At: c.now(),
	})
	if err != nil {
		return models.Result{Outcome: models.OutcomeRetry, Code: "outbox", Note: "the outbox could not be written"}
	}
	c.log.InfoContext(ctx, "message put into the outbox", "delivery", m.ID, "template", m.Template, "batch", m.Batch)
	return models.Result{Outcome: models.OutcomeSent, Delivered: true, ProviderID: string(m.ID), Code: "OK"}
}

// Lookup finds the message in the outbox; what is there counts as delivered.
func (c *console) Lookup(ctx context.Context, m models.Message, _ time.Time) models.Receipt {
	r := models.Receipt{State: models.ReceiptUnavailable, DeliveryID: m.ID}
	found, ok, err := c.outbox.Find(ctx, m.ID)
	switch {
	case err != nil:
	case !ok:
		r.State = models.ReceiptNotFound
	default:
		r.State, r.ProviderID, r.At = models.ReceiptDelivered, string(m.ID), found.At
	}
	return r
}
