package jobs

import (
	"context"
	"time"

	"huisheng/app/indicator"
	"huisheng/app/port"
)

// tallyJob computes the figures that changed.
func tallyJob(s *indicator.Service, every time.Duration) Job {
	return Job{Name: "tally", Every: every, Wake: port.JobTally, Exec: func(ctx context.Context) error {
		_, err := s.Refresh(ctx)
		return err
	}}
}
