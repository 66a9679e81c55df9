package outreach

import (
	"context"
	"errors"
	"slices"
	"time"

	"huisheng/models"
)

const (
	countAtOnce  = 20                         // batches per pass of the job
	countSoonest = 2 * time.Second            // after a change
	countLatest  = 10 * time.Minute           // when nothing changes
	countAfter   = 72 * time.Hour             // after a batch's end late receipts are still counted
	countFinal   = 100 * 365 * 24 * time.Hour // a batch not to be counted for so long is never counted again
	countMemory  = time.Second                // how long a reader is given the same counts
	costShare    = 20                         // counting one batch takes at most a twentieth of the time
)

// counted is what this process last derived of a batch.
type counted struct {
	counts models.BatchCounts
	at     time.Time
	ttl    time.Duration
}

// freshCounts derives a batch's counts for a reader. Reading writes nothing; many readers of one batch share a result for a second, for a large
// batch for twenty times what deriving took.
func (s *Service) freshCounts(ctx context.Context, b models.Batch) (models.BatchCounts, error) {
	now := s.now()
	if b.CountsDue.After(now.Add(countFinal)) { // what they were derived from may have been deleted on schedule
		return b.Counts, nil
	}
	s.mu.Lock()
	c, ok := s.counts[b.ID]
	s.mu.Unlock()
	if ok && now.Sub(c.at) < c.ttl && !now.Before(c.at) {
		return c.counts, nil
	}
	start := time.Now()
	counts, err := s.store.CountBatch(ctx, b)
	if err != nil {
		return counts, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.counts) > 10_000 { // closed batches pile up slowly; starting afresh costs one reading each
		s.counts = map[models.BatchID]counted{}
	}
	s.counts[b.ID] = counted{counts: counts, at: now, ttl: max(countMemory, costShare*time.Since(start))}
	return counts, nil
}

// Count derives and stores the counts of the batches whose turn it is. A batch that changed is looked at again soon, a quiet one ever
// more rarely, one long closed no more. It gives how many batches it counted.
func (s *Service) Count(ctx context.Context) (int, error) {
	now := s.now()
	list, err := s.store.ListBatchesToCount(ctx, now, countAtOnce)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, b := range list {
		start := time.Now()
		counts, err := s.store.CountBatch(ctx, b)
		if err == nil {
			err = s.slice(ctx, b)
		}
		if err == nil {
			err = s.store.SetCounts(ctx, b.ID, counts, now, nextCount(b, counts, now, costShare*time.Since(start)))
		}
		errs = append(errs, err)
	}
	return len(list), errors.Join(errs...)
}

// slice finds the occupations and levels that enough people of a pooled round share by now; those of a claim were fixed with its list. What a round
// once told apart it goes on telling apart.
func (s *Service) slice(ctx context.Context, b models.Batch) error {
	if !b.Pooled() {
		return nil
	}
	found, err := s.store.CountSlices(ctx, b.ID)
	if err != nil {
		return err
	}
	grown := slices.Clone(b.Slices)
	for _, f := range found {
		if b.Narrow(f.Slice).IsZero() && len(grown) < models.MaxSlices {
			grown = append(grown, f)
		}
	}
	if len(grown) == len(b.Slices) {
		return nil
	}
	return s.store.SetSlices(ctx, b.ID, grown)
}

// nextCount says when to count again, least what it must be left alone for because counting it is expensive.
func nextCount(b models.Batch, counts models.BatchCounts, now time.Time, least time.Duration) time.Time {
	soonest := max(countSoonest, least)
	if b.State == models.BatchClosed && now.After(b.ClosesAt.Add(countAfter)) && now.After(b.ClosedAt.Add(countAfter)) {
		return now.Add(2 * countFinal)
	}
	if counts != b.Counts || b.CountsAt.IsZero() {
		return now.Add(soonest)
	}
	return now.Add(max(soonest, min(2*now.Sub(b.CountsAt), countLatest)))
}

// CountsView is a batch's funnel as one reader may see it. nil is hidden.
type CountsView struct {
	People    int  `json:"people"`
	Invited   int  `json:"invited"`
	Sent      int  `json:"sent"`
	Delivered int  `json:"delivered"`
	Failed    int  `json:"failed"`
	Opened    *int `json:"opened"`
	Verified  *int `json:"verified"`
	Submitted *int `json:"submitted"`
}

// View hides from an organisation what would tell who opened, proved themselves or answered: those counts move in steps of MinCell people,
// are hidden below MinCell, and stop MinCell short of everybody, because "all answered" names each of them. It also gives the names
// of what is hidden. Officials see the counts as they are.
func View(sc models.Scope, c models.BatchCounts) (CountsView, []string) {
	hidden := []string{}
	show := func(name string, n int) *int {
		if sc.IsOrg() {
			if n = visible(n, c.Invited); n == 0 {
				hidden = append(hidden, name)
				return nil
			}
		}
		return &n
	}
	return CountsView{
		People: c.People, Invited: c.Invited, Sent: c.Sent, Delivered: c.Delivered, Failed: c.Failed,
		Opened: show("opened", c.Opened), Verified: show("verified", c.Verified), Submitted: show("submitted", c.Submitted),
	}, hidden
}

// visible rounds n of people down to what an organisation may see; 0 is nothing.
func visible(n, people int) int {
	n = min(n, people-models.MinCell)
	return max(0, n-n%models.MinCell)
}
