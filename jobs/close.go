package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
)

// closeJob closes the batches whose time is over.
func closeJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "close", Every: every, Exec: func(ctx context.Context) error {
		_, err := s.CloseDue(ctx)
		return err
	}}
}
