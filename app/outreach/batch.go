package outreach

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"huisheng/app/port"
	"huisheng/models"
	"huisheng/models/store"
)

// The errors of steering a batch.
var (
	ErrNotPaused     = models.NewError(models.KindConflict, "batch_not_paused", "这一批没有暂停，不需要恢复。", "This round is not paused.")
	ErrNotRunning    = models.NewError(models.KindConflict, "batch_not_running", "这一批已经暂停或截止。", "This round is paused or closed already.")
	ErrExpanding     = models.NewError(models.KindConflict, "batch_expanding", "这一批的邀请还在生成，请稍后再试。", "The invitations of this round are still being made; try again shortly.")
	ErrRemindersUsed = models.NewError(models.KindConflict, "reminders_used", "这一批已经提醒过两次，不能再提醒，以免打扰。", "This round has had its two reminders.")
)

// ensureBatch makes the batch of a claim if it is not there yet. Everything in it follows from the claim and the organisation, so a second
// making gives the same batch.
func (s *Service) ensureBatch(ctx context.Context, org models.Org, c models.Claim) error {
	form, err := s.formFor(org.Kind)
	if err != nil {
		return err
	}
	return s.store.PutBatch(ctx, models.Batch{
		ID: c.Batch, Org: org.ID, OrgName: org.Name, Kind: org.Kind, Region: c.Region, Trigger: models.TriggerClaim,
		Claim: c.ID, ClaimNo: c.No, SubsidyType: c.SubsidyType,
		Questionnaire: models.QuestionnaireRef{Code: form.Code, Version: form.Version}, State: models.BatchExpanding, People: c.People, Slices: c.Slices,
		OpensAt: c.CreatedAt, ClosesAt: models.DateOf(c.CreatedAt).AddDays(s.cfg.BatchDays).End(),
		Counts: models.BatchCounts{People: c.People}, CountsDue: c.CreatedAt, CreatedAt: c.CreatedAt,
	})
}

// Batch gives a batch in p's scope with fresh counts; show them to nobody but through View.
func (s *Service) Batch(ctx context.Context, p models.Principal, id models.BatchID) (models.Batch, error) {
	b, err := s.batchInScope(ctx, p, id)
	if err != nil {
		return b, err
	}
	b.State = b.StateAt(s.now())
	b.Counts, err = s.freshCounts(ctx, b)
	return b, err
}

// Batches lists the batches in p's scope, newest first, with the counts as last derived.
func (s *Service) Batches(ctx context.Context, p models.Principal, f store.BatchFilter, page models.Page) (models.List[models.Batch], error) {
	list, err := s.store.ListBatches(ctx, p.Scope(), f, page)
	for i, b := range list.Items {
		list.Items[i].State = b.StateAt(s.now())
	}
	return list, err
}

// maxReason is the most characters of a reason.
const maxReason = 200

// Pause stops a batch's messages; people can still answer. Officials only.
func (s *Service) Pause(ctx context.Context, p models.Principal, id models.BatchID, reason string) (models.Batch, error) {
	if err := official(p); err != nil {
		return models.Batch{}, err
	}
	b, err := s.batchInScope(ctx, p, id)
	if err != nil {
		return b, err
	}
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > maxReason {
		return b, models.ErrInvalid.WithFields(models.FieldError{
			Field: "reason", Code: "length", Message: fmt.Sprintf("请写明暂停的原因，不超过%d个字。", maxReason),
		})
	}
	if err := s.recordChange(ctx, p, b, "pause", ""); err != nil {
		return b, err
	}
	if err := s.pause(ctx, id, reason); err != nil {
		return b, err
	}
	return s.Batch(ctx, p, id)
}

// pause marks the batch and sets its messages aside; what a crash leaves in between, Sweep finishes.
func (s *Service) pause(ctx context.Context, id models.BatchID, reason string) error {
	done, err := s.store.PauseBatch(ctx, id, reason)
	if err != nil {
		return err
	}
	if !done {
		return ErrNotRunning
	}
	_, err = s.store.HoldDeliveries(ctx, id)
	return err
}

// Resume lets a paused batch's messages go on. Officials only.
func (s *Service) Resume(ctx context.Context, p models.Principal, id models.BatchID) (models.Batch, error) {
	if err := official(p); err != nil {
		return models.Batch{}, err
	}
	b, err := s.batchInScope(ctx, p, id)
	if err != nil {
		return b, err
	}
	if b.StateAt(s.now()) == models.BatchClosed {
		return b, models.ErrBatchClosed
	}
	if err := s.recordChange(ctx, p, b, "resume", b.PausedReason); err != nil {
		return b, err
	}
	if err := s.resume(ctx, b); err != nil {
		return b, err
	}
	s.queue.Wake(ctx, port.JobDeliver, "")
	return s.Batch(ctx, p, id)
}

// resume goes back to expanding first: whoever comes last, this or the end of the expansion, then sees the other's work and opens the batch.
func (s *Service) resume(ctx context.Context, b models.Batch) error {
	done, err := s.store.ResumeBatch(ctx, b.ID, models.BatchExpanding)
	if err != nil {
		return err
	}
	if !done {
		return ErrNotPaused
	}
	if err := s.openIfExpanded(ctx, b); err != nil {
		return err
	}
	_, err = s.store.ReleaseDeliveries(ctx, b.ID)
	return err
}

// openIfExpanded opens a batch whose claim is expanded; one without a claim has nothing to expand.
func (s *Service) openIfExpanded(ctx context.Context, b models.Batch) error {
	if b.Claim != "" {
		c, err := s.store.FindClaim(ctx, models.SystemScope(), b.Claim)
		if err != nil {
			return err
		}
		if c.State != models.ClaimExpanded {
			return nil
		}
	}
	return s.store.OpenBatch(ctx, b.ID)
}

// Close ends a batch before its time: no more answers, no more messages. It cannot be undone. Who closed it stays on record, because an early
// end can cut off voices. Closing twice is harmless.
func (s *Service) Close(ctx context.Context, p models.Principal, id models.BatchID) (models.Batch, error) {
	if p.Role == models.RoleAlliance {
		return models.Batch{}, models.ErrForbidden
	}
	b, err := s.batchInScope(ctx, p, id)
	if err != nil {
		return b, err
	}
	if b.Pooled() {
		return b, ErrRolling
	}
	if b.StateAt(s.now()) == models.BatchExpanding {
		return b, ErrExpanding
	}
	if b.StateAt(s.now()) != models.BatchClosed {
		if err := s.recordChange(ctx, p, b, "close", ""); err != nil {
			return b, err
		}
	}
	if err := s.close(ctx, b.ID, p.Account); err != nil {
		return b, err
	}
	return s.Batch(ctx, p, id)
}

func (s *Service) close(ctx context.Context, id models.BatchID, by models.AccountID) error {
	now := s.now()
	if _, err := s.store.CloseBatch(ctx, id, by, now); err != nil {
		return err
	}
	_, err := s.store.SkipDeliveries(ctx, id, now)
	return err
}

// CloseDue closes the batches whose time is over. It gives how many.
func (s *Service) CloseDue(ctx context.Context) (int, error) {
	list, err := s.store.ListBatchesPastEnd(ctx, s.now(), chunk)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, b := range list {
		if b.Pooled() { // somebody may join while this runs; the sender skips what is too late
			_, err = s.store.CloseRound(ctx, b.ID, s.now())
		} else {
			err = s.close(ctx, b.ID, "")
		}
		errs = append(errs, err)
	}
	return len(list), errors.Join(errs...)
}
