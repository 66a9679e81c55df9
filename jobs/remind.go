package jobs

import (
	"context"
	"time"

	"huisheng/app/outreach"
)

// remindJob plans the reminders that are due.
func remindJob(s *outreach.Service, every time.Duration) Job {
	return Job{Name: "remind", Every: every, Exec: func(ctx context.Context) error {
		_, err := s.PlanReminders(ctx)
		return err
	}}
}
