package outreach

import (
	"context"
	"fmt"
	"time"

	"huisheng/models"
)

// maxSalt bounds how often a code is drawn again. With ten million codes in use of 887 million, one in ninety meets a taken one; eight times in a
// row is one in 10¹⁵.
const maxSalt = 8

// build makes the invitations of records, and the departments among them that are not in seen yet. Everything follows from batch and record, so
// that a second run makes the same documents. The keyed hashes are copied: nobody's identity is opened.
func (s *Service) build(b models.Batch, records []models.Record, seen map[string]bool) ([]models.Invitation, []models.Department) {
	list := make([]models.Invitation, 0, len(records))
	var departments []models.Department
	for _, r := range records {
		inv := models.Invitation{
			ID: s.ident.Invitation(b.ID, r.Person), Batch: b.ID, Org: b.Org, Region: s.regionOf(b, r), Record: r.ID, Questionnaire: b.Questionnaire,
			About:   models.About{OrgName: b.OrgName, Occupation: r.Occupation, Level: r.Level, AssessedOn: assessedOn(r), Company: r.Company},
			TailMAC: r.TailMAC, PosterMAC: r.PosterMAC, PhoneMAC: r.PhoneMAC, Slice: models.SliceOf(r), ClosesAt: b.ClosesAt, CreatedAt: b.OpensAt,
		}
		if r.Department != "" {
			inv.Department = s.ident.Department(b.ID, r.Department)
			if !seen[inv.Department] {
				seen[inv.Department] = true
				departments = append(departments, models.Department{ID: inv.Department, Batch: b.ID, Org: b.Org, Name: r.Department})
			}
		}
		list = append(list, s.coded(inv))
	}
	return list, departments
}

func assessedOn(r models.Record) string {
	if r.AssessedOn != "" {
		return r.AssessedOn
	}
	return r.IssuedOn
}

// coded fills in the keyed hash of the code that follows from id and salt.
func (s *Service) coded(inv models.Invitation) models.Invitation {
	inv.CodeMAC = s.ident.CodeMAC(s.codeOf(inv))
	return inv
}

func (s *Service) codeOf(inv models.Invitation) string {
	return s.ident.Tokens.Code(string(inv.ID), inv.CodeSalt)
}

// putInvitations stores invitations and gives those that are there afterwards: new ones and those of an earlier run. Missing are people whom
// another batch asked about the same record first.
func (s *Service) putInvitations(ctx context.Context, list []models.Invitation) (there []models.Invitation, err error) {
	there = make([]models.Invitation, 0, len(list))
	for range maxSalt {
		refused, err := s.store.PutInvitations(ctx, list)
		if err != nil {
			return nil, err
		}
		var met []models.Invitation
		for i, inv := range list {
			if refused[i] {
				met = append(met, inv)
			} else {
				there = append(there, inv)
			}
		}
		if len(met) == 0 {
			return there, nil
		}
		old, again, err := s.sortOut(ctx, met)
		if err != nil {
			return nil, err
		}
		there, list = append(there, old...), again
	}
	return nil, fmt.Errorf("no free code for %d invitations", len(list))
}

// sortOut finds out why invitations were refused: they exist, their record was invited by another batch, or, what remains, their code is
// taken; those come back with the next salt.
func (s *Service) sortOut(ctx context.Context, met []models.Invitation) (old, again []models.Invitation, err error) {
	ids, records := make([]models.InvitationID, len(met)), make([]models.RecordID, len(met))
	for i, inv := range met {
		ids[i], records[i] = inv.ID, inv.Record
	}
	taken, err := s.store.InvitedRecords(ctx, records, met[0].Questionnaire.Code)
	if err != nil {
		return nil, nil, err
	}
	exists, err := s.store.ExistingInvitations(ctx, ids) // after taken: one that a second worker stores in between is old, not another batch's
	if err != nil {
		return nil, nil, err
	}
	for _, inv := range met {
		switch {
		case exists[inv.ID]:
			old = append(old, inv)
		case !taken[inv.Record]:
			inv.CodeSalt++
			again = append(again, s.coded(inv))
		}
	}
	return old, again, nil
}

// invites plans the first message of each invitation for the first moment after the opening at which one may go out.
func (s *Service) invites(b models.Batch, list []models.Invitation) []models.Delivery {
	template := s.templateOf(b)
	due := allowedAt(s.quiet, b.OpensAt)
	out := make([]models.Delivery, len(list))
	for i, inv := range list {
		out[i] = planned(inv, "invite", template, due, b.OpensAt)
	}
	return out
}

// templateOf is the template of a round's first messages.
func (s *Service) templateOf(b models.Batch) string {
	if rule, ok := s.catalog.Round(b.Cause()); ok {
		return rule.Template
	}
	if b.Kind == models.OrgSchool {
		return "INVITE_SCHOOL"
	}
	return "INVITE"
}

// planned is a message to an invited person. what makes its id: planning the same again meets it.
func planned(inv models.Invitation, what, template string, due, now time.Time) models.Delivery {
	return models.Delivery{
		ID: models.DeliveryID(string(inv.ID) + ":" + what), For: inv.TriggeredOn, Batch: inv.Batch, Org: inv.Org, Invitation: inv.ID, Template: template,
		PhoneMAC: inv.PhoneMAC, State: models.DeliveryDue, DueAt: due, CreatedAt: now,
	}
}
