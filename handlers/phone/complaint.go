package phone

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

// complaintView is the form of a complaint.
type complaintView struct {
	page
	Org        string
	Staff      bool // no name is known
	Categories []category
	In         complaint.Submission
	Wrong      map[string]string
	Back       string
}

type category struct{ Code, Text string }

// ShowComplaint shows the form. Coming here loses no answer: the phone keeps them.
func (h *Phone) ShowComplaint(c *fiber.Ctx) error {
	claims := web.Respondent[respond.Claims](c)
	return h.showComplaint(c, fiber.StatusOK, claims, complaint.Submission{Key: models.NewID()}, nil)
}

func (h *Phone) showComplaint(c *fiber.Ctx, status int, claims respond.Claims, in complaint.Submission, wrongs []models.FieldError) error {
	about, err := h.d.App.Respond.About(c.UserContext(), claims)
	if err != nil {
		return err
	}
	v := complaintView{page: h.newPage(c, "complain.title", complainPath), Org: about.OrgName, Staff: claims.Invitation == "", In: in, Wrong: map[string]string{}}
	v.Back = h.backToForm(c, claims)
	for _, k := range h.d.App.Catalog.OfferedCategories(h.kindOf(claims.Form)) {
		v.Categories = append(v.Categories, category{k.Code, k.Text.In(v.Lang)})
	}
	for _, w := range wrongs {
		v.Wrong[w.Field] = v.fieldText(w)
	}
	return h.show(c, status, "complaint", v)
}

// backToForm is where somebody goes on answering; empty when the round is closed.
func (h *Phone) backToForm(c *fiber.Ctx, claims respond.Claims) string {
	if h.d.App.Respond.Open(c.UserContext(), claims) != nil {
		return ""
	}
	return formPath
}

// filedView shows the case number and the passphrase, this once.
type filedView struct {
	page
	complaint.Filed
	Back string
}

// FileComplaint takes a complaint. The page of a form carries its key, so that sending it twice, or reloading the answer, files one.
func (h *Phone) FileComplaint(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	claims := web.Respondent[respond.Claims](c)
	in := complaint.Submission{
		Category: c.FormValue("category"), Text: c.FormValue("text"), Visibility: models.Visibility(c.FormValue("visibility")),
		Contact: c.FormValue("contact"), Key: c.FormValue("key"),
	}
	filed, err := h.d.App.Complaints.File(c.UserContext(), claims, in)
	var x *models.Error
	if errors.As(err, &x) && x.Kind == models.KindInvalid && len(x.Fields) > 0 {
		return h.showComplaint(c, statusOf(x), claims, in, x.Fields)
	}
	if err != nil {
		return err
	}
	v := filedView{page: h.newPage(c, "filed.title", complainPath), Filed: filed}
	v.Back = h.backToForm(c, claims)
	return h.show(c, fiber.StatusCreated, "filed", v)
}

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
}

type caseStep struct{ State, At, Note string }

// ShowCaseForm shows where a case is looked up.
func (h *Phone) ShowCaseForm(c *fiber.Ctx) error {
	return h.show(c, fiber.StatusOK, "case", caseView{page: h.newPage(c, "case.title", "/c")})
}

// FollowCase shows a case to whoever has its passphrase. It is a form that is posted, so that neither number nor passphrase gets into an address.
func (h *Phone) FollowCase(c *fiber.Ctx) error {
	v := caseView{page: h.newPage(c, "case.title", "/c"), No: c.FormValue("case_no")}
	s, err := h.d.App.Complaints.Follow(c.UserContext(), v.No, c.FormValue("passphrase"))
	var x *models.Error
	if errors.As(err, &x) && x.Code == models.ErrCaseUnknown.Code || errors.As(err, &x) && x.Kind == models.KindTooMany {
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
		v.Steps = append(v.Steps, caseStep{State: string(e.State), At: v.Moment(e.At), Note: e.Note})
	}
	var by time.Time
	switch s.State {
	case models.ComplaintSubmitted:
		by, v.Due = s.AcceptBy, v.text("case.by.accept", v.Deadline(s.AcceptBy))
	case models.ComplaintAccepted, models.ComplaintInvestigating:
		by, v.Due = s.ResolveBy, v.text("case.by.resolve", v.Deadline(s.ResolveBy))
	default:
		return
	}
	v.Late = v.h.d.App.Clock().After(by)
}
