package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
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

// UpdateAccount disables, enables or gives a new first password to an operator.
func (h *Console) UpdateAccount(c *fiber.Ctx) error {
	list := orgURL(models.OrgID(c.Params("org")))
	if q := beforeAccount(c); q != "" {
		return h.sure(c, q, list, "do")
	}
	done, err := h.changeAccount(c)
	if err != nil {
		return err
	}
	if done.InitialPassword != "" {
		return h.org(c, page{}, orgData{Initial: done.InitialPassword, For: done.Account.Login})
	}
	return back(c, list, doneTo(c))
}

// beforeAccount is what to ask before a button beside an account does what its owner would notice at once; empty: nothing, or it was asked.
func beforeAccount(c *fiber.Ctx) string {
	if c.FormValue("sure") != "" {
		return ""
	}
	switch c.FormValue("do") {
	case "disable":
		return say(c, "停用后，这个账号立即退出，不能再登录，以后可以再启用。确定停用吗？", "The account is logged out at once and cannot log in; it can be enabled again. Disable it?")
	case "reset":
		return say(c, "原来的密码立即失效，新的初始密码只显示一次。确定重置吗？", "The old password stops working at once; the new first password is shown once. Reset it?")
	}
	return ""
}

// changeAccount does what a button beside an account says.
func (h *Console) changeAccount(c *fiber.Ctx) (account.Created, error) {
	var ch account.Change
	yes, no := true, false
	switch c.FormValue("do") {
	case "logout":
		return account.Created{}, h.app.Accounts.EndSessionsOf(c.UserContext(), web.Principal(c), models.AccountID(c.Params("account")))
	case "disable":
		ch.Disabled = &yes
	case "enable":
		ch.Disabled = &no
	case "reset":
		ch.ResetPassword = true
	default:
		return account.Created{}, models.ErrInvalid
	}
	return h.app.Accounts.Update(c.UserContext(), web.Principal(c), models.AccountID(c.Params("account")), ch)
}

// doneTo says what has been done to an account.
func doneTo(c *fiber.Ctx) string {
	if c.FormValue("do") == "logout" {
		return "logout"
	}
	return "account"
}

type accountsData struct {
	List     models.List[models.Account]
	Me       models.AccountID
	Province bool
	Role     models.Role // of the filter
	Roles    []models.Role
	Cities   []models.Region
	Regions  map[string]string
	First    string
	Next     string
	Initial  string // a first password, shown this once
	For      string
}

// ListAccounts are the accounts that the reader may see; the province makes those of officials here, organisations' are made on their page.
func (h *Console) ListAccounts(c *fiber.Ctx) error { return h.accounts(c, form{}, accountsData{}) }

func (h *Console) accounts(c *fiber.Ctx, f form, d accountsData) error {
	who := web.Principal(c)
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	d.Me, d.Province, d.Role = who.Account, who.Role == models.RoleProvince, models.Role(c.Query("role"))
	d.Roles = []models.Role{models.RoleProvince, models.RoleCity, models.RoleAlliance, models.RoleOperator}
	d.Regions = h.regionNames(langOf(c))
	for _, r := range h.app.Catalog.Regions() {
		if !r.IsProvince() {
			d.Cities = append(d.Cities, r)
		}
	}
	if d.List, err = h.app.Accounts.List(c.UserContext(), who, store.AccountFilter{Role: d.Role}, at); err != nil {
		return err
	}
	if d.Next = newer(c, d.List.Next); at.After != "" {
		d.First = "/console/accounts"
	}
	return h.render(c, "accounts", page{Title: say(c, "账号", "Accounts"), Form: f, Self: "/console/accounts", Data: d})
}

// CreateOfficial makes an account of a city, the alliance or the province, and shows its first password this once.
func (h *Console) CreateOfficial(c *fiber.Ctx) error {
	f := typed(c, "account", "name", "role", "region")
	in := account.NewAccount{Login: f.Value("account"), Name: f.Value("name"), Role: models.Role(f.Value("role"))}
	if in.Role == models.RoleCity {
		in.Region = f.Value("region") // the form shows the list for every role
	}
	made, err := h.app.Accounts.CreateOfficial(c.UserContext(), web.Principal(c), in)
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.accounts(c, f, accountsData{})
	}
	return h.accounts(c, form{}, accountsData{Initial: made.InitialPassword, For: made.Account.Login})
}

// ChangeOfficial disables, enables or gives a new first password, on the page of all accounts.
func (h *Console) ChangeOfficial(c *fiber.Ctx) error {
	if q := beforeAccount(c); q != "" {
		return h.sure(c, q, "/console/accounts", "do")
	}
	done, err := h.changeAccount(c)
	if err != nil {
		return err
	}
	if done.InitialPassword != "" {
		return h.accounts(c, form{}, accountsData{Initial: done.InitialPassword, For: done.Account.Login})
	}
	return back(c, "/console/accounts", doneTo(c))
}
