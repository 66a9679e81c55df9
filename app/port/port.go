// Package port declares the few things that use cases need from outside and that have an implementation elsewhere: a queue to wake
// workers, a limiter, a clock.
package port

import (
	"context"
	"time"
)

// Job names a kind of background work.
type Job string

// The jobs that may be woken. Each also finds its due work by itself, so a lost wake-up costs seconds, never work.
const (
	JobExpand  Job = "expand"  // id: the batch
	JobDeliver Job = "deliver" // id: the delivery, or empty for whatever is due
	JobTally   Job = "tally"   // id: the batch, or empty for whatever changed
	JobWebhook Job = "webhook" // messages to other systems
	JobReport  Job = "report"  // id: the report
)

// Queue wakes workers. Wake is a hint: it never fails and never waits long.
type Queue interface {
	Wake(ctx context.Context, job Job, id string)
}

// Limit is at most Rate events in Per.
type Limit struct {
	Rate int
	Per  time.Duration
}

// Limiter counts events by key across processes. When its backend is away it falls back to counting in this process.
type Limiter interface {
	// Allow counts one event and says whether it is within the limit, and if not, how long to wait.
	Allow(ctx context.Context, key string, l Limit) (ok bool, retry time.Duration)
}

// Clock tells the time; tests give another one.
type Clock func() time.Time

// NoQueue is a Queue that wakes nobody: the timers do the work.
type NoQueue struct{}

// Wake does nothing.
func (NoQueue) Wake(context.Context, Job, string) {}
