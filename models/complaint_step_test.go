package models

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// lifeCycle is the table of steps as the rules of complaints have it, written out: who may take a step, from where, and where it leads ("=": it stays).
// A line that ends in a word wants the case so: accepted or fresh (not accepted), severe, asked, extending, waiting.
const lifeCycle = `
triage            official      SUBMITTED TRANSFERRED                                  -> TRIAGED
transfer          official      SUBMITTED TRIAGED TRANSFERRED                          -> TRANSFERRED
accept            official      SUBMITTED TRIAGED TRANSFERRED REVIEW                   -> ACCEPTED fresh
refuse            official      SUBMITTED TRIAGED TRANSFERRED REVIEW                   -> REFUSED fresh
investigate       official      ACCEPTED ORG_REPLY REVIEW                              -> INVESTIGATING accepted
ask_org           official      ACCEPTED INVESTIGATING ORG_REPLY REVIEW                -> INVESTIGATING accepted
wait              official      ACCEPTED INVESTIGATING ORG_REPLY                       -> SUSPENDED_WAITING
resume            official      SUSPENDED_WAITING                                      -> INVESTIGATING waiting
extend            official      ACCEPTED INVESTIGATING ORG_REPLY SUSPENDED_WAITING REVIEW -> =
approve_extension official      ACCEPTED INVESTIGATING ORG_REPLY SUSPENDED_WAITING REVIEW -> = extending
deny_extension    official      ACCEPTED INVESTIGATING ORG_REPLY SUSPENDED_WAITING REVIEW -> = extending
merge             official      SUBMITTED TRIAGED TRANSFERRED ACCEPTED INVESTIGATING   -> MERGED
recuse            official      SUBMITTED TRIAGED TRANSFERRED ACCEPTED INVESTIGATING ORG_REPLY SUSPENDED_WAITING REVIEW DECIDED -> =
decide            official      ACCEPTED INVESTIGATING ORG_REPLY REVIEW                -> DECIDED accepted
notify            official      DECIDED                                                -> NOTIFIED
close             official      NOTIFIED REFUSED WITHDRAWN                             -> CLOSED
continue          official      WITHDRAWN                                              -> INVESTIGATING severe
org_reply         organisation  INVESTIGATING                                          -> ORG_REPLY asked
supplement        complainant   SUBMITTED TRIAGED TRANSFERRED ACCEPTED INVESTIGATING ORG_REPLY -> =
withdraw          complainant   SUBMITTED TRIAGED TRANSFERRED ACCEPTED INVESTIGATING ORG_REPLY SUSPENDED_WAITING -> WITHDRAWN
review            complainant   NOTIFIED REFUSED CLOSED                                -> REVIEW told
wait_over         system        SUSPENDED_WAITING                                      -> INVESTIGATING waiting
escalate          system        SUBMITTED TRIAGED TRANSFERRED ACCEPTED INVESTIGATING ORG_REPLY SUSPENDED_WAITING REVIEW DECIDED -> =
`

type lifeLine struct {
	action ComplaintAction
	actor  Actor
	from   []ComplaintState
	to     ComplaintState
	want   string
}

func lifeLines(t *testing.T) (list []lifeLine) {
	t.Helper()
	for line := range strings.Lines(strings.TrimSpace(lifeCycle)) {
		left, right, ok := strings.Cut(line, "->")
		words, ends := strings.Fields(left), strings.Fields(right)
		if !ok || len(words) < 3 || len(ends) < 1 {
			t.Fatalf("line %q", line)
		}
		l := lifeLine{action: ComplaintAction(words[0]), actor: Actor(words[1]), to: ComplaintState(ends[0])}
		for _, s := range words[2:] {
			l.from = append(l.from, ComplaintState(s))
		}
		if len(ends) > 1 {
			l.want = ends[1]
		}
		list = append(list, l)
	}
	return list
}

var stepTime = time.Date(2026, 11, 25, 11, 0, 0, 0, Shanghai())

// inState is a case that stands there, fit for whatever a step wants.
func inState(s ComplaintState, want string) Complaint {
	filed := time.Date(2026, 11, 23, 10, 0, 0, 0, Shanghai())
	c := Complaint{
		ID: "c", CaseNo: "TS2611230001", Region: "440100", State: s, Limits: Limits{5, 5, 15}, CreatedAt: filed, Severe: want == "severe",
		Timeline: []CaseEvent{{State: s, At: filed}}, Routes: []Routing{{Region: "440100", Reason: RouteRegistered, Rule: RouteRule}},
	}
	fresh := s == ComplaintSubmitted || s == ComplaintTriaged || s == ComplaintTransferred || s == ComplaintRefused || s == ComplaintMerged
	if !fresh && want != "fresh" {
		c.AcceptedAt = filed
	}
	switch want {
	case "asked":
		c.Asks = []OrgAsk{{ID: "a", At: filed, Due: filed.Add(99 * time.Hour)}}
	case "extending":
		c.Extension = &Extension{Days: 5, By: "another", At: filed}
	case "told":
		c.ReviewBy = stepTime.Add(time.Hour)
	}
	if s == ComplaintWaiting {
		c.Before = ComplaintInvestigating
		c.Stops = []ClockStop{{From: filed, Until: filed.Add(240 * time.Hour)}}
	}
	return c
}

