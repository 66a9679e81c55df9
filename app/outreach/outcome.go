package outreach

import (
	"context"
	"errors"
	"time"

	"huisheng/models"
)

const (
	// maxRetries is after how many failed attempts a message is given up.
	maxRetries = 5
	// askEvery is how often the provider is asked about a message of unknown fate.
	askEvery = 2 * time.Minute
	// maxRefusedTexts is how many texts in a row a provider may refuse before the batch pauses: the next would fail too.
	maxRefusedTexts = 5
)

// backoff is the wait after the n-th failed attempt.
func backoff(n int) time.Duration {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute}
	return steps[min(n, len(steps))-1]
}

// record stores what a provider answered. Flags of the invitation are set before the delivery, which is the last write: a crash in between leaves
// the delivery to be settled, and that sets the same flags again.
func (s *Service) record(ctx context.Context, d models.Delivery, was ready, r models.Result) error {
	d.Channel, d.Code, d.Note = s.sender.Name(), r.Code, r.Note
	switch r.Outcome {
	case models.OutcomeSent:
		return s.sent(ctx, d, was, r)
	case models.OutcomeRetry:
		return errors.Join(s.release(ctx, was.phone, d), s.retry(ctx, d, r))
	case models.OutcomeLater:
		return errors.Join(s.release(ctx, was.phone, d), s.later(ctx, d, r))
	case models.OutcomeHalt, models.OutcomeConfig:
		return errors.Join(s.release(ctx, was.phone, d), s.alarm(ctx, d, r))
	case models.OutcomeContent:
		return errors.Join(s.failed(ctx, d, r), s.refusedText(ctx, d, r))
	case models.OutcomeNumber:
		return errors.Join(s.store.SetPhoneUnreachable(ctx, was.phone, true), s.failed(ctx, d, r))
	default: // unknown, and whatever a channel may invent: the provider is asked before anything is sent again
		d.State, d.DueAt = models.DeliveryUnknown, s.now().Add(askEvery)
		return s.update(ctx, d)
	}
}

// update stores the outcome of an attempt. It yields to newer knowledge, such as a receipt that was faster.
func (s *Service) update(ctx context.Context, d models.Delivery) error {
	_, err := s.store.UpdateDelivery(ctx, d, models.DeliverySending, models.DeliveryUnknown)
	return err
}

func (s *Service) sent(ctx context.Context, d models.Delivery, was ready, r models.Result) error {
	if err := s.markSent(ctx, d); err != nil {
		return err
	}
	d.State, d.ProviderID, d.SentAt = models.DeliverySent, r.ProviderID, s.now()
	if err := s.update(ctx, d); err != nil {
		return err
	}
	if was.refused {
		if err := s.store.ForgetRefusedTexts(ctx, d.Batch); err != nil {
			return err
		}
	}
	if !r.Delivered {
		return nil
	}
	return s.apply(ctx, d, models.Receipt{State: models.ReceiptDelivered, ProviderID: r.ProviderID, DeliveryID: d.ID, Code: r.Code})
}

// retry puts a message off by the backoff, or gives it up.
func (s *Service) retry(ctx context.Context, d models.Delivery, r models.Result) error {
	if d.Retries++; d.Retries >= maxRetries {
		return s.failed(ctx, d, r)
	}
	wait := max(backoff(d.Retries), r.RetryAfter)
	if d.OTP != "" {
		wait = min(wait, 20*time.Second) // its end comes soon; after that it is skipped
	}
	d.State, d.DueAt, d.Code, d.Note = models.DeliveryDue, s.now().Add(wait), r.Code, r.Note
	return s.update(ctx, d)
}

// later puts a message off because of its number: to when the provider says, else to the next day. That is no failed attempt.
func (s *Service) later(ctx context.Context, d models.Delivery, r models.Result) error {
	now := s.now()
	d.State, d.DueAt = models.DeliveryDue, tomorrow(s.quiet, now)
	if r.RetryAfter > 0 {
		d.DueAt = now.Add(r.RetryAfter)
		if d.OTP == "" {
			d.DueAt = allowedAt(s.quiet, d.DueAt)
		}
	}
	return s.update(ctx, d)
}

// alarm gives the message back and stops what would fail the same way: everything when the account is exhausted, this batch when our settings
// are refused for its messages. A refused one-time code, or message about a complaint, stops nothing else: its template is its own.
func (s *Service) alarm(ctx context.Context, d models.Delivery, r models.Result) error {
	s.log.ErrorContext(ctx, "sending stopped, a human must look", "outcome", r.Outcome, "code", r.Code, "note", r.Note, "template", d.Template, "batch", d.Batch)
	if !d.ForInvitation() && r.Outcome == models.OutcomeConfig {
		return s.retry(ctx, d, r)
	}
	d.State, d.DueAt = models.DeliveryDue, s.now()
	if err := s.update(ctx, d); err != nil {
		return err
	}
	if r.Outcome == models.OutcomeHalt {
		return s.halt(ctx, r)
	}
	return s.pauseFor(ctx, d.Batch, r)
}

func (s *Service) pauseFor(ctx context.Context, id models.BatchID, r models.Result) error {
	reason := r.Outcome.Label()
	if r.Code != "" {
		reason += "（" + r.Code + "）"
	}
	err := s.pause(ctx, id, reason)
	if errors.Is(err, ErrNotRunning) { // another worker was told the same a moment ago
		_, err = s.store.HoldDeliveries(ctx, id)
	}
	return err
}

func (s *Service) refusedText(ctx context.Context, d models.Delivery, r models.Result) error {
	s.log.ErrorContext(ctx, "a provider refused a text, a developer must look", "template", d.Template, "code", r.Code, "batch", d.Batch)
	if !d.ForInvitation() {
		return nil
	}
	n, err := s.store.CountRefusedText(ctx, d.Batch)
	if err != nil || n < maxRefusedTexts {
		return err
	}
	return s.pauseFor(ctx, d.Batch, r)
}

// failed gives a message up.
func (s *Service) failed(ctx context.Context, d models.Delivery, r models.Result) error {
	if err := s.markFailed(ctx, d); err != nil {
		return err
	}
	d.State, d.Code, d.Note, d.DoneAt, d.DueAt = models.DeliveryFailed, r.Code, r.Note, s.now(), s.now()
	return s.update(ctx, d)
}

// release gives the phone's slot back: nothing went out, so another message may.
func (s *Service) release(ctx context.Context, phone string, d models.Delivery) error {
	if d.OTP != "" {
		return nil // asking for a code counts, whether it comes or not
	}
	return s.changePhone(ctx, phone, func(p models.Phone) (models.Phone, bool) { return p.Release(s.slotOf(d)), len(p.Recent) > 0 })
}

// markSent, markDelivered and markFailed set the flags of the invited person; a one-time code says nothing about an invitation.
func (s *Service) markSent(ctx context.Context, d models.Delivery) error {
	if !d.ForInvitation() {
		return nil
	}
	return s.store.MarkInvitationSent(ctx, d.Invitation)
}

func (s *Service) markDelivered(ctx context.Context, d models.Delivery) error {
	if !d.ForInvitation() {
		return nil
	}
	return s.store.MarkInvitationDelivered(ctx, d.Invitation)
}

func (s *Service) markFailed(ctx context.Context, d models.Delivery) error {
	if !d.ForInvitation() {
		return nil
	}
	return s.store.MarkInvitationFailed(ctx, d.Invitation)
}
