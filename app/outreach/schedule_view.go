package outreach

import (
	"cmp"
	"context"
	"slices"

	"huisheng/models"
)

// ScheduledMonth is how many students a school's roster has for a round.
type ScheduledMonth struct {
	Questionnaire string              `json:"questionnaire"`
	Trigger       models.BatchTrigger `json:"trigger"`
	Month         string              `json:"month"`    // 2006-01
	Students      int                 `json:"students"` // by the roster's dates; somebody with two records counts twice
	Batch         models.BatchID      `json:"batch"`    // empty: nobody is invited yet
}

// monthsAhead is how far a schedule looks.
const monthsAhead = 18

// ScheduleOf gives a school's coming rounds, from this month on: the roster's numbers by month. It says nothing of who was invited or answered.
func (s *Service) ScheduleOf(ctx context.Context, p models.Principal, id models.OrgID) ([]ScheduledMonth, error) {
	org, err := s.store.FindOrg(ctx, p.Scope(), id)
	if err != nil {
		return nil, err
	}
	list := []ScheduledMonth{}
	if org.Kind != models.OrgSchool {
		return list, nil
	}
	this := models.Date(models.MonthOf(s.now()) + "-01")
	for _, r := range s.calendarRounds() {
		from := backwards(r.rule.Send, this)
		counts, err := s.store.CountRecordsByMonth(ctx, id, r.field, from, models.Offset{Months: monthsAhead}.After(from))
		if err != nil {
			return nil, err
		}
		for month, n := range counts {
			send := models.MonthOf(r.rule.Send.After(models.Date(month + "-01")).Start())
			list = append(list, ScheduledMonth{Questionnaire: r.rule.Questionnaire, Trigger: r.rule.Trigger, Month: send, Students: n})
		}
	}
	ids := make([]models.BatchID, len(list))
	for i := range list {
		ids[i] = s.ident.PooledBatch(id, list[i].Questionnaire, org.Region, list[i].Month)
	}
	there, err := s.store.ExistingBatches(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if there[ids[i]] {
			list[i].Batch = ids[i]
		}
	}
	slices.SortFunc(list, func(a, b ScheduledMonth) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Questionnaire, b.Questionnaire))
	})
	return list, nil
}
