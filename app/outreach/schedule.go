package outreach

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

const (
	markSchedule = "schedule"     // up to when uploads were looked at
	markDay      = "schedule/day" // the last day on which every school was looked at
	// scheduleOverlap is how far behind the clock the watermark stays: longer than an upload may take from its time stamp to being durable.
	scheduleOverlap = 2 * time.Minute
)

// ScheduleDue invites the students and contacts whose day has come, and moves those whose day has changed: once a day in every school, and in between in
// those that uploaded something. Any number of processes may do it at once, be killed and do it again. It gives how many it invited or moved; what one
// school's failure leaves undone, the next pass tries again, because then the marks stay.
func (s *Service) ScheduleDue(ctx context.Context) (int, error) {
	start := s.now()
	mark, err := s.store.FindMark(ctx, markSchedule)
	if err != nil {
		return 0, err
	}
	day, err := s.store.FindMark(ctx, markDay)
	if err != nil {
		return 0, err
	}
	today := models.DateOf(start).Start()
	schools, err := s.schoolsToSchedule(ctx, day.At.Before(today), mark.At, start)
	if err != nil {
		return 0, err
	}
	changed := 0
	var errs []error
	for _, org := range schools {
		n, err := s.Schedule(ctx, org)
		if changed += n; err != nil {
			errs = append(errs, fmt.Errorf("schedule %s: %w", org.ID, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return changed, err
	}
	if err := s.store.AdvanceMark(ctx, markDay, today); err != nil {
		return changed, err
	}
	return changed, s.store.AdvanceMark(ctx, markSchedule, start.Add(-scheduleOverlap).Truncate(time.Minute))
}

// schoolsToSchedule gives every school once a day, else those with uploads since the watermark.
func (s *Service) schoolsToSchedule(ctx context.Context, all bool, from, start time.Time) (list []models.Org, err error) {
	if all {
		page := models.Page{Limit: chunk}
		for {
			part, err := s.store.ListOrgs(ctx, models.SystemScope(), store.OrgFilter{Kind: models.OrgSchool}, page)
			if err != nil {
				return nil, err
			}
			if list = append(list, part.Items...); part.Next == "" {
				return list, nil
			}
			page.After = part.Next
		}
	}
	began, err := s.store.ImportingOrgs(ctx, from, start.Add(-models.ImportSilence))
	if err != nil {
		return nil, err
	}
	for id := range began {
		org, err := s.store.FindOrg(ctx, models.SystemScope(), id)
		if errors.Is(err, models.ErrNotFound) || err == nil && org.Kind != models.OrgSchool {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, org)
	}
	return list, nil
}

// calendarRound is a round that a date of a student's record triggers.
type calendarRound struct {
	rule   models.RoundRule
	field  store.RecordDate
	anchor func(models.Record) string
	about  func(models.Org, models.Record) models.About
}

func (s *Service) calendarRounds() []calendarRound {
	intern, _ := s.catalog.Round(models.TriggerInternshipEnd) // the catalog's check has seen both
	graduate, _ := s.catalog.Round(models.TriggerGraduation)
	return []calendarRound{
		{intern, store.InternEnd, func(r models.Record) string { return r.InternEnd }, func(o models.Org, r models.Record) models.About {
			return models.About{OrgName: o.Name, Occupation: r.Occupation, Level: r.Level, Company: r.Company}
		}},
		{graduate, store.GraduatesOn, func(r models.Record) string { return r.GraduatesOn }, func(o models.Org, r models.Record) models.About {
			return models.About{OrgName: o.Name, Occupation: r.Occupation, Level: r.Level}
		}},
	}
}

// Schedule is one school's part of ScheduleDue.
func (s *Service) Schedule(ctx context.Context, org models.Org) (int, error) {
	changed := 0
	for _, r := range s.calendarRounds() {
		n, err := s.scheduleRound(ctx, org, r)
		if changed += n; err != nil {
			return changed, err
		}
	}
	n, err := s.ScheduleContacts(ctx, org)
	return changed + n, err
}

// scheduleRound first moves people who wait for their message and whose day has changed, also to one far away; then it invites those whose day is near.
func (s *Service) scheduleRound(ctx context.Context, org models.Org, r calendarRound) (int, error) {
	changed, err := s.moveWaiting(ctx, org, r)
	if err != nil {
		return changed, err
	}
	today := models.DateOf(s.now())
	// Months differ in length: a little more than needed is read, and Asks decides.
	w := store.RecordWindow{Org: org.ID, Field: r.field, From: backwards(r.rule.Until, today).AddDays(-4), Until: backwards(r.rule.From, today).AddDays(4), Limit: chunk}
	for {
		list, next, err := s.store.FindRecordsByDate(ctx, w)
		if err != nil {
			return changed, err
		}
		due, err := s.dueOf(ctx, org, r, list, today)
		if err != nil {
			return changed, err
		}
		n, err := s.join(ctx, due)
		if changed += n; err != nil || next == "" {
			return changed, err
		}
		w.After = next
	}
}

// backwards gives the anchor for which the day d lies the offset after.
func backwards(o models.Offset, d models.Date) models.Date {
	return models.Offset{Months: -o.Months, Days: -o.Days}.After(d)
}

// dueOf makes the occasions of those records whose day has come: of each person one.
func (s *Service) dueOf(ctx context.Context, org models.Org, r calendarRound, list []models.Record, today models.Date) ([]occasion, error) {
	best := make(map[models.PersonID]models.Record, len(list))
	order := make([]models.PersonID, 0, len(list))
	for _, rec := range list {
		if _, ok := r.rule.Asks(models.Date(r.anchor(rec)), today); !ok || len(rec.PhoneMAC) == 0 {
			continue
		}
		if other, ok := best[rec.Person]; !ok {
			order = append(order, rec.Person)
		} else if governs(r, other, rec) {
			continue
		}
		best[rec.Person] = rec
	}
	due := make([]occasion, 0, len(order))
	for _, person := range order {
		due = append(due, s.student(org, r, best[person], today))
	}
	return s.withoutOlder(ctx, org, r, due)
}

func (s *Service) student(org models.Org, r calendarRound, rec models.Record, today models.Date) occasion {
	return occasion{
		org: org, region: org.Region, rule: r.rule, send: r.rule.Send.After(models.Date(r.anchor(rec))), today: today,
		id: s.ident.PooledInvitation(org.ID, r.rule.Questionnaire, string(rec.Person)), record: rec, about: r.about(org, rec),
	}
}

// governs says whether, of two records of one person, a is the one that counts: the one written last, then the later date, then the larger id. Whatever
// order they are met in, the same one wins, so that passes do not move a person to and fro.
func governs(r calendarRound, a, b models.Record) bool {
	switch {
	case !a.UpdatedAt.Equal(b.UpdatedAt):
		return a.UpdatedAt.After(b.UpdatedAt)
	case r.anchor(a) != r.anchor(b):
		return r.anchor(a) > r.anchor(b)
	}
	return a.ID >= b.ID
}

// withoutOlder leaves out people who are invited by a record that counts more than the one at hand.
func (s *Service) withoutOlder(ctx context.Context, org models.Org, r calendarRound, due []occasion) ([]occasion, error) {
	ids := make([]models.InvitationID, len(due))
	for i, o := range due {
		ids[i] = o.id
	}
	invitations, err := s.store.FindInvitations(ctx, ids)
	if err != nil {
		return nil, err
	}
	invitedBy := make(map[models.InvitationID]models.RecordID, len(invitations))
	var others []models.RecordID
	for _, inv := range invitations {
		invitedBy[inv.ID] = inv.Record
		others = append(others, inv.Record)
	}
	records, err := s.recordsByID(ctx, org.ID, others)
	if err != nil {
		return nil, err
	}
	kept := due[:0]
	for _, o := range due {
		other, there := records[invitedBy[o.id]]
		if there && other.ID != o.record.ID && r.anchor(other) != "" && governs(r, other, o.record) {
			continue
		}
		kept = append(kept, o)
	}
	return kept, nil
}

func (s *Service) recordsByID(ctx context.Context, org models.OrgID, ids []models.RecordID) (map[models.RecordID]models.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.store.FindRecordsToInvite(ctx, org, ids)
	byID := make(map[models.RecordID]models.Record, len(list))
	for _, r := range list {
		byID[r.ID] = r
	}
	return byID, err
}

// moveWaiting goes through the invitations whose message has not gone out and gives them the day that their record has now.
func (s *Service) moveWaiting(ctx context.Context, org models.Org, r calendarRound) (int, error) {
	today, changed := models.DateOf(s.now()), 0
	w := store.WaitingFilter{Org: org.ID, Questionnaire: r.rule.Questionnaire, From: today, Limit: chunk}
	for {
		list, err := s.store.FindWaiting(ctx, w)
		if err != nil || len(list) == 0 {
			return changed, err
		}
		ids := make([]models.RecordID, len(list))
		for i, inv := range list {
			ids[i] = inv.Record
		}
		records, err := s.recordsByID(ctx, org.ID, ids)
		if err != nil {
			return changed, err
		}
		var moved []occasion
		for _, inv := range list {
			if rec, ok := records[inv.Record]; ok && r.anchor(rec) != "" {
				moved = append(moved, s.student(org, r, rec, today))
			}
		}
		n, err := s.join(ctx, moved)
		if changed += n; err != nil || len(list) < w.Limit {
			return changed, err
		}
		w.After = list[len(list)-1].ID
	}
}
