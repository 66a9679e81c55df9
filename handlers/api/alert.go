package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// alertView is an alert as an official sees it.
type alertView struct {
	ID        string           `json:"id"`
	Kind      string           `json:"kind"`
	Title     string           `json:"title"`
	Org       models.OrgID     `json:"org"`
	OrgName   string           `json:"org_name"`
	Region    string           `json:"region"`
	Batch     models.BatchID   `json:"batch,omitempty"`
	Record    models.RecordID  `json:"record,omitempty"`
	Measure   models.MeasureID `json:"measure,omitempty"`
	Company   string           `json:"company,omitempty"`
	Day       models.Date      `json:"day,omitempty"`
	Period    string           `json:"period,omitempty"`
	Slice     *models.Slice    `json:"slice,omitempty"`
	Yuan      int64            `json:"yuan,omitempty"`
	N         int64            `json:"n"`
	Open      bool             `json:"open"`
	SeenBy    string           `json:"seen_by,omitempty"`
	SeenAt    *web.Time        `json:"seen_at,omitempty"`
	Note      string           `json:"note,omitempty"`
	CreatedAt web.Time         `json:"created_at"`
	ChangedAt web.Time         `json:"changed_at"`
}

func (h *API) alertOf(lang string) func(models.Alert) alertView {
	return func(a models.Alert) alertView {
		k, _ := h.app.Catalog.AlertKind(a.Kind)
		v := alertView{
			ID: a.ID, Kind: a.Kind, Title: k.Text.Zh, Org: a.Org, OrgName: a.OrgName, Region: a.Region, Batch: a.Batch, Record: a.Record, Measure: a.Measure, Company: a.Company,
			Day: a.Day, Period: a.Period, Yuan: a.Yuan, N: a.N, Open: a.Open, SeenBy: a.SeenName, Note: a.Note, CreatedAt: web.Time(a.CreatedAt), ChangedAt: web.Time(a.ChangedAt),
		}
		if lang == models.LangEnglish {
			v.Title = k.Text.En
		}
		if !a.Slice.IsZero() {
			v.Slice = &a.Slice
		}
		if !a.SeenAt.IsZero() {
			at := web.Time(a.SeenAt)
			v.SeenAt = &at
		}
		return v
	}
}

// ListAlerts lists what the regulator is told of without a complaint. ?open=true gives those that nobody has acknowledged.
func (h *API) ListAlerts(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.AlertFilter{Kind: c.Query("kind"), Org: models.OrgID(c.Query("org"))}
	if c.Query("open") != "" {
		open, err := flag(c, "open")
		if err != nil {
			return err
		}
		f.Open = &open
	}
	list, err := h.app.Alerts.List(c.UserContext(), web.Principal(c), f, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, h.alertOf(web.Lang(c))))
}

// AcknowledgeAlert records that an official has seen an alert, and what they do about it.
func (h *API) AcknowledgeAlert(c *fiber.Ctx) error {
	in, err := web.Bind[struct {
		Note string `json:"note"`
	}](c)
	if err != nil {
		return err
	}
	a, err := h.app.Alerts.Acknowledge(c.UserContext(), web.Principal(c), c.Params("alert"), in.Note)
	if err != nil {
		return err
	}
	return c.JSON(h.alertOf(web.Lang(c))(a))
}
