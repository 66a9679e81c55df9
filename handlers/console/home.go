package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// onHome is how many things of a kind the start page shows.
const onHome = 5

// maxOnHome is how many reminders it shows.
const maxOnHome = 10

// figuresOnHome is how many of an organisation's indicators it shows.
const figuresOnHome = 8

type homeData struct {
	Role       models.Role
	Org        models.Org
	HasRecords bool
	Batches    []batchRow
	Orgs       int
	Kinds      []standing // to regulators: how each kind of organisation stands
	Figures    []figure   // to an organisation: its own of the current quarter
	Words      string     // the current quarter
	Cases      []caseRow
	Needs      []need
	Notices    []models.DeskNotice
	NoYear     int // the year that the working-day calendar lacks; 0: none
}

// Home is the start page: what to do next, by role and by what is there already.
func (h *Console) Home(c *fiber.Ctx) error {
	who, ctx := web.Principal(c), c.UserContext()
	d := homeData{Role: who.Role}
	var err error
	switch {
	case who.Role == models.RoleOperator:
		err = h.homeOfOrg(c, &d)
	case official(who):
		err = h.homeOfOfficial(c, &d)
	}
	if err != nil {
		return err
	}
	if d.Notices, err = h.app.Complaints.Notices(ctx, who); err != nil {
		return err
	}
	if len(d.Notices) > maxOnHome {
		d.Notices = d.Notices[:maxOnHome]
	}
	if who.Role != models.RoleAlliance {
		list, err := h.app.Outreach.Batches(ctx, who, store.BatchFilter{Org: who.Org}, models.Page{Limit: onHome})
		if err != nil {
			return err
		}
		d.Batches = batchRows(who, list.Items)
	}
	if d.Needs, err = h.needs(c); err != nil {
		return err
	}
	return h.render(c, "home", page{Title: say(c, "首页", "Start"), Data: d})
}

// homeOfOrg adds what an organisation's start page shows: whether it has begun, and its figures of the quarter.
func (h *Console) homeOfOrg(c *fiber.Ctx, d *homeData) error {
	who, ctx, l := web.Principal(c), c.UserContext(), langOf(c)
	var err error
	if d.Org, err = h.own(c); err != nil {
		return err
	}
	if d.HasRecords, err = h.app.Roster.HasRecords(ctx, who, d.Org.ID); err != nil {
		return err
	}
	period := models.QuarterOf(h.app.Clock())
	now, before, err := h.app.Indicators.Ready(ctx, who.Scope(), d.Org.ID, period)
	if err != nil {
		return err
	}
	figs := h.figuresOf(l, d.Org.Kind, now.View(who.Scope()))
	l.sinceBefore(figs, before.View(who.Scope()))
	d.Figures = tellingFirst(figs, figuresOnHome)
	for i := range d.Figures {
		d.Figures[i].URL = "/console/indicators/" + d.Figures[i].Def.ID + "?period=" + period
	}
	if p, err := models.ParsePeriod(period); err == nil {
		d.Words = l.period(p)
	}
	return nil
}

// tellingFirst picks up to n figures: those with a value, then those that are hidden; what has no data yet is left to the whole page.
func tellingFirst(figs []figure, n int) []figure {
	var list []figure
	for _, take := range []func(figure) bool{func(f figure) bool { return f.Value != "" }, func(f figure) bool { return f.V.Suppressed }} {
		for _, f := range figs {
			if len(list) < n && take(f) {
				list = append(list, f)
			}
		}
	}
	return list
}

// homeOfOfficial adds what a regulator's start page shows: the cases due first, how each kind of organisation stands, what the calendar lacks.
func (h *Console) homeOfOfficial(c *fiber.Ctx, d *homeData) error {
	who, ctx := web.Principal(c), c.UserContext()
	cases, _, err := h.app.Complaints.List(ctx, who, store.ComplaintFilter{Open: true}, "", onHome)
	if err != nil {
		return err
	}
	d.Cases = h.caseRows(langOf(c), cases)
	if who.Role == models.RoleProvince {
		d.NoYear = h.app.Calendar.Current(ctx).CalendarWarning(h.app.Clock())
	}
	orgs, err := h.app.Registry.List(ctx, who, store.OrgFilter{}, models.Page{Limit: 1})
	if err != nil {
		return err
	}
	if d.Orgs = len(orgs.Items); d.Orgs > 0 {
		d.Kinds, err = h.kindLines(c, who)
	}
	return err
}
