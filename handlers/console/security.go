package console

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
)

// securityData is what the page of the own account's security shows.
type securityData struct {
	Me       models.Account
	Must     bool // nothing else works until the second factor is set up
	Setup    *account.Enrolment
	QR       template.URL
	Recovery []string // shown this once
	Left     int      // recovery codes
	Sessions []account.LoginView
}

// ShowSecurity is the page of the own account: second factor, logins.
func (h *Console) ShowSecurity(c *fiber.Ctx) error { return h.security(c, form{}, securityData{}) }

func (h *Console) security(c *fiber.Ctx, f form, d securityData) error {
	ctx, who := c.UserContext(), web.Principal(c)
	var err error
	if d.Me, err = h.app.Accounts.Me(ctx, who); err != nil {
		return err
	}
	d.Must = who.Pending == models.PendingOTP && d.Me.Second == nil
	if d.Me.Second != nil {
		d.Left = len(d.Me.Second.Recovery)
	}
	switch e, err := h.app.Accounts.Enrolling(ctx, who); {
	case err == nil:
		d.Setup = &e
		png, err := qrcode.Encode(e.URI, qrcode.Medium, 240)
		if err != nil {
			return fmt.Errorf("draw QR code: %w", err)
		}
		d.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // our own picture, in base64
	case !errors.Is(err, models.ErrOTPNotSetUp) && !errors.Is(err, models.ErrOTPOn):
		return err
	}
	if d.Sessions, err = h.app.Accounts.Sessions(ctx, who); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return h.render(c, "security", page{Title: say(c, "账号安全", "Account security"), Form: f, Self: "/console/security", Data: d})
}

// ChangeSecurity sets up or removes the second factor, or ends a login.
func (h *Console) ChangeSecurity(c *fiber.Ctx) error {
	ctx, who := c.UserContext(), web.Principal(c)
	var err error
	var d securityData
	done := "security"
	switch c.FormValue("do") {
	case "start":
		_, err = h.app.Accounts.StartOTP(ctx, who, c.FormValue("current_password"))
		done = ""
	case "confirm":
		if d.Recovery, err = h.app.Accounts.ConfirmOTP(ctx, who, c.FormValue("otp")); err == nil {
			return h.security(c, form{}, d)
		}
	case "remove":
		err = h.app.Accounts.RemoveOTP(ctx, who, c.FormValue("current_password"), c.FormValue("otp"))
	case "end":
		err = h.app.Accounts.EndSession(ctx, who, c.FormValue("session"))
	case "others":
		err = h.app.Accounts.EndOtherSessions(ctx, who)
		done = "others"
	default:
		return models.ErrInvalid
	}
	if err != nil {
		f := form{}
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.security(c, f, d)
	}
	return back(c, "/console/security", done)
}
