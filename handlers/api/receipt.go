package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
)

// TakeReceipts takes the receipts that a message provider pushes to its secret address, and answers in the words that it wants.
func (h *API) TakeReceipts(c *fiber.Ctx) error {
	answer, err := h.app.Outreach.TakeReceipts(c.UserContext(), c.Params("channel"), c.Params("secret"), c.GetReqHeaders(), c.Body())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.SendString(answer)
}

// ShowSending says how messages go out and whether they are halted.
func (h *API) ShowSending(c *fiber.Ctx) error {
	s, err := h.app.Outreach.Sending(c.UserContext(), web.Principal(c))
	if err != nil {
		return err
	}
	out := fiber.Map{"channel": s.Channel, "halted": s.Halt.Active}
	if s.Halt.Active {
		out["reason"], out["until"] = s.Halt.Reason, web.Time(s.Halt.Until)
	}
	if s.ReceiptsURL != "" {
		out["receipts_url"] = s.ReceiptsURL
	}
	return c.JSON(out)
}

// ResumeSending lets messages go out again before the halt ends by itself.
func (h *API) ResumeSending(c *fiber.Ctx) error {
	if err := h.app.Outreach.ResumeSending(c.UserContext(), web.Principal(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
