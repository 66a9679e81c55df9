package store

import (
	"context"
	"sync"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	// groupMax is how many calls one round trip carries at most.
	groupMax = 128
	// groupTrips is how many round trips may be under way: while one waits for the database, the other gathers.
	groupTrips = 2
)

// grouper serves concurrent calls with few round trips, so that under load the database pays once for many: one sync of its log, one plan. There is no
// timer: a lone call goes at once, and whatever arrives while a round trip is under way makes up the next group. A round trip begins after every call in it.
type grouper[In, Out any] struct {
	trip  func(context.Context, []*grouped[In, Out])
	queue chan *grouped[In, Out]
	stop  chan struct{}
	done  sync.WaitGroup
}

// grouped is one call, which a round trip gives its own result.
type grouped[In, Out any] struct {
	in     In
	out    Out
	err    error
	served chan struct{} // closed when out and err are there
}

// newGrouper starts serving. Trip sets out or err of every call it is given; it may change their order.
func newGrouper[In, Out any](trip func(context.Context, []*grouped[In, Out])) *grouper[In, Out] {
	g := &grouper[In, Out]{trip: trip, queue: make(chan *grouped[In, Out], groupMax), stop: make(chan struct{})}
	for range groupTrips {
		g.done.Go(g.run)
	}
	return g
}

// do returns the result of one call. When ctx ends first the outcome is unknown to the caller.
func (g *grouper[In, Out]) do(ctx context.Context, in In) (out Out, err error) {
	c := &grouped[In, Out]{in: in, served: make(chan struct{})}
	select {
	case g.queue <- c:
	case <-g.stop:
		return out, mongo.ErrClientDisconnected
	case <-ctx.Done():
		return out, ctx.Err()
	}
	select {
	case <-c.served:
		return c.out, c.err
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

// close serves what was accepted. Callers must have stopped: HTTP is shut down before the store.
func (g *grouper[In, Out]) close() {
	close(g.stop)
	g.done.Wait()
}

func (g *grouper[In, Out]) run() {
	group := make([]*grouped[In, Out], 0, groupMax)
	for {
		select {
		case c := <-g.queue:
			group = g.gather(append(group[:0], c))
		case <-g.stop:
			if group = g.gather(group[:0]); len(group) == 0 { // accepted before the stop
				return
			}
		}
		g.serve(group)
	}
}

// gather takes what is waiting already, without waiting for more.
func (g *grouper[In, Out]) gather(group []*grouped[In, Out]) []*grouped[In, Out] {
	for len(group) < groupMax {
		select {
		case c := <-g.queue:
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

func (g *grouper[In, Out]) serve(group []*grouped[In, Out]) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	g.trip(ctx, group)
	for _, c := range group {
		close(c.served)
	}
}
