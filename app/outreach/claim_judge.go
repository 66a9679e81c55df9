package outreach

import (
	"cmp"
	"context"
	"slices"

	"huisheng/models"
)

// judgement is the state of going through one list.
type judgement struct {
	s       *Service
	org     models.Org
	form    string // code of the questionnaire
	day     models.Date
	seen    map[models.RecordID]bool
	people  map[models.PersonID]bool
	invited map[models.RecordID]bool // of the chunk at hand

	accepted []models.RecordID
	slices   models.SliceCounter
	rejected []models.Refusal
}

// judge decides who of a claim's list is invited, in the list's order, reading a thousand records at a time.
func (s *Service) judge(ctx context.Context, org models.Org, in ClaimInput, c *models.Claim) error {
	form, err := s.formFor(org.Kind)
	if err != nil {
		return err
	}
	j := &judgement{
		s: s, org: org, form: form.Code, day: models.Date(in.ClaimedAt),
		seen: map[models.RecordID]bool{}, people: map[models.PersonID]bool{}, rejected: []models.Refusal{},
	}
	err = judgeList(ctx, j, in.Records, s.store.FindRecordsByID,
		func(r models.Record) models.RecordID { return r.ID },
		func(id models.RecordID, r models.Record) models.Refusal {
			return models.Refusal{Record: id, Certificate: r.Certificate}
		})
	if err == nil {
		err = judgeList(ctx, j, in.Certificates, s.store.FindRecordsByCertificate,
			func(r models.Record) string { return r.Certificate },
			func(no string, _ models.Record) models.Refusal { return models.Refusal{Certificate: no} })
	}
	c.Records, c.Rejected, c.Slices = j.accepted, j.rejected, j.slices.Slices(true)
	return err
}

// judgeList goes through a list whose people are named by K; find reads a chunk's records, key says which one a record is.
func judgeList[K comparable](ctx context.Context, j *judgement, list []K,
	find func(context.Context, models.OrgID, []K) ([]models.Record, error), key func(models.Record) K, refuse func(K, models.Record) models.Refusal,
) error {
	for part := range slices.Chunk(list, chunk) {
		records, err := find(ctx, j.org.ID, part)
		if err != nil {
			return err
		}
		if err := j.lookUpInvited(ctx, records); err != nil {
			return err
		}
		byKey := make(map[K]models.Record, len(records))
		for _, r := range records {
			byKey[key(r)] = r
		}
		for _, k := range part {
			r, found := byKey[k]
			j.one(r, found, refuse(k, r))
		}
	}
	return nil
}

// lookUpInvited finds which of the records have been invited by another claim.
func (j *judgement) lookUpInvited(ctx context.Context, list []models.Record) (err error) {
	ids := make([]models.RecordID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	j.invited, err = j.s.store.InvitedRecords(ctx, ids, j.form)
	return err
}

// one accepts a person or refuses them with the first reason that holds.
func (j *judgement) one(r models.Record, found bool, refusal models.Refusal) {
	refusal.Code = j.verdict(r, found)
	if refusal.Code != "" {
		j.rejected = append(j.rejected, refusal)
		return
	}
	j.people[r.Person] = true
	j.accepted = append(j.accepted, r.ID)
	j.slices.Add(models.SliceOf(r), cmp.Or(r.Occupation, r.Major), 1)
}

func (j *judgement) verdict(r models.Record, found bool) models.RefusalCode {
	if !found {
		return models.RefusedNotFound
	}
	if j.seen[r.ID] {
		return models.RefusedDuplicate
	}
	j.seen[r.ID] = true
	if code := j.filing(r); code != "" {
		return code
	}
	if m, ok := j.s.catalog.Method(r.Method); ok && !m.Allows(r.Level) {
		return models.RefusedGrading
	}
	if j.invited[r.ID] {
		return models.RefusedInvited
	}
	if j.people[r.Person] {
		return models.RefusedPerson
	}
	return j.person(r)
}

// filing judges the record by the filing letter on the day of issue, else of assessment. A school's roster names no occupation; there the
// letter is judged by its dates alone.
func (j *judgement) filing(r models.Record) models.RefusalCode {
	on := r.IssuedOn
	if on == "" {
		on = r.AssessedOn
	}
	if j.org.Kind == models.OrgSchool && r.Occupation == "" && r.OccupationCode == "" {
		if f := j.org.Filing; on != "" && (f.ValidFrom != "" && on < f.ValidFrom || f.ValidTo != "" && on > f.ValidTo) {
			return models.RefusalCode(models.FilingExpired)
		}
		return ""
	}
	return models.RefusalCode(j.org.Filing.Covers(r.OccupationCode, r.Occupation, r.Level, on))
}

// person judges what only the sealed identity tells.
func (j *judgement) person(r models.Record) models.RefusalCode {
	who, err := j.s.identity(r)
	switch {
	case err != nil: // a record whose seal does not open cannot be written to either
		j.s.log.Error("a record's identity does not open", "record", r.ID, "error", err)
		return models.RefusedPhone
	case who.Phone == "" || len(r.PhoneMAC) == 0:
		return models.RefusedPhone
	case models.YoungerThan(who.Document, models.AgeOfConsent, j.day.Start()):
		return models.RefusedMinor
	}
	return ""
}

// formFor gives the questionnaire that a claim of this kind of organisation asks people to fill.
func (s *Service) formFor(kind models.OrgKind) (*models.Questionnaire, error) {
	code := map[models.OrgKind]string{
		models.OrgEnterprise: "ENT_PARTICIPANT", models.OrgSchool: "SCH_INTERN", models.OrgSocial: "SOC_TRAINEE",
	}[kind]
	q, ok := s.catalog.Latest(code)
	if !ok {
		return nil, models.ErrNotFound
	}
	return q, nil
}
