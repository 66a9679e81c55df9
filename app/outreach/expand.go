package outreach

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"huisheng/app/port"
	"huisheng/models"
)

// errTakenOver says that another worker has gone on with the batch; nothing is wrong.
var errTakenOver = errors.New("another worker has taken the batch over")

// ExpandDue makes the batches of stored claims if they are missing and expands what is not expanded yet, oldest first. It gives how many
// claims it looked at; what one claim's failure leaves undone, the next pass tries again.
func (s *Service) ExpandDue(ctx context.Context) (int, error) {
	list, err := s.store.ListClaimsToExpand(ctx, 50)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, c := range list {
		if ctx.Err() != nil {
			break
		}
		if err := s.expandClaim(ctx, c); err != nil {
			errs = append(errs, fmt.Errorf("expand claim %s: %w", c.ID, err))
		}
	}
	return len(list), errors.Join(errs...)
}

func (s *Service) expandClaim(ctx context.Context, c models.Claim) error {
	org, err := s.store.FindOrg(ctx, models.SystemScope(), c.Org)
	if err != nil {
		return err
	}
	if c.Trigger == models.TriggerTraineeClaim {
		_, err := s.startTrainee(ctx, models.Principal{}, org, c)
		return err
	}
	if err := s.ensureBatch(ctx, org, c); err != nil {
		return err
	}
	return s.Expand(ctx, c.Batch)
}

// Expand turns a batch's frozen list into invitations and first messages. It may be interrupted anywhere and run again, by several workers at
// once too: ids and contents are derived, so N people give exactly N invitations with one message each. When another worker holds the
// batch it returns at once.
func (s *Service) Expand(ctx context.Context, id models.BatchID) error {
	now := s.now()
	b, err := s.store.LeaseBatch(ctx, id, now, now.Add(s.cfg.LeaseDuration))
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err = s.expandRest(ctx, b)
	if errors.Is(err, errTakenOver) {
		return nil
	}
	if err != nil { // also when the process is told to stop: another one need not wait for the lease to end
		return errors.Join(err, s.store.ReleaseBatch(context.WithoutCancel(ctx), b, s.now()))
	}
	return s.finish(ctx, b)
}

// finish is idempotent, like the rest: the claim stays to be expanded until the last step is done.
func (s *Service) finish(ctx context.Context, b models.Batch) error {
	n, err := s.store.CountInvitations(ctx, b.ID)
	if err != nil {
		return err
	}
	if err := s.store.SetSkipped(ctx, b.ID, b.People-n); err != nil {
		return err
	}
	if err := s.store.OpenBatch(ctx, b.ID); err != nil {
		return err
	}
	if err := s.store.FinishClaim(ctx, b.Claim, s.now()); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "batch expanded", "batch", b.ID, "invited", n, "skipped", b.People-n)
	s.queue.Wake(ctx, port.JobDeliver, "")
	return s.store.OpenBatch(ctx, b.ID) // again: an official may have resumed it between the two
}

// step is a chunk of the list on its way through the stages.
type step struct {
	to         int
	records    []models.Record
	deliveries []models.Delivery
}

// expandRest runs the chunks after the resume point through three stages at once: while one chunk's messages are stored, the next one's
// invitations are, and the one after is read. The resume point moves when both are stored, in order. It gives the batch as it then stands.
func (s *Service) expandRest(ctx context.Context, b models.Batch) (models.Batch, error) {
	ids, err := s.store.FindClaimRecords(ctx, b.Claim)
	if err != nil {
		return b, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	defer wg.Wait() // runs before cancel(nil): by then a stage that failed has cancelled the others
	read, invited := make(chan step), make(chan step)
	wg.Go(func() { defer close(read); fail(cancel, s.readChunks(ctx, b, ids, read)) })
	wg.Go(func() { defer close(invited); fail(cancel, s.inviteChunks(ctx, b, read, invited)) })
	for st := range invited {
		if b, err = s.storeChunk(ctx, b, st); err != nil {
			fail(cancel, err)
			break
		}
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	return b, err
}

func fail(cancel context.CancelCauseFunc, err error) {
	if err != nil {
		cancel(err)
	}
}

// readChunks is the first stage.
func (s *Service) readChunks(ctx context.Context, b models.Batch, ids []models.RecordID, out chan<- step) error {
	for from := b.Expanded; from < len(ids); from += chunk {
		to := min(from+chunk, len(ids))
		list, err := s.store.FindRecordsToInvite(ctx, b.Org, ids[from:to])
		if err != nil {
			return err
		}
		if err := pass(ctx, out, step{to: to, records: list}); err != nil {
			return err
		}
	}
	return nil
}

// inviteChunks is the second stage: departments, then invitations.
func (s *Service) inviteChunks(ctx context.Context, b models.Batch, in <-chan step, out chan<- step) error {
	seen := map[string]bool{}
	for st := range in {
		invitations, departments := s.build(b, st.records, seen)
		if err := s.store.PutDepartments(ctx, departments); err != nil {
			return err
		}
		there, err := s.putInvitations(ctx, invitations)
		if err != nil {
			return err
		}
		if err := pass(ctx, out, step{to: st.to, deliveries: s.invites(b, there)}); err != nil {
			return err
		}
	}
	return nil
}

// storeChunk is the third stage: the messages, and only then the resume point.
func (s *Service) storeChunk(ctx context.Context, b models.Batch, st step) (models.Batch, error) {
	if _, err := s.store.PutDeliveries(ctx, st.deliveries); err != nil {
		return b, err
	}
	until := s.now().Add(s.cfg.LeaseDuration)
	ours, err := s.store.AdvanceBatch(ctx, b, st.to, until)
	if err != nil {
		return b, err
	}
	if !ours {
		return b, errTakenOver
	}
	b.Expanded, b.ExpandLease = st.to, until
	return b, nil
}

func pass(ctx context.Context, out chan<- step, st step) error {
	select {
	case out <- st:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
