package models

import (
	"slices"
	"time"
)

// MeasureID names a case of supervision; derived from (organisation, policy version, rule, period) when a rule proposed it.
type MeasureID string

// MeasureState is where a case stands.
type MeasureState string

// The states of a case. A rule may only propose; only a person decides.
const (
	MeasureProposed  MeasureState = "PROPOSED"
	MeasureHearing   MeasureState = "HEARING" // the notice is served, the window for statement and defence (陈述申辩) is open
	MeasureHeard     MeasureState = "HEARD"   // the organisation has made its statement
	MeasureDecided   MeasureState = "DECIDED"
	MeasureDismissed MeasureState = "DISMISSED" // heard, and not imposed
	MeasureDropped   MeasureState = "DROPPED"   // not pursued; the organisation was never bothered
)

// MeasureAction is a step of a case.
type MeasureAction string

// The steps.
const (
	ActionNotice    MeasureAction = "notice"      // serve the notice and open the window
	ActionInterim   MeasureAction = "suspend_now" // suspend pending inquiry, for serious acts; the hearing follows
	ActionStatement MeasureAction = "statement"   // the organisation's
	ActionImpose    MeasureAction = "decide"
	ActionDismiss   MeasureAction = "dismiss"
	ActionDrop      MeasureAction = "drop"
	ActionRecuse    MeasureAction = "recuse"    // an official steps back for a conflict of interest
	ActionRectified MeasureAction = "rectified" // the organisation's report that it has rectified
	ActionPublish   MeasureAction = "publish"
	ActionUnpublish MeasureAction = "unpublish"
	ActionHandover  MeasureAction = "handover" // one item of the list is handed over
)

// caseStep is one line of the machine of cases. An empty target leaves the state.
type caseStep struct {
	from []MeasureState
	to   MeasureState
	org  bool // the organisation takes it, everything else is an official's
}

var measureSteps = map[MeasureAction]caseStep{
	ActionNotice:    {[]MeasureState{MeasureProposed}, MeasureHearing, false},
	ActionInterim:   {[]MeasureState{MeasureProposed}, MeasureHearing, false},
	ActionStatement: {[]MeasureState{MeasureHearing, MeasureHeard}, MeasureHeard, true},
	ActionImpose:    {[]MeasureState{MeasureProposed, MeasureHearing, MeasureHeard}, MeasureDecided, false},
	ActionDismiss:   {[]MeasureState{MeasureHearing, MeasureHeard}, MeasureDismissed, false},
	ActionDrop:      {[]MeasureState{MeasureProposed}, MeasureDropped, false},
	ActionRecuse:    {[]MeasureState{MeasureProposed, MeasureHearing, MeasureHeard}, "", false},
	ActionRectified: {[]MeasureState{MeasureDecided}, "", true},
	ActionPublish:   {[]MeasureState{MeasureDecided}, "", false},
	ActionUnpublish: {[]MeasureState{MeasureDecided}, "", false},
	ActionHandover:  {[]MeasureState{MeasureHearing, MeasureHeard, MeasureDecided}, "", false},
}

// Proceeding is one case against, or for, an organisation, from the proposal to the decision and what follows. Every step is one write of this
// document; Version is its lock.
type Proceeding struct {
	ID       MeasureID    `bson:"_id"`
	Org      OrgID        `bson:"org"`
	OrgName  string       `bson:"org_name"`
	OrgKind  OrgKind      `bson:"kind"`
	USCC     string       `bson:"uscc"`
	Region   string       `bson:"region"`    // who supervises the organisation
	Decides  string       `bson:"decides"`   // the region whose officials decide
	Kind     MeasureKind  `bson:"measure"`   //
	Wanted   MeasureKind  `bson:"wanted"`    // what the rule asked for; Kind is milder while that cannot be reached yet
	From     Standing     `bson:"from"`      // the organisation's standing when the case was decided, before: when it was proposed
	To       Standing     `bson:"to"`        //
	Seq      int          `bson:"seq"`       // number of the decision in the organisation's history, from 1; 0: none yet
	Interim  bool         `bson:"interim"`   // suspended pending inquiry
	Evidence CaseEvidence `bson:"evidence"`  // frozen when the case was made
	Reason   string       `bson:"reason"`    // of whoever proposed it, or of the rule
	Proposer AccountID    `bson:"by"`        // empty: a rule
	ByOrg    bool         `bson:"by_org"`    // the organisation asked for it itself
	Recused  []AccountID  `bson:"recused"`   // officials who stepped back
	HeardBy  time.Time    `bson:"heard_by"`  // end of the window, 24:00 Beijing
	Unsure   bool         `bson:"unsure"`    // HeardBy is provisional: the calendar does not reach it
	NotedAt  time.Time    `bson:"noted_at"`  // when the notice was served
	Words    []byte       `bson:"statement"` // sealed: the organisation's statement
	WordsAt  time.Time    `bson:"statement_at"`
	Report   []byte       `bson:"report"` // sealed: what it did to rectify
	ReportAt time.Time    `bson:"report_at"`
	WordsIn  []FileID     `bson:"statement_files,omitempty"` // papers with the statement
	ReportIn []FileID     `bson:"report_files,omitempty"`    // and with the report
	LateAt   time.Time    `bson:"late_at,omitempty"`         // when the regulator was told that the time to rectify had passed without a report

	Decision  *Decision      `bson:"decision,omitempty"`
	Public    bool           `bson:"public"`
	Handover  []HandoverItem `bson:"handover"`
	Timeline  []MeasureEvent `bson:"timeline"`
	State     MeasureState   `bson:"state"`
	Version   int            `bson:"version"`
	CreatedAt time.Time      `bson:"created_at"`
	ChangedAt time.Time      `bson:"changed_at"`
}

