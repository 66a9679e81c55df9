package jobs

import (
	"context"
	"time"

	"huisheng/app/port"
	"huisheng/app/webhook"
)

// webhookWorkers is how many messages to other systems one process sends at once.
const webhookWorkers = 8

// webhookJobs derive what happened, deliver it, and mend what a crash left.
func webhookJobs(r *Runner, s *webhook.Service, every time.Duration) []Job {
	free := make(chan struct{}, webhookWorkers)
	return []Job{
		{Name: "webhook-derive", Every: 3 * every, Exec: func(ctx context.Context) error {
			_, err := s.Derive(ctx)
			return err
		}},
		{Name: "webhook-sweep", Every: 60 * every, Exec: s.Sweep},
		{Name: "webhook-deliver", Every: every, Wake: port.JobWebhook, Exec: func(ctx context.Context) error { return pump(ctx, r, s, free) }},
	}
}

// pump claims messages until none is due; a message is claimed only when a worker is free.
func pump(ctx context.Context, r *Runner, s *webhook.Service, free chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case free <- struct{}{}:
		}
		m, ok, err := s.Next(ctx)
		if err != nil || !ok {
			<-free
			return err
		}
		r.start(ctx, "webhook-deliver", func(ctx context.Context) error {
			defer func() { <-free }()
			return s.Send(ctx, m)
		})
	}
}
