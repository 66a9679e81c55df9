package api

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/skip2/go-qrcode"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
)

type startOTPInput struct {
	Current string `json:"current_password"`
}

// StartOTP makes a second factor: a secret, its address for authenticator apps, and a picture of that.
func (h *API) StartOTP(c *fiber.Ctx) error {
	in, err := web.Bind[startOTPInput](c)
	if err != nil {
		return err
	}
	e, err := h.app.Accounts.StartOTP(c.UserContext(), web.Principal(c), in.Current)
	if err != nil {
		return err
	}
	png, err := qrcode.Encode(e.URI, qrcode.Medium, 240)
	if err != nil {
		return fmt.Errorf("draw QR code: %w", err)
	}
	return c.JSON(fiber.Map{"secret": e.Secret, "uri": e.URI, "qr": "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)})
}

type confirmOTPInput struct {
	OTP string `json:"otp"`
}

// ConfirmOTP puts the second factor in force and gives the recovery codes, this once.
func (h *API) ConfirmOTP(c *fiber.Ctx) error {
	in, err := web.Bind[confirmOTPInput](c)
	if err != nil {
		return err
	}
	codes, err := h.app.Accounts.ConfirmOTP(c.UserContext(), web.Principal(c), in.OTP)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"recovery_codes": codes})
}

type removeOTPInput struct {
	Current string `json:"current_password"`
	OTP     string `json:"otp"`
}

// RemoveOTP turns the second factor off where that is allowed.
func (h *API) RemoveOTP(c *fiber.Ctx) error {
	in, err := web.Bind[removeOTPInput](c)
	if err != nil {
		return err
	}
	if err := h.app.Accounts.RemoveOTP(c.UserContext(), web.Principal(c), in.Current, in.OTP); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type sessionView struct {
	ID        string   `json:"id"`
	Device    string   `json:"device"`
	Since     web.Time `json:"since"`
	SeenAt    web.Time `json:"seen_at"`
	ExpiresAt web.Time `json:"expires_at"`
	Own       bool     `json:"own"`
}

func sessionsOf(list []account.LoginView) fiber.Map {
	out := make([]sessionView, len(list))
	for i, x := range list {
		out[i] = sessionView{ID: x.ID, Device: x.Device, Since: web.Time(x.Since), SeenAt: web.Time(x.SeenAt), ExpiresAt: web.Time(x.ExpiresAt), Own: x.Own}
	}
	return fiber.Map{"items": out, "next": ""}
}

// ListSessions lists the own logins.
func (h *API) ListSessions(c *fiber.Ctx) error {
	list, err := h.app.Accounts.Sessions(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	return c.JSON(sessionsOf(list))
}

// EndSession ends one of the own logins.
func (h *API) EndSession(c *fiber.Ctx) error {
	if err := h.app.Accounts.EndSession(c.UserContext(), web.Principal(c), c.Params("session")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// ListSessionsOf lists the logins of somebody else's account.
func (h *API) ListSessionsOf(c *fiber.Ctx) error {
	list, err := h.app.Accounts.SessionsOf(c.UserContext(), web.Principal(c), models.AccountID(c.Params("account")))
	if err != nil {
		return err
	}
	return c.JSON(sessionsOf(list))
}

// EndSessionsOf ends every login of somebody else's account.
func (h *API) EndSessionsOf(c *fiber.Ctx) error {
	if err := h.app.Accounts.EndSessionsOf(c.UserContext(), web.Principal(c), models.AccountID(c.Params("account"))); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type clientView struct {
	ID        models.ClientID   `json:"id"`
	Name      string            `json:"name"`
	Scopes    []models.KeyScope `json:"scopes"`
	Region    string            `json:"region"`
	Org       models.OrgID      `json:"org,omitempty"`
	Kind      models.OrgKind    `json:"kind,omitempty"`
	CreatedAt web.Time          `json:"created_at"`
	ExpiresAt web.Time          `json:"expires_at"`
	UsedAt    *web.Time         `json:"used_at,omitempty"`
	Revoked   bool              `json:"revoked"`
	// Key stands in the answer that made it and nowhere else.
	Key string `json:"key,omitempty"`
}

func clientOf(x models.Client) clientView {
	v := clientView{
		ID: x.ID, Name: x.Name, Scopes: x.Scopes, Region: x.Region, Org: x.Org, Kind: x.Kind, CreatedAt: web.Time(x.CreatedAt),
		ExpiresAt: web.Time(x.ExpiresAt), Revoked: x.Revoked,
	}
	if !x.UsedAt.IsZero() {
		t := web.Time(x.UsedAt)
		v.UsedAt = &t
	}
	return v
}

func keyOf(k account.ClientKey) clientView {
	v := clientOf(k.Client)
	v.Key = k.Key
	return v
}

// ListClients lists the machine clients.
func (h *API) ListClients(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Accounts.Clients(c.UserContext(), web.Principal(c), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, clientOf))
}

type clientInput struct {
	Name   string            `json:"name"`
	Scopes []models.KeyScope `json:"scopes"`
	Region string            `json:"region"`
	Org    models.OrgID      `json:"org"`
	Kind   models.OrgKind    `json:"kind"`
}

// CreateClient lets a machine in: 201 with its key, which is shown this once.
func (h *API) CreateClient(c *fiber.Ctx) error {
	in, err := web.Bind[clientInput](c)
	if err != nil {
		return err
	}
	made, err := h.app.Accounts.CreateClient(c.UserContext(), web.Principal(c), account.NewClient(in))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(keyOf(made))
}

type rotateInput struct {
	GraceHours int `json:"grace_hours"`
}

// RotateClient gives a client another key; the one before opens for the hours asked for.
func (h *API) RotateClient(c *fiber.Ctx) error {
	in, err := web.Bind[rotateInput](c)
	if err != nil {
		return err
	}
	if in.GraceHours > 1000 { // before it is multiplied
		in.GraceHours = 1000
	}
	made, err := h.app.Accounts.RotateClient(c.UserContext(), web.Principal(c), models.ClientID(c.Params("client")), time.Duration(in.GraceHours)*time.Hour)
	if err != nil {
		return err
	}
	return c.JSON(keyOf(made))
}

// RevokeClient ends a client at once.
func (h *API) RevokeClient(c *fiber.Ctx) error {
	if err := h.app.Accounts.RevokeClient(c.UserContext(), web.Principal(c), models.ClientID(c.Params("client"))); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
