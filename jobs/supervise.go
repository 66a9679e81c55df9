package jobs

import (
	"context"
	"time"

	"huisheng/app/supervise"
)

// Supervision are the jobs that follow from figures: rules propose, employers' consents reach the directory, windows for a statement are counted
// again when the calendar reaches them.
func Supervision(s *supervise.Service) []Job {
	return []Job{
		{Name: "supervise", Every: time.Minute, Exec: s.EvaluateDue},
		{Name: "hearings", Every: 10 * time.Minute, Exec: s.Sweep},
		{Name: "directory", Every: 30 * time.Second, Exec: func(ctx context.Context) error {
			_, err := s.ReadEmployers(ctx)
			return err
		}},
	}
}
