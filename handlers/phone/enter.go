package phone

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/models"
)

// Addresses that a session leads to.
const (
	formPath     = "/r/form"
	donePath     = "/r/done"
	complainPath = "/r/complaint"
)

// Enter lets a person in by what they typed on a first page, or asks for the one-time code, or shows the page again with what was wrong.
func (h *Phone) Enter(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	e := respond.Entry{
		Token: c.FormValue("token"), Code: c.FormValue("code"), Poster: c.FormValue("poster"), IDTail: c.FormValue("id_tail"),
		Name: c.FormValue("name"), Phone: c.FormValue("phone"), OTP: c.FormValue("otp"), Addr: c.IP(),
	}
	if c.FormValue("again") != "" {
		e.OTP = ""
	}
	a, err := h.d.App.Respond.Enter(c.UserContext(), e)
	if err != nil {
		return h.notAdmitted(c, e, err)
	}
	if a.OTPRequired {
		return h.entryAgain(c, fiber.StatusOK, e, func(v *entryView) { v.OTP, v.Sent = true, a.Phone[max(len(a.Phone)-2, 0):] })
	}
	h.setSession(c, a.RespondentToken)
	return goTo(c, afterEntry(c))
}

func afterEntry(c *fiber.Ctx) string {
	if c.FormValue("then") == "complaint" {
		return complainPath
	}
	return formPath
}

// notAdmitted goes on with somebody who has answered already, shows what was typed wrong, and leaves the rest to the error page.
func (h *Phone) notAdmitted(c *fiber.Ctx, e respond.Entry, err error) error {
	var x *models.Error
	if !errors.As(err, &x) {
		return err
	}
	if token, ok := x.Extra["respondent_token"].(string); ok {
		h.setSession(c, token)
	}
	switch {
	case errors.Is(err, models.ErrAlreadyAnswer) && afterEntry(c) == formPath:
		return goTo(c, donePath+"?again=1")
	case errors.Is(err, models.ErrAlreadyAnswer), errors.Is(err, models.ErrBatchClosed) && x.Extra["respondent_token"] != nil && afterEntry(c) == complainPath:
		return goTo(c, complainPath)
	case x.Code == "wrong_tail", x.Code == "wrong_code", x.Code == "wrong_otp", x.Code == "otp_too_soon", x.Code == "otp_too_many":
		return h.entryAgain(c, statusOf(x), e, func(v *entryView) { v.fail(x, secondStep(c)) })
	case x.Kind == models.KindInvalid && len(x.Fields) > 0:
		return h.entryAgain(c, statusOf(x), e, func(v *entryView) { v.fail(x, secondStep(c)) })
	}
	return err
}

func secondStep(c *fiber.Ctx) bool { return c.FormValue("otp")+c.FormValue("again") != "" }

// fail puts an error where it belongs: at its field, or above the form.
func (v *entryView) fail(x *models.Error, second bool) {
	for _, f := range x.Fields {
		v.Wrong[f.Field] = v.fieldText(f)
	}
	switch x.Code {
	case "invalid":
	case "wrong_tail":
		v.Wrong["id_tail"] = v.errorText(x)
	case "wrong_otp", "otp_too_soon", "otp_too_many":
		if v.OTP = second || x.Code == "otp_too_soon"; v.OTP { // too soon: a code is on its way already
			v.Wrong["otp"] = v.errorText(x)
		} else {
			v.Problem = v.errorText(x)
		}
	default:
		v.Problem = v.errorText(x)
	}
}

// entryAgain shows the first page again, with what was entered.
func (h *Phone) entryAgain(c *fiber.Ctx, status int, e respond.Entry, change func(*entryView)) error {
	v := entryView{Channel: byCode, Kind: models.OrgEnterprise, In: e, Wrong: map[string]string{}}
	if v.Token = e.Token + e.Poster; v.Token == "" {
		v.page = h.newPage(c, entryTitle(byCode, ""), entryPath(byCode, ""))
		change(&v)
		return h.show(c, status, "entry", v)
	}
	look, err := h.d.App.Respond.Look(c.UserContext(), v.Token)
	if err != nil {
		return err
	}
	v.Channel, v.Kind, v.Shut = look.Channel, h.kindOf(look.Form), look.Closed
	if look.Contact {
		v.Channel = byContact
	}
	v.page = h.newPage(c, entryTitle(v.Channel, v.Kind), entryPath(v.Channel, v.Token))
	if v.Shut {
		v.Title = "entry.title.shut"
	}
	if v.About, err = v.about(look.About, v.Kind); err != nil {
		return err
	}
	v.Closes = v.Deadline(look.ClosesAt)
	change(&v)
	return h.show(c, status, "entry", v)
}

// BackToStart answers a GET of an address that only takes forms, for whoever reloads after a lost page.
func (h *Phone) BackToStart(c *fiber.Ctx) error { return c.Redirect("/f", fiber.StatusSeeOther) }

// BackToForm does the same for the form's own address.
func (h *Phone) BackToForm(c *fiber.Ctx) error { return c.Redirect(formPath, fiber.StatusSeeOther) }
