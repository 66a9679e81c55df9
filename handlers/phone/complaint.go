package phone

import (
	"errors"

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
	Few        bool   // so few people took part that anonymity means little
	Draft      string // under which name the phone keeps what is not sent yet
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
	v.Back, v.Draft = h.backToForm(c, claims), keptName(claims, "complaint")
	if few, err := h.d.App.Complaints.FewPeople(c.UserContext(), claims.Batch); err == nil { // a hint is not worth an error page
		v.Few = few
	}
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
	Back  string
	Draft string // what the phone may forget now
}

// FileComplaint takes a complaint. The page of a form carries its key, so that sending it twice, or reloading the answer, files one.
func (h *Phone) FileComplaint(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	claims := web.Respondent[respond.Claims](c)
	form, err := h.readComplaint(c, claims)
	if err != nil {
		return err
	}
	if form.failed != nil {
		return h.showComplaint(c, statusOf(form.failed), claims, form.submission(), h.aboutPhotos(c, form.failed))
	}
	in := form.submission()
	filed, err := h.d.App.Complaints.File(c.UserContext(), claims, in)
	var x *models.Error
	if errors.As(err, &x) {
		switch {
		case x.Code == models.ErrFileUnknown.Code:
			in.Files = nil // they are to be chosen again
			return h.showComplaint(c, statusOf(x), claims, in, h.aboutPhotos(c, x))
		case x.Kind == models.KindInvalid && len(x.Fields) > 0:
			return h.showComplaint(c, statusOf(x), claims, in, x.Fields)
		case x.Code == models.ErrComplaintsMany.Code: // what was written stays
			return h.showComplaint(c, statusOf(x), claims, in, []models.FieldError{{Field: "form", Message: h.newPage(c, "", "").errorText(x)}})
		}
	}
	if err != nil {
		return err
	}
	v := filedView{page: h.newPage(c, "filed.title", complainPath), Filed: filed}
	v.Back, v.Draft = h.backToForm(c, claims), keptName(claims, "complaint")
	return h.show(c, fiber.StatusCreated, "filed", v)
}

// aboutPhotos puts what is wrong with a photo where the form shows it.
func (h *Phone) aboutPhotos(c *fiber.Ctx, x *models.Error) []models.FieldError {
	return []models.FieldError{{Field: "files", Code: x.Code, Message: h.newPage(c, "", "").errorText(x)}}
}
