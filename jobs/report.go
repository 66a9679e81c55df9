package jobs

import (
	"context"
	"errors"
	"time"

	"huisheng/app/port"
	"huisheng/app/report"
)

// ReportJob makes the reports that were asked for, and verifies those that somebody wants verified.
func ReportJob(s *report.Service, every time.Duration) Job {
	return Job{Name: "report", Every: every, Wake: port.JobReport, Exec: func(ctx context.Context) error {
		_, made := s.MakeDue(ctx)
		_, checked := s.CheckDue(ctx)
		return errors.Join(made, checked)
	}}
}