func stepOf(a ComplaintAction, by Actor) Step {
	s := Step{Action: a, Actor: by, By: "me", At: stepTime, Note: "依规办理", Region: "440300", Into: "other", Days: 5, Account: "me", Refusal: CaseRefusalLabour, Ask: OrgAsk{ID: "q"}}
	if a == ActionDecide {
		s.Outcome = OutcomePartly
	}
	return s
}

func calendar2026(t *testing.T) *Calendar {
	t.Helper()
	c, err := AssembleCalendar([]CalendarYear{{Year: 2026, Number: "x"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every action in every state by every actor: what the table has leads where it says, everything else is refused and changes nothing.
func TestEveryActionInEveryState(t *testing.T) {
	lines, cal := lifeLines(t), calendar2026(t)
	if len(lines) != len(stepRules()) {
		t.Errorf("the table has %d steps, the program %d", len(lines), len(stepRules()))
	}
	tried := 0
	for _, l := range lines {
		for _, state := range ComplaintStates() {
			for _, actor := range []Actor{ByOfficial, ByOrg, ByComplainant, BySystem} {
				tried++
				c := inState(state, l.want)
				next, err := c.Step(stepOf(l.action, actor), cal)
				may := actor == l.actor && slices.Contains(l.from, state)
				if l.action == ActionSupplement && state == ComplaintWaiting && actor == l.actor { // it ends the wait
					may, l.to = true, ComplaintInvestigating
				}
				if l.action == ActionOrgReply && state == ComplaintWaiting && actor == l.actor { // the clock goes on waiting for the complainant
					if err != nil || next.State != ComplaintWaiting || next.Before != ComplaintOrgReply {
						t.Errorf("reply while waiting: %v %s", err, next.State)
					}
					continue
				}
				switch {
				case !may:
					if !errors.Is(err, ErrComplaintStep) || next.Version != 0 || next.State != state || len(next.Timeline) != 1 {
						t.Errorf("%s in %s by %s: %v, leads to %s", l.action, state, actor, err, next.State)
					}
				case err != nil:
					t.Errorf("%s in %s by %s is refused: %v", l.action, state, actor, err)
				default:
					want := l.to
					if want == "=" {
						want = state
					}
					if next.State != want || next.Version != 1 || len(next.Timeline) != 2 || next.CheckAt.IsZero() || next.Timeline[1].Action != l.action {
						t.Errorf("%s in %s leads to %s, want %s: %+v", l.action, state, next.State, want, next.Timeline)
					}
					if len(c.Timeline) != 1 || c.State != state {
						t.Errorf("%s in %s changed its own input", l.action, state)
					}
				}
				if l.action == ActionSupplement {
					l.to = "="
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d tried", tried)
	}
}

// A review of a decision is decided, not accepted or refused again; one of a refusal the other way round.
func TestReviewOfEither(t *testing.T) {
	cal := calendar2026(t)
	for _, a := range []ComplaintAction{ActionAccept, ActionRefuse} {
		if _, err := inState(ComplaintReview, "").Step(stepOf(a, ByOfficial), cal); !errors.Is(err, ErrComplaintStep) {
			t.Errorf("%s of a decided case: %v", a, err)
		}
	}
	for _, a := range []ComplaintAction{ActionDecide, ActionInvestigate, ActionAskOrg} {
		if _, err := inState(ComplaintReview, "fresh").Step(stepOf(a, ByOfficial), cal); !errors.Is(err, ErrComplaintStep) {
			t.Errorf("%s of a refused case: %v", a, err)
		}
	}
}

// Whoever decided does not handle the review, and nobody handles what concerns them.
func TestConflictOfInterest(t *testing.T) {
	cal := calendar2026(t)
	c := inState(ComplaintInvestigating, "accepted")
	decided, err := c.Step(Step{Action: ActionDecide, Actor: ByOfficial, By: "a", At: stepTime, Outcome: OutcomeNotSubstantiated}, cal)
	if err != nil {
		t.Fatal(err)
	}
	told, err := decided.Step(Step{Action: ActionNotify, Actor: ByOfficial, By: "a", At: stepTime}, cal)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := told.Step(Step{Action: ActionReview, Actor: ByComplainant, At: stepTime}, cal)
	if err != nil || asked.Region != Province || asked.Routes[len(asked.Routes)-1].Reason != RouteReview {
		t.Fatalf("%v %s", err, asked.Region)
	}
	again := Step{Action: ActionDecide, Actor: ByOfficial, By: "a", At: stepTime, Outcome: OutcomeSubstantiated}
	if _, err := asked.Step(again, cal); !errors.Is(err, ErrConcerned) {
		t.Errorf("the first decider reviews: %v", err)
	}
	again.By = "b"
	final, err := asked.Step(again, cal)
	if err != nil {
		t.Fatal(err)
	}
	end, err := final.Step(Step{Action: ActionNotify, Actor: ByOfficial, By: "b", At: stepTime}, cal)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := end.Step(Step{Action: ActionReview, Actor: ByComplainant, At: stepTime}, cal); !errors.Is(err, ErrReviewOver) {
		t.Errorf("a second review: %v", err)
	}
	named, err := c.Step(Step{Action: ActionStepAside, Actor: ByOfficial, By: "b", At: stepTime, Account: "a"}, cal)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := named.Step(stepOfBy(ActionWait, "a"), cal); !errors.Is(err, ErrConcerned) {
		t.Errorf("whom it concerns acts: %v", err)
	}
	for _, e := range named.Public() {
		if e.Action == ActionStepAside {
			t.Error("the complainant is told who withdrew")
		}
	}
}

func stepOfBy(a ComplaintAction, by AccountID) Step {
	s := stepOf(a, ByOfficial)
	s.By = by
	return s
}

// Two cities pass a case on, then the province says who has it, and that is that.
func TestTransfersEndWithTheProvince(t *testing.T) {
	cal, c := calendar2026(t), inState(ComplaintSubmitted, "")
	pass := func(c Complaint, to string, province bool) (Complaint, error) {
		return c.Step(Step{Action: ActionTransfer, Actor: ByOfficial, By: "x", At: stepTime, Region: to, Province: province}, cal)
	}
	for _, to := range []string{"440300", "440400"} {
		var err error
		if c, err = pass(c, to, false); err != nil || c.Region != to {
			t.Fatalf("to %s: %v", to, err)
		}
	}
	if _, err := pass(c, "440500", false); !errors.Is(err, ErrTransfersUsed) {
		t.Errorf("a third hop: %v", err)
	}
	c, err := pass(c, Province, false)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = pass(c, "440500", true); err != nil {
		t.Fatal(err)
	}
	if _, err := pass(c, Province, false); !errors.Is(err, ErrTransferFinal) {
		t.Errorf("passed back: %v", err)
	}
	if c.Hops() != 3 || !c.Assigned() || len(c.Routes) != 5 {
		t.Errorf("%d hops, %v", c.Hops(), c.Routes)
	}
	if _, err := pass(inState(ComplaintSubmitted, ""), "440100", false); !errors.Is(err, ErrInvalid) {
		t.Errorf("to itself: %v", err)
	}
}

// An extension needs two people and comes once.
func TestExtensionNeedsTwo(t *testing.T) {
	cal, c := calendar2026(t), inState(ComplaintInvestigating, "accepted")
	c.Reckon(cal)
	was := c.ResolveBy
	asked, err := c.Step(Step{Action: ActionExtend, Actor: ByOfficial, By: "a", At: stepTime, Days: 15, Note: "需要鉴定"}, cal)
	if err != nil || !asked.ResolveBy.Equal(was) {
		t.Fatalf("%v: moved to %s before it was approved", err, asked.ResolveBy)
	}
	if _, err := asked.Step(stepOfBy(ActionApproveExtend, "a"), cal); !errors.Is(err, ErrSameOfficial) {
		t.Errorf("approved by who asked: %v", err)
	}
	done, err := asked.Step(stepOfBy(ActionApproveExtend, "b"), cal)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := cal.CountWorkdays(DateOf(was.Add(-time.Second)), DateOf(done.ResolveBy.Add(-time.Second))); n != 15 {
		t.Errorf("moved by %d working days", n)
	}
	if _, err := done.Step(stepOfBy(ActionExtend, "a"), cal); !errors.Is(err, ErrExtensionUsed) {
		t.Errorf("a second one: %v", err)
	}
	for _, days := range []int{0, -1, 16} {
		s := stepOfBy(ActionExtend, "a")
		s.Days = days
		if _, err := c.Step(s, cal); !errors.Is(err, ErrInvalid) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	denied, err := asked.Step(stepOfBy(ActionDenyExtend, "b"), cal)
	if err != nil || denied.Extension != nil || !denied.ResolveBy.Equal(was) {
		t.Errorf("denied: %v %v", err, denied.Extension)
	}
}
