package outreach

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/app/port"
	"huisheng/models"
)

// giveUpAfter is when a message of which nobody knows anything is given up: by then a receipt would have come.
const giveUpAfter = 72 * time.Hour

// Settle finds out what became of messages whose fate is unknown, those of dead workers among them: the provider is asked first. Only when it has
// had no such message for SettleAfter is one sent again. It gives how many it asked about.
func (s *Service) Settle(ctx context.Context) (int, error) {
	if _, err := s.store.ExpireLeases(ctx, s.now()); err != nil {
		return 0, err
	}
	var errs []error
	n := 0
	for ctx.Err() == nil && n < chunk {
		d, err := s.store.ClaimUnknown(ctx, s.holder(s.now(), min(askEvery, s.cfg.SMS.SettleAfter)))
		if errors.Is(err, models.ErrNotFound) {
			break
		}
		if err != nil {
			return n, errors.Join(append(errs, err)...)
		}
		n++
		if err := s.settle(ctx, d); err != nil {
			errs = append(errs, fmt.Errorf("settle %s: %w", d.ID, err))
		}
	}
	return n, errors.Join(errs...)
}

// settle asks about one message. ClaimUnknown has put the next question off already, so whatever happens here it will be asked again.
func (s *Service) settle(ctx context.Context, d models.Delivery) error {
	m, err := s.compose(ctx, d)
	if errors.Is(err, errGone) { // nothing to send again, so nothing to find out
		d.State, d.Code, d.DoneAt = models.DeliveryFailed, "unresolved", s.now()
		_, err = s.store.UpdateDelivery(ctx, d, models.DeliveryUnknown)
		return err
	}
	if err != nil {
		return err
	}
	r := s.sender.Lookup(ctx, m, d.TriedAt)
	switch r.State {
	case models.ReceiptDelivered, models.ReceiptFailed, models.ReceiptPending:
		return s.apply(ctx, d, r)
	case models.ReceiptNotFound:
		if s.now().Sub(d.TriedAt) >= s.cfg.SMS.SettleAfter {
			return s.sendAgain(ctx, d)
		}
	case models.ReceiptUnsupported, models.ReceiptUnavailable:
	}
	if s.now().Sub(d.TriedAt) >= giveUpAfter {
		return s.failed(ctx, d, models.Result{Code: "unresolved", Note: "nobody can say whether it went out"})
	}
	return nil
}

// sendAgain makes a message due that never reached the provider. Its slot of the phone is still its own.
func (s *Service) sendAgain(ctx context.Context, d models.Delivery) error {
	d.State, d.DueAt, d.Code, d.Note = models.DeliveryDue, s.now(), "not_found", "the provider has no such message"
	ok, err := s.store.UpdateDelivery(ctx, d, models.DeliveryUnknown)
	if ok {
		s.queue.Wake(ctx, port.JobDeliver, string(d.ID))
	}
	return err
}
