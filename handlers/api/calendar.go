package api

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
)

// calendarYear is a year as callers see it.
type calendarYear struct {
	models.CalendarYear
	Imported bool `json:"imported"`
}

func yearOf(y models.CalendarYear) calendarYear {
	return calendarYear{CalendarYear: y, Imported: y.By != ""}
}

// ShowCalendar shows the years of the working-day calendar.
func (h *API) ShowCalendar(c *fiber.Ctx) error {
	k := h.app.Calendar.Current(c.UserContext())
	years := make([]calendarYear, len(k.Years))
	for i, y := range k.Years {
		years[i] = yearOf(y)
	}
	return c.JSON(fiber.Map{"covered_until": k.CoveredUntil(), "missing_year": k.CalendarWarning(h.app.Clock()), "years": years})
}

type calendarInput struct {
	Number  string            `json:"notice_no"`
	URL     string            `json:"url"`
	Days    []models.Festival `json:"days"`
	Replace bool              `json:"replace"`
}

// ImportCalendar takes a year's holidays. PUT: the same again is harmless.
func (h *API) ImportCalendar(c *fiber.Ctx) error {
	in, err := web.Bind[calendarInput](c)
	if err != nil {
		return err
	}
	dry, err := flag(c, "dry_run")
	if err != nil {
		return err
	}
	year, err := strconv.Atoi(c.Params("year"))
	if err != nil {
		return models.ErrNotFound
	}
	y := models.CalendarYear{Year: year, Number: in.Number, URL: in.URL, Days: in.Days}
	done, err := h.app.Calendar.Import(c.UserContext(), web.Principal(c), y, in.Replace, dry)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"year": yearOf(done.Year), "workdays": done.Workdays, "covered_until": done.CoveredUntil, "changed": done.Changed})
}
