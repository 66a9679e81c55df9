package outreach

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"

	"huisheng/models"
)

// ReceiptSecret is the part of the address that a channel's provider pushes receipts to which nobody else knows. It follows from the keys.
func (s *Service) ReceiptSecret(channel string) string { return s.ident.Derive("receipts", channel) }

// TakeReceipts reads and records what the provider of a channel pushed to its secret address, and gives the answer that it wants. ErrNotFound for
// another channel than the one in use and for a wrong secret; ErrInvalid for what cannot be read or is signed wrongly.
func (s *Service) TakeReceipts(ctx context.Context, channel, secret string, header map[string][]string, body []byte) (answer string, err error) {
	reader, ok := s.sender.(models.ReceiptReader)
	if !ok || channel != s.sender.Name() || !hmac.Equal([]byte(secret), []byte(s.ReceiptSecret(channel))) {
		return "", models.ErrNotFound
	}
	list, err := reader.ReadReceipts(header, body)
	if err != nil {
		return "", models.ErrInvalid.Because(err)
	}
	if err := s.ApplyReceipts(ctx, list); err != nil {
		return "", err
	}
	return reader.Acknowledgement(), nil
}

// ApplyReceipts records what a provider reports. Receipts may be repeated, late and in any order; those about messages that are not ours are
// passed over. An error means that the provider should push them again.
func (s *Service) ApplyReceipts(ctx context.Context, list []models.Receipt) error {
	var errs []error
	for _, r := range list {
		d, err := s.receiptFor(ctx, r)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		if err == nil {
			err = s.apply(ctx, d, r)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("receipt for %s: %w", d.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Service) receiptFor(ctx context.Context, r models.Receipt) (models.Delivery, error) {
	if r.DeliveryID != "" {
		return s.store.FindDelivery(ctx, r.DeliveryID)
	}
	if r.ProviderID == "" {
		return models.Delivery{}, models.ErrNotFound
	}
	return s.store.FindDeliveryByProvider(ctx, r.ProviderID)
}

// apply records one report. Flags of the invitation come first and the delivery last, as in record. When the delivery moves on meanwhile, it is
// read and judged again.
func (s *Service) apply(ctx context.Context, d models.Delivery, r models.Receipt) error {
	if now := s.now(); r.At.IsZero() || r.At.After(now) {
		r.At = now
	}
	for range 5 {
		done, err := s.applyOnce(ctx, d, r)
		if done || err != nil {
			return err
		}
		if d, err = s.store.FindDelivery(ctx, d.ID); err != nil {
			return err
		}
	}
	return models.ErrConflict
}

// applyOnce gives false when somebody changed the delivery in between.
func (s *Service) applyOnce(ctx context.Context, d models.Delivery, r models.Receipt) (bool, error) {
	older := r.ProviderID != "" && d.ProviderID != "" && r.ProviderID != d.ProviderID // about an attempt that was followed by another
	if d.ProviderID == "" {
		d.ProviderID = r.ProviderID
	}
	if d.SentAt.IsZero() {
		d.SentAt = d.TriedAt
	}
	d.Code, d.Note = r.Code, ""
	switch {
	case r.State == models.ReceiptDelivered && d.State != models.DeliveryDelivered: // of whichever attempt: the person has it
		if err := s.markDelivered(ctx, d); err != nil {
			return false, err
		}
		d.State, d.DoneAt = models.DeliveryDelivered, r.At
		return s.store.UpdateDelivery(ctx, d, models.DeliverySending, models.DeliverySent, models.DeliveryUnknown, models.DeliveryFailed,
			models.DeliveryDue, models.DeliveryHeld, models.DeliverySkipped)
	case r.State == models.ReceiptFailed && !older && underWay(d.State):
		return s.undelivered(ctx, d, r)
	case r.State == models.ReceiptPending && d.State == models.DeliveryUnknown:
		if err := s.markSent(ctx, d); err != nil {
			return false, err
		}
		d.State = models.DeliverySent
		return s.store.UpdateDelivery(ctx, d, models.DeliveryUnknown)
	}
	return true, nil // a repeat, or nothing new
}

// underWay says whether a message may be with the provider.
func underWay(st models.DeliveryState) bool {
	return st == models.DeliverySending || st == models.DeliverySent || st == models.DeliveryUnknown
}

// undelivered gives a phone that was off one more try the next day, and remembers a number that does not exist or wants nothing.
func (s *Service) undelivered(ctx context.Context, d models.Delivery, r models.Receipt) (bool, error) {
	if r.Retry && !d.Again && d.OTP == "" {
		d.State, d.Again, d.DueAt = models.DeliveryDue, true, tomorrow(s.quiet, s.now())
		return s.store.UpdateDelivery(ctx, d, models.DeliverySending, models.DeliverySent, models.DeliveryUnknown)
	}
	if r.Unreachable && len(d.PhoneMAC) > 0 {
		if err := s.store.SetPhoneUnreachable(ctx, base64.RawURLEncoding.EncodeToString(d.PhoneMAC), true); err != nil {
			return false, err
		}
	}
	if err := s.markFailed(ctx, d); err != nil {
		return false, err
	}
	d.State, d.DoneAt = models.DeliveryFailed, r.At
	return s.store.UpdateDelivery(ctx, d, models.DeliverySending, models.DeliverySent, models.DeliveryUnknown)
}
