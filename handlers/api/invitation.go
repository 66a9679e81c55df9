package api

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// ListInvitations gives the people of a batch, masked, with whether messages reached them; ?state=failed for those they did not reach. It tells
// nobody who opened or answered.
func (h *API) ListInvitations(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.InvitationFilter{Batch: models.BatchID(c.Params("batch"))}
	switch c.Query("state") {
	case "":
	case string(outreach.ReachFailed):
		f.Failed = true
	default:
		return models.ErrInvalid.WithFields(models.FieldError{Field: "state", Code: "unknown", Message: "state 只能是 failed，或不写。"})
	}
	list, err := h.app.Outreach.Invitees(c.UserContext(), web.Principal(c), f, page)
	if err != nil {
		return err
	}
	return c.JSON(list)
}

// ResendInvitation sends to the number that the roster has now, after the old one failed: 202.
func (h *API) ResendInvitation(c *fiber.Ctx) error {
	one, err := h.app.Outreach.Resend(c.UserContext(), web.Principal(c), models.InvitationID(c.Params("invitation")))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(one)
}

// InvitationQR draws a person's printed QR code.
func (h *API) InvitationQR(format string) fiber.Handler {
	return drawn(format, func(ctx context.Context, c *fiber.Ctx) (outreach.QR, error) {
		return h.app.Outreach.PersonalQR(ctx, web.Principal(c), models.InvitationID(c.Params("invitation")))
	})
}

// BatchPoster draws the QR code of a batch's poster.
func (h *API) BatchPoster(format string) fiber.Handler {
	return drawn(format, func(ctx context.Context, c *fiber.Ctx) (outreach.QR, error) {
		return h.app.Outreach.Poster(ctx, web.Principal(c), models.BatchID(c.Params("batch")))
	})
}

// StaffPoster draws the QR code for staff supervision.
func (h *API) StaffPoster(format string) fiber.Handler {
	return drawn(format, func(ctx context.Context, c *fiber.Ctx) (outreach.QR, error) {
		return h.app.Outreach.StaffPoster(ctx, web.Principal(c), models.BatchID(c.Params("batch")))
	})
}

// drawn answers with a QR code as svg or as png of ?size= pixels.
func drawn(format string, find func(context.Context, *fiber.Ctx) (outreach.QR, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		size, err := qrSize(c)
		if err != nil {
			return err
		}
		qr, err := find(c.UserContext(), c)
		if err != nil {
			return err
		}
		var image []byte
		if format == "svg" {
			c.Set(fiber.HeaderContentType, "image/svg+xml")
			image, err = qr.SVG()
		} else {
			c.Set(fiber.HeaderContentType, "image/png")
			image, err = qr.PNG(size)
		}
		if err != nil {
			return fmt.Errorf("draw %s: %w", qr.Name, err)
		}
		c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`inline; filename="%s.%s"`, qr.Name, format))
		return c.Send(image)
	}
}

func qrSize(c *fiber.Ctx) (int, error) {
	s := c.Query("size")
	if s == "" {
		return outreach.DefaultQR, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < outreach.MinQR || n > outreach.MaxQR {
		return 0, models.ErrInvalid.WithFields(models.FieldError{
			Field: "size", Code: "out_of_range", Message: fmt.Sprintf("size 应为 %d 到 %d 的整数，单位像素。", outreach.MinQR, outreach.MaxQR),
		})
	}
	return n, nil
}
