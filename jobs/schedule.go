package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
)

// scheduleJob invites students and contacts whose day has come.
func scheduleJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "schedule", Every: every, Exec: func(ctx context.Context) error {
		_, err := s.ScheduleDue(ctx)
		return err
	}}
}
