package console

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// alertRow is an alert in words.
type alertRow struct {
	models.Alert
	Title string
}

// ShowAlerts is the list of what nobody has complained about and an official should know.
func (h *Console) ShowAlerts(c *fiber.Ctx) error { return h.alerts(c, form{}) }

func (h *Console) alerts(c *fiber.Ctx, f form) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	filter := store.AlertFilter{}
	if all := c.Query("all"); all == "" {
		open := true
		filter.Open = &open
	}
	list, err := h.app.Alerts.List(c.UserContext(), web.Principal(c), filter, at)
	if err != nil {
		return err
	}
	rows := make([]alertRow, len(list.Items))
	for i, a := range list.Items {
		k, _ := h.app.Catalog.AlertKind(a.Kind)
		rows[i] = alertRow{Alert: a, Title: langOf(c).text(k.Text)}
	}
	return h.render(c, "alerts", page{Title: say(c, "情况提醒", "Alerts"), Form: f, Data: map[string]any{
		"Rows": rows, "All": c.Query("all") != "", "Next": newer(c, list.Next), "First": "",
	}})
}

// PostAlert records that an official has seen an alert.
func (h *Console) PostAlert(c *fiber.Ctx) error {
	_, err := h.app.Alerts.Acknowledge(c.UserContext(), web.Principal(c), c.FormValue("alert"), c.FormValue("note"))
	if err != nil {
		f := form{Values: map[string]string{"note": c.FormValue("note")}}
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.alerts(c, f)
	}
	return back(c, "/console/alerts", "alert")
}

// alertsNeed: alerts that nobody has acknowledged.
func (h *Console) alertsNeed(ctx context.Context, l lang, who models.Principal) ([]need, error) {
	if !official(who) {
		return nil, nil
	}
	open := true
	list, err := h.app.Alerts.List(ctx, who, store.AlertFilter{Open: &open}, models.Page{Limit: onHome})
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	n := count(len(list.Items))
	if list.Next != "" {
		n += "+"
	}
	return []need{{
		Text:   l.say("%s 条情况提醒还没有处理（如收费、分补贴、未满16周岁实习）。", "Alerts that nobody has looked at: %s (fees, shares of subsidies, interns under 16 …).", n),
		Button: l.say("去看看", "Look"), URL: "/console/alerts",
	}}, nil
}
