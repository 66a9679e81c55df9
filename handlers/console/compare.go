package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// compared is one line of a comparison.
type compared struct {
	Name, URL string
	Figure    figure
}

type compareData struct {
	Kind      models.OrgKind
	Kinds     []models.OrgKind
	Period    string
	Periods   []periodChoice
	Indicator models.IndicatorDefinition
	All       []models.IndicatorDefinition
	By        string // org or city
	Province  bool
	Total     *compared
	Rows      []compared
	First     string
	Next      string
}

// Compare shows one indicator for many: by city for the province, by organisation for everybody.
func (h *Console) Compare(c *fiber.Ctx) error {
	who, kind := web.Principal(c), kindOf(c)
	d := compareData{
		Kind: kind, Kinds: []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial}, Province: who.Role == models.RoleProvince,
		All: h.app.Catalog.Indicators(kind), Period: c.Query("period", models.QuarterOf(time.Now())), By: c.Query("by"),
	}
	if who.Role == models.RoleAlliance {
		d.Kinds = []models.OrgKind{models.OrgSchool}
	}
	d.Periods = periods(langOf(c), kind, time.Now(), d.Period)
	for i, def := range d.All {
		if i == 0 || def.ID == c.Query("indicator") {
			d.Indicator = def
		}
	}
	if d.By != "city" && d.By != "org" || !d.Province {
		d.By = map[bool]string{true: "city", false: "org"}[d.Province]
	}
	if err := h.compare(c, who, &d); err != nil {
		return err
	}
	return h.render(c, "compare", page{Title: say(c, "指标对比", "Compare indicators"), Data: d})
}

func (h *Console) compare(c *fiber.Ctx, who models.Principal, d *compareData) error {
	if len(d.All) == 0 {
		return nil
	}
	if official(who) {
		total, err := h.regionLine(c, *d, who.Region)
		if err != nil {
			return err
		}
		total.Name += say(c, "合计", ", together")
		d.Total = &total
	}
	if d.By == "org" {
		return h.compareOrgs(c, who, d)
	}
	for _, r := range h.app.Catalog.Regions() {
		row, err := h.regionLine(c, *d, r.Code)
		if err != nil {
			return err
		}
		if r.IsProvince() {
			continue // its own are in the total; as a line it would be the total again
		}
		d.Rows = append(d.Rows, row)
	}
	return nil
}

func (h *Console) regionLine(c *fiber.Ctx, d compareData, code string) (compared, error) {
	r, err := h.app.Indicators.ForRegion(c.UserContext(), web.Principal(c), code, d.Kind, d.Period)
	if err != nil {
		return compared{}, err
	}
	q := url.Values{"kind": {string(d.Kind)}, "period": {d.Period}}
	return compared{Name: h.regionName(langOf(c), code), URL: "/console/regions/" + code + "?" + q.Encode(), Figure: pickFigure(langOf(c), d.Indicator, r.Items)}, nil
}

func (h *Console) compareOrgs(c *fiber.Ctx, who models.Principal, d *compareData) error {
	at := models.Page{Limit: 30, After: c.Query("after")}
	list, err := h.app.Registry.List(c.UserContext(), who, store.OrgFilter{Kind: d.Kind}, at)
	if err != nil {
		return err
	}
	for _, o := range list.Items {
		r, err := h.app.Indicators.ForOrg(c.UserContext(), who.Scope(), o.ID, d.Period)
		if err != nil {
			return err
		}
		to := orgURL(o.ID) + "/indicators?period=" + url.QueryEscape(d.Period)
		d.Rows = append(d.Rows, compared{Name: o.Name, URL: to, Figure: pickFigure(langOf(c), d.Indicator, r.View(who.Scope()))})
	}
	if d.Next = newer(c, list.Next); at.After != "" {
		d.First = here(c, "")
	}
	return nil
}

func pickFigure(l lang, d models.IndicatorDefinition, values []models.IndicatorValue) figure {
	for _, v := range values {
		if v.ID == d.ID {
			return l.figureOf(d, v, false)
		}
	}
	return figure{Def: d, None: l.say("还没有数据", "No data yet")}
}