// HasFile says whether a paper is one of the case's.
func (m Proceeding) HasFile(id FileID) bool {
	return slices.Contains(m.WordsIn, id) || slices.Contains(m.ReportIn, id)
}

// Overdue says whether the time to rectify has passed without a report, as far as the case itself tells: a later decision may have ended it.
func (m Proceeding) Overdue(now time.Time) bool {
	return m.State == MeasureDecided && m.Decision != nil && !m.Decision.RectifyBy.IsZero() && !now.Before(m.Decision.RectifyBy) && m.ReportAt.IsZero()
}

// Decision is what a named official decided.
type Decision struct {
	No        string    `bson:"no"` // number of the document
	By        AccountID `bson:"by"`
	Name      string    `bson:"name"` // as it was on that day
	Region    string    `bson:"region"`
	Text      string    `bson:"text"`
	RectifyBy time.Time `bson:"rectify_by,omitempty"` // RECTIFY: until when, 24:00 Beijing
	At        time.Time `bson:"at"`
}

// MeasureEvent is one step as recorded.
type MeasureEvent struct {
	Action MeasureAction `bson:"action" json:"action"`
	State  MeasureState  `bson:"state" json:"state"`
	At     time.Time     `bson:"at" json:"at"`
	By     AccountID     `bson:"by,omitempty" json:"-"`
	Name   string        `bson:"name,omitempty" json:"name,omitempty"` // of an official
	Note   string        `bson:"note,omitempty" json:"note,omitempty"`
	Inside bool          `bson:"inside,omitempty" json:"-"` // not for the organisation: before the notice, recusals
}

// HandoverItem is something unfinished that somebody else must finish when the organisation may not.
type HandoverItem struct {
	Item   string    `bson:"item" json:"item"` // open_rounds, unsent_invitations, open_complaints, or a free one
	Count  int       `bson:"count" json:"count"`
	Done   bool      `bson:"done" json:"done"`
	Note   string    `bson:"note,omitempty" json:"note,omitempty"`
	By     AccountID `bson:"by,omitempty" json:"-"`
	DoneAt time.Time `bson:"done_at,omitempty" json:"done_at"`
}

// CaseEvidence is what a case stands on, frozen.
type CaseEvidence struct {
	Policy     PolicyID         `bson:"policy,omitempty" json:"policy,omitempty"`
	PolicyName string           `bson:"policy_name,omitempty" json:"policy_name,omitempty"`
	Rule       *Rule            `bson:"rule,omitempty" json:"rule,omitempty"`
	Period     string           `bson:"period,omitempty" json:"period,omitempty"`
	Report     string           `bson:"report,omitempty" json:"report,omitempty"` // id of a period snapshot
	Catalog    string           `bson:"catalog,omitempty" json:"catalog,omitempty"`
	Figures    []EvidenceFigure `bson:"figures" json:"figures"`
	Accepted   int64            `bson:"accepted" json:"accepted"`           // complaints accepted in the period
	Proven     int64            `bson:"substantiated" json:"substantiated"` // of those, found true or partly true
	Cases      []string         `bson:"cases,omitempty" json:"cases,omitempty"`
	ComputedAt time.Time        `bson:"computed_at,omitempty" json:"computed_at"`
	Files      []string         `bson:"files,omitempty" json:"files,omitempty"` // references an official gives by hand: document numbers
}

