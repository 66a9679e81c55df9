package privacy

import (
	"context"
	"encoding/base64"
	"errors"

	"huisheng/app/audit"
	"huisheng/app/respond"
	"huisheng/models"
)

// Erase is a person's right to have their own data deleted, as far as nobody has a duty to keep it: the answers with all earlier states and words, what
// opens the invitation, messages that are still to come, and the number is not written to again. The receipt stays, as proof that there was
// something. The organisation's roster and a real-name complaint are kept under a legal duty until their time is over. Doing it again is harmless.
func (s *Service) Erase(ctx context.Context, c respond.Claims) error {
	err := s.audit.Record(ctx, audit.Entry{Action: models.AuditErasure, Object: "batch/" + string(c.Batch), Org: c.Org, Region: c.Region})
	if err != nil {
		return err
	}
	if err := s.store.WithdrawResponse(ctx, c.Response, models.Response{ChangedAt: s.now()}); err != nil && !errors.Is(err, models.ErrNoResponse) {
		return err
	}
	if c.Invitation == "" {
		return nil // staff supervision keeps nothing else
	}
	inv, err := s.store.FindInvitation(ctx, c.Invitation)
	if err != nil {
		return err
	}
	if len(inv.PhoneMAC) > 0 { // else it was done before
		if err := s.store.OptOutPhone(ctx, base64.RawURLEncoding.EncodeToString(inv.PhoneMAC)); err != nil {
			return err
		}
	}
	if err := s.store.SkipInvitation(ctx, inv.ID, s.now()); err != nil {
		return err
	}
	return s.store.StripInvitations(ctx, []string{string(inv.ID)}) // last: the number's hash is needed above
}
