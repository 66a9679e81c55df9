package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/contact"
	"huisheng/app/outreach"
	"huisheng/handlers/web"
	"huisheng/models"
)

var contactFields = []string{"company", "uscc", "name", "phone"}

// scheduleRow is a month of a school's schedule in words.
type scheduleRow struct {
	outreach.ScheduledMonth
	Title string
}

// ShowSchedule is a school's coming rounds and its companies' contacts.
func (h *Console) ShowSchedule(c *fiber.Ctx) error { return h.schedule(c, form{}) }

func (h *Console) schedule(c *fiber.Ctx, f form) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	who, ctx := web.Principal(c), c.UserContext()
	months, err := h.app.Outreach.ScheduleOf(ctx, who, org.ID)
	if err != nil {
		return err
	}
	rows := make([]scheduleRow, len(months))
	for i, m := range months {
		rows[i] = scheduleRow{ScheduledMonth: m, Title: m.Questionnaire}
		if q, ok := h.app.Catalog.Latest(m.Questionnaire); ok {
			rows[i].Title = q.Localized(string(langOf(c))).Title
		}
	}
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	contacts, err := h.app.Contacts.List(ctx, who, org.ID, at)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = "/console/schedule"
	}
	return h.render(c, "schedule", page{Title: say(c, "学生批次", "Students' rounds"), Form: f, Data: map[string]any{
		"School": org.Kind == models.OrgSchool, "Months": rows, "Contacts": contacts.Items, "First": first, "Next": newer(c, contacts.Next),
	}})
}

// PostSchedule registers a contact, or takes one off the list.
func (h *Console) PostSchedule(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	who, ctx := web.Principal(c), c.UserContext()
	done := "contact"
	f := typed(c, contactFields...)
	if c.FormValue("do") == "remove" {
		if c.FormValue("sure") == "" {
			return h.sure(c, say(c, "移除后不再给这位联系人发短信，已经给出的评价保留，以后可以重新登记。确定移除吗？",
				"This contact gets no more messages; what they have said stays, and they can be registered again. Remove?"), "/console/schedule", "do", "contact")
		}
		done = "uncontact"
		err = h.app.Contacts.Remove(ctx, who, org.ID, models.ContactID(c.FormValue("contact")))
	} else {
		_, err = h.app.Contacts.Add(ctx, who, org.ID, contact.Input{Company: f.Value("company"), USCC: f.Value("uscc"), Name: f.Value("name"), Phone: f.Value("phone")})
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.schedule(c, f)
	}
	return back(c, "/console/schedule", done)
}
