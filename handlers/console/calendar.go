package console

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/calendar"
	"huisheng/handlers/web"
	"huisheng/models"
)

// calendarData is the page of the working-day calendar.
type calendarData struct {
	Known   calendar.Known
	NoYear  int
	May     bool               // the reader may import
	Preview *calendar.Imported // what was read from the pasted notice, before it is kept
	Replace bool               // the year is known with other days
}

// ShowCalendar shows the years that are known, and where the province imports the next.
func (h *Console) ShowCalendar(c *fiber.Ctx) error { return h.calendar(c, form{}, calendarData{}) }

func (h *Console) calendar(c *fiber.Ctx, f form, d calendarData) error {
	d.Known = h.app.Calendar.Current(c.UserContext())
	d.NoYear = d.Known.CalendarWarning(h.app.Clock())
	d.May = web.Principal(c).Role == models.RoleProvince
	return h.render(c, "calendar", page{Title: say(c, "工作日历", "Working-day calendar"), Form: f, Data: d})
}

// ImportCalendar reads a pasted notice, shows what it says, and keeps it when the official has looked at that.
func (h *Console) ImportCalendar(c *fiber.Ctx) error {
	f := typed(c, "year", "number", "text", "replace", "step")
	d := calendarData{Replace: f.Value("replace") != ""}
	year, err := strconv.Atoi(strings.TrimSpace(f.Value("year")))
	if err != nil {
		year = 0 // the text says which
	}
	y, err := calendar.ReadNotice(f.Value("text"), year, f.Value("number"))
	if err == nil {
		var got calendar.Imported
		keep := f.Value("step") == "keep"
		// Looking shows also what is known otherwise; keeping it then needs the tick.
		got, err = h.app.Calendar.Import(c.UserContext(), web.Principal(c), y, !keep || d.Replace, !keep)
		if err == nil && keep {
			return back(c, "/console/calendar", "calendar")
		}
		d.Preview = &got
	}
	if err != nil {
		d.Preview = nil
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.calendar(c, f, d)
	}
	for _, k := range h.app.Calendar.Current(c.UserContext()).Years {
		d.Replace = d.Replace || d.Preview.Changed && k.Year == d.Preview.Year.Year
	}
	return h.calendar(c, f, d)
}
