package complaint

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"huisheng/app/port"
	"huisheng/models"
)

// sweepPage is how many cases one pass looks at before it says how far it is.
const sweepPage = 200

// calendarMark remembers by which calendar all deadlines were last worked out.
const calendarMark = "complaints/calendar"

// follow does at once what follows from a step. Whatever fails here the sweep does later, because the step has marked the case for it.
func (s *Service) follow(ctx context.Context, c models.Complaint) {
	if err := s.derive(ctx, c); err != nil {
		s.log.WarnContext(ctx, "what follows from a step is left to the job", "complaint", c.ID, "error", err)
	}
}

// Sweep looks at every case whose time has come: it ends waits that took too long, tells the province of missed deadlines, writes the notices of officials
// and organisations, and plans the messages to complainants. Each of these is written under a derived id, and the case is put off only when all are; so it
// may be killed anywhere and run by several processes at once.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.reckonAll(ctx); err != nil {
		return err
	}
	var errs []error
	for ctx.Err() == nil {
		list, err := s.store.CasesToCheck(ctx, s.now(), sweepPage)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		failed := 0
		for _, c := range list {
			if err := s.look(ctx, c); err != nil {
				failed++
				errs = append(errs, fmt.Errorf("case %s: %w", c.CaseNo, err))
			}
		}
		if len(list) < sweepPage || failed > 0 {
			break
		}
	}
	return errors.Join(errs...)
}

// look takes the steps that time alone takes, then derives.
func (s *Service) look(ctx context.Context, c models.Complaint) error {
	now, cal := s.now(), s.calendar.Current(ctx).Calendar
	for range 3 {
		step := models.Step{Actor: models.BySystem, At: now}
		switch {
		case c.DueKind == models.DueWaiting && !now.Before(c.Due):
			step.Action, step.At = models.ActionWaitOver, c.Due.Add(-time.Second) // it ended when it ended, however late this is
		case c.Overdue(now) && !c.Escalated():
			step.Action = models.ActionEscalate
		default:
			return s.derive(ctx, c)
		}
		next, err := c.Step(step, cal)
		if err != nil {
			return err
		}
		switch err := s.store.UpdateComplaint(ctx, next); {
		case errors.Is(err, models.ErrConflict):
			return nil // somebody took a step; the case is to be looked at again anyway
		case err != nil:
			return err
		}
		c = next
	}
	return s.derive(ctx, c)
}

// derive writes what follows from a case as it stands.
func (s *Service) derive(ctx context.Context, c models.Complaint) error {
	now := s.now()
	if c.MergedInto != "" {
		if err := s.countMerged(ctx, c.MergedInto); err != nil {
			return err
		}
	}
	if list := c.Notices(s.calendar.Current(ctx).Calendar, now); len(list) > 0 {
		if err := s.store.PutNotices(ctx, list); err != nil {
			return err
		}
	}
	if err := s.plan(ctx, c); err != nil {
		return err
	}
	return s.store.CheckedCase(ctx, c, c.NextCheck(now))
}

func (s *Service) countMerged(ctx context.Context, into models.ComplaintID) error {
	n, err := s.store.CountMerged(ctx, into)
	if err != nil {
		return err
	}
	return s.store.SetMerged(ctx, into, n)
}

// reckonAll works every open deadline out anew when the calendar has changed. A deadline only ever moves back. The mark is set last.
func (s *Service) reckonAll(ctx context.Context) error {
	known := s.calendar.Current(ctx)
	mark, err := s.store.FindMark(ctx, calendarMark)
	if err != nil || mark.Note == known.Hash {
		return err
	}
	err = s.store.EachOpenCase(ctx, func(c models.Complaint) error {
		next := c
		next.Reckon(known.Calendar)
		if next.LookBy.Equal(c.LookBy) && next.AcceptBy.Equal(c.AcceptBy) && next.ResolveBy.Equal(c.ResolveBy) && next.Provisional == c.Provisional {
			return nil
		}
		next.Version, next.CheckAt = c.Version+1, s.now()
		if err := s.store.UpdateComplaint(ctx, next); err != nil && !errors.Is(err, models.ErrConflict) {
			return err // a conflict is a step, which has reckoned by the new calendar
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.store.SetMark(ctx, calendarMark, s.now(), known.Hash)
}

// The templates of messages to complainants.
const (
	templateAck  = "COMPLAINT_ACK"
	templateStep = "COMPLAINT_STEP"
)

// templateOf is the message that a step is worth; empty for none. The message says only that there is news: what it is stands behind the passphrase.
func templateOf(a models.ComplaintAction) string {
	switch a {
	case models.ActionAccept:
		return templateAck
	case models.ActionRefuse, models.ActionWait, models.ActionApproveExtend, models.ActionNotify:
		return templateStep
	}
	return ""
}

// plan puts the messages of a case's new events into the outbox. Only whoever chose the real name and is known by a phone gets one.
func (s *Service) plan(ctx context.Context, c models.Complaint) error {
	var list []models.Delivery
	for i := c.Told; i < len(c.Timeline); i++ {
		template := templateOf(c.Timeline[i].Action)
		if template == "" {
			continue
		}
		to := []models.Complaint{c}
		if c.Merged > 0 && template == templateStep {
			more, err := s.store.MergedInto(ctx, c.ID)
			if err != nil {
				return err
			}
			to = append(to, more...)
		}
		for _, one := range to {
			if len(one.Identity) == 0 {
				continue
			}
			d, err := s.message(one.ID, string(c.ID)+"/"+strconv.Itoa(i), template)
			if err != nil {
				return err
			}
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil
	}
	if _, err := s.store.PutDeliveries(ctx, list); err != nil {
		return err
	}
	s.queue.Wake(ctx, port.JobDeliver, "")
	return nil
}

// message is one message to a complainant. Neither its id nor anything else that is readable in it leads to the case, and its moments are whole hours.
func (s *Service) message(c models.ComplaintID, event, template string) (models.Delivery, error) {
	id := models.DeliveryID(s.ident.Derive("case message", string(c), event))
	about, err := s.box.Seal([]byte(c), deliveryPlace(id))
	if err != nil {
		return models.Delivery{}, err
	}
	hour := s.now().Truncate(time.Hour)
	return models.Delivery{ID: id, About: about, Template: template, State: models.DeliveryDue, DueAt: hour, CreatedAt: hour}, nil
}

func deliveryPlace(id models.DeliveryID) string { return "delivery/" + string(id) }

// Addressee finds whom a message about a case goes to, for whoever sends it: the case's number and the phone. ErrNotFound when there is no phone, or no
// case any more.
func (s *Service) Addressee(ctx context.Context, d models.Delivery) (caseNo, phone string, err error) {
	id, err := s.box.Open(d.About, deliveryPlace(d.ID))
	if err != nil {
		return "", "", err
	}
	c, err := s.store.FindComplaint(ctx, models.SystemScope(), models.ComplaintID(id))
	if err != nil {
		return "", "", err
	}
	who, err := s.who(c)
	if err == nil && who.Phone == "" {
		err = models.ErrNotFound
	}
	return c.CaseNo, who.Phone, err
}
