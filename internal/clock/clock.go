// Package clock tells the time that all processes of a deployment share: the database's.
//
// Watermarks, leases and deadlines compare times that different machines wrote. A machine whose clock runs ahead would push a watermark past
// answers that others are still writing, and take leases that are still held. So a process asks the database once for its time and goes on
// from there by the monotonic clock, which no change of the machine's own time moves; it asks again now and then, because clocks drift.
package clock

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	every   = 30 * time.Second // how often Keep asks again
	patient = 2 * time.Second  // an answer that took longer says too little about now
	wrong   = 5 * time.Second  // a machine's clock that is off by more is worth a word
)

// Clock tells the time. It is safe for concurrent use. Before the first Sync it tells the machine's own.
type Clock struct {
	ask  func(context.Context) (time.Time, error)
	own  func() time.Time
	base atomic.Pointer[reading]
}

// reading is what the database's clock showed and when, by the monotonic clock, that was.
type reading struct {
	shown time.Time
	when  time.Time
}

// New makes a clock that asks a server for its time; own is the machine's clock.
func New(ask func(context.Context) (time.Time, error), own func() time.Time) *Clock {
	return &Clock{ask: ask, own: own}
}

// Now tells the time.
func (c *Clock) Now() time.Time {
	r := c.base.Load()
	if r == nil {
		return c.own()
	}
	return r.shown.Add(time.Since(r.when))
}

// Skew is how far the machine's own clock is ahead of the shared one.
func (c *Clock) Skew() time.Duration { return c.own().Sub(c.Now()) }

// Sync asks the server once. It takes the middle between question and answer for the moment of the answer. After an error, or an answer that
// took too long, the clock goes on as before.
func (c *Clock) Sync(ctx context.Context) error {
	asked := time.Now()
	shown, err := c.ask(ctx)
	if err != nil {
		return fmt.Errorf("ask for the time: %w", err)
	}
	took := time.Since(asked)
	if took > patient && c.base.Load() != nil {
		return nil
	}
	c.base.Store(&reading{shown: shown, when: asked.Add(took / 2)})
	return nil
}

// Keep asks again every half minute until ctx ends, and says when the machine's own clock is wrong.
func (c *Clock) Keep(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	said := false
	for {
		if skew := c.Skew(); skew.Abs() > wrong && !said {
			log.Warn("this machine's clock differs from the database's; the database's counts", "ahead", skew.Round(time.Second))
			said = true
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := c.Sync(ctx); err != nil && ctx.Err() == nil {
			log.Debug("clock", "error", err)
		}
	}
}
