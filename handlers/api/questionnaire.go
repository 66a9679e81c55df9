package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/questionnaire"
	"huisheng/handlers/web"
	"huisheng/models"
)

// edition is a version of a questionnaire as a list shows it.
type edition struct {
	Code        string              `json:"code"`
	Version     string              `json:"version"`
	Kind        models.OrgKind      `json:"kind"`
	Title       models.LocalText    `json:"title"`
	Questions   int                 `json:"questions"`
	State       questionnaire.State `json:"state"`
	PublishedAt *time.Time          `json:"published_at"` // null: it came with the program
}

// fullEdition is one with its words.
type fullEdition struct {
	edition
	Notice string         `json:"notice_version"`
	Words  models.Wording `json:"words"`
}

func editionOf(e questionnaire.Edition) fullEdition {
	out := fullEdition{
		edition{Code: e.Code, Version: e.Version, Kind: e.Kind, Questions: len(e.Questions), State: e.State}, e.Notice.Version, e.Wording(),
	}
	out.Title = out.Words.Title
	if !e.PublishedAt.IsZero() {
		at := e.PublishedAt.In(models.Shanghai())
		out.PublishedAt = &at
	}
	return out
}

// ListQuestionnaires lists every version of every questionnaire. They are few: one page holds them.
func (h *API) ListQuestionnaires(c *fiber.Ctx) error {
	list := h.app.Questionnaires.List()
	items := make([]edition, len(list))
	for i, e := range list {
		items[i] = editionOf(e).edition
	}
	return c.JSON(fiber.Map{"items": items, "next": ""})
}

// ShowQuestionnaire shows a version with its words in both languages; "latest" is the newest.
func (h *API) ShowQuestionnaire(c *fiber.Ctx) error {
	e, err := h.app.Questionnaires.Find(c.Params("code"), c.Params("version"))
	if err != nil {
		return err
	}
	return c.JSON(editionOf(e))
}

type publishInput struct {
	Base string `json:"base"`
	models.Wording
}

// PublishQuestionnaire publishes the next version with other words. Base is the version that they were changed in, so that nobody undoes another's change unseen.
func (h *API) PublishQuestionnaire(c *fiber.Ctx) error {
	in, err := web.Bind[publishInput](c)
	if err != nil {
		return err
	}
	e, err := h.app.Questionnaires.Publish(c.UserContext(), web.Principal(c), c.Params("code"), in.Base, in.Wording)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(editionOf(e))
}

// messageTemplate is a message to phones and what it costs at its longest.
type messageTemplate struct {
	Code       string   `json:"code"`
	Text       string   `json:"text"`
	Parameters []string `json:"parameters"`
	Longest    string   `json:"longest"`
	Length     int      `json:"length"`
	Parts      int      `json:"parts"`
}

// ListTemplates lists the messages. Their wording is approved by providers, so they come with the program.
func (h *API) ListTemplates(c *fiber.Ctx) error {
	items := []messageTemplate{}
	for _, t := range h.app.Catalog.Templates() {
		whole, err := t.Longest()
		if err != nil {
			return err
		}
		x := messageTemplate{Code: t.Code, Text: t.Text, Parameters: []string{}, Longest: whole, Length: models.SMSLength(whole), Parts: models.SMSParts(whole)}
		for _, p := range t.Params {
			x.Parameters = append(x.Parameters, p.Name)
		}
		items = append(items, x)
	}
	return c.JSON(fiber.Map{"items": items, "next": ""})
}
