package phone

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/models"
)

// caseView is where a case is looked up, and what came of it.
type caseView struct {
	page
	No      string
	Problem string
	*complaint.Status
	Subject string
	Steps   []caseStep
	Due     string // what is to happen until when, in words
	Late    bool
	Pass    string // as typed: rating the handling proves it again
	Levels  []models.Satisfaction
	Words   string // as typed, when it has to be typed again
	Thanks  bool   // the handling has just been rated
}

type caseStep struct{ State, At, Note string }

// ShowCaseForm shows where a case is looked up.
func (h *Phone) ShowCaseForm(c *fiber.Ctx) error {
	return h.show(c, fiber.StatusOK, "case", caseView{page: h.newPage(c, "case.title", "/c")})
}

// FollowCase shows a case to whoever has its passphrase. It is a form that is posted, so that neither number nor passphrase gets into an address.
func (h *Phone) FollowCase(c *fiber.Ctx) error {
	v := caseView{page: h.newPage(c, "case.title", "/c"), No: c.FormValue("case_no"), Pass: c.FormValue("passphrase")}
	s, err := h.d.App.Complaints.Follow(c.UserContext(), v.No, v.Pass)
	return h.showCase(c, v, s, err)
}

// RateCase takes the complainant's rating of the handling and shows the case again.
func (h *Phone) RateCase(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	v := caseView{page: h.newPage(c, "case.title", "/c"), No: c.FormValue("case_no"), Pass: c.FormValue("passphrase")}
	s, err := h.d.App.Complaints.Rate(c.UserContext(), v.No, v.Pass, complaint.Rating{
		Satisfaction: models.Satisfaction(c.FormValue("satisfaction")), Comment: c.FormValue("comment"),
	})
	if err == nil {
		v.Thanks = true
		return h.showCase(c, v, s, nil)
	}
	var x *models.Error
	if !errors.As(err, &x) || x.Code == models.ErrCaseUnknown.Code || x.Kind == models.KindTooMany {
		return h.showCase(c, v, s, err)
	}
	v.Problem = v.errorText(x) // no level chosen, or rated before: the case itself is shown again
	s, err = h.d.App.Complaints.Follow(c.UserContext(), v.No, v.Pass)
	return h.showCase(c, v, s, err)
}

// showCase shows a case, or the form again with why not.
func (h *Phone) showCase(c *fiber.Ctx, v caseView, s complaint.Status, err error) error {
	var x *models.Error
	if errors.As(err, &x) && (x.Code == models.ErrCaseUnknown.Code || x.Kind == models.KindTooMany) {
		v.Problem = v.errorText(x)
		return h.show(c, statusOf(x), "case", v)
	}
	if err != nil {
		return err
	}
	v.fill(s)
	return h.show(c, fiber.StatusOK, "case", v)
}

// fill puts a case into words.
func (v *caseView) fill(s complaint.Status) {
	v.Status, v.Subject = &s, s.Category
	if k, ok := v.h.d.App.Catalog.Category(s.Category); ok {
		v.Subject = k.Text.In(v.Lang)
	}
	for _, e := range s.Timeline {
		v.Steps = append(v.Steps, caseStep{State: v.stepText(e), At: v.Moment(e.At), Note: e.Note})
	}
	v.Levels = []models.Satisfaction{models.VerySatisfied, models.Satisfied, models.Acceptable, models.Dissatisfied, models.VeryDissatisfied}
	var by time.Time
	switch s.State {
	case models.ComplaintSubmitted, models.ComplaintTriaged, models.ComplaintTransferred:
		by, v.Due = s.AcceptBy, v.text("case.by.accept", v.Deadline(s.AcceptBy))
	case models.ComplaintDecided:
		by, v.Due = s.ResolveBy, v.text("case.by.notify", v.Deadline(s.ResolveBy))
	case models.ComplaintWaiting:
		if s.WaitUntil != nil {
			v.Due = v.text("case.by.wait", v.Deadline(*s.WaitUntil))
		}
		return
	case models.ComplaintAccepted, models.ComplaintInvestigating, models.ComplaintOrgReply, models.ComplaintReview:
		by, v.Due = s.ResolveBy, v.text("case.by.resolve", v.Deadline(s.ResolveBy))
	default:
		return
	}
	v.Late = v.h.d.App.Clock().After(by)
}

// stepText says what happened: the step by its own name where it has one, else the state that it led to.
func (v *caseView) stepText(e models.CaseEvent) string {
	switch e.Action {
	case models.ActionTransfer, models.ActionAskOrg, models.ActionOrgReply, models.ActionWait, models.ActionResume, models.ActionWaitOver,
		models.ActionApproveExtend, models.ActionMerge, models.ActionContinue, models.ActionSupplement, models.ActionReview, models.ActionEscalate:
		return v.text("case.action." + string(e.Action))
	}
	return v.text("case.state." + string(e.State))
}

// ChangeCase takes what the complainant does with a case: adding something, withdrawing, asking for a review. It shows the case again.
func (h *Phone) ChangeCase(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	v := caseView{page: h.newPage(c, "case.title", "/c"), No: c.FormValue("case_no"), Pass: c.FormValue("passphrase"), Words: c.FormValue("text")}
	ctx, service := c.UserContext(), h.d.App.Complaints
	var s complaint.Status
	var err error
	switch c.FormValue("do") {
	case "add":
		s, err = service.Supplement(ctx, v.No, v.Pass, v.Words)
	case "review":
		s, err = service.AskReview(ctx, v.No, v.Pass, v.Words)
	case "withdraw":
		if c.FormValue("sure") == "" { // a page without the tick cannot send this
			s, err = service.Follow(ctx, v.No, v.Pass)
			break
		}
		s, err = service.Withdraw(ctx, v.No, v.Pass)
	default:
		s, err = service.Follow(ctx, v.No, v.Pass)
	}
	var x *models.Error
	if err == nil {
		v.Words = ""
	}
	if !errors.As(err, &x) || x.Code == models.ErrCaseUnknown.Code || x.Kind == models.KindTooMany {
		return h.showCase(c, v, s, err)
	}
	v.Problem = v.errorText(x)
	for _, w := range x.Fields {
		v.Problem = v.fieldText(w)
	}
	s, err = service.Follow(ctx, v.No, v.Pass)
	return h.showCase(c, v, s, err)
}

// ReviewUntil is until when a review may be asked for, in words.
func (v caseView) ReviewUntil() string { return v.Deadline(*v.ReviewBy) }
