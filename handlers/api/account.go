package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// accountView is an account as callers see it: nothing about its password but whether it must be changed.
type accountView struct {
	ID         models.AccountID `json:"id"`
	Login      string           `json:"account"`
	Name       string           `json:"name"`
	Role       models.Role      `json:"role"`
	Org        models.OrgID     `json:"org,omitempty"`
	Region     string           `json:"region,omitempty"`
	MustChange bool             `json:"must_change"`
	Disabled   bool             `json:"disabled"`
	OTP        bool             `json:"otp"` // has a second factor
	CreatedAt  web.Time         `json:"created_at"`
	// InitialPassword stands in the answer that made it and nowhere else.
	InitialPassword string `json:"initial_password,omitempty"`
}

func accountOf(a models.Account) accountView {
	return accountView{
		ID: a.ID, Login: a.Login, Name: a.Name, Role: a.Role, Org: a.Org, Region: a.Region, MustChange: a.MustChange, Disabled: a.Disabled, OTP: a.Second != nil, CreatedAt: web.Time(a.CreatedAt),
	}
}

func createdOf(m account.Created) accountView {
	v := accountOf(m.Account)
	v.InitialPassword = m.InitialPassword
	return v
}

type accountInput struct {
	Account  string      `json:"account"`
	Name     string      `json:"name"`
	Role     models.Role `json:"role"`
	Region   string      `json:"region"`
	Password string      `json:"password"`
}

func (in accountInput) account() account.NewAccount {
	return account.NewAccount{Login: in.Account, Name: in.Name, Role: in.Role, Region: in.Region, Password: in.Password}
}

// CreateOperator makes an account under an organisation.
func (h *API) CreateOperator(c *fiber.Ctx) error {
	in, err := web.Bind[accountInput](c)
	if err != nil {
		return err
	}
	made, err := h.app.Accounts.CreateOperator(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), in.account())
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(createdOf(made))
}

// CreateOfficial makes an account of a city, the alliance or the province.
func (h *API) CreateOfficial(c *fiber.Ctx) error {
	in, err := web.Bind[accountInput](c)
	if err != nil {
		return err
	}
	made, err := h.app.Accounts.CreateOfficial(c.UserContext(), web.Principal(c), in.account())
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(createdOf(made))
}

// ListAccounts lists the accounts that the reader may see.
func (h *API) ListAccounts(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.AccountFilter{Org: models.OrgID(c.Query("org")), Role: models.Role(c.Query("role"))}
	list, err := h.app.Accounts.List(c.UserContext(), web.Principal(c), f, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, accountOf))
}

// ListOperators lists the accounts of an organisation.
func (h *API) ListOperators(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Accounts.ListOf(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, accountOf))
}

type accountPatch struct {
	Name          *string `json:"name"`
	Disabled      *bool   `json:"disabled"`
	ResetPassword bool    `json:"reset_password"`
	ResetOTP      bool    `json:"reset_otp"`
}

// UpdateAccount renames or disables somebody else's account, or gives it a new initial password.
func (h *API) UpdateAccount(c *fiber.Ctx) error {
	in, err := web.Bind[accountPatch](c)
	if err != nil {
		return err
	}
	changed, err := h.app.Accounts.Update(c.UserContext(), web.Principal(c), models.AccountID(c.Params("account")), account.Change(in))
	if err != nil {
		return err
	}
	return c.JSON(createdOf(changed))
}

type auditView struct {
	Seq    int64              `json:"seq"`
	At     web.Time           `json:"at"`
	Actor  models.AccountID   `json:"actor,omitempty"`
	Role   models.Role        `json:"role,omitempty"`
	Action models.AuditAction `json:"action"`
	Object string             `json:"object,omitempty"`
	Org    models.OrgID       `json:"org,omitempty"`
	Region string             `json:"region,omitempty"`
	Detail map[string]string  `json:"detail,omitempty"`
}

// ListAudit shows who did what, newest first.
func (h *API) ListAudit(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f, err := auditFilter(c)
	if err != nil {
		return err
	}
	list, err := h.app.Audit.List(c.UserContext(), web.Principal(c), f, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, func(e models.AuditEntry) auditView {
		return auditView{Seq: e.Seq, At: web.Time(e.At), Actor: e.Actor, Role: e.Role, Action: e.Action, Object: e.Object, Org: e.Org, Region: e.Region, Detail: e.Detail}
	}))
}

// auditFilter reads what narrows the list; times are moments, from the first to before the last.
func auditFilter(c *fiber.Ctx) (models.AuditFilter, error) {
	f := models.AuditFilter{
		Action: models.AuditAction(c.Query("action")), Actor: models.AccountID(c.Query("actor")), Org: models.OrgID(c.Query("org")), Object: c.Query("object"),
	}
	var wrong []models.FieldError
	for name, at := range map[string]*time.Time{"from": &f.From, "until": &f.Until} {
		v := c.Query(name)
		if v == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			wrong = append(wrong, models.FieldError{Field: name, Code: "wrong_value", Message: name + " 应是 RFC 3339 时间，例如 2026-11-20T09:00:00+08:00。"})
			continue
		}
		*at = t
	}
	if len(wrong) > 0 {
		return f, models.ErrInvalid.WithFields(wrong...)
	}
	return f, nil
}
