package outreach

import (
	"context"
	"crypto/hmac"

	"huisheng/app/port"
	"huisheng/models"
)

// typedPhone is where a typed number's seal belongs.
func typedPhone(o models.OneTimeCode) string { return "onetime/" + o.ID + "/" + o.Nonce }

// SendOneTime sends a one-time code for subject (what is being opened) to the roster's phone of inv. When inv is nil the person is not listed:
// everything happens as otherwise, but no message goes out and no code is right. ErrOTPTooSoon, ErrOTPTooMany over the limits.
func (s *Service) SendOneTime(ctx context.Context, subject string, inv *models.Invitation) error {
	o, before, err := s.renew(ctx, subject)
	if err != nil {
		return err
	}
	d := models.Delivery{}
	if inv != nil {
		o.Invitation = inv.ID
		d = models.Delivery{Batch: inv.Batch, Org: inv.Org, Invitation: inv.ID, PhoneMAC: inv.PhoneMAC}
	}
	return s.sendCode(ctx, before, o, d)
}

// SendOneTimeTo sends a one-time code to a phone (E.164) that the person typed. It is kept, sealed, for the few minutes of the code.
func (s *Service) SendOneTimeTo(ctx context.Context, subject, phone string) error {
	o, before, err := s.renew(ctx, subject)
	if err != nil {
		return err
	}
	if o.Phone, err = s.box.Seal([]byte(phone), typedPhone(o)); err != nil {
		return err
	}
	return s.sendCode(ctx, before, o, models.Delivery{PhoneMAC: s.ident.PhoneMAC(phone)})
}

// renew starts the next code of a subject in memory; sendCode stores it.
func (s *Service) renew(ctx context.Context, subject string) (next, before models.OneTimeCode, err error) {
	before, err = s.store.FindOneTime(ctx, s.ident.OneTime(subject))
	if err != nil {
		return next, before, err
	}
	next, err = before.Renew(models.NewID(), s.now())
	next.Invitation, next.Phone = "", nil
	return next, before, err
}

// sendCode stores the code and plans its message. A crash in between loses a code that nobody was told of: the person asks for another.
func (s *Service) sendCode(ctx context.Context, before, o models.OneTimeCode, d models.Delivery) error {
	if err := s.store.SaveOneTime(ctx, before, o); err != nil {
		return err
	}
	if !o.Listed() {
		return nil
	}
	now := s.now()
	d.ID = models.DeliveryID("otp:" + o.ID + ":" + o.Nonce)
	d.Template, d.OTP, d.OTPNonce, d.Urgent = templateOTP, o.ID, o.Nonce, true
	d.State, d.DueAt, d.CreatedAt = models.DeliveryDue, now, now
	if _, err := s.store.PutDeliveries(ctx, []models.Delivery{d}); err != nil {
		return err
	}
	s.queue.Wake(ctx, port.JobDeliver, string(d.ID))
	return nil
}

// VerifyOneTime checks a code: the try is counted before anything is compared, and a right code is used up. ErrWrongOTP for a wrong, ended or
// used one, and after five tries.
func (s *Service) VerifyOneTime(ctx context.Context, subject, code string) error {
	o, err := s.store.TryOneTime(ctx, s.ident.OneTime(subject), s.now())
	if err != nil {
		return err
	}
	right := hmac.Equal([]byte(code), []byte(s.ident.Tokens.OneTime(o.ID, o.Nonce)))
	if !right || !o.Listed() {
		return models.ErrWrongOTP
	}
	return s.store.UseOneTime(ctx, o.ID, o.Nonce)
}
