package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
	"huisheng/app/port"
	"huisheng/models"
)

// urgentWorkers is how many one-time codes go out at once, beside the other messages: nobody waits for a code behind a claim of
// fifty thousand.
const urgentWorkers = 2

// deliverJob sends what is due: one claimer, fanning out to workers. A message is claimed only when a worker is free, so that its lease runs
// while it is sent and not while it waits.
func deliverJob(r *Runner, s *outreach.Service, name string, urgent bool, workers int, every time.Duration) Job {
	d := &deliverer{runner: r, name: name, urgent: urgent, next: s.NextDelivery, send: s.Send, free: make(chan struct{}, workers)}
	return Job{Name: name, Every: every, Wake: port.JobDeliver, Exec: d.exec}
}

type deliverer struct {
	runner *Runner
	name   string
	urgent bool
	next   func(ctx context.Context, urgent bool) (models.Delivery, bool, error)
	send   func(ctx context.Context, d models.Delivery) error
	free   chan struct{} // as many places as there are workers
}

// exec claims until nothing is due. It does not wait for the last messages to be sent: the next pass need not stand behind a slow provider.
// They are the runner's, which waits for them when it stops.
func (d *deliverer) exec(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case d.free <- struct{}{}:
		}
		m, ok, err := d.next(ctx, d.urgent)
		if err != nil || !ok {
			<-d.free
			return err
		}
		d.runner.start(ctx, d.name, func(ctx context.Context) error {
			defer func() { <-d.free }()
			return d.send(ctx, m)
		})
	}
}
