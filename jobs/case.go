package jobs

import (
	"context"
	"time"

	"huisheng/app/complaint"
)

// CaseJob looks at the complaints whose time has come: deadlines that run out or are missed, waits that are over, notices and messages that a crash left out.
func CaseJob(s *complaint.Service, every time.Duration) Job {
	return Job{Name: "cases", Every: every, Exec: func(ctx context.Context) error { return s.Sweep(ctx) }}
}
