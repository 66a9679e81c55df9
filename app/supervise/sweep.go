package supervise

import (
	"context"
	"errors"

	"huisheng/models"
)

// sweepAtOnce is how many cases a pass mends.
const sweepAtOnce = 200

// Sweep counts windows for a statement again that were counted beyond the calendar, once it reaches them. A later end prolongs the window; an
// earlier one never shortens what somebody was told.
func (s *Service) Sweep(ctx context.Context) error {
	list, err := s.store.UnsureHearings(ctx, sweepAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range list {
		day, unsure := s.calendar.Current(ctx).AddWorkdays(models.DateOf(m.NotedAt), HearingDays)
		if unsure {
			continue
		}
		if end := day.End(); end.After(m.HeardBy) {
			m.HeardBy = end
		}
		m.Unsure, m.Version = false, m.Version+1
		if err := s.store.UpdateMeasure(ctx, m); err != nil && !errors.Is(err, models.ErrConflict) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
