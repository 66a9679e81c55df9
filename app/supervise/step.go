package supervise

import (
	"context"
	"slices"
	"time"

	"huisheng/models"
)

// Step is one step of a case.
type Step struct {
	Action  models.MeasureAction
	Version int    // of the case as the caller read it; 0: whatever it is now
	Text    string // the notice, the statement, the decision's reasons
	No      string // number of the decision's document
	Days    int    // RECTIFY: how many days it may take; 0: RectifyDays
	Public  *bool  // whether the decision is published; nil: exits are
	Item    string // of the hand-over list

	papers *[]models.FileID // stored already, see Submit; nil: those before stay
}

// with gives the files that stand beside the words after the step.
func (in Step) with(before []models.FileID) []models.FileID {
	if in.papers == nil {
		return before
	}
	return *in.papers
}

// The time limits.
const (
	HearingDays = 5  // working days for a statement and defence
	RectifyDays = 30 // natural days to rectify, moved to the next working day
	maxRectify  = 365
)

// byOrg says whether an action is the organisation's.
func byOrg(a models.MeasureAction) bool {
	return a == models.ActionStatement || a == models.ActionRectified
}

// actions are all steps in the order in which they are offered.
func actions() []models.MeasureAction {
	return []models.MeasureAction{
		models.ActionNotice, models.ActionInterim, models.ActionStatement, models.ActionImpose, models.ActionDismiss, models.ActionDrop,
		models.ActionRectified, models.ActionHandover, models.ActionPublish, models.ActionUnpublish, models.ActionRecuse,
	}
}

// steps are what p could do with a case now.
func (s *Service) steps(p models.Principal, m models.Proceeding, standing models.Standing) []models.MeasureAction {
	out := []models.MeasureAction{}
	for _, a := range actions() {
		if s.may(p, m, a, standing) == nil {
			out = append(out, a)
		}
	}
	return out
}

// may says why p cannot take a step now, as far as the case itself tells.
func (s *Service) may(p models.Principal, m models.Proceeding, a models.MeasureAction, standing models.Standing) error {
	isOrg := p.Role == models.RoleOperator
	switch {
	case byOrg(a) != isOrg:
		return models.ErrForbidden
	case !m.Allowed(a, isOrg):
		return models.ErrMeasureStep
	case isOrg:
		if a == models.ActionStatement && !s.now().Before(m.HeardBy) {
			return models.ErrStatementLate
		}
		return nil
	case official(p) != nil:
		return models.ErrForbidden
	case a == models.ActionRecuse:
		return nil
	case authority(p) != m.Decides:
		return models.ErrOtherDecides
	}
	return s.mayDecide(p, m, a, standing)
}

// mayDecide holds the rules of decisions: the step fits the standing, the organisation was heard, and whoever decides has no part in the case.
func (s *Service) mayDecide(p models.Principal, m models.Proceeding, a models.MeasureAction, standing models.Standing) error {
	switch a {
	case models.ActionNotice, models.ActionInterim:
		if _, ok := m.Kind.Leads(standing); !ok {
			return models.ErrMeasureStanding.With("standing", standing)
		}
	case models.ActionImpose, models.ActionDismiss:
		if conflicted(p.Account, m) {
			return models.ErrConflicted
		}
		if a == models.ActionDismiss {
			return nil
		}
		if _, ok := m.Kind.Leads(standing); !ok && !m.Interim {
			return models.ErrMeasureStanding.With("standing", standing)
		}
		if !m.MayDecideAt(s.now()) {
			return models.ErrNotHeard
		}
	}
	return nil
}

// conflicted says whether an official must leave the decision to a colleague: they stepped back, or they brought a step down about themselves to
// decide: proposing and suspending at once are other people's acts than judging.
func conflicted(by models.AccountID, m models.Proceeding) bool {
	if slices.Contains(m.Recused, by) {
		return true
	}
	if !m.Kind.Heard() {
		return false
	}
	return m.Proposer == by || slices.ContainsFunc(m.Timeline, func(e models.MeasureEvent) bool { return e.Action == models.ActionInterim && e.By == by })
}

