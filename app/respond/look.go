package respond

import (
	"context"
	"errors"
	"time"

	"huisheng/internal/token"
	"huisheng/models"
)

// Preview is what the first page shows before anybody has proved who they are: nothing in it names a person.
type Preview struct {
	Channel     models.Channel
	About       models.About
	Form        models.QuestionnaireRef
	ClosesAt    time.Time
	LockedUntil time.Time // after now: too many wrong digits
	Contact     bool      // a company's contact, who proves no document
	Closed      bool      // then ClosesAt is when it did
}

// Look reads what a link, a printed QR or a poster is about, at one read (and one more per batch and gateTTL) and without changing anything: link previews and scanners are not
// people. ErrBadToken for whatever is not a token of ours, before any read if it is forged.
func (s *Service) Look(ctx context.Context, text string) (Preview, error) {
	kind, id, err := s.ident.Tokens.Read(text)
	if err != nil {
		return Preview{}, models.ErrBadToken
	}
	var p Preview
	switch kind {
	case token.Direct, token.Printed:
		p, err = s.lookInvitation(ctx, models.InvitationID(id))
		if p.Channel = models.ChannelDirect; kind == token.Printed {
			p.Channel = models.ChannelPrinted
		}
	case token.Poster, token.Staff:
		p, err = s.lookBatch(ctx, models.BatchID(id))
		if p.Channel = models.ChannelPoster; kind == token.Staff {
			p.Channel = models.ChannelStaff
		}
	default:
		return Preview{}, models.ErrBadToken
	}
	if errors.Is(err, models.ErrNotFound) {
		return Preview{}, models.ErrBadToken
	}
	return p, err
}

func (s *Service) lookInvitation(ctx context.Context, id models.InvitationID) (Preview, error) {
	inv, err := s.store.FindInvitation(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	now := s.now()
	p := Preview{Contact: inv.Contact != "", About: inv.About, Form: inv.Questionnaire, ClosesAt: inv.ClosesAt, LockedUntil: inv.LockedUntil, Closed: !now.Before(inv.ClosesAt)}
	if b, err := s.gate.look(ctx, inv.Batch, now); err == nil && b.shut(now) { // closed early
		p.ClosesAt, p.Closed = b.closesAt, true
	}
	return p, nil
}

func (s *Service) lookBatch(ctx context.Context, id models.BatchID) (Preview, error) {
	b, err := s.store.FindBatch(ctx, models.SystemScope(), id)
	if err != nil {
		return Preview{}, err
	}
	return Preview{
		About: models.About{OrgName: b.OrgName}, Form: b.Questionnaire, ClosesAt: b.ClosesAt, Closed: !b.Answerable(s.now()),
	}, nil
}

// About says which assessment a session is about, for the pages that come after the first.
func (s *Service) About(ctx context.Context, c Claims) (models.About, error) {
	if c.Invitation != "" {
		inv, err := s.store.FindInvitation(ctx, c.Invitation)
		return inv.About, err
	}
	b, err := s.store.FindBatch(ctx, models.SystemScope(), c.Batch)
	return models.About{OrgName: b.OrgName}, err
}

// Open gives ErrBatchClosed when a session's round takes no answers any more, so that nobody fills in a form in vain.
func (s *Service) Open(ctx context.Context, c Claims) error { return s.gate.open(ctx, c, s.now()) }