// EvidenceFigure is one figure as it stood, live, and as the organisation's own view showed it at that moment.
type EvidenceFigure struct {
	Live     *IndicatorValue `bson:"live,omitempty" json:"live,omitempty"` // left out for the organisation
	Released IndicatorValue  `bson:"released" json:"released"`
	Response *float64        `bson:"response_rate,omitempty" json:"response_rate"` // percent, of the form that the figure comes from
	Crossed  bool            `bson:"crossed" json:"crossed"`                       // the rule's figure; others are for context
}

// Allowed says whether the step may be taken in the case's state, by an organisation or an official.
func (m Proceeding) Allowed(a MeasureAction, byOrg bool) bool {
	step, ok := measureSteps[a]
	return ok && step.org == byOrg && slices.Contains(step.from, m.State) && m.fits(a)
}

// fits holds what the table of states does not say: which steps belong to which measure.
func (m Proceeding) fits(a MeasureAction) bool {
	switch a {
	case ActionNotice:
		return m.Kind.Heard()
	case ActionInterim:
		return m.Kind == MeasureSuspend
	case ActionImpose:
		return m.State != MeasureProposed || !m.Kind.Heard()
	case ActionRectified:
		return m.Kind == MeasureRectify
	case ActionPublish:
		return !m.Public
	case ActionUnpublish:
		return m.Public
	case ActionHandover:
		return len(m.Handover) > 0
	}
	return true
}

// MayDecideAt says whether the organisation has been heard: it made its statement, or its time is over.
func (m Proceeding) MayDecideAt(now time.Time) bool {
	return !m.Kind.Heard() || m.State == MeasureHeard || m.State == MeasureHearing && !now.Before(m.HeardBy)
}

// Step gives the case after an action: state, timeline and version. The caller fills in what the action brings.
func (m Proceeding) Step(a MeasureAction, e MeasureEvent) (Proceeding, error) {
	step, ok := measureSteps[a]
	if !ok || !m.Allowed(a, step.org) {
		return m, ErrMeasureStep
	}
	if step.to != "" {
		m.State = step.to
	}
	e.Action, e.State = a, m.State
	m.Version, m.ChangedAt = m.Version+1, e.At
	m.Timeline = append(slices.Clone(m.Timeline), e)
	return m, nil
}

// StandingAfter gives the organisation's standing when m is the newest decision about it: an interim suspension that was dismissed leaves it as
// it was.
func (m Proceeding) StandingAfter() Standing {
	if m.Seq == 0 {
		return StandingNormal
	}
	if m.Interim && m.State == MeasureDismissed {
		return m.From
	}
	return m.To
}

// VisibleTo says whether a reader may see the case: an organisation not before it is told.
func (m Proceeding) VisibleTo(sc Scope) bool {
	return !sc.IsOrg() || m.ByOrg || m.State != MeasureProposed && m.State != MeasureDropped
}

// The errors of measures.
var (
	ErrMeasureStep     = NewError(KindConflict, "transition_not_allowed", "这件监管措施现在不能这样处理，请刷新后再看。", "This step is not possible in the present state.")
	ErrMeasureStanding = NewError(KindConflict, "standing_not_allowed", "机构目前的状态不能采取这项措施：退出之前须先暂停评价，解除和恢复须先有相应措施。", "The organisation's standing does not allow this measure: suspend before exit; lift or reinstate only what was imposed.")
	ErrNotHeard        = NewError(KindConflict, "not_heard_yet", "陈述申辩期还没有结束，机构也没有提交陈述，现在不能作出决定。", "The organisation has not been heard and its time for a statement is not over.")
	ErrOtherDecides    = NewError(KindForbidden, "other_authority", "这项措施应由备案机关决定，您的账号不是该机关的。", "This measure is for the filing authority to decide, which your account does not belong to.")
	ErrConflicted      = NewError(KindForbidden, "conflict_of_interest", "提出建议的人和已回避的人不能作出决定，请由另一位同事决定。", "Whoever proposed the measure or stepped back cannot decide it; a colleague must.")
	ErrStatementLate   = NewError(KindConflict, "statement_late", "陈述申辩期已经结束。如有新的证据，请直接联系作出决定的人社部门。", "The time for a statement is over; contact the deciding authority directly.")
)