// Take takes a step. The case's document is written once; ErrConflict when somebody was faster.
func (s *Service) Take(ctx context.Context, p models.Principal, id models.MeasureID, in Step) (Case, error) {
	m, err := s.store.FindMeasure(ctx, p.Scope(), id)
	if err != nil {
		return Case{}, err
	}
	if !slices.Contains(actions(), in.Action) {
		return Case{}, models.ErrInvalid.WithFields(models.FieldError{Field: "action", Code: "unknown", Message: "没有这个步骤。"})
	}
	if in.Version != 0 && in.Version != m.Version {
		return Case{}, models.ErrConflict
	}
	last, err := s.store.LastDecision(ctx, m.Org)
	if err != nil {
		return Case{}, err
	}
	if err := s.refreshOrg(ctx, &m, last.StandingAfter()); err != nil {
		return Case{}, err
	}
	if err := s.may(p, m, in.Action, last.StandingAfter()); err != nil {
		return Case{}, err
	}
	if wrong := checkStep(&in, m); len(wrong) > 0 {
		return Case{}, models.ErrInvalid.WithFields(wrong...)
	}
	next, err := s.take(ctx, p, m, in, last)
	if err != nil {
		return Case{}, err
	}
	if err := s.record(ctx, p, next, in.Action); err != nil {
		return Case{}, err
	}
	if err := s.store.UpdateMeasure(ctx, next); err != nil {
		return Case{}, err
	}
	return s.open(ctx, p, next)
}

// refreshOrg follows the organisation while the case is open: another name, another supervisor, another standing and so perhaps another authority.
func (s *Service) refreshOrg(ctx context.Context, m *models.Proceeding, standing models.Standing) error {
	if m.State == models.MeasureDecided || m.State == models.MeasureDismissed || m.State == models.MeasureDropped {
		return nil
	}
	o, err := s.store.FindOrg(ctx, models.SystemScope(), m.Org)
	if err != nil {
		return err
	}
	m.OrgName, m.Region, m.Decides = o.Name, o.Region, models.DecidingRegion(o, m.Kind, standing)
	return nil
}

// needsText are the steps that say something to somebody.
var needsText = map[models.MeasureAction]bool{
	models.ActionNotice: true, models.ActionInterim: true, models.ActionStatement: true, models.ActionImpose: true, models.ActionDismiss: true,
	models.ActionDrop: true, models.ActionRectified: true, models.ActionUnpublish: true, models.ActionRecuse: true,
}

func checkStep(in *Step, m models.Proceeding) []models.FieldError {
	var wrong, bad []models.FieldError
	in.Text, bad = words("reason", in.Text, needsText[in.Action])
	wrong = append(wrong, bad...)
	numbered := in.Action == models.ActionInterim || in.Action == models.ActionImpose && (m.Kind.Ends() || m.Kind == models.MeasureReinstate)
	in.No, bad = line("decision_no", in.No, numbered)
	wrong = append(wrong, bad...)
	if in.Days < 0 || in.Days > maxRectify {
		wrong = append(wrong, models.FieldError{Field: "days", Code: "out_of_range", Message: "整改期限为1到365天。"})
	}
	if in.Action == models.ActionHandover && !slices.ContainsFunc(m.Handover, func(h models.HandoverItem) bool { return h.Item == in.Item && !h.Done }) {
		wrong = append(wrong, models.FieldError{Field: "item", Code: "unknown", Message: "交接清单里没有这一项，或已经办完。"})
	}
	return wrong
}

