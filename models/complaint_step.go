package models

import (
	"slices"
	"time"
)

// ComplaintAction is a step of a complaint's life.
type ComplaintAction string

// The steps of officials.
const (
	ActionTriage        ComplaintAction = "triage"
	ActionTransfer      ComplaintAction = "transfer"
	ActionAccept        ComplaintAction = "accept"
	ActionRefuse        ComplaintAction = "refuse"
	ActionInvestigate   ComplaintAction = "investigate"
	ActionAskOrg        ComplaintAction = "ask_org"
	ActionWait          ComplaintAction = "wait"
	ActionResume        ComplaintAction = "resume"
	ActionExtend        ComplaintAction = "extend"
	ActionApproveExtend ComplaintAction = "approve_extension"
	ActionDenyExtend    ComplaintAction = "deny_extension"
	ActionMerge         ComplaintAction = "merge"
	ActionStepAside     ComplaintAction = "recuse"
	ActionDecide        ComplaintAction = "decide"
	ActionNotify        ComplaintAction = "notify"
	ActionClose         ComplaintAction = "close"
	ActionContinue      ComplaintAction = "continue"
)

// The steps of others: the organisation's reply, the complainant's own, and what the passing of time does.
const (
	ActionOrgReply   ComplaintAction = "org_reply"
	ActionSupplement ComplaintAction = "supplement"
	ActionWithdraw   ComplaintAction = "withdraw"
	ActionReview     ComplaintAction = "review"
	ActionWaitOver   ComplaintAction = "wait_over"
	ActionEscalate   ComplaintAction = "escalate"
)

// Actor is who takes a step.
type Actor string

// The actors.
const (
	ByOfficial    Actor = "official"
	ByOrg         Actor = "organisation"
	ByComplainant Actor = "complainant"
	BySystem      Actor = "system"
)

// Step is one step with what it needs.
type Step struct {
	Action   ComplaintAction
	Actor    Actor
	By       AccountID
	At       time.Time
	Note     string // for the complainant to read
	Outcome  ComplaintOutcome
	Measures []CaseMeasure
	Refusal  CaseRefusal
	Category ComplaintCategory // as sorted; empty code: as it was
	Severe   bool              // found to be severe whatever the category says
	Region   string            // to transfer to
	Province bool              // the step is taken by the province
	Into     ComplaintID       // to merge into
	Days     int               // of extension
	Account  AccountID         // whom the case concerns
	Ask      OrgAsk
	Reply    OrgReply
	Body     []byte // sealed words of the complainant

	was ComplaintState // where the complaint stood
}

// stepRule is one line of the life cycle: who may take the step from which states, where it leads (empty: it stays), and what else it does.
type stepRule struct {
	actor Actor
	from  []ComplaintState
	to    ComplaintState
	do    func(c *Complaint, s Step, cal *Calendar) error
	quiet bool // the complainant is not shown it
}

// stepRules is the whole life cycle. What is not in it cannot happen.
func stepRules() map[ComplaintAction]stepRule {
	fresh := []ComplaintState{ComplaintSubmitted, ComplaintTriaged, ComplaintTransferred}
	work := []ComplaintState{ComplaintAccepted, ComplaintInvestigating, ComplaintOrgReply}
	with := func(list []ComplaintState, more ...ComplaintState) []ComplaintState {
		return append(slices.Clone(list), more...)
	}
	going := with(fresh, with(work, ComplaintWaiting)...)
	return map[ComplaintAction]stepRule{
		ActionTriage:        {ByOfficial, []ComplaintState{ComplaintSubmitted, ComplaintTransferred}, ComplaintTriaged, triage, false},
		ActionTransfer:      {ByOfficial, fresh, ComplaintTransferred, transfer, false},
		ActionAccept:        {ByOfficial, with(fresh, ComplaintReview), ComplaintAccepted, accept, false},
		ActionRefuse:        {ByOfficial, with(fresh, ComplaintReview), ComplaintRefused, refuse, false},
		ActionInvestigate:   {ByOfficial, []ComplaintState{ComplaintAccepted, ComplaintOrgReply, ComplaintReview}, ComplaintInvestigating, accepted, false},
		ActionAskOrg:        {ByOfficial, with(work, ComplaintReview), ComplaintInvestigating, askOrg, false},
		ActionWait:          {ByOfficial, work, ComplaintWaiting, wait, false},
		ActionResume:        {ByOfficial, []ComplaintState{ComplaintWaiting}, "", resume, false},
		ActionExtend:        {ByOfficial, with(work, ComplaintWaiting, ComplaintReview), "", extend, true},
		ActionApproveExtend: {ByOfficial, with(work, ComplaintWaiting, ComplaintReview), "", approve, false},
		ActionDenyExtend:    {ByOfficial, with(work, ComplaintWaiting, ComplaintReview), "", deny, true},
		ActionMerge:         {ByOfficial, with(fresh, ComplaintAccepted, ComplaintInvestigating), ComplaintMerged, merge, false},
		ActionStepAside:     {ByOfficial, with(going, ComplaintReview, ComplaintDecided), "", recuse, true},
		ActionDecide:        {ByOfficial, with(work, ComplaintReview), ComplaintDecided, decide, false},
		ActionNotify:        {ByOfficial, []ComplaintState{ComplaintDecided}, ComplaintNotified, told, false},
		ActionClose:         {ByOfficial, []ComplaintState{ComplaintNotified, ComplaintRefused, ComplaintWithdrawn}, ComplaintClosed, nil, false},
		ActionContinue:      {ByOfficial, []ComplaintState{ComplaintWithdrawn}, ComplaintInvestigating, goOn, false},
		ActionOrgReply:      {ByOrg, []ComplaintState{ComplaintInvestigating, ComplaintWaiting}, ComplaintOrgReply, orgReply, false},
		ActionSupplement:    {ByComplainant, going, "", supplement, false},
		ActionWithdraw:      {ByComplainant, going, ComplaintWithdrawn, withdraw, false},
		ActionReview:        {ByComplainant, []ComplaintState{ComplaintNotified, ComplaintRefused, ComplaintClosed}, ComplaintReview, review, false},
		ActionWaitOver:      {BySystem, []ComplaintState{ComplaintWaiting}, "", resume, false},
		ActionEscalate:      {BySystem, with(going, ComplaintReview, ComplaintDecided), "", escalate, false},
	}
}

