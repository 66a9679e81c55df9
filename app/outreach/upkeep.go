package outreach

import (
	"context"
	"errors"

	"huisheng/models"
)

// OptOut remembers that a phone (E.164) wants no messages. One-time codes, which the person asks for, still come; the forms stay open. Doing
// it twice is harmless.
func (s *Service) OptOut(ctx context.Context, phone string) error {
	return s.store.OptOutPhone(ctx, s.ident.PhoneID(phone))
}

// Sweep repairs what interrupted steps left behind: messages of paused batches that are still due, messages set aside of batches that are not
// paused any more, and typed phones whose code has ended.
func (s *Service) Sweep(ctx context.Context) error {
	paused, err := s.store.ListPausedBatches(ctx, chunk)
	if err != nil {
		return err
	}
	still := map[models.BatchID]bool{}
	var errs []error
	for _, b := range paused {
		still[b.ID] = true
		_, err := s.store.HoldDeliveries(ctx, b.ID)
		errs = append(errs, err)
	}
	held, err := s.store.HeldBatches(ctx)
	errs = append(errs, err)
	for _, id := range held {
		if still[id] {
			continue
		}
		errs = append(errs, s.unhold(ctx, id))
	}
	errs = append(errs, s.store.ForgetTypedPhones(ctx, s.now()))
	return errors.Join(errs...)
}

// unhold lets go of messages set aside unless the batch was paused a moment ago; of a closed batch they end.
func (s *Service) unhold(ctx context.Context, id models.BatchID) error {
	b, err := s.store.FindBatch(ctx, models.SystemScope(), id)
	switch {
	case err != nil:
		return err
	case b.State == models.BatchPaused:
		return nil
	case b.StateAt(s.now()) == models.BatchClosed:
		_, err = s.store.SkipDeliveries(ctx, id, s.now())
	default:
		_, err = s.store.ReleaseDeliveries(ctx, id)
	}
	return err
}
