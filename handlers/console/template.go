package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// templateRow is one message with what it costs.
type templateRow struct {
	models.Template
	Whole  string // with its longest values
	Length int
	Parts  int
}

func rowOf(t models.Template) templateRow {
	whole, err := t.Longest()
	if err != nil { // the catalog has been checked
		whole = t.Text
	}
	return templateRow{t, whole, models.SMSLength(whole), models.SMSParts(whole)}
}

// templatesData is the page of the messages, and what somebody counts.
type templatesData struct {
	Rows      []templateRow
	Signature string
	Limit     int
	Counted   bool
	Length    int
	Parts     int
	Forbidden []string
}

// ShowTemplates lists the messages to phones with their length.
func (h *Console) ShowTemplates(c *fiber.Ctx) error { return h.templates(c, form{}, templatesData{}) }

// CountTemplate counts a text as operators do, with the signature, and finds the words that providers refuse. It keeps nothing.
func (h *Console) CountTemplate(c *fiber.Ctx) error {
	f := typed(c, "text")
	whole := "【" + h.app.Catalog.Signature() + "】" + f.Value("text")
	return h.templates(c, f, templatesData{Counted: true, Length: models.SMSLength(whole), Parts: models.SMSParts(whole), Forbidden: h.app.Catalog.ForbiddenIn(whole)})
}

func (h *Console) templates(c *fiber.Ctx, f form, d templatesData) error {
	for _, t := range h.app.Catalog.Templates() {
		d.Rows = append(d.Rows, rowOf(t))
	}
	d.Signature, d.Limit = h.app.Catalog.Signature(), models.SMSSinglePart
	return h.render(c, "templates", page{Title: say(c, "短信模板", "Message templates"), Form: f, Data: d})
}
