package models

import (
	"time"
)

// The time limits that are the same for every category, in working days.
const (
	ReplyDays    = 7  // the organisation's, from being asked
	ExtraDays    = 15 // the longest extension
	MaxWaitDays  = 10 // waiting for the complainant, in all
	ReviewDays   = 30 // for asking for a review, from being told
	warnEarly    = 60 // percent of a limit
	warnLate     = 90
	breached     = 100
	percentWhole = 100
)

// Limits are the working days that a complaint's category gave it when it was filed or sorted.
type Limits struct {
	Look    int `bson:"look"`
	Accept  int `bson:"accept"`
	Resolve int `bson:"resolve"`
}

// DueKind says what is due.
type DueKind string

// What may be due. Waiting is no duty of ours: it ends by itself.
const (
	DueNothing DueKind = ""
	DueLook    DueKind = "look"
	DueAccept  DueKind = "accept"
	DueResolve DueKind = "resolve"
	DueNotify  DueKind = "notify"
	DueWaiting DueKind = "waiting"
	DueReply   DueKind = "reply" // of the organisation
)

// Deadlines are a complaint's moments, each at 24:00 Beijing of its last day. A person was told AcceptBy and ResolveBy: they never move forward.
type Deadlines struct {
	LookBy      time.Time   `bson:"look_by"`
	LookedAt    time.Time   `bson:"looked_at"`
	AcceptBy    time.Time   `bson:"accept_by"`
	ResolveBy   time.Time   `bson:"resolve_by"`
	ReviewBy    time.Time   `bson:"review_by"`   // until when a review may be asked for
	Provisional bool        `bson:"provisional"` // the calendar does not reach the deadline yet
	Stops       []ClockStop `bson:"stops"`       // every wait for the complainant
	Extension   *Extension  `bson:"extension,omitempty"`
	Due         time.Time   `bson:"due_at"` // what counts now, for the order of the desk; NoDue when nothing is
	DueKind     DueKind     `bson:"due_kind"`
	CheckAt     time.Time   `bson:"check_at"` // when the job is to look at it next
}

// NoDue stands for no deadline: it sorts last.
func NoDue() time.Time { return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }

// ClockStop is one wait for the complainant.
type ClockStop struct {
	From  time.Time `bson:"from" json:"from"`
	Until time.Time `bson:"until" json:"until"` // it ends then at the latest
	To    time.Time `bson:"to" json:"to"`       // zero: it runs
	Days  int       `bson:"days" json:"days"`   // working days that it took
}

// Extension is the one longer time that a case may have.
type Extension struct {
	Days       int       `bson:"days"`
	Reason     string    `bson:"reason"`
	By         AccountID `bson:"by"`
	At         time.Time `bson:"at"`
	ApprovedBy AccountID `bson:"approved_by"`
	ApprovedAt time.Time `bson:"approved_at"` // zero: not yet
}

// Escalation is a deadline that was missed, and when the province was told.
type Escalation struct {
	Kind DueKind   `bson:"kind" json:"kind"`
	Due  time.Time `bson:"due" json:"due"`
	At   time.Time `bson:"at" json:"at"`
}

// Reckon works out every deadline by the calendar, and what is due now. What a person was told is only ever moved back, whatever the calendar says.
func (c *Complaint) Reckon(cal *Calendar) {
	filed := DateOf(c.CreatedAt)
	look, p1 := cal.AddWorkdays(filed, c.Limits.Look)
	accept, p2 := cal.AddWorkdays(filed, c.Limits.Accept)
	start := c.resolveStart()
	resolve, p3 := cal.AddWorkdays(DateOf(start), c.resolveDays())
	c.LookBy, c.AcceptBy, c.ResolveBy = later(c.LookBy, look.End()), later(c.AcceptBy, accept.End()), later(c.ResolveBy, resolve.End())
	switch {
	case !c.State.Open():
		c.Provisional = false
	case c.AcceptedAt.IsZero():
		c.Provisional = p1 || p2 || p3
	default:
		c.Provisional = p3
	}
	c.Due, c.DueKind = c.due()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// resolveStart is when the time for a decision began: with filing, or with the request for a review.
func (c *Complaint) resolveStart() time.Time {
	if c.Review != nil {
		return c.Review.At
	}
	return c.CreatedAt
}

// resolveDays is the limit for a decision with the extension and the stopped days in it.
func (c *Complaint) resolveDays() int {
	n := c.Limits.Resolve
	for _, s := range c.Stops {
		if !s.From.Before(c.resolveStart()) {
			n += s.Days
		}
	}
	if x := c.Extension; x != nil && !x.ApprovedAt.IsZero() && !x.At.Before(c.resolveStart()) {
		n += x.Days
	}
	return n
}

func (c *Complaint) due() (time.Time, DueKind) {
	switch c.State {
	case ComplaintSubmitted, ComplaintTransferred:
		if c.LookedAt.IsZero() && c.LookBy.Before(c.AcceptBy) {
			return c.LookBy, DueLook
		}
		return c.AcceptBy, DueAccept
	case ComplaintTriaged:
		return c.AcceptBy, DueAccept
	case ComplaintAccepted, ComplaintInvestigating, ComplaintOrgReply, ComplaintReview:
		return c.ResolveBy, DueResolve
	case ComplaintDecided:
		return c.ResolveBy, DueNotify
	case ComplaintWaiting:
		if n := len(c.Stops); n > 0 {
			return c.Stops[n-1].Until, DueWaiting
		}
	}
	return NoDue(), DueNothing
}

// limit is the whole time, in working days, of what is due.
func (c *Complaint) limit() int {
	switch c.DueKind {
	case DueLook:
		return c.Limits.Look
	case DueAccept:
		return c.Limits.Accept
	case DueResolve, DueNotify:
		return c.resolveDays()
	}
	return 0
}

// Waited is how many working days the clock has stood still so far.
func (c *Complaint) Waited() (n int) {
	for _, s := range c.Stops {
		n += s.Days
	}
	return n
}

// Urgency says how much of a time limit has run: 0, 60, 90 or 100 percent, and how many working days are left (0: it ends today; negative: days since
// it ended). A day counts as run when it begins.
func Urgency(cal *Calendar, now, due time.Time, limit int) (level, left int) {
	last, today := DateOf(due.Add(-time.Second)), DateOf(now)
	if !now.Before(due) {
		n, _ := cal.CountWorkdays(last, today)
		return breached, -max(n, 1)
	}
	left, _ = cal.CountWorkdays(today, last)
	switch run := (limit - left) * percentWhole; {
	case limit > 0 && run >= warnLate*limit:
		return warnLate, left
	case limit > 0 && run >= warnEarly*limit:
		return warnEarly, left
	}
	return 0, left
}

// Urgency is that of what is due now; 0 when nothing is.
func (c *Complaint) Urgency(cal *Calendar, now time.Time) (level, left int) {
	if c.DueKind == DueNothing || c.DueKind == DueWaiting {
		return 0, 0
	}
	return Urgency(cal, now, c.Due, c.limit())
}

// Overdue says whether a deadline of ours has passed.
func (c *Complaint) Overdue(now time.Time) bool {
	return c.DueKind != DueNothing && c.DueKind != DueWaiting && !now.Before(c.Due)
}

// NextCheck is when something may next be due: at the latest when the day changes in Beijing. NoDue when nothing will ever be.
func (c *Complaint) NextCheck(now time.Time) time.Time {
	if !c.State.Open() {
		return NoDue()
	}
	next := DateOf(now).End()
	if c.Due.After(now) && c.Due.Before(next) {
		next = c.Due
	}
	return next
}
