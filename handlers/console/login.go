package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
)

// ShowLogin is the page for logging in; whoever is logged in goes on to the start page.
func (h *Console) ShowLogin(c *fiber.Ctx) error {
	if _, ok := web.Identify(c); ok {
		return c.Redirect("/console", fiber.StatusSeeOther)
	}
	return h.login(c, form{Values: map[string]string{"next": c.Query("next"), "why": c.Query("why")}})
}

func (h *Console) login(c *fiber.Ctx, f form) error {
	return h.render(c, "login", page{Title: say(c, "登录", "Log in"), Bare: true, Form: f})
}

// Login checks the password and gives the browser its session.
func (h *Console) Login(c *fiber.Ctx) error {
	f := typed(c, "account", "next")
	l, err := h.app.Accounts.Login(c.UserContext(), account.Credentials{Login: f.Value("account"), Password: c.FormValue("password"), OTP: c.FormValue("otp"), Address: c.IP(), Device: web.Device(c)})
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.login(c, f)
	}
	web.SetSession(c, web.Tokens{Access: l.Access, Refresh: l.Refresh, AccessTTL: account.AccessTTL, RefreshTTL: account.SessionTTL})
	if l.Account.MustChange {
		return c.Redirect("/console/password", fiber.StatusSeeOther)
	}
	return c.Redirect(inside(f.Value("next")), fiber.StatusSeeOther)
}

// inside allows an address of the console only: a login must not lead to another site.
func inside(next string) string {
	if next != "/console" && !strings.HasPrefix(next, "/console/") || strings.ContainsAny(next, "\\\r\n") || strings.Contains(next, "..") {
		return "/console"
	}
	return next
}

// Logout ends the session, also on the server.
func (h *Console) Logout(c *fiber.Ctx) error {
	if err := h.app.Accounts.Logout(c.UserContext(), web.Principal(c)); err != nil {
		return err
	}
	web.ClearSession(c)
	return c.Redirect("/console/login", fiber.StatusSeeOther)
}

// ShowPassword is the form for a new password.
func (h *Console) ShowPassword(c *fiber.Ctx) error { return h.password(c, form{}) }

func (h *Console) password(c *fiber.Ctx, f form) error {
	me, err := h.app.Accounts.Me(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	return h.render(c, "password", page{Title: say(c, "修改密码", "Change password"), Form: f, Data: me})
}

// ChangePassword replaces the own password.
func (h *Console) ChangePassword(c *fiber.Ctx) error {
	f, next := form{}, c.FormValue("new_password")
	if next != c.FormValue("again") {
		c.Status(fiber.StatusUnprocessableEntity)
		f.Wrong = map[string]string{"again": say(c, "两次输入的新密码不一样。", "The two new passwords differ.")}
		return h.password(c, f)
	}
	if err := h.app.Accounts.ChangePassword(c.UserContext(), web.Principal(c), c.FormValue("current_password"), next); err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.password(c, f)
	}
	return back(c, "/console", "password")
}

// Settled keeps everybody with a password that somebody else knows, or without the second factor that they must have, on the page where that is mended.
func (h *Console) Settled(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		me, err := h.app.Accounts.Me(c.UserContext(), web.Principal(c))
		if err != nil {
			return err
		}
		switch {
		case me.MustChange:
			return c.Redirect("/console/password", fiber.StatusSeeOther)
		case web.Principal(c).Pending == models.PendingOTP:
			return c.Redirect("/console/security", fiber.StatusSeeOther)
		}
		return next(c)
	}
}

var errNoOrg = models.NewError(models.KindNotFound, "no_org", "这个账号不属于任何机构，请联系您的上级管理员。", "This account belongs to no organisation.")

// own gives the operator's organisation.
func (h *Console) own(c *fiber.Ctx) (models.Org, error) {
	who := web.Principal(c)
	if who.Org == "" {
		return models.Org{}, errNoOrg
	}
	return h.app.Registry.Find(c.UserContext(), who, who.Org)
}
