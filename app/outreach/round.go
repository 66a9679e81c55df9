package outreach

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"huisheng/app/port"
	"huisheng/models"
)

// ErrRolling says that a pooled round cannot be steered like a claim's: it has no end of its own.
var ErrRolling = models.NewError(models.KindConflict, "round_is_pooled",
	"这是按月汇总的批次，每个人有自己的截止日期，到时自动提醒和截止，不能整批操作。", "People join this round one by one; each has a closing day and reminders of their own.")

// occasion is why, when and about what one person is asked in a pooled round.
type occasion struct {
	org     models.Org
	region  string // who supervises: of a social organisation the city of the exam
	rule    models.RoundRule
	send    models.Date // the day of the first message; its month is the round
	today   models.Date
	id      models.InvitationID
	record  models.Record   // whose keyed hashes are copied; of a contact: see contact
	contact *models.Contact // a company's contact instead of a record
	about   models.About
}

// round is the round that the occasion belongs to. It opens on the first of its month, which puts it into its period. Its reminders count as used: each
// invitation brings its own.
func (s *Service) round(o occasion) (models.Batch, error) {
	form, ok := s.catalog.Latest(o.rule.Questionnaire)
	if !ok {
		return models.Batch{}, fmt.Errorf("questionnaire %s: %w", o.rule.Questionnaire, models.ErrNotFound)
	}
	month := models.MonthOf(o.send.Start())
	opens, now := models.Date(month+"-01").Start(), s.now().Truncate(time.Millisecond)
	return models.Batch{
		ID: s.ident.PooledBatch(o.org.ID, form.Code, o.region, month), Org: o.org.ID, OrgName: o.org.Name, Kind: o.org.Kind, Region: o.region,
		Trigger: o.rule.Trigger, Questionnaire: form.Ref(), State: models.BatchOpen, OpensAt: opens, ClosesAt: o.rule.Closes(o.send, o.today),
		Reminders: MaxReminders, CountsDue: now, CreatedAt: now,
	}, nil
}

// invitation is what the occasion asks its person with.
func (s *Service) invitation(o occasion, b models.Batch) models.Invitation {
	inv := models.Invitation{
		ID: o.id, Batch: b.ID, Org: b.Org, Region: b.Region, Record: o.record.ID, Questionnaire: b.Questionnaire, About: o.about, TriggeredOn: o.send,
		TailMAC: o.record.TailMAC, PosterMAC: o.record.PosterMAC, PhoneMAC: o.record.PhoneMAC, Slice: models.SliceOf(o.record), ClosesAt: o.rule.Closes(o.send, o.today), CreatedAt: s.now().Truncate(time.Millisecond),
	}
	if c := o.contact; c != nil {
		inv.Contact, inv.PhoneMAC, inv.Record = c.ID, c.PhoneMAC, models.RecordID(o.id) // no record: the unique index wants one of its own
	}
	return s.coded(inv)
}

// messages plans all that a person may be sent: the first message on the day, in hours in which one may go out, and the reminders after it. Before each
// goes out the sender looks whether it is still wanted.
func (s *Service) messages(o occasion, inv models.Invitation) []models.Delivery {
	now := s.now().Truncate(time.Millisecond)
	first := openingOf(s.quiet, o.send)
	if !first.After(now) {
		first = allowedAt(s.quiet, now)
	}
	var list []models.Delivery
	for i, days := range s.cfg.ReminderDays[:min(len(s.cfg.ReminderDays), MaxReminders)] {
		list = append(list, planned(inv, fmt.Sprintf("remind%d", i+1), templateRemind, allowedAt(s.quiet, first.AddDate(0, 0, days)), now))
	}
	return append(list, planned(inv, "invite", o.rule.Template, first, now)) // last: where it is, they all are
}

// join invites people who are not invited yet and moves those whose day has changed. All belong to one organisation. It may be interrupted anywhere and run
// again, by several workers too: ids are derived, and what is there stays. It gives how many it invited or moved.
func (s *Service) join(ctx context.Context, list []occasion) (int, error) {
	changed := 0
	for part := range slices.Chunk(list, chunk) {
		n, err := s.joinChunk(ctx, part)
		if changed += n; err != nil {
			return changed, err
		}
	}
	if changed > 0 {
		s.queue.Wake(ctx, port.JobDeliver, "")
	}
	return changed, nil
}

func (s *Service) joinChunk(ctx context.Context, list []occasion) (int, error) {
	ids := make([]models.InvitationID, len(list))
	for i, o := range list {
		ids[i] = o.id
	}
	found, err := s.store.FindInvitations(ctx, ids)
	if err != nil {
		return 0, err
	}
	there := make(map[models.InvitationID]models.Invitation, len(found))
	for _, inv := range found {
		there[inv.ID] = inv
	}
	rounds := map[models.BatchID]models.Batch{}
	fresh, err := s.uninvited(ctx, list, there)
	if err != nil {
		return 0, err
	}
	changed := 0
	var errs []error
	for _, o := range list {
		old, known := there[o.id]
		if !known || old.TriggeredOn == o.send && (old.Record == o.record.ID || o.contact != nil) {
			continue
		}
		moved, err := s.move(ctx, o, old)
		if moved {
			changed++
		}
		errs = append(errs, err)
	}
	n, err := s.invite(ctx, fresh, rounds)
	if err != nil {
		return changed + n, errors.Join(append(errs, err)...)
	}
	return changed + n, errors.Join(append(errs, s.complete(ctx, list, there))...)
}

