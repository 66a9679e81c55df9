package outreach

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/models"
)

// sendTimeout bounds one attempt, database included. Channels have shorter limits of their own.
const sendTimeout = 25 * time.Second

// NextDelivery claims one message that is due: one-time codes when urgent, else the others. False when none is due or sending is halted. Hand
// what it gives to Send; a process that ends in between leaves the message to Settle.
func (s *Service) NextDelivery(ctx context.Context, urgent bool) (models.Delivery, bool, error) {
	if halted, err := s.standsStill(ctx); err != nil || halted {
		return models.Delivery{}, false, err
	}
	d, err := s.store.ClaimDelivery(ctx, urgent, s.holder(s.now(), max(s.cfg.LeaseDuration, time.Second)))
	if errors.Is(err, models.ErrNotFound) {
		return d, false, nil
	}
	return d, err == nil, err
}

// Send makes one attempt at a claimed message and records what became of it. It finishes what it has begun when ctx ends: stopping between the
// provider's answer and its record would make a sent message unknown.
func (s *Service) Send(ctx context.Context, d models.Delivery) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
	defer cancel()
	r, stop, err := s.prepare(ctx, d)
	switch {
	case err != nil: // nothing went out
		s.log.WarnContext(ctx, "a message could not be prepared", "delivery", d.ID, "error", err)
		return s.retry(ctx, d, models.Result{Outcome: models.OutcomeRetry, Code: "not_prepared"})
	case stop != nil:
		return s.stop(ctx, d, *stop)
	}
	return s.record(ctx, d, r, s.sender.Send(ctx, r.message))
}

// ready is a message that may go out.
type ready struct {
	message models.Message
	phone   string // the id under which the number is remembered; its slot is booked
	refused bool   // the batch's last text was refused: this one may show that all is well again
}

// verdict is why a claimed message does not go out now.
type verdict struct {
	state models.DeliveryState // due: later; held, skipped, failed
	due   time.Time
	code  string
}

func skip(code string) *verdict { return &verdict{state: models.DeliverySkipped, code: code} }

// prepare checks everything that may keep a message from going out, in the order of cost, makes the message and books the phone.
func (s *Service) prepare(ctx context.Context, d models.Delivery) (r ready, stop *verdict, err error) {
	if d.OTP != "" {
		return s.prepareCode(ctx, d)
	}
	if len(d.About) > 0 {
		return s.prepareCase(ctx, d)
	}
	inv, err := s.store.FindInvitation(ctx, d.Invitation)
	if err != nil {
		stop, err = stopIfGone(err)
		return r, stop, err
	}
	b, err := s.store.FindBatch(ctx, models.SystemScope(), inv.Batch)
	if err != nil {
		stop, err = stopIfGone(err)
		return r, stop, err
	}
	if d.Template == templateRemind && b.Pooled() && (!inv.Sent || inv.Failed) { // planned before anybody knew; a claim's are planned for those who were reached
		return r, skip("not_reached"), nil
	}
	if stop, err = s.mayWrite(ctx, b, inv); stop != nil || err != nil {
		return r, stop, err
	}
	who, err := s.personOf(ctx, inv)
	if err != nil {
		stop, err = stopIfGone(err)
		return r, stop, err
	}
	if who.Phone == "" {
		return r, &verdict{state: models.DeliveryFailed, code: "phone_missing"}, nil
	}
	r = ready{phone: s.ident.PhoneID(who.Phone), refused: b.Refused > 0}
	if r.message, err = s.inviteMessage(d, inv, who); err == nil {
		stop, err = s.book(ctx, r.phone, d)
	}
	return r, stop, err
}

func stopIfGone(err error) (*verdict, error) {
	if errors.Is(gone(err), errGone) {
		return skip("gone"), nil
	}
	return nil, err
}

