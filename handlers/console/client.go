package console

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/account"
	"huisheng/handlers/web"
	"huisheng/models"
)

// clientsData is what the page of machine clients shows.
type clientsData struct {
	List   models.List[models.Client]
	Next   string
	Scopes []models.KeyScope
	Chosen map[models.KeyScope]bool
	Key    string // shown this once
	For    string
}

// ListClients is the page of machine clients.
func (h *Console) ListClients(c *fiber.Ctx) error { return h.clients(c, form{}, clientsData{}) }

func (h *Console) clients(c *fiber.Ctx, f form, d clientsData) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	if d.List, err = h.app.Accounts.Clients(c.UserContext(), web.Principal(c), at); err != nil {
		return err
	}
	d.Next, d.Scopes = newer(c, d.List.Next), models.KeyScopes()
	c.Set(fiber.HeaderCacheControl, "no-store")
	return h.render(c, "clients", page{Title: say(c, "系统对接", "Machine clients"), Form: f, Self: "/console/clients", Data: d})
}

// overlap is how long the key before still opens after the page gave another one.
const overlap = 24 * time.Hour

// ChangeClients lets a machine in, gives it another key, or ends it.
func (h *Console) ChangeClients(c *fiber.Ctx) error {
	ctx, who, id := c.UserContext(), web.Principal(c), models.ClientID(c.FormValue("client"))
	var made account.ClientKey
	var err error
	f, d := typed(c, "name", "region", "kind"), clientsData{Chosen: map[models.KeyScope]bool{}}
	switch c.FormValue("do") {
	case "create":
		in := account.NewClient{Name: f.Value("name"), Region: f.Value("region"), Kind: models.OrgKind(f.Value("kind"))}
		for _, s := range models.KeyScopes() {
			if c.FormValue("scope-"+string(s)) != "" {
				in.Scopes, d.Chosen[s] = append(in.Scopes, s), true
			}
		}
		made, err = h.app.Accounts.CreateClient(ctx, who, in)
	case "rotate":
		made, err = h.app.Accounts.RotateClient(ctx, who, id, overlap)
	case "revoke":
		if err = h.app.Accounts.RevokeClient(ctx, who, id); err == nil {
			return back(c, "/console/clients", "client")
		}
	default:
		return models.ErrInvalid
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.clients(c, f, d)
	}
	return h.clients(c, form{}, clientsData{Key: made.Key, For: made.Client.Name})
}
