package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
)

type loginInput struct {
	Account  string `json:"account"`
	Password string `json:"password"`
	OTP      string `json:"otp"` // a code of the authenticator app, or a recovery code; not looked at while the account has no second factor
}

// Login checks a password and begins a session.
func (h *API) Login(c *fiber.Ctx) error {
	in, err := web.Bind[loginInput](c)
	if err != nil {
		return err
	}
	l, err := h.app.Accounts.Login(c.UserContext(), account.Credentials{Login: in.Account, Password: in.Password, OTP: in.OTP, Address: c.IP(), Device: web.Device(c)})
	if err != nil {
		return err
	}
	return c.JSON(tokensOf(l))
}

type refreshInput struct {
	RefreshToken string `json:"refresh_token"`
}

// Validate implements the check of web.Bind.
func (in refreshInput) Validate() []models.FieldError {
	if in.RefreshToken == "" {
		return []models.FieldError{{Field: "refresh_token", Code: "required", Message: "请填写 refresh_token。"}}
	}
	return nil
}

// Refresh gives new tokens for a refresh token; the old one is used up.
func (h *API) Refresh(c *fiber.Ctx) error {
	in, err := web.Bind[refreshInput](c)
	if err != nil {
		return err
	}
	l, err := h.app.Accounts.Refresh(c.UserContext(), in.RefreshToken)
	if err != nil {
		return err
	}
	return c.JSON(tokensOf(l))
}

// Logout ends the session of the access token or, for a client whose access token has run out, of the refresh token in the body.
func (h *API) Logout(c *fiber.Ctx) error {
	ctx := c.UserContext()
	if token := web.BearerToken(c); token != "" {
		p, err := h.app.Accounts.Authenticate(ctx, token)
		if err != nil {
			return err
		}
		if err := h.app.Accounts.Logout(ctx, p); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
	if len(c.Body()) == 0 {
		return models.ErrUnauthenticated
	}
	in, err := web.Bind[refreshInput](c)
	if err != nil {
		return err
	}
	if err := h.app.Accounts.LogoutToken(ctx, in.RefreshToken); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// Me shows the account of whoever is logged in.
func (h *API) Me(c *fiber.Ctx) error {
	a, err := h.app.Accounts.Me(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	return c.JSON(accountOf(a))
}

type passwordInput struct {
	Current string `json:"current_password"`
	New     string `json:"new_password"`
}

// ChangePassword replaces the own password; the account's other sessions end.
func (h *API) ChangePassword(c *fiber.Ctx) error {
	in, err := web.Bind[passwordInput](c)
	if err != nil {
		return err
	}
	if err := h.app.Accounts.ChangePassword(c.UserContext(), web.Principal(c), in.Current, in.New); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type tokensView struct {
	AccessToken  string      `json:"access_token"`
	RefreshToken string      `json:"refresh_token"`
	TokenType    string      `json:"token_type"`
	ExpiresIn    int         `json:"expires_in"` // seconds
	Account      accountView `json:"account"`
}

func tokensOf(l account.Login) tokensView {
	return tokensView{
		AccessToken: l.Access, RefreshToken: l.Refresh, TokenType: "Bearer", ExpiresIn: int(account.AccessTTL.Seconds()), Account: accountOf(l.Account),
	}
}
