package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
)

// countJob derives the counts of batches.
func countJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "count", Every: every, Exec: func(ctx context.Context) error {
		_, err := s.Count(ctx)
		return err
	}}
}