// Actions lists what an actor may do with the complaint now, as far as the state tells.
func (c Complaint) Actions(by Actor) []ComplaintAction {
	var list []ComplaintAction
	for a, r := range stepRules() {
		if r.actor == by && slices.Contains(r.from, c.State) && c.fits(a) {
			list = append(list, a)
		}
	}
	slices.Sort(list)
	return list
}

// fits judges what the state alone does not tell.
func (c Complaint) fits(a ComplaintAction) bool {
	x := c.Extension
	switch a {
	case ActionAccept, ActionRefuse:
		return c.AcceptedAt.IsZero()
	case ActionInvestigate, ActionDecide:
		return !c.AcceptedAt.IsZero()
	case ActionAskOrg:
		return !c.AcceptedAt.IsZero() && c.OpenAsk() == nil
	case ActionExtend:
		return x == nil
	case ActionApproveExtend, ActionDenyExtend:
		return x != nil && x.ApprovedAt.IsZero()
	case ActionWait:
		return c.Waited() < MaxWaitDays
	case ActionContinue:
		return c.Severe || c.Merged > 0
	}
	return true
}

// Step gives the complaint after a step, with its deadlines worked out anew. ErrComplaintStep when the state does not allow it; other errors say what
// else is in the way.
func (c Complaint) Step(s Step, cal *Calendar) (Complaint, error) {
	rule, ok := stepRules()[s.Action]
	if !ok || rule.actor != s.Actor || !slices.Contains(rule.from, c.State) {
		return c, ErrComplaintStep
	}
	if rule.actor == ByOfficial && c.Concerns(s.By) && s.Action != ActionStepAside {
		return c, ErrConcerned
	}
	if (s.Action == ActionDecide) != (s.Outcome != "") {
		return c, ErrInvalid.WithFields(FieldError{Field: "outcome", Code: "outcome_with_decide", Message: "作出结论时必须选择结果，其他步骤不填结果。"})
	}
	next := c.clone()
	s.was = c.State
	if rule.to != "" {
		next.State = rule.to
	}
	if rule.do != nil {
		if err := rule.do(&next, s, cal); err != nil {
			return c, err
		}
	}
	if next.LookedAt.IsZero() && rule.actor == ByOfficial && s.Action != ActionTransfer {
		next.LookedAt = s.At
	}
	next.Version, next.ChangedAt = c.Version+1, s.At
	next.Timeline = append(next.Timeline, CaseEvent{State: next.State, Action: s.Action, At: s.At, By: s.By, Note: s.Note, Internal: rule.quiet})
	next.Reckon(cal)
	next.CheckAt = s.At // what follows from the step is derived by the sweep
	return next, nil
}

// clone copies what a step may change in place.
func (c Complaint) clone() Complaint {
	c.Timeline, c.Routes, c.Copies, c.Recused = slices.Clone(c.Timeline), slices.Clone(c.Routes), slices.Clone(c.Copies), slices.Clone(c.Recused)
	c.Asks, c.Stops, c.Escalations, c.Deciders = slices.Clone(c.Asks), slices.Clone(c.Stops), slices.Clone(c.Escalations), slices.Clone(c.Deciders)
	c.Supplements = slices.Clone(c.Supplements)
	if c.Extension != nil {
		x := *c.Extension
		c.Extension = &x
	}
	return c
}
