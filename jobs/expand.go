package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
	"huisheng/app/port"
)

// expandJob makes the batches of claims and expands them.
func expandJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "expand", Every: every, Wake: port.JobExpand, Exec: func(ctx context.Context) error {
		_, err := s.ExpandDue(ctx)
		return err
	}}
}
