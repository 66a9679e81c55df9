package outreach

import (
	"context"

	"huisheng/models"
)

// Admitter takes one person into an organisation's records; the roster does.
type Admitter interface {
	Admit(ctx context.Context, p models.Principal, org models.Org, t models.Trainee) (models.Record, error)
}

// single says whether a claim is one person's own: at a social organisation the worker claims, not the organisation.
func single(org models.Org, in ClaimInput) bool {
	return org.Kind == models.OrgSocial && (in.Trainee != nil || len(in.Records)+len(in.Certificates) == 1)
}

// SupervisorOf gives who supervises what an organisation does with one record: a social organisation's supervisor is where the exam was.
func (s *Service) SupervisorOf(org models.Org, r models.Record) string {
	if org.Kind != models.OrgSocial || org.Affiliation != models.AffiliationCity {
		return org.Region
	}
	if city := s.catalog.ExamCity(r.ExamSite, r.ExamRegion); city != "" {
		return city
	}
	return org.Region
}

// regionOf is who supervises one invitation of a claim's round. A round that the province supervises is the province's throughout.
func (s *Service) regionOf(b models.Batch, r models.Record) string {
	if b.Kind == models.OrgSocial && b.Region != models.Province {
		if city := s.catalog.ExamCity(r.ExamSite, r.ExamRegion); city != "" {
			return city
		}
	}
	return b.Region
}

// errOnlySocial says that one person's own claim is for social organisations.
var errOnlySocial = models.FieldError{Field: "trainee", Code: "only_social_org", Message: "只有社会培训评价组织的考生可以本人申领，其他机构请用 records 或 certificates。"}

// admit puts the person of a claim among the records, if the claim says who it is.
func (s *Service) admit(ctx context.Context, p models.Principal, org models.Org, in ClaimInput) (ClaimInput, error) {
	if in.Trainee == nil {
		return in, nil
	}
	if org.Kind != models.OrgSocial {
		return in, models.ErrInvalid.WithFields(errOnlySocial)
	}
	r, err := s.roster.Admit(ctx, p, org, *in.Trainee)
	in.Records = []models.RecordID{r.ID}
	return in, err
}

// pool makes a claim one that joins the round of its month at the city of the exam.
func (s *Service) pool(ctx context.Context, org models.Org, c models.Claim) (models.Claim, error) {
	r, err := s.store.FindRecord(ctx, models.SystemScope(), c.Records[0])
	if err != nil {
		return c, err
	}
	c.Trigger, c.Region = models.TriggerTraineeClaim, s.SupervisorOf(org, r)
	b, err := s.round(s.trainee(org, c, r))
	c.Batch = b.ID
	return c, err
}

// trainee is the occasion of a claim's only person. Everything in it follows from the claim and the record.
func (s *Service) trainee(org models.Org, c models.Claim, r models.Record) occasion {
	rule, _ := s.catalog.Round(models.TriggerTraineeClaim) // the catalog's check has seen it
	day := models.DateOf(c.CreatedAt)
	return occasion{
		org: org, region: c.Region, rule: rule, send: day, today: day, record: r, id: s.ident.PooledInvitation(org.ID, rule.Questionnaire, string(r.ID)),
		about: models.About{OrgName: org.Name, Occupation: r.Occupation, Level: r.Level, AssessedOn: assessedOn(r)},
	}
}

// joinClaim lets a claim's only person join the round. It may be interrupted anywhere and run again.
func (s *Service) joinClaim(ctx context.Context, org models.Org, c models.Claim) error {
	if c.State != models.ClaimAccepted {
		return nil
	}
	r, err := s.store.FindRecord(ctx, models.SystemScope(), c.Records[0])
	if err != nil {
		return err
	}
	if _, err := s.join(ctx, []occasion{s.trainee(org, c, r)}); err != nil {
		return err
	}
	return s.store.FinishClaim(ctx, c.ID, s.now())
}

// startTrainee answers one person's claim. Whoever is not the organisation gets the person's link at once; the organisation profits from good answers,
// and gets none. The message goes out all the same: a platform's page may be closed.
func (s *Service) startTrainee(ctx context.Context, p models.Principal, org models.Org, c models.Claim) (r ClaimResult, err error) {
	if c.Records == nil { // read without its list
		if c.Records, err = s.store.FindClaimRecords(ctx, c.ID); err != nil {
			return r, models.ErrUnavailable.Because(err)
		}
	}
	if err := s.joinClaim(ctx, org, c); err != nil {
		return r, err
	}
	o := s.trainee(org, c, models.Record{ID: c.Records[0]}) // the record itself may be deleted by now
	r = ClaimResult{ID: c.ID, No: c.No, Batch: c.Batch, Accepted: c.People, Rejected: explain(c.Rejected), ClosesAt: o.rule.Closes(o.send, o.today)}
	if !p.Scope().IsOrg() {
		r.Link = s.Link(o.id)
	}
	return r, nil
}