// take makes the case after a step.
func (s *Service) take(ctx context.Context, p models.Principal, m models.Proceeding, in Step, last models.Proceeding) (models.Proceeding, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	e := models.MeasureEvent{At: now, By: p.Account, Name: p.Name, Note: in.Text}
	switch in.Action {
	case models.ActionDrop, models.ActionRecuse:
		e.Inside = true
	case models.ActionStatement, models.ActionRectified:
		e.Name, e.Note = "", "" // the words are sealed beside it
	case models.ActionInterim, models.ActionImpose:
		if in.No != "" {
			e.Note = in.No + "\n" + in.Text
		}
	}
	next, err := m.Step(in.Action, e)
	if err != nil {
		return next, err
	}
	switch in.Action {
	case models.ActionNotice:
		s.serve(ctx, &next, now)
	case models.ActionInterim:
		s.serve(ctx, &next, now)
		next.Interim = true
		err = s.number(ctx, &next, last, now)
	case models.ActionStatement:
		next.WordsAt, next.WordsIn = now, in.with(m.WordsIn)
		next.Words, err = s.box.Seal([]byte(in.Text), place(m.ID, "statement"))
	case models.ActionRectified:
		next.ReportAt, next.ReportIn = now, in.with(m.ReportIn)
		next.Report, err = s.box.Seal([]byte(in.Text), place(m.ID, "report"))
	case models.ActionImpose:
		err = s.impose(ctx, p, &next, in, last, now)
	case models.ActionRecuse:
		next.Recused = append(slices.Clone(next.Recused), p.Account)
	case models.ActionPublish, models.ActionUnpublish:
		next.Public = in.Action == models.ActionPublish
	case models.ActionHandover:
		next.Handover = handedOver(next.Handover, in, p.Account, now)
	}
	return next, err
}

// serve opens the window for the organisation's statement: five working days, until midnight of the last.
func (s *Service) serve(ctx context.Context, m *models.Proceeding, now time.Time) {
	day, unsure := s.calendar.Current(ctx).AddWorkdays(models.DateOf(now), HearingDays)
	m.NotedAt, m.HeardBy, m.Unsure = now, day.End(), unsure
}

// number makes the case the newest decision about its organisation. Of two that are made at once the unique index refuses one.
func (s *Service) number(ctx context.Context, m *models.Proceeding, last models.Proceeding, now time.Time) error {
	m.Seq, m.From = last.Seq+1, last.StandingAfter()
	m.To, _ = m.Kind.Leads(m.From)
	if !m.Kind.Ends() {
		return nil
	}
	list, err := s.unfinished(ctx, m.Org, now)
	m.Handover = list
	return err
}

func (s *Service) impose(ctx context.Context, p models.Principal, m *models.Proceeding, in Step, last models.Proceeding, now time.Time) error {
	d := &models.Decision{No: in.No, By: p.Account, Name: p.Name, Region: authority(p), Text: in.Text, At: now}
	if m.Kind == models.MeasureRectify {
		days := in.Days
		if days == 0 {
			days = RectifyDays
		}
		day, _ := s.calendar.Current(ctx).RollForward(models.DateOf(now).AddDays(days))
		d.RectifyBy = day.End()
	}
	m.Decision = d
	m.Public = m.Kind == models.MeasureExit || m.Kind == models.MeasureLeave
	if in.Public != nil {
		m.Public = *in.Public
	}
	if m.Interim { // in force since it was suspended
		return nil
	}
	return s.number(ctx, m, last, now)
}

// unfinished is the list of what somebody must take over when an organisation may not go on.
func (s *Service) unfinished(ctx context.Context, org models.OrgID, now time.Time) ([]models.HandoverItem, error) {
	u, err := s.store.CountUnfinished(ctx, org, now)
	list := []models.HandoverItem{}
	for _, x := range []struct {
		item string
		n    int
	}{{"open_rounds", u.OpenRounds}, {"unsent_invitations", u.Unsent}, {"open_complaints", u.OpenComplaints}} {
		list = append(list, models.HandoverItem{Item: x.item, Count: x.n, Done: x.n == 0})
	}
	// What the program cannot count: people examined and not certified yet, and the papers. Somebody has to say that they were handed over.
	return append(list, models.HandoverItem{Item: "candidates"}, models.HandoverItem{Item: "records"}), err
}

func handedOver(list []models.HandoverItem, in Step, by models.AccountID, now time.Time) []models.HandoverItem {
	out := slices.Clone(list)
	for i := range out {
		if out[i].Item == in.Item {
			out[i].Done, out[i].Note, out[i].By, out[i].DoneAt = true, in.Text, by, now
		}
	}
	return out
}
