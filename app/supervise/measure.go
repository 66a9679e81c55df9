package supervise

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

// maxCases is how many case numbers of complaints a proposal lists.
const maxCases = 50

// Case is a case as a reader may see it, with the organisation's words opened.
type Case struct {
	models.Proceeding
	Statement string
	Rectified string // the organisation's report
	Steps     []models.MeasureAction
	Standing  models.Standing // of the organisation now
	Late      bool            // the time to rectify passed without a report
}

// Standing gives how an organisation stands: what the newest decision about it made of it.
func (s *Service) Standing(ctx context.Context, org models.OrgID) (models.Standing, error) {
	last, err := s.store.LastDecision(ctx, org)
	return last.StandingAfter(), err
}

// Measures lists the cases in p's scope, newest first.
func (s *Service) Measures(ctx context.Context, p models.Principal, f store.MeasureFilter, page models.Page) (models.List[Case], error) {
	out := models.List[Case]{Items: []Case{}}
	if f.Kind != "" && !f.Kind.Valid() {
		return out, models.ErrInvalid.WithFields(unknownKind())
	}
	list, err := s.store.ListMeasures(ctx, p.Scope(), f, page)
	for _, m := range list.Items {
		late, err := s.overdue(ctx, m) // reads more for those alone that may be
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, Case{Proceeding: cut(p.Scope(), m), Late: late})
	}
	out.Next = list.Next
	return out, err
}

func unknownKind() models.FieldError {
	return models.FieldError{Field: "measure", Code: "unknown", Message: "措施应为 WATCH、RECTIFY、SUSPEND、EXIT、VOLUNTARY_EXIT、LIFT 或 REINSTATE。"}
}

// cut leaves out what an organisation may not see: live figures that its own view does not show yet, numbers of complaints' cases, steps inside
// the authority, who stepped back.
func cut(sc models.Scope, m models.Proceeding) models.Proceeding {
	if !sc.IsOrg() {
		return m
	}
	m.Recused, m.Evidence.Cases, m.Evidence.Files = nil, nil, nil
	if !m.ByOrg {
		m.Reason = "" // a colleague's words to a colleague; the notice speaks to the organisation
	}
	figures := make([]models.EvidenceFigure, 0, len(m.Evidence.Figures))
	for _, f := range m.Evidence.Figures {
		f.Live = nil
		figures = append(figures, f)
	}
	m.Evidence.Figures = figures
	events := make([]models.MeasureEvent, 0, len(m.Timeline))
	for _, e := range m.Timeline {
		if !e.Inside {
			events = append(events, e)
		}
	}
	m.Timeline = events
	return m
}

// Measure reads one case.
func (s *Service) Measure(ctx context.Context, p models.Principal, id models.MeasureID) (Case, error) {
	m, err := s.store.FindMeasure(ctx, p.Scope(), id)
	if err != nil {
		return Case{}, err
	}
	return s.open(ctx, p, m)
}

// open makes a case readable for p.
func (s *Service) open(ctx context.Context, p models.Principal, m models.Proceeding) (c Case, err error) {
	if c.Statement, err = s.unseal(m.Words, m.ID, "statement"); err != nil {
		return c, err
	}
	if c.Rectified, err = s.unseal(m.Report, m.ID, "report"); err != nil {
		return c, err
	}
	if c.Standing, err = s.Standing(ctx, m.Org); err != nil {
		return c, err
	}
	if c.Late, err = s.overdue(ctx, m); err != nil {
		return c, err
	}
	c.Steps = s.steps(p, m, c.Standing)
	c.Proceeding = cut(p.Scope(), m)
	return c, nil
}

func place(id models.MeasureID, what string) string { return "measure/" + string(id) + "/" + what }

func (s *Service) unseal(sealed []byte, id models.MeasureID, what string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := s.box.Open(sealed, place(id, what))
	return string(plain), err
}

// Proposal is what somebody proposes by hand.
type Proposal struct {
	Org    models.OrgID
	Kind   models.MeasureKind
	Reason string
	Period string   // whose figures go with it; empty: none
	Report string   // id of a period report
	Files  []string // numbers of documents
}

// Propose makes a case by hand: an official about an organisation in scope, or an organisation about its own leaving.
func (s *Service) Propose(ctx context.Context, p models.Principal, in Proposal) (Case, error) {
	byOrg := p.Role == models.RoleOperator
	if byOrg {
		if in.Org == "" {
			in.Org = p.Org
		}
		if in.Kind.Valid() && in.Kind != models.MeasureLeave {
			return Case{}, models.ErrForbidden
		}
	} else if err := official(p); err != nil {
		return Case{}, err
	}
	wrong := s.checkProposal(&in)
	if len(wrong) > 0 {
		return Case{}, models.ErrInvalid.WithFields(wrong...)
	}
	o, err := s.store.FindOrg(ctx, p.Scope(), in.Org)
	if err != nil {
		return Case{}, err
	}
	standing, err := s.Standing(ctx, o.ID)
	if err != nil {
		return Case{}, err
	}
	if _, ok := in.Kind.Leads(standing); !ok {
		return Case{}, models.ErrMeasureStanding.With("standing", standing)
	}
	e, err := s.evidenceOf(ctx, o, in)
	if err != nil {
		return Case{}, err
	}
	m := s.newCase(o, in.Kind, standing, e)
	m.ID, m.Reason, m.Proposer, m.ByOrg = models.MeasureID(models.NewID()), in.Reason, p.Account, byOrg
	if _, err := s.create(ctx, p, &m); err != nil {
		return Case{}, err
	}
	return s.open(ctx, p, m)
}

