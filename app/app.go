// Package app is what may happen: one small package per area of use cases, joined here. It knows nothing of HTTP, of MongoDB's driver, of Redis or of pages.
package app

import (
	"log/slog"

	"huisheng/app/account"
	"huisheng/app/alert"
	"huisheng/app/audit"
	"huisheng/app/calendar"
	"huisheng/app/complaint"
	"huisheng/app/contact"
	"huisheng/app/declare"
	"huisheng/app/indicator"
	"huisheng/app/outreach"
	"huisheng/app/port"
	"huisheng/app/privacy"
	"huisheng/app/questionnaire"
	"huisheng/app/rating"
	"huisheng/app/registry"
	"huisheng/app/report"
	"huisheng/app/reseal"
	"huisheng/app/respond"
	"huisheng/app/roster"
	"huisheng/app/supervise"
	"huisheng/app/webhook"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/access"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	hooks "huisheng/internal/webhook"
	"huisheng/models"
	"huisheng/models/store"
)

// Deps is what the use cases stand on.
type Deps struct {
	Config  config.Config
	Store   *store.Store
	Catalog *catalog.Catalog
	Box     *seal.Box
	Queue   port.Queue
	Limiter port.Limiter
	Sender  models.Sender // nil in a process that sends nothing
	Clock   port.Clock
	Log     *slog.Logger
}

// App holds every area's use cases.
type App struct {
	Catalog    *catalog.Catalog
	Audit      *audit.Log
	Calendar   *calendar.Service
	Accounts   *account.Service
	Registry   *registry.Service
	Roster     *roster.Service
	Outreach   *outreach.Service
	Respond    *respond.Service
	Complaints *complaint.Service
	Indicators *indicator.Service
	Reports    *report.Service
	Ratings    *rating.Service
	Contacts   *contact.Service
	Declare    *declare.Service
	Alerts     *alert.Service
	Reseal     *reseal.Service
	Supervise  *supervise.Service
	Webhooks   *webhook.Service
	// Questionnaires are loaded before the first request and kept up to date.
	Questionnaires *questionnaire.Service
	Clock          port.Clock // the time that all of them go by
	Privacy        *privacy.Service
}

// New joins the areas.
func New(d Deps) *App {
	ids := ident.New(d.Box)
	a := &App{Catalog: d.Catalog, Clock: d.Clock}
	a.Audit = audit.New(d.Store, d.Box, d.Clock, d.Log)
	d.Catalog.Clock(d.Clock)
	a.Questionnaires = questionnaire.New(d.Store, d.Catalog, a.Audit, d.Clock, d.Log)
	a.Calendar = calendar.New(d.Store, d.Catalog, a.Audit, d.Clock, d.Log)
	a.Accounts = account.New(account.Deps{
		Store: d.Store, Box: d.Box, Catalog: d.Catalog, Audit: a.Audit, Limiter: d.Limiter, Now: d.Clock, Idle: d.Config.SessionIdle, Strict: d.Config.OTPRequired,
	})
	a.Reseal = reseal.New(d.Store, d.Box, d.Clock)
	a.Privacy = privacy.New(privacy.Deps{Store: d.Store, Catalog: d.Catalog, Box: d.Box, Audit: a.Audit, Reseal: a.Reseal, Clock: d.Clock})
	a.Registry = registry.New(d.Store, d.Catalog, a.Audit, d.Clock)
	a.Roster = roster.New(roster.Deps{
		Store: d.Store, Catalog: d.Catalog, Box: d.Box, Ident: ids, Audit: a.Audit, Clock: d.Clock, Log: d.Log,
	})
	a.Complaints = complaint.New(complaint.Deps{
		Store: d.Store, Catalog: d.Catalog, Calendar: a.Calendar, Box: d.Box, Ident: ids, Audit: a.Audit, Queue: d.Queue, Clock: d.Clock, Log: d.Log,
	})
	a.Outreach = outreach.New(outreach.Deps{
		Store: d.Store, Catalog: d.Catalog, Box: d.Box, Ident: ids, Audit: a.Audit, Roster: a.Roster, Sender: d.Sender, Queue: d.Queue, Clock: d.Clock,
		Config: d.Config, Log: d.Log, Cases: a.Complaints,
	})
	a.Contacts = contact.New(contact.Deps{Store: d.Store, Box: d.Box, Ident: ids, Audit: a.Audit, Scheduler: a.Outreach, Clock: d.Clock})
	a.Alerts = alert.New(d.Store, d.Catalog, ids, a.Audit, d.Clock)
	a.Respond = respond.New(respond.Deps{
		Store: d.Store, Catalog: d.Catalog, Box: d.Box, Ident: ids, OTP: a.Outreach, Limiter: d.Limiter, Clock: d.Clock,
		Signer: access.New(d.Box.Key("jwt/respondent"), "respondent", d.Clock),
	})
	a.Indicators = indicator.New(d.Store, d.Catalog, d.Box, d.Clock)
	a.Declare = declare.New(declare.Deps{Store: d.Store, Catalog: d.Catalog, Audit: a.Audit, Indicators: a.Indicators, Clock: d.Clock})
	a.Supervise = supervise.New(supervise.Deps{
		Store: d.Store, Catalog: d.Catalog, Calendar: a.Calendar, Box: d.Box, Ident: ids, Audit: a.Audit, Indicators: a.Indicators,
		Clock: d.Clock, Log: d.Log,
	})
	a.Webhooks = webhook.New(webhook.Deps{
		Store: d.Store, Box: d.Box, Ident: ids, Audit: a.Audit, Queue: d.Queue, Poster: hooks.NewClient(d.Config.WebhookPrivate), Lease: d.Config.LeaseDuration,
		Clock: d.Clock, Log: d.Log,
	})
	a.Reports = report.New(report.Deps{
		Store: d.Store, Catalog: d.Catalog, Indicators: a.Indicators, Audit: a.Audit, Box: d.Box, Queue: d.Queue, Clock: d.Clock,
		Lease: d.Config.LeaseDuration,
	})
	a.Ratings = rating.New(rating.Deps{
		Store: d.Store, Catalog: d.Catalog, Box: d.Box, Ident: ids, Audit: a.Audit, Queue: d.Queue, Clock: d.Clock, BaseURL: d.Config.BaseURL,
	})
	return a
}
