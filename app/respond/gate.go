package respond

import (
	"context"
	"errors"
	"sync"
	"time"

	"huisheng/app/port"
	"huisheng/models"
	"huisheng/models/store"
)

// gateTTL is how long a batch's state is believed without looking again: how late an early close takes effect on open sessions.
const gateTTL = 2 * time.Second

// gate knows which batches take answers, at one read per batch and gateTTL, however many people submit. When the database does not say, the
// token's own closing time decides, and the insert itself will tell whether the database is there.
type gate struct {
	store *store.Store
	now   port.Clock
	mu    sync.Mutex // protects seen
	seen  map[models.BatchID]seenBatch
}

type seenBatch struct {
	pooled   bool      // each person's own closing time, in the token, is what counts
	closesAt time.Time // when it takes no more answers, or took the last one
	state    models.BatchState
	at       time.Time
}

// shut says whether a batch that closes as a whole is closed at now.
func (b seenBatch) shut(now time.Time) bool {
	return !b.pooled && (b.state == models.BatchClosed || !now.Before(b.closesAt))
}

func newGate(s *store.Store, now port.Clock) *gate {
	return &gate{store: s, now: now, seen: map[models.BatchID]seenBatch{}}
}

// open gives ErrBatchClosed when the batch takes no answers at now.
func (g *gate) open(ctx context.Context, c Claims, now time.Time) error {
	if !now.Before(time.Unix(c.Closes, 0)) {
		return models.ErrBatchClosed
	}
	b, err := g.look(ctx, c.Batch, now)
	if errors.Is(err, models.ErrNotFound) {
		return models.ErrBatchClosed
	}
	if err == nil && b.shut(now) {
		return models.ErrBatchClosed
	}
	return nil
}

func (g *gate) look(ctx context.Context, id models.BatchID, now time.Time) (seenBatch, error) {
	g.mu.Lock()
	b, ok := g.seen[id]
	g.mu.Unlock()
	if ok && now.Sub(b.at) < gateTTL && !now.Before(b.at) {
		return b, nil
	}
	batch, err := g.store.FindBatch(ctx, models.SystemScope(), id)
	if err != nil {
		return seenBatch{}, err
	}
	b = seenBatch{pooled: batch.Pooled(), closesAt: batch.ClosesAt, state: batch.State, at: now}
	if batch.State == models.BatchClosed && batch.ClosedAt.Before(b.closesAt) {
		b.closesAt = batch.ClosedAt
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.seen) > 10_000 { // closed batches pile up slowly; starting afresh costs one read each
		g.seen = map[models.BatchID]seenBatch{}
	}
	g.seen[id] = b
	return b, nil
}

// Forget drops what is believed of a batch, so that closing it takes effect in this process at once.
func (s *Service) Forget(id models.BatchID) {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	delete(s.gate.seen, id)
}
