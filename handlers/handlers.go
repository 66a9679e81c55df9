// Package handlers is HTTP and nothing else: routes.go lists every route with its guard, handlers/api has the JSON, and this file joins them
// to the frame of handlers/web.
//
// Behind a reverse proxy: it ends TLS, passes X-Request-Id and X-Forwarded-For on, and its network stands in HUISHENG_TRUSTED_PROXIES. The
// Host header is never believed: links are made from HUISHENG_BASE_URL. /metrics answers only callers from a private network that no proxy
// passed on.
package handlers

import (
	"context"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"huisheng/app"
	"huisheng/app/account"
	"huisheng/config"
	"huisheng/handlers/api"
	"huisheng/handlers/console"
	"huisheng/handlers/phone"
	"huisheng/handlers/web"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/static"
)

// Deps is what the HTTP layer stands on.
type Deps struct {
	Config  config.Config
	App     *app.App
	Box     *seal.Box // for the key against forged forms
	Log     *slog.Logger
	Metrics *prometheus.Registry
	// Context ends when the process is asked to stop: /readyz then says so, and streams end, while requests under way are answered.
	Context context.Context
	// PingStore and PingRedis ask whether the servers answer.
	PingStore, PingRedis func(context.Context) error
}

// handlers has the handlers that belong to no area.
type handlers struct {
	Deps
	api      *api.API
	phone    *phone.Phone
	console  *console.Console
	assets   *assets
	contract *api.Contract
}

// New makes the app with every route. It panics if a route has no guard or a page cannot be rendered.
func New(d Deps) *fiber.App {
	site, err := static.New(console.Funcs(d.App.Catalog))
	if err != nil {
		panic(err)
	}
	h := &handlers{Deps: d, api: api.New(d.App), assets: newAssets(site)}
	h.phone, err = phone.New(phone.Deps{App: d.App, Site: site, Host: d.Config.SMS.Site, Secure: d.Config.Production()})
	if err != nil {
		panic(err)
	}
	h.console = console.New(d.App, site, h.phone.Preview)
	css, _ := site.Asset("console/docs.css")
	if h.contract, err = api.NewContract(css.URL); err != nil {
		panic(err)
	}
	app, frame := web.New(web.Options{
		Log: d.Log, Metrics: d.Metrics, Production: d.Config.Production(), Base: d.Context, Proxies: d.Config.TrustedProxies, BodyLimit: d.Config.BodyLimit,
		CSRFKey:      d.Box.Key("csrf"),
		Authenticate: d.App.Accounts.Authenticate,
		Track:        d.App.Audit.Track,
		Renew:        h.renew,
		Respondent:   h.admitRespondent,
		Department:   h.admitDepartment,
		PageError:    h.showError,
	})
	frame.Mount(app, h.routes())
	return app
}

// showError shows an error to a person: at the desk or on a phone.
func (h *handlers) showError(c *fiber.Ctx, status int, e *models.Error) error {
	if p := c.Path(); p == "/console" || strings.HasPrefix(p, "/console/") {
		return h.console.Error(c, status, e)
	}
	return h.phone.ShowError(c, status, e)
}

// renew is the account service's renewal in the words of the frame.
func (h *handlers) renew(ctx context.Context, refresh string) (web.Tokens, error) {
	l, err := h.App.Accounts.Renew(ctx, refresh)
	if err != nil {
		return web.Tokens{}, err
	}
	return web.Tokens{Access: l.Access, Refresh: l.Refresh, AccessTTL: account.AccessTTL, RefreshTTL: account.SessionTTL}, nil
}

// admitRespondent reads the respondent's token, which a page has in a cookie; it needs no look-up.
func (h *handlers) admitRespondent(c *fiber.Ctx) error {
	token := web.BearerToken(c)
	if token == "" {
		token = h.phone.SessionToken(c)
	}
	claims, err := h.App.Respond.Session(token)
	if err != nil {
		return err
	}
	web.SetRespondent(c, claims)
	return nil
}

// admitDepartment reads the department's token, which is part of the address; it needs no look-up.
func (h *handlers) admitDepartment(c *fiber.Ctx) error {
	id, err := h.App.Ratings.Enter(c.Params("token"))
	if err != nil {
		return err
	}
	web.SetRespondent(c, id)
	return nil
}
