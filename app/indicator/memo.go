package indicator

import (
	"maps"
	"time"

	"huisheng/models"
)

// memo is what this process computed already. It is only there to save work: without it everything since the watermark is computed once more.
type memo struct {
	batches map[models.BatchID]batchSignal
	rollups map[rollupKey]rollupSignal
	resting map[models.BatchID]resting
}

// resting is a large batch that is left alone for a while.
type resting struct {
	since time.Time // everything before is computed
	until time.Time
}

func newMemo() memo {
	return memo{batches: map[models.BatchID]batchSignal{}, rollups: map[rollupKey]rollupSignal{}, resting: map[models.BatchID]resting{}}
}

func (s *Service) recall(id models.BatchID) (batchSignal, resting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memo.batches[id], s.memo.resting[id]
}

func (s *Service) recallRollup(key rollupKey) rollupSignal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memo.rollups[key]
}

func (s *Service) rest(id models.BatchID, r resting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memo.resting[id] = r
}

// remember notes what was computed from.
func (s *Service) remember(batches map[models.BatchID]batchSignal, rollups map[rollupKey]rollupSignal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.memo.batches)+len(s.memo.rollups)+len(s.memo.resting) > memoSize {
		s.memo = newMemo()
	}
	maps.Copy(s.memo.batches, batches)
	maps.Copy(s.memo.rollups, rollups)
}