func (s *Service) checkProposal(in *Proposal) (wrong []models.FieldError) {
	if !in.Kind.Valid() {
		wrong = append(wrong, unknownKind())
	}
	if in.Org == "" {
		wrong = append(wrong, models.FieldError{Field: "org", Code: "required", Message: "请写明是哪个机构。"})
	}
	if in.Period != "" {
		if _, err := models.ParsePeriod(in.Period); err != nil {
			wrong = append(wrong, models.FieldError{Field: "period", Code: "period_invalid", Message: models.ErrPeriod.Message})
		}
	}
	var bad []models.FieldError
	in.Reason, bad = words("reason", in.Reason, true)
	wrong = append(wrong, bad...)
	in.Report, bad = line("report", in.Report, false)
	wrong = append(wrong, bad...)
	if len(in.Files) > 10 {
		wrong = append(wrong, models.FieldError{Field: "documents", Code: "too_many", Message: "最多列10份文件。"})
		return wrong
	}
	for i := range in.Files {
		in.Files[i], bad = line(fmt.Sprintf("documents[%d]", i), in.Files[i], true)
		wrong = append(wrong, bad...)
	}
	return wrong
}

// evidenceOf freezes the figures of the period that somebody names.
func (s *Service) evidenceOf(ctx context.Context, o models.Org, in Proposal) (models.CaseEvidence, error) {
	e := models.CaseEvidence{Figures: []models.EvidenceFigure{}, Report: in.Report, Files: in.Files}
	if in.Period == "" {
		return e, nil
	}
	period, err := models.ParsePeriod(in.Period)
	if err != nil {
		return e, err
	}
	r, err := s.indicators.ForOrg(ctx, models.SystemScope(), o.ID, period.Name)
	if err != nil {
		return e, err
	}
	e.Period, e.Catalog, e.ComputedAt = period.Name, s.catalog.Hash(), r.ComputedAt
	for _, v := range r.Live {
		if v.Value != nil {
			e.Figures = append(e.Figures, models.EvidenceFigure{Live: &v, Released: s.figure(r.Released, v.ID).value})
		}
	}
	return e, s.countComplaints(ctx, o.ID, period, &e)
}

func (s *Service) countComplaints(ctx context.Context, org models.OrgID, p models.Period, e *models.CaseEvidence) (err error) {
	if e.Accepted, e.Proven, err = s.store.CountComplaints(ctx, org, p.Start, p.End); err != nil || e.Proven == 0 {
		return err
	}
	e.Cases, err = s.store.ProvenCases(ctx, org, p.Start, p.End, maxCases)
	return err
}

// newCase is a proposed case without id, reason and author.
func (s *Service) newCase(o models.Org, kind models.MeasureKind, standing models.Standing, e models.CaseEvidence) models.Proceeding {
	now := s.now().UTC().Truncate(time.Millisecond)
	to, _ := kind.Leads(standing)
	return models.Proceeding{
		Org: o.ID, OrgName: o.Name, OrgKind: o.Kind, USCC: o.USCC, Region: o.Region, Decides: models.DecidingRegion(o, kind, standing),
		Kind: kind, Wanted: kind, From: standing, To: to, Evidence: e, State: models.MeasureProposed, Version: 1, CreatedAt: now, ChangedAt: now,
		Handover: []models.HandoverItem{},
		Timeline: []models.MeasureEvent{},
	}
}

// create stores a case after the audit log has it; false when it was there.
func (s *Service) create(ctx context.Context, p models.Principal, m *models.Proceeding) (bool, error) {
	m.Timeline = []models.MeasureEvent{{Action: "propose", State: m.State, At: m.CreatedAt, By: p.Account, Name: p.Name, Note: m.Reason, Inside: !m.ByOrg}}
	if err := s.record(ctx, p, *m, "propose"); err != nil {
		return false, err
	}
	err := s.store.CreateMeasure(ctx, *m)
	if errors.Is(err, models.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

func (s *Service) record(ctx context.Context, p models.Principal, m models.Proceeding, step models.MeasureAction) error {
	return s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditMeasure, Object: "measure/" + string(m.ID), Org: m.Org, Region: m.Region,
		Detail: map[string]string{"step": string(step), "measure": string(m.Kind), "state": string(m.State), "version": strconv.Itoa(m.Version)},
	})
}
