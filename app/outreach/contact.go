package outreach

import (
	"context"

	"huisheng/models"
)

// ScheduleContacts invites the companies' contacts whose day has come: when they are registered, and then again at the rule's distance.
func (s *Service) ScheduleContacts(ctx context.Context, org models.Org) (int, error) {
	rule, _ := s.catalog.Round(models.TriggerEmployer) // the catalog's check has seen it
	today, changed := models.DateOf(s.now()), 0
	page := models.Page{Limit: chunk}
	for {
		list, err := s.store.ListContacts(ctx, models.SystemScope(), org.ID, page)
		if err != nil {
			return changed, err
		}
		var due []occasion
		for i := range list.Items {
			c := &list.Items[i]
			anchor := lastAnchor(rule, c.Since, today)
			send, ok := rule.Asks(anchor, today)
			if !ok {
				continue
			}
			due = append(due, occasion{
				org: org, region: org.Region, rule: rule, send: send, today: today, contact: c, about: models.About{OrgName: org.Name, Company: c.Company},
				id: s.ident.PooledInvitation(org.ID, rule.Questionnaire, "contact", string(c.ID), string(anchor)),
			})
		}
		n, err := s.join(ctx, due)
		if changed += n; err != nil || list.Next == "" {
			return changed, err
		}
		page.After = list.Next
	}
}

// lastAnchor is the latest day, from since on at the rule's distance, that is not after today.
func lastAnchor(rule models.RoundRule, since, today models.Date) models.Date {
	if rule.Every == (models.Offset{}) {
		return since
	}
	last := since
	for n := 1; ; n++ {
		next := models.Offset{Months: n * rule.Every.Months, Days: n * rule.Every.Days}.After(since)
		if next > today {
			return last
		}
		last = next
	}
}
