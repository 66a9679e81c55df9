package phone

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

// doneView is what a person sees who has answered.
type doneView struct {
	page
	Kind    models.OrgKind
	Receipt string
	At      time.Time
	Until   time.Time
	Open    bool // the answers can still be changed
	Differs bool // another answer was sent before

	Employer bool // a graduate may speak for their employer as well
}

// own reads the answers of a session, and whether there are any.
func (h *Phone) own(c *fiber.Ctx, claims respond.Claims) (respond.Mine, bool, error) {
	mine, err := h.d.App.Respond.Own(c.UserContext(), claims)
	if errors.Is(err, models.ErrNoResponse) {
		return respond.Mine{}, false, nil
	}
	return mine, err == nil, err
}

// ShowReceipt shows the receipt, how long it can be changed, and what happens next.
func (h *Phone) ShowReceipt(c *fiber.Ctx) error {
	claims := web.Respondent[respond.Claims](c)
	mine, answered, err := h.own(c, claims)
	if err != nil {
		return err
	}
	if !answered {
		return c.Redirect(formPath, fiber.StatusSeeOther)
	}
	v := doneView{
		page: h.newPage(c, "done.title", donePath), Kind: h.kindOf(claims.Form), Receipt: mine.Receipt, At: mine.SubmittedAt, Until: time.Unix(claims.Closes, 0),
		Open: h.d.App.Respond.Open(c.UserContext(), claims) == nil, Differs: c.Query("differs") != "",
	}
	v.Employer = v.Open && respond.MayFillForEmployer(claims, mine.Answers) == nil
	switch {
	case mine.Withdrawn:
		v.Title = "done.withdrawn"
		return h.show(c, fiber.StatusOK, "withdrawn", v)
	case c.Query("changed") != "":
		v.Title = "done.changed"
	case v.Differs, c.Query("again") != "":
		v.Title = "done.again"
	}
	return h.show(c, fiber.StatusOK, "done", v)
}

// FillForEmployer goes on to the employer's form, or to its receipt for whoever has filled it in.
func (h *Phone) FillForEmployer(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	a, err := h.d.App.Respond.ForEmployer(c.UserContext(), web.Respondent[respond.Claims](c))
	var x *models.Error
	if errors.Is(err, models.ErrAlreadyAnswer) && errors.As(err, &x) {
		if token, ok := x.Extra["respondent_token"].(string); ok {
			h.setSession(c, token)
			return goTo(c, donePath+"?again=1")
		}
	}
	if err != nil {
		return err
	}
	h.setSession(c, a.RespondentToken)
	return goTo(c, formPath)
}

// ShowWithdraw asks once more before answers are deleted.
func (h *Phone) ShowWithdraw(c *fiber.Ctx) error {
	return h.show(c, fiber.StatusOK, "withdraw", struct{ page }{h.newPage(c, "withdraw.title", "/r/withdraw")})
}

// Withdraw deletes a person's answers.
func (h *Phone) Withdraw(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	claims := web.Respondent[respond.Claims](c)
	withdraw := h.d.App.Respond.Withdraw
	if c.FormValue("erase") != "" {
		withdraw = h.d.App.Privacy.Erase
	}
	if err := withdraw(c.UserContext(), claims); err != nil {
		return err
	}
	return goTo(c, donePath)
}
