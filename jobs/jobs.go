// Package jobs is the background work: a registry of jobs, each a single pass over what is due, and the loops around them.
//
// A pass finds its work in the database by itself, on a timer; Redis only wakes a loop earlier. So an empty, wiped or missing Redis costs
// seconds, never work. Any number of processes may run the same jobs: what must be done once is claimed by a conditional update.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"huisheng/app/indicator"
	"huisheng/app/outreach"
	"huisheng/app/port"
	"huisheng/app/webhook"
	"huisheng/config"
)

// Job is one kind of background work.
type Job struct {
	Name  string
	Every time.Duration                   // how often it looks for work by itself
	Wake  port.Job                        // what else makes it look at once; empty: nothing
	Exec  func(ctx context.Context) error // one pass over what is due; it must bear being run by several processes at once
}

// Deps is what the jobs need.
type Deps struct {
	Outreach *outreach.Service
	// Indicators computes figures; nil in tests of other jobs.
	Indicators *indicator.Service
	// Webhooks tell other systems; nil in tests of other jobs.
	Webhooks *webhook.Service
	Queue    *Queue // rings when there is work; its Redis side is served while the runner runs
	Config   config.Config
	Log      *slog.Logger // nil: slog.Default
	Extra    []Job        // jobs of other areas
}

// drainTime is how long a stopping runner waits for what is under way.
const drainTime = 40 * time.Second

// Runner runs the jobs of one process.
type Runner struct {
	jobs  []Job
	queue *Queue
	log   *slog.Logger
	wg    sync.WaitGroup
}

// New makes a runner with every job registered.
func New(d Deps) *Runner {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	r := &Runner{queue: d.Queue, log: d.Log}
	every := d.Config.JobInterval
	r.jobs = []Job{
		expandJob(d.Outreach, every),
		deliverJob(r, d.Outreach, "deliver-codes", true, urgentWorkers, every),
		deliverJob(r, d.Outreach, "deliver", false, d.Config.SMS.Workers, every),
		settleJob(d.Outreach, every),
		countJob(d.Outreach, every),
		closeJob(d.Outreach, 5*every),
		sweepJob(d.Outreach, 10*every),
		remindJob(d.Outreach, 30*every),
		scheduleJob(d.Outreach, 10*every),
	}
	if d.Indicators != nil {
		r.jobs = append(r.jobs, tallyJob(d.Indicators, every))
	}
	if d.Webhooks != nil {
		r.jobs = append(r.jobs, webhookJobs(r, d.Webhooks, every)...)
	}
	r.jobs = append(r.jobs, d.Extra...)
	return r
}

// Run runs all jobs until ctx ends, then stops taking on work and waits for what is under way. An error means that something did not finish
// in time; the database knows it as unfinished.
func (r *Runner) Run(ctx context.Context) error {
	stopWaking := r.queue.serve()
	for _, j := range r.jobs {
		r.start(ctx, j.Name, func(ctx context.Context) error { r.loop(ctx, j); return nil })
	}
	<-ctx.Done()
	stopWaking()
	done := make(chan struct{})
	go func() { r.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(drainTime):
		return errors.New("background work did not end in time")
	}
}

// start runs f in a goroutine that Run waits for; a panic ends f alone.
func (r *Runner) start(ctx context.Context, name string, f func(context.Context) error) {
	r.wg.Go(func() {
		if err := safely(ctx, f); err != nil && !errors.Is(err, context.Canceled) {
			r.log.Error("background work failed", "job", name, "error", err)
		}
	})
}

// safely turns a panic into an error with its stack.
func safely(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f(ctx)
}

const (
	slowest   = 30 * time.Second // the longest wait between passes that fail
	complainT = time.Minute      // how often a job that keeps failing says so
)

// loop runs one job's passes: on its timer, when it is woken, and ever more slowly while they fail.
func (r *Runner) loop(ctx context.Context, j Job) {
	woken := r.queue.listen(j.Wake)
	timer := time.NewTimer(0)
	defer timer.Stop()
	failures, complained := 0, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-timer.C:
		}
		err := safely(ctx, j.Exec)
		if ctx.Err() != nil {
			return
		}
		wait := j.Every
		if err == nil {
			failures = 0
		} else {
			failures++
			wait = min(j.Every<<min(failures, 10), max(slowest, j.Every))
			if time.Since(complained) > complainT {
				complained = time.Now()
				r.log.Error("job failed", "job", j.Name, "failures", failures, "error", err)
			}
		}
		timer.Reset(wait)
	}
}
