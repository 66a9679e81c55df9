package models

import (
	"slices"
	"time"
)

// What the steps do besides moving the state. Each changes a copy.

func triage(c *Complaint, s Step, _ *Calendar) error {
	if s.Category.Code != "" {
		c.Category, c.Severe = s.Category.Code, s.Category.Severe
		c.Limits = Limits{Look: s.Category.LookDays, Accept: s.Category.AcceptDays, Resolve: s.Category.ResolveDays}
	}
	if s.Severe {
		c.Severe = true
	}
	if c.Severe {
		c.copyTo(Province)
	}
	return nil
}

// copyTo lets a region look on.
func (c *Complaint) copyTo(region string) {
	if c.Region != region && !slices.Contains(c.Copies, region) {
		c.Copies = append(c.Copies, region)
	}
}

func transfer(c *Complaint, s Step, _ *Calendar) error {
	if s.Region == "" || s.Region == c.Region {
		return ErrInvalid.WithFields(FieldError{Field: "region", Code: "required", Message: "请选择转给哪个地区，不能是现在的地区。"})
	}
	reason := RouteTransfer
	switch {
	case s.Province:
		reason = RouteAssigned
	case c.Assigned():
		return ErrTransferFinal
	case c.Hops() >= MaxHops && s.Region != Province:
		return ErrTransfersUsed
	}
	c.Region = s.Region
	c.Routes = append(c.Routes, Routing{Region: s.Region, Reason: reason, By: s.By, At: s.At})
	if c.Severe {
		c.copyTo(Province)
	}
	return nil
}

// MaxHops is how often cities may pass a case on before the province decides.
const MaxHops = 2

func accept(c *Complaint, s Step, _ *Calendar) error {
	if !c.AcceptedAt.IsZero() {
		return ErrComplaintStep // a review of a decision is decided, not accepted again
	}
	c.AcceptedAt, c.Outcome, c.Refusal = s.At, "", ""
	return nil
}

func refuse(c *Complaint, s Step, cal *Calendar) error {
	if !c.AcceptedAt.IsZero() {
		return ErrComplaintStep
	}
	if !s.Refusal.Valid() {
		return ErrInvalid.WithFields(FieldError{Field: "reason_code", Code: "unknown", Message: "请选择不予受理的原因。"})
	}
	c.Outcome, c.Refusal = OutcomeRefused, s.Refusal
	c.decidedBy(s.By)
	return told(c, s, cal)
}

// decidedBy remembers who decided, to keep them out of a review.
func (c *Complaint) decidedBy(a AccountID) {
	if c.Review == nil && !slices.Contains(c.Deciders, a) {
		c.Deciders = append(c.Deciders, a)
	}
}

// told starts the time in which a review may be asked for; after a review there is no other.
func told(c *Complaint, s Step, cal *Calendar) error {
	if c.EndedAt.IsZero() {
		c.EndedAt = s.At
	}
	if c.Review == nil {
		until, _ := cal.AddWorkdays(DateOf(s.At), ReviewDays)
		c.ReviewBy = until.End()
	}
	return nil
}

func accepted(c *Complaint, _ Step, _ *Calendar) error {
	if c.AcceptedAt.IsZero() {
		return ErrComplaintStep
	}
	return nil
}

func askOrg(c *Complaint, s Step, cal *Calendar) error {
	if c.AcceptedAt.IsZero() {
		return ErrComplaintStep
	}
	if c.OpenAsk() != nil {
		return ErrAskOpen
	}
	due, _ := cal.AddWorkdays(DateOf(s.At), ReplyDays)
	s.Ask.By, s.Ask.At, s.Ask.Due = s.By, s.At, due.End()
	c.Asks = append(c.Asks, s.Ask)
	return nil
}

func orgReply(c *Complaint, s Step, _ *Calendar) error {
	ask := c.OpenAsk()
	if ask == nil {
		return ErrNoAsk
	}
	r := s.Reply
	r.By, r.At = s.By, s.At
	ask.Reply = &r
	if n := len(c.Stops); n > 0 && c.Stops[n-1].To.IsZero() {
		c.State, c.Before = ComplaintWaiting, ComplaintOrgReply // the clock still waits for the complainant
	}
	return nil
}

func wait(c *Complaint, s Step, cal *Calendar) error {
	left := MaxWaitDays - c.Waited()
	if left <= 0 {
		return ErrWaitUsed
	}
	c.Before = s.was
	until, _ := cal.AddWorkdays(DateOf(s.At), left)
	c.Stops = append(c.Stops, ClockStop{From: s.At, Until: until.End()})
	return nil
}

// resume lets the clock run again: the deadline moves by the working days that were waited.
func resume(c *Complaint, s Step, cal *Calendar) error {
	n := len(c.Stops)
	if n == 0 || c.Before == "" {
		return ErrComplaintStep
	}
	stop := &c.Stops[n-1]
	stop.To = s.At
	days, _ := cal.CountWorkdays(DateOf(stop.From), DateOf(s.At))
	stop.Days = min(days, MaxWaitDays-c.Waited())
	c.State, c.Before = c.Before, ""
	return nil
}

