package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
)

// sweepJob repairs what interrupted steps left behind.
func sweepJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "sweep", Every: every, Exec: func(ctx context.Context) error {
		return s.Sweep(ctx)
	}}
}
