package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// ShowAudit searches the audit log by action, account, object and day.
func (h *Console) ShowAudit(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	f := models.AuditFilter{Action: models.AuditAction(c.Query("action")), Actor: models.AccountID(c.Query("actor")), Object: c.Query("object")}
	if d, err := models.ParseDate(c.Query("from")); err == nil {
		f.From = d.Start()
	}
	if d, err := models.ParseDate(c.Query("until")); err == nil {
		f.Until = d.End()
	}
	list, err := h.app.Audit.List(c.UserContext(), web.Principal(c), f, at)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = here(c, "")
	}
	return h.render(c, "audit", page{Title: say(c, "操作记录", "Audit log"), Data: map[string]any{
		"Rows": list.Items, "First": first, "Next": newer(c, list.Next), "F": f, "From": c.Query("from"), "Until": c.Query("until"), "Actions": models.AuditActions(),
	}})
}

// ShowSending says how messages go out, and which batches stand still.
func (h *Console) ShowSending(c *fiber.Ctx) error {
	who := web.Principal(c)
	s, err := h.app.Outreach.Sending(c.UserContext(), who)
	if err != nil {
		return err
	}
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Outreach.Batches(c.UserContext(), who, store.BatchFilter{State: models.BatchPaused}, at)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = "/console/sending"
	}
	return h.render(c, "sending", page{Title: say(c, "短信通道", "Message channel"), Data: map[string]any{"Sending": s, "Batches": batchRows(who, list.Items), "First": first, "Next": newer(c, list.Next)}})
}

// ResumeSending lets messages go out again before a halt ends by itself.
func (h *Console) ResumeSending(c *fiber.Ctx) error {
	if err := h.app.Outreach.ResumeSending(c.UserContext(), web.Principal(c)); err != nil {
		return err
	}
	return back(c, "/console/sending", "resume")
}