func extend(c *Complaint, s Step, _ *Calendar) error {
	if c.Extension != nil {
		return ErrExtensionUsed
	}
	if s.Days < 1 || s.Days > ExtraDays {
		return ErrInvalid.WithFields(FieldError{Field: "days", Code: "extension_range", Message: "延长的时间应为1到15个工作日。"})
	}
	c.Extension = &Extension{Days: s.Days, Reason: s.Note, By: s.By, At: s.At}
	return nil
}

func approve(c *Complaint, s Step, _ *Calendar) error {
	switch x := c.Extension; {
	case x == nil || !x.ApprovedAt.IsZero():
		return ErrNoExtension
	case x.By == s.By:
		return ErrSameOfficial
	default:
		x.ApprovedBy, x.ApprovedAt = s.By, s.At
	}
	return nil
}

func deny(c *Complaint, s Step, _ *Calendar) error {
	switch x := c.Extension; {
	case x == nil || !x.ApprovedAt.IsZero():
		return ErrNoExtension
	case x.By == s.By:
		return ErrSameOfficial
	}
	c.Extension = nil
	return nil
}

func merge(c *Complaint, s Step, _ *Calendar) error {
	if s.Into == "" || s.Into == c.ID || c.Merged > 0 {
		return ErrMergeTarget
	}
	c.MergedInto, c.EndedAt = s.Into, s.At
	return nil
}

func recuse(c *Complaint, s Step, _ *Calendar) error {
	if s.Account == "" {
		return ErrInvalid.WithFields(FieldError{Field: "account", Code: "required", Message: "请填写应当回避的账号。"})
	}
	if !slices.Contains(c.Recused, s.Account) {
		c.Recused = append(c.Recused, s.Account)
	}
	return nil
}

func decide(c *Complaint, s Step, _ *Calendar) error {
	if c.AcceptedAt.IsZero() {
		return ErrComplaintStep
	}
	if !s.Outcome.Valid() {
		return ErrInvalid.WithFields(FieldError{Field: "outcome", Code: "unknown", Message: "没有这种结果。"})
	}
	proven := s.Outcome == OutcomeSubstantiated || s.Outcome == OutcomePartly
	for _, m := range s.Measures {
		if !m.Valid() || !proven {
			return ErrInvalid.WithFields(FieldError{Field: "measures", Code: "not_proven", Message: "属实或部分属实才能附处理措施，请核对。"})
		}
	}
	c.decidedBy(s.By)
	c.Outcome, c.Measures = s.Outcome, slices.Compact(slices.Sorted(slices.Values(s.Measures)))
	return nil
}

func goOn(c *Complaint, s Step, _ *Calendar) error {
	if !c.Severe && c.Merged == 0 {
		return ErrNotContinued
	}
	c.Outcome, c.EndedAt = "", time.Time{}
	if c.AcceptedAt.IsZero() {
		c.AcceptedAt = s.At
	}
	return nil
}

func supplement(c *Complaint, s Step, cal *Calendar) error {
	c.Supplements = append(c.Supplements, Supplement{At: s.At, Body: s.Body})
	if c.State == ComplaintWaiting {
		return resume(c, s, cal)
	}
	return nil
}

// withdraw ends a wait too, so that a case that goes on has a clock that runs.
func withdraw(c *Complaint, s Step, cal *Calendar) error {
	if c.Before != "" {
		if err := resume(c, s, cal); err != nil {
			return err
		}
		c.State = ComplaintWithdrawn
	}
	c.Outcome, c.EndedAt = OutcomeWithdrawn, s.At
	return nil
}

func review(c *Complaint, s Step, _ *Calendar) error {
	if c.Review != nil || c.ReviewBy.IsZero() || !s.At.Before(c.ReviewBy) || c.Outcome == OutcomeWithdrawn {
		return ErrReviewOver
	}
	c.Review = &Review{At: s.At, Reason: s.Body, Of: c.Region}
	if was := c.Region; was != Province {
		c.Region = Province
		c.copyTo(was) // whoever decided before learns how it ends
		c.Routes = append(c.Routes, Routing{Region: Province, Reason: RouteReview, Rule: RouteRule, At: s.At})
	}
	c.Extension = nil // its own time has its own extension
	return nil
}

func escalate(c *Complaint, s Step, _ *Calendar) error {
	c.Escalations = append(c.Escalations, Escalation{Kind: c.DueKind, Due: c.Due, At: s.At})
	c.copyTo(Province)
	return nil
}

// Escalated says whether the province was told of the deadline that counts now.
func (c *Complaint) Escalated() bool {
	return slices.ContainsFunc(c.Escalations, func(e Escalation) bool { return e.Kind == c.DueKind && e.Due.Equal(c.Due) })
}
