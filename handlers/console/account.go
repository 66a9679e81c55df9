package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
)

// CreateAccount makes an operator's account and shows its first password this once: it is not kept anywhere.
func (h *Console) CreateAccount(c *fiber.Ctx) error {
	f := typed(c, "account", "name")
	made, err := h.app.Accounts.CreateOperator(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), account.NewAccount{
		Login: f.Value("account"), Name: f.Value("name"), Role: models.RoleOperator,
	})
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.org(c, page{Form: f}, orgData{})
	}
	return h.org(c, page{}, orgData{Initial: made.InitialPassword, For: made.Account.Login})
}

// UpdateAccount disables, enables or gives a new first password.
func (h *Console) UpdateAccount(c *fiber.Ctx) error {
	var ch account.Change
	yes, no := true, false
	switch c.FormValue("do") {
	case "disable":
		ch.Disabled = &yes
	case "enable":
		ch.Disabled = &no
	case "reset":
		ch.ResetPassword = true
	default:
		return models.ErrInvalid
	}
	done, err := h.app.Accounts.Update(c.UserContext(), web.Principal(c), models.AccountID(c.Params("account")), ch)
	if err != nil {
		return err
	}
	if done.InitialPassword != "" {
		return h.org(c, page{}, orgData{Initial: done.InitialPassword, For: done.Account.Login})
	}
	return back(c, orgURL(models.OrgID(c.Params("org"))), "account")
}
