package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
)

// settleJob asks providers about messages of unknown fate, those of dead workers among them.
func settleJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "settle", Every: every, Exec: func(ctx context.Context) error {
		_, err := s.Settle(ctx)
		return err
	}}
}
