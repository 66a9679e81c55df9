package outreach

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/internal/token"
	"huisheng/models"
)

// templateOTP is the template of one-time codes.
const templateOTP = "OTP"

// templateRemind is the template of reminders.
const templateRemind = "REMIND"

// errGone says that what a message is about does not exist any more: expired, superseded, or deleted on schedule.
var errGone = errors.New("what the message is about is gone")

// inviteMessage makes the message of a delivery to an invited person. The phone is opened for this and lives in the message alone.
func (s *Service) inviteMessage(d models.Delivery, inv models.Invitation, who models.Identity) (models.Message, error) {
	code := s.codeOf(inv)
	m, err := s.render(d, who.Phone, map[string]string{
		"date": lastDay(inv.ClosesAt), "site": s.cfg.SMS.Site, "code": code,
	})
	m.Code, m.Link = code, s.Link(inv.ID)
	return m, err
}

// codeMessage makes the message of a one-time code.
func (s *Service) codeMessage(d models.Delivery, o models.OneTimeCode, phone string) (models.Message, error) {
	code := s.ident.Tokens.OneTime(o.ID, d.OTPNonce)
	m, err := s.render(d, phone, map[string]string{"code": code})
	m.Code = code
	return m, err
}

// render fills the template. A text that a provider would bill as two parts is an error: it would be refused or cost double.
func (s *Service) render(d models.Delivery, phone string, values map[string]string) (models.Message, error) {
	t, ok := s.catalog.Template(d.Template)
	if !ok {
		return models.Message{}, fmt.Errorf("there is no template %s", d.Template)
	}
	if s.cfg.SMS.Signature != "" {
		t.Signature = s.cfg.SMS.Signature
	}
	text, err := t.Render(values)
	if err != nil {
		return models.Message{}, fmt.Errorf("render: %w", err)
	}
	if n := models.SMSParts(text); n != 1 {
		return models.Message{}, fmt.Errorf("template %s: %d characters are %d parts, allowed is one", d.Template, models.SMSLength(text), n)
	}
	return models.Message{
		ID: d.ID, Phone: phone, Template: d.Template, ProviderTemplate: s.cfg.SMS.TemplateIDs()[d.Template],
		Params: t.Variables(values), Text: text, Batch: d.Batch,
	}, nil
}

// lastDay writes the last day on which answers are taken; closing is at its end.
func lastDay(closes time.Time) string {
	d := closes.Add(-time.Second).In(models.Shanghai())
	return fmt.Sprintf("%d月%d日", d.Month(), d.Day())
}

// Link is the personal link that only a message straight to the phone may carry. No API gives it out.
func (s *Service) Link(id models.InvitationID) string {
	return s.cfg.BaseURL + "/i/" + s.ident.Tokens.Make(token.Direct, string(id))
}

// compose makes a delivery's message anew, to ask the provider about it. errGone when that cannot be done any more.
func (s *Service) compose(ctx context.Context, d models.Delivery) (models.Message, error) {
	if d.OTP != "" {
		o, phone, err := s.codeTarget(ctx, d)
		if err != nil {
			return models.Message{}, err
		}
		return s.codeMessage(d, o, phone)
	}
	if len(d.About) > 0 {
		return s.caseMessage(ctx, d)
	}
	inv, who, err := s.invited(ctx, d.Invitation)
	if err != nil {
		return models.Message{}, err
	}
	return s.inviteMessage(d, inv, who)
}

// invited reads an invitation and opens its person's identity.
func (s *Service) invited(ctx context.Context, id models.InvitationID) (models.Invitation, models.Identity, error) {
	inv, err := s.store.FindInvitation(ctx, id)
	if err != nil {
		return inv, models.Identity{}, gone(err)
	}
	who, err := s.personOf(ctx, inv)
	return inv, who, err
}

func (s *Service) personOf(ctx context.Context, inv models.Invitation) (models.Identity, error) {
	if inv.Contact != "" {
		return s.contactOf(ctx, inv.Contact)
	}
	record, err := s.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	if err != nil {
		return models.Identity{}, gone(err)
	}
	return s.identity(record)
}

// contactOf opens the identity of a company's contact; one who was removed is gone.
func (s *Service) contactOf(ctx context.Context, id models.ContactID) (models.Identity, error) {
	c, err := s.store.FindContact(ctx, models.SystemScope(), id)
	if err != nil {
		return models.Identity{}, gone(err)
	}
	if c.Removed {
		return models.Identity{}, errGone
	}
	var who models.Identity
	err = s.box.OpenJSON(c.Identity, "contact/"+string(c.ID), &who)
	return who, err
}

func gone(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return errGone
	}
	return err
}

// codeTarget finds the phone of a one-time code's delivery. errGone when the code has ended, was used or was followed by a newer one.
func (s *Service) codeTarget(ctx context.Context, d models.Delivery) (models.OneTimeCode, string, error) {
	o, err := s.store.FindOneTime(ctx, d.OTP)
	if err != nil {
		return o, "", err
	}
	if o.Nonce == "" || o.Nonce != d.OTPNonce || !s.now().Before(o.ExpiresAt) {
		return o, "", errGone
	}
	if o.Invitation != "" {
		_, who, err := s.invited(ctx, o.Invitation)
		return o, who.Phone, err
	}
	phone, err := s.box.Open(o.Phone, typedPhone(o))
	return o, string(phone), err
}
