package supervise

import (
	"context"
	"errors"
	"time"

	"huisheng/models"
)

// sweepAtOnce is how many cases a pass mends.
const sweepAtOnce = 200

// Sweep does what time brings: it counts windows for a statement again, tells of times to rectify that passed, and
// keeps or deletes papers.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(s.hearings(ctx), s.late(ctx), s.papers(ctx))
}

// late alerts the supervising officials, once, that the time to rectify passed without a report; a later decision about the organisation ends that time. The
// alert has a derived id and comes before the mark in the case, so that a process that dies between the two does it again and changes nothing.
func (s *Service) late(ctx context.Context) error {
	now := s.now().UTC().Truncate(time.Millisecond)
	list, err := s.store.LateRectifications(ctx, now, sweepAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range list {
		overdue, err := s.overdue(ctx, m)
		if err == nil && overdue {
			err = s.store.RaiseAlerts(ctx, []models.Alert{{
				ID: s.ident.Derive("alert", models.AlertRectifyLate, string(m.ID)), Kind: models.AlertRectifyLate, Org: m.Org, OrgName: m.OrgName, OrgKind: m.OrgKind,
				Region: m.Region, Measure: m.ID, Day: models.DateOf(m.Decision.RectifyBy.Add(-time.Second)), N: 1, Open: true, Version: 1, CreatedAt: now, ChangedAt: now,
			}})
		}
		if err == nil {
			m.LateAt, m.Version = now, m.Version+1
			err = s.store.UpdateMeasure(ctx, m)
		}
		if err != nil && !errors.Is(err, models.ErrConflict) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// overdue says whether an organisation should have reported by now: the time passed, and no later decision has taken the place of this one.
func (s *Service) overdue(ctx context.Context, m models.Proceeding) (bool, error) {
	if !m.Overdue(s.now()) {
		return false, nil
	}
	last, err := s.store.LastDecision(ctx, m.Org)
	return err == nil && last.ID == m.ID, err
}

// hearings counts windows for a statement again that were counted beyond the calendar, once it reaches them. A later end prolongs the window; an
// earlier one never shortens what somebody was told.
func (s *Service) hearings(ctx context.Context) error {
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
