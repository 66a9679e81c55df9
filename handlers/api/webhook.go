package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/webhook"
	"huisheng/handlers/web"
	"huisheng/models"
)

type webhookView struct {
	ID        models.WebhookID     `json:"id"`
	URL       string               `json:"url"`
	Note      string               `json:"note"`
	Events    []models.WebhookType `json:"events"`
	Enabled   bool                 `json:"enabled"`
	Why       string               `json:"disabled_reason"`
	Secret    string               `json:"secret,omitempty"` // when it was made, this once
	OldValid  web.Time             `json:"old_secret_valid_until"`
	FailingAt web.Time             `json:"failing_since"`
	LastOK    web.Time             `json:"last_delivered"`
	Revision  int                  `json:"revision"`
	CreatedAt web.Time             `json:"created_at"`
}

func webhookOf(w models.Webhook) webhookView {
	v := webhookView{
		ID: w.ID, URL: w.URL, Note: w.Note, Events: w.Events, Enabled: w.Enabled, Why: w.Why, FailingAt: web.Time(w.Failing), LastOK: web.Time(w.LastOK),
		Revision: w.Revision, CreatedAt: web.Time(w.CreatedAt),
	}
	if len(w.Secrets) > 1 {
		v.OldValid = web.Time(w.Secrets[1].ValidTo)
	}
	return v
}

func webhookWith(w models.Webhook, secret string) webhookView {
	v := webhookOf(w)
	v.Secret = secret
	return v
}

// ListWebhooks lists the endpoints.
func (h *API) ListWebhooks(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Webhooks.List(c.UserContext(), web.Principal(c), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, webhookOf))
}

type webhookInput struct {
	URL      string               `json:"url"`
	Note     string               `json:"note"`
	Events   []models.WebhookType `json:"events"`
	Enabled  *bool                `json:"enabled"`
	Revision int                  `json:"revision"`
}

func (in webhookInput) content() webhook.Input {
	return webhook.Input{URL: in.URL, Note: in.Note, Events: in.Events, Enabled: in.Enabled}
}

// CreateWebhook makes an endpoint; the answer holds its secret this once.
func (h *API) CreateWebhook(c *fiber.Ctx) error {
	in, err := web.Bind[webhookInput](c)
	if err != nil {
		return err
	}
	w, secret, err := h.app.Webhooks.Create(c.UserContext(), web.Principal(c), in.content())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, "/api/v1/webhooks/"+string(w.ID))
	return c.Status(fiber.StatusCreated).JSON(webhookWith(w, secret))
}

// ShowWebhook shows one endpoint.
func (h *API) ShowWebhook(c *fiber.Ctx) error {
	w, err := h.app.Webhooks.Find(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")))
	if err != nil {
		return err
	}
	return c.JSON(webhookOf(w))
}

// UpdateWebhook changes an endpoint, or switches it on or off.
func (h *API) UpdateWebhook(c *fiber.Ctx) error {
	in, err := web.Bind[webhookInput](c)
	if err != nil {
		return err
	}
	w, err := h.app.Webhooks.Update(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")), in.Revision, in.content())
	if err != nil {
		return err
	}
	return c.JSON(webhookOf(w))
}

// DeleteWebhook removes an endpoint.
func (h *API) DeleteWebhook(c *fiber.Ctx) error {
	if err := h.app.Webhooks.Delete(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook"))); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// RotateWebhookSecret gives a new secret, this once; the old one signs beside it for a day.
func (h *API) RotateWebhookSecret(c *fiber.Ctx) error {
	w, secret, err := h.app.Webhooks.Rotate(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")))
	if err != nil {
		return err
	}
	return c.JSON(webhookWith(w, secret))
}

// TestWebhook sends a message that says nothing, to try an endpoint.
func (h *API) TestWebhook(c *fiber.Ctx) error {
	m, err := h.app.Webhooks.Test(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(webhookMessageOf(m))
}

type webhookMessageView struct {
	ID        models.WebhookMessageID `json:"id"`
	Event     string                  `json:"webhook_id"`
	Type      models.WebhookType      `json:"type"`
	Body      string                  `json:"body"`
	State     models.WebhookState     `json:"state"`
	Attempts  int                     `json:"attempts"`
	DueAt     web.Time                `json:"due_at"`
	Log       []webhookAttemptView    `json:"log"`
	CreatedAt web.Time                `json:"created_at"`
	DoneAt    web.Time                `json:"done_at"`
}

type webhookAttemptView struct {
	models.WebhookAttempt
	At web.Time `json:"at"`
}

func webhookMessageOf(m models.WebhookMessage) webhookMessageView {
	v := webhookMessageView{
		ID: m.ID, Event: m.Event, Type: m.Type, Body: m.Body, State: m.State, Attempts: m.Attempts, DueAt: web.Time(m.DueAt),
		Log: []webhookAttemptView{}, CreatedAt: web.Time(m.CreatedAt), DoneAt: web.Time(m.DoneAt),
	}
	for _, a := range m.Log {
		v.Log = append(v.Log, webhookAttemptView{a, web.Time(a.At)})
	}
	return v
}

// ListWebhookDeliveries lists what an endpoint was told, newest first, with every attempt.
func (h *API) ListWebhookDeliveries(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Webhooks.Messages(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")), models.WebhookState(c.Query("state")), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, webhookMessageOf))
}

// RedeliverWebhook sends a message again.
func (h *API) RedeliverWebhook(c *fiber.Ctx) error {
	m, err := h.app.Webhooks.Redeliver(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")), models.WebhookMessageID(c.Params("delivery")))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(webhookMessageOf(m))
}
