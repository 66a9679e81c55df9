package outreach

import (
	"context"
	"errors"

	"huisheng/models"
)

// Cases knows whom a message about a complaint goes to.
type Cases interface {
	// Addressee gives the case's number and the complainant's phone; ErrNotFound when there is none to write to.
	Addressee(ctx context.Context, d models.Delivery) (caseNo, phone string, err error)
}

// prepareCase is prepare for a message to a complainant. It keeps the quiet hours and the caps like every message that nobody waits for.
func (s *Service) prepareCase(ctx context.Context, d models.Delivery) (r ready, stop *verdict, err error) {
	if at := allowedAt(s.quiet, s.now()); at.After(s.now()) {
		return r, &verdict{state: models.DeliveryDue, due: at, code: "quiet_hours"}, nil
	}
	m, err := s.caseMessage(ctx, d)
	if errors.Is(err, errGone) {
		return r, skip("gone"), nil
	}
	if err != nil {
		return r, nil, err
	}
	r = ready{message: m, phone: s.ident.PhoneID(m.Phone)}
	stop, err = s.book(ctx, r.phone, d)
	return r, stop, err
}

// caseMessage makes the message of a delivery to a complainant.
func (s *Service) caseMessage(ctx context.Context, d models.Delivery) (models.Message, error) {
	if s.cases == nil {
		return models.Message{}, errGone
	}
	no, phone, err := s.cases.Addressee(ctx, d)
	if err != nil {
		return models.Message{}, gone(err)
	}
	return s.render(d, phone, map[string]string{"case_no": no, "site": s.cfg.SMS.Site})
}

// slotOf is the name under which a message takes a phone's slot. That of a message about a complaint is no id found elsewhere, so that the database alone
// does not tell which phone complained.
func (s *Service) slotOf(d models.Delivery) models.DeliveryID {
	if len(d.About) == 0 {
		return d.ID
	}
	return models.DeliveryID(s.ident.Derive("case slot", string(d.ID)))
}
