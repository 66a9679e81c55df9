package models

import "slices"

// Standing is how an organisation stands with its regulator.
type Standing string

// The standings, from good to gone. REINSTATED is an organisation that had left and was let in again: it may work as any other.
const (
	StandingNormal     Standing = "NORMAL"
	StandingWatch      Standing = "WATCH"
	StandingRectify    Standing = "RECTIFY"
	StandingSuspended  Standing = "SUSPENDED"
	StandingExited     Standing = "EXITED"
	StandingReinstated Standing = "REINSTATED"
)

// MeasureKind is what a case would do to an organisation's standing.
type MeasureKind string

// The measures: 关注, 限期整改, 暂停评价, 退出 (取消备案), 自愿退出, 解除, 恢复备案.
const (
	MeasureWatch     MeasureKind = "WATCH"
	MeasureRectify   MeasureKind = "RECTIFY"
	MeasureSuspend   MeasureKind = "SUSPEND"
	MeasureExit      MeasureKind = "EXIT"
	MeasureLeave     MeasureKind = "VOLUNTARY_EXIT" // asked for by the organisation itself
	MeasureLift      MeasureKind = "LIFT"           // back to normal work
	MeasureReinstate MeasureKind = "REINSTATE"
)

// standingStep is one line of the machine of standings.
type standingStep struct {
	from    []Standing
	to      Standing
	hearing bool // a step down: the organisation is heard first
}

// standingSteps is the machine: from which standings a measure may be taken, and where it leads. Exit is reached through suspension alone, so that
// nothing new begins while it is decided; serious acts may be suspended at once, without the steps before.
var standingSteps = map[MeasureKind]standingStep{
	MeasureWatch:     {[]Standing{StandingNormal, StandingReinstated}, StandingWatch, true},
	MeasureRectify:   {[]Standing{StandingNormal, StandingReinstated, StandingWatch}, StandingRectify, true},
	MeasureSuspend:   {[]Standing{StandingNormal, StandingReinstated, StandingWatch, StandingRectify}, StandingSuspended, true},
	MeasureExit:      {[]Standing{StandingSuspended}, StandingExited, true},
	MeasureLeave:     {[]Standing{StandingNormal, StandingReinstated, StandingWatch, StandingRectify, StandingSuspended}, StandingExited, false},
	MeasureLift:      {[]Standing{StandingWatch, StandingRectify, StandingSuspended}, StandingNormal, false},
	MeasureReinstate: {[]Standing{StandingExited}, StandingReinstated, false},
}

// Valid says whether k is a known measure.
func (k MeasureKind) Valid() bool { _, ok := standingSteps[k]; return ok }

// Proposable says whether a rule may propose k: the steps down.
func (k MeasureKind) Proposable() bool { return standingSteps[k].hearing }

// Heard says whether the organisation is heard before k is decided.
func (k MeasureKind) Heard() bool { return standingSteps[k].hearing }

// Leads gives the standing that k leads to, and whether it may be taken from s.
func (k MeasureKind) Leads(s Standing) (to Standing, ok bool) {
	step, known := standingSteps[k]
	return step.to, known && slices.Contains(step.from, s)
}

// Ends says whether k ends the organisation's work as an assessment body, for a while or for good: then what is unfinished is handed over.
func (k MeasureKind) Ends() bool { return k == MeasureSuspend || k == MeasureExit || k == MeasureLeave }

// Sharpest gives the sharpest measure up to k that may be taken from s; false when the organisation stands there or worse already.
func (k MeasureKind) Sharpest(s Standing) (MeasureKind, bool) {
	order := []MeasureKind{MeasureWatch, MeasureRectify, MeasureSuspend, MeasureExit}
	for i := slices.Index(order, k); i >= 0; i-- {
		if _, ok := order[i].Leads(s); ok {
			return order[i], true
		}
	}
	return "", false
}

// Barred says whether an organisation that stands so may begin no new rounds.
func (s Standing) Barred() bool { return s == StandingSuspended || s == StandingExited }

// DecidingRegion says who decides a measure about an organisation: the authority that filed it. The province files social organisations, so it
// suspends them, takes them off the list and lets them in again; watching over their quality, and telling them to rectify, is for the city
// that supervises them. Everything else is for whoever supervises the organisation.
func DecidingRegion(o Org, k MeasureKind, s Standing) string {
	if o.Kind != OrgSocial {
		return o.Region
	}
	if k == MeasureWatch || k == MeasureRectify || k == MeasureLift && s != StandingSuspended {
		return o.Region
	}
	return Province
}

// ErrBarred says that the organisation may begin nothing new.
var ErrBarred = NewError(KindConflict, "org_barred",
	"贵机构目前暂停评价或已退出，不能发起新的申领。已邀请的人仍可填写反馈和投诉；如有异议，请在“监管措施”里查看决定，并联系作出决定的人社部门。",
	"Your organisation is suspended or has left the list, so it cannot start a new claim. People already invited can still answer and complain; see the decision under Supervision and contact the authority that made it.")
