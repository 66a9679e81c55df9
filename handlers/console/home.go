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

type homeData struct {
	Role       models.Role
	Org        models.Org
	HasRecords bool
	Batches    []batchRow
	Orgs       int
	Cases      []caseRow
	Needs      []need
	Notices    []models.DeskNotice
	NoYear     int // the year that the working-day calendar lacks; 0: none
}

// Home is the start page: what to do next, by role and by what is there already.
func (h *Console) Home(c *fiber.Ctx) error {
	who, ctx := web.Principal(c), c.UserContext()
	d := homeData{Role: who.Role}
	if who.Role == models.RoleOperator {
		var err error
		if d.Org, err = h.own(c); err != nil {
			return err
		}
		records, err := h.app.Roster.ListRecords(ctx, who, d.Org.ID, query(c), models.Page{Limit: 1})
		if err != nil {
			return err
		}
		d.HasRecords = len(records.Items) > 0
	}
	var err error
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
	if who.Role == models.RoleProvince || who.Role == models.RoleCity {
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
		d.Orgs = len(orgs.Items)
	}
	if d.Needs, err = h.needs(c); err != nil {
		return err
	}
	return h.render(c, "home", page{Title: say(c, "首页", "Start"), Data: d})
}
