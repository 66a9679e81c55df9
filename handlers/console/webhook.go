package console

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/webhook"
	"huisheng/handlers/web"
	"huisheng/models"
)

// ListWebhooks shows the endpoints and the form of a new one.
func (h *Console) ListWebhooks(c *fiber.Ctx) error { return h.webhooks(c, form{}, "") }

func (h *Console) webhooks(c *fiber.Ctx, f form, secret string) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Webhooks.List(c.UserContext(), web.Principal(c), at)
	if err != nil {
		return err
	}
	return h.render(c, "webhooks", page{Title: say(c, "推送地址", "Webhooks"), Form: f, Data: map[string]any{
		"Rows": list.Items, "First": "", "Next": newer(c, list.Next), "Types": models.WebhookTypes(), "Secret": secret,
	}})
}

// CreateWebhook makes an endpoint and shows its secret this once.
func (h *Console) CreateWebhook(c *fiber.Ctx) error {
	f := typed(c, "url", "note")
	in := webhook.Input{URL: f.Value("url"), Note: f.Value("note")}
	for _, t := range models.WebhookTypes() {
		if c.FormValue("events."+string(t)) != "" {
			in.Events = append(in.Events, t)
		}
	}
	_, secret, err := h.app.Webhooks.Create(c.UserContext(), web.Principal(c), in)
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.webhooks(c, f, "")
	}
	return h.webhooks(c, form{}, secret)
}

func webhookURL(id models.WebhookID) string { return "/console/webhooks/" + url.PathEscape(string(id)) }

// ShowWebhook is one endpoint with its deliveries.
func (h *Console) ShowWebhook(c *fiber.Ctx) error { return h.webhook(c, form{}, "") }

func (h *Console) webhook(c *fiber.Ctx, f form, secret string) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	w, err := h.app.Webhooks.Find(c.UserContext(), web.Principal(c), models.WebhookID(c.Params("webhook")))
	if err != nil {
		return err
	}
	list, err := h.app.Webhooks.Messages(c.UserContext(), web.Principal(c), w.ID, "", at)
	if err != nil {
		return err
	}
	return h.render(c, "webhook", page{Title: say(c, "推送地址", "Webhook"), Form: f, Self: webhookURL(w.ID), Data: map[string]any{
		"W": w, "Rows": list.Items, "First": "", "Next": newer(c, list.Next), "Secret": secret,
	}})
}

// SteerWebhook does what a button says; what cannot be undone is asked about first.
func (h *Console) SteerWebhook(c *fiber.Ctx) error {
	f := typed(c, "do", "message")
	id := models.WebhookID(c.Params("webhook"))
	ask, asks := map[string]models.LocalText{
		"delete": {Zh: "删除后没有推送的消息也会删除，不能找回。确定吗？", En: "What was not delivered yet is deleted with it and cannot be brought back. Delete?"},
		"rotate": {Zh: "新密钥只显示一次，旧密钥一天后失效。确定更换吗？", En: "The new secret is shown once; the old one ends in a day. Replace it?"},
		"off":    {Zh: "停用期间的消息会暂存，启用后再推送。确定停用吗？", En: "Messages are held until it is switched on again. Switch off?"},
	}[f.Value("do")]
	if asks && c.FormValue("sure") == "" {
		return h.render(c, "confirm", page{Title: say(c, "请确认", "Please confirm"), Form: f, Self: webhookURL(id), Data: map[string]any{
			"Question": langOf(c).text(ask), "Text": "", "Back": webhookURL(id), "Button": say(c, "确定", "Yes"), "Action": "",
		}})
	}
	to, secret, err := h.steer(c, id, f)
	if err != nil {
		f = form{}
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.webhook(c, f, "")
	}
	if secret != "" {
		return h.webhook(c, form{}, secret)
	}
	return back(c, to, "webhook")
}

func (h *Console) steer(c *fiber.Ctx, id models.WebhookID, f form) (to, secret string, err error) {
	ctx, who, on, off := c.UserContext(), web.Principal(c), true, false
	to = webhookURL(id)
	switch f.Value("do") {
	case "test":
		_, err = h.app.Webhooks.Test(ctx, who, id)
	case "rotate":
		_, secret, err = h.app.Webhooks.Rotate(ctx, who, id)
	case "on", "off":
		w, find := h.app.Webhooks.Find(ctx, who, id)
		if find != nil {
			return to, "", find
		}
		in := webhook.Input{Note: w.Note, Enabled: &on}
		if f.Value("do") == "off" {
			in.Enabled = &off
		}
		_, err = h.app.Webhooks.Update(ctx, who, id, 0, in)
	case "delete":
		to, err = "/console/webhooks", h.app.Webhooks.Delete(ctx, who, id)
	case "redeliver":
		_, err = h.app.Webhooks.Redeliver(ctx, who, id, models.WebhookMessageID(f.Value("message")))
	default:
		err = models.ErrInvalid
	}
	return to, secret, err
}
