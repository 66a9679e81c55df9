package outreach

import (
	"context"
	"errors"
	"fmt"

	"huisheng/app/port"
	"huisheng/models"
	"huisheng/models/store"
)

// MaxReminders is how many reminders one invitation gets at most, planned by the calendar or by hand.
const MaxReminders = 2

// PlanReminders plans the reminders that are due by the calendar. It gives how many batches it planned.
func (s *Service) PlanReminders(ctx context.Context) (int, error) {
	now := s.now()
	n := 0
	var errs []error
	for round, days := range s.cfg.ReminderDays[:min(len(s.cfg.ReminderDays), MaxReminders)] {
		list, err := s.store.ListBatchesToRemind(ctx, now, round, now.AddDate(0, 0, -days), chunk)
		if err != nil {
			return n, err
		}
		for _, b := range list {
			if ctx.Err() != nil {
				return n, errors.Join(errs...)
			}
			if _, err := s.remind(ctx, b); err != nil {
				errs = append(errs, fmt.Errorf("remind batch %s: %w", b.ID, err))
			}
			n++
		}
	}
	return n, errors.Join(errs...)
}

// Reminded says what a round of reminders came to. Planned is nil where the number would tell an organisation who answered.
type Reminded struct {
	Round   int  `json:"round"`
	Planned *int `json:"planned"`
}

// Remind plans a round of reminders now, for those who were reached and have not answered. A batch has two rounds in all: ErrRemindersUsed after
// that. An organisation learns the number reached less the number of answers that it may see, nothing new.
func (s *Service) Remind(ctx context.Context, p models.Principal, id models.BatchID) (Reminded, error) {
	if p.Role == models.RoleAlliance {
		return Reminded{}, models.ErrForbidden
	}
	b, err := s.Batch(ctx, p, id)
	if err != nil {
		return Reminded{}, err
	}
	switch st := b.StateAt(s.now()); {
	case b.Pooled():
		return Reminded{}, ErrRolling
	case st == models.BatchClosed:
		return Reminded{}, models.ErrBatchClosed
	case st == models.BatchExpanding:
		return Reminded{}, ErrExpanding
	case st == models.BatchPaused:
		return Reminded{}, ErrNotRunning
	case b.Reminders >= MaxReminders:
		return Reminded{}, ErrRemindersUsed
	}
	if err := s.recordChange(ctx, p, b, "remind", ""); err != nil {
		return Reminded{}, err
	}
	planned, err := s.remind(ctx, b)
	if err != nil {
		return Reminded{}, err
	}
	s.queue.Wake(ctx, port.JobDeliver, "")
	out := Reminded{Round: b.Reminders + 1, Planned: &planned}
	if p.Scope().IsOrg() {
		out.Planned = nil
		if v, _ := View(p.Scope(), b.Counts); v.Submitted != nil {
			n := max(0, v.Sent-v.Failed-*v.Submitted)
			out.Planned = &n
		}
	}
	return out, nil
}

// remind plans the next round of a batch and then counts it. Interrupted and run again it plans the rest: ids are made of invitation and round.
func (s *Service) remind(ctx context.Context, b models.Batch) (planned int, err error) {
	page := models.Page{Limit: chunk}
	for {
		list, err := s.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: b.ID, Reached: true}, page)
		if err != nil {
			return planned, err
		}
		n, err := s.remindChunk(ctx, b, list.Items)
		if planned += n; err != nil {
			return planned, err
		}
		if list.Next == "" {
			break
		}
		page.After = list.Next
	}
	_, err = s.store.AdvanceReminders(ctx, b.ID, b.Reminders)
	s.log.InfoContext(ctx, "reminders planned", "batch", b.ID, "round", b.Reminders+1)
	return planned, err
}

// remindChunk plans reminders for those of list who have not answered, and gives how many that are.
func (s *Service) remindChunk(ctx context.Context, b models.Batch, list []models.Invitation) (int, error) {
	ids := make([]models.ResponseID, len(list))
	for i, inv := range list {
		ids[i] = s.ident.Response(inv.ID)
	}
	answered, err := s.store.ExistingResponses(ctx, ids)
	if err != nil {
		return 0, err
	}
	now := s.now()
	due := allowedAt(s.quiet, now)
	messages := make([]models.Delivery, 0, len(list))
	for i, inv := range list {
		if !answered[ids[i]] {
			messages = append(messages, planned(inv, fmt.Sprintf("remind%d", b.Reminders+1), templateRemind, due, now))
		}
	}
	_, err = s.store.PutDeliveries(ctx, messages)
	return len(messages), err
}