// uninvited gives the occasions whose person has no invitation to the form yet, not even from a claim.
func (s *Service) uninvited(ctx context.Context, list []occasion, there map[models.InvitationID]models.Invitation) (fresh []occasion, err error) {
	var records []models.RecordID
	for _, o := range list {
		if _, known := there[o.id]; !known {
			fresh, records = append(fresh, o), append(records, o.record.ID)
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	invited, err := s.store.InvitedRecords(ctx, records, fresh[0].rule.Questionnaire)
	return slices.DeleteFunc(fresh, func(o occasion) bool { return o.contact == nil && invited[o.record.ID] }), err
}

// invite makes rounds, invitations and messages, in this order: a message without its invitation would go to nobody.
func (s *Service) invite(ctx context.Context, list []occasion, rounds map[models.BatchID]models.Batch) (int, error) {
	if len(list) == 0 {
		return 0, nil
	}
	invitations := make([]models.Invitation, 0, len(list))
	byID := make(map[models.InvitationID]occasion, len(list))
	for _, o := range list {
		b, err := s.enter(ctx, o, rounds)
		if err != nil {
			return 0, err
		}
		invitations = append(invitations, s.invitation(o, b))
		byID[o.id] = o
	}
	there, err := s.putInvitations(ctx, invitations)
	if err != nil {
		return 0, err
	}
	var messages []models.Delivery
	for _, inv := range there {
		messages = append(messages, s.messages(byID[inv.ID], inv)...)
	}
	_, err = s.store.PutDeliveries(ctx, messages)
	return len(there), err
}

// enter makes the round of an occasion, or keeps it open long enough; one that this pass has seen with a later end is left alone.
func (s *Service) enter(ctx context.Context, o occasion, rounds map[models.BatchID]models.Batch) (models.Batch, error) {
	b, err := s.round(o)
	if err != nil {
		return b, err
	}
	if seen, ok := rounds[b.ID]; ok && !seen.ClosesAt.Before(b.ClosesAt) {
		return seen, nil
	}
	b, err = s.store.JoinRound(ctx, b, s.now())
	if err == nil {
		rounds[b.ID] = b
	}
	return b, err
}

// move gives somebody another day, unless a message is out or the person has come already. The invitation moves first, in one write; messages follow, and
// a process that dies in between leaves them to complete.
func (s *Service) move(ctx context.Context, o occasion, old models.Invitation) (bool, error) {
	if old.Sent || old.Opened || old.Verified {
		return false, nil
	}
	b, err := s.enter(ctx, o, map[models.BatchID]models.Batch{})
	if err != nil {
		return false, err
	}
	inv := s.invitation(o, b)
	inv.CodeSalt, inv.CodeMAC = old.CodeSalt, old.CodeMAC
	moved, err := s.store.MoveInvitation(ctx, inv)
	if errors.Is(err, models.ErrConflict) { // a claim has invited the other record
		return false, nil
	}
	return moved, err
}

// complete plans the messages that an interrupted run has not planned, and moves those that it has not moved: whatever was planned for another day than the
// invitation's.
func (s *Service) complete(ctx context.Context, list []occasion, there map[models.InvitationID]models.Invitation) error {
	var ids []models.InvitationID
	byID := make(map[models.InvitationID]occasion, len(list))
	for _, o := range list {
		if old, ok := there[o.id]; ok && !old.Sent {
			ids, byID[o.id] = append(ids, o.id), o
		}
	}
	if len(ids) == 0 {
		return nil
	}
	now, err := s.store.FindInvitations(ctx, ids)
	if err != nil {
		return err
	}
	first, err := s.store.FindFirstDeliveries(ctx, ids)
	if err != nil {
		return err
	}
	var errs []error
	for _, inv := range now {
		if d, ok := first[inv.ID]; ok && d.For == inv.TriggeredOn && d.Batch == inv.Batch || inv.TriggeredOn != byID[inv.ID].send {
			continue
		}
		errs = append(errs, s.replan(ctx, s.messages(byID[inv.ID], inv)))
	}
	return errors.Join(errs...)
}

// replan plans messages anew; one that is on its way, or over, stays as it is.
func (s *Service) replan(ctx context.Context, messages []models.Delivery) error {
	if _, err := s.store.PutDeliveries(ctx, messages); err != nil {
		return err
	}
	for _, d := range messages {
		if _, err := s.store.PostponeDelivery(ctx, d); err != nil {
			return err
		}
	}
	return nil
}
