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

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"huisheng/app"
	"huisheng/app/account"
	"huisheng/config"
	"huisheng/handlers/api"
	"huisheng/handlers/web"
	"huisheng/internal/seal"
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
	api *api.API
}

// New makes the app with every route. It panics if a route has no guard.
func New(d Deps) *fiber.App {
	h := &handlers{Deps: d, api: api.New(d.App)}
	app, frame := web.New(web.Options{
		Log: d.Log, Metrics: d.Metrics, Production: d.Config.Production(), Base: d.Context, Proxies: d.Config.TrustedProxies, BodyLimit: d.Config.BodyLimit,
		CSRFKey:      d.Box.Key("csrf"),
		Authenticate: d.App.Accounts.Authenticate,
		Renew:        h.renew,
		Respondent:   h.admitRespondent,
	})
	frame.Mount(app, h.routes())
	return app
}

// renew is the account service's renewal in the words of the frame.
func (h *handlers) renew(ctx context.Context, refresh string) (web.Tokens, error) {
	l, err := h.App.Accounts.Renew(ctx, refresh)
	if err != nil {
		return web.Tokens{}, err
	}
	return web.Tokens{Access: l.Access, Refresh: l.Refresh, AccessTTL: account.AccessTTL, RefreshTTL: account.SessionTTL}, nil
}

// admitRespondent reads the respondent's token; it needs no look-up.
func (h *handlers) admitRespondent(c *fiber.Ctx) error {
	claims, err := h.App.Respond.Session(web.BearerToken(c))
	if err != nil {
		return err
	}
	web.SetRespondent(c, claims)
	return nil
}