// mayWrite gives a verdict when the person must not be written to now, or at all: the batch is over or paused, they have answered, or it is
// quiet time.
func (s *Service) mayWrite(ctx context.Context, b models.Batch, inv models.Invitation) (*verdict, error) {
	now := s.now()
	if b.Pooled() && !now.Before(inv.ClosesAt) {
		return skip("closed"), nil
	}
	switch b.StateAt(now) {
	case models.BatchClosed:
		return skip("closed"), nil
	case models.BatchPaused:
		return &verdict{state: models.DeliveryHeld, due: now, code: "paused"}, nil
	}
	if day := openingOf(s.quiet, inv.TriggeredOn); inv.TriggeredOn > models.DateOf(now) { // moved to a later day after this was planned
		return &verdict{state: models.DeliveryDue, due: day, code: "not_yet"}, nil
	}
	if at := allowedAt(s.quiet, now); at.After(now) {
		return &verdict{state: models.DeliveryDue, due: at, code: "quiet_hours"}, nil
	}
	answered, err := s.store.HasResponse(ctx, s.ident.Response(inv.ID))
	if answered && err == nil {
		return skip("answered"), nil
	}
	return nil, err
}

// book takes the phone's slot for a message, at most so many a day and a month.
func (s *Service) book(ctx context.Context, phone string, d models.Delivery) (*verdict, error) {
	var stop *verdict
	err := s.changePhone(ctx, phone, func(p models.Phone) (models.Phone, bool) {
		switch {
		case p.OptedOut:
			stop = skip("opted_out")
		case p.Unreachable:
			stop = &verdict{state: models.DeliveryFailed, code: "unreachable"}
		default:
			next, day, ok := p.Take(s.slotOf(d), s.now(), s.cfg.SMS.DailyCap, s.cfg.SMS.MonthlyCap)
			if ok {
				stop = nil
				return next, true
			}
			stop = &verdict{state: models.DeliveryDue, due: openingOf(s.quiet, day), code: "phone_cap"}
		}
		return p, false
	})
	return stop, err
}

// changePhone applies change to what is remembered of a number, again and again until nobody interferes. change says whether to save.
func (s *Service) changePhone(ctx context.Context, id string, change func(models.Phone) (models.Phone, bool)) error {
	for range 20 {
		p, err := s.store.FindPhone(ctx, id)
		if err != nil {
			return err
		}
		next, save := change(p)
		if !save {
			return nil
		}
		if err := s.store.SavePhone(ctx, next); !errors.Is(err, models.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("a phone's slots changed 20 times in a row: %w", models.ErrConflict)
}

// stop records that a claimed message does not go out now. A person who cannot be reached shows as failed.
func (s *Service) stop(ctx context.Context, d models.Delivery, v verdict) error {
	if v.state == models.DeliveryFailed {
		return s.failed(ctx, d, models.Result{Code: v.code})
	}
	d.State, d.Code, d.Note = v.state, v.code, ""
	d.DueAt = v.due
	if v.state == models.DeliverySkipped {
		d.DueAt, d.DoneAt = s.now(), s.now()
	}
	_, err := s.store.UpdateDelivery(ctx, d, models.DeliverySending, models.DeliveryUnknown)
	return err
}

// prepareCode is prepare for a one-time code: it goes out at any hour, but not after its end and not more often than a number can bear, whoever
// asks for it. An opt-out does not hold it up: the person at the phone is waiting.
func (s *Service) prepareCode(ctx context.Context, d models.Delivery) (r ready, stop *verdict, err error) {
	o, phone, err := s.codeTarget(ctx, d)
	if errors.Is(err, errGone) {
		return r, skip("expired"), nil
	}
	if err != nil {
		return r, nil, err
	}
	if phone == "" {
		return r, skip("phone_missing"), nil
	}
	r.phone = s.ident.PhoneID(phone)
	if r.message, err = s.codeMessage(d, o, phone); err != nil || d.Retries > 0 { // a further attempt is booked already
		return r, nil, err
	}
	err = s.changePhone(ctx, r.phone, func(p models.Phone) (models.Phone, bool) {
		next, ok := p.TakeCode(s.now())
		if stop = nil; !ok {
			stop = skip("phone_cap")
		}
		return next, ok
	})
	return r, stop, err
}
