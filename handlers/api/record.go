package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/roster"
	"huisheng/handlers/web"
	"huisheng/models"
)

// recordView is a record with its time as callers see it.
type recordView struct {
	roster.RecordView
	UpdatedAt web.Time `json:"updated_at"`
}

func recordOf(r roster.RecordView) recordView {
	return recordView{RecordView: r, UpdatedAt: web.Time(r.UpdatedAt)}
}

// ListRecords lists an organisation's assessment records, masked. ?q= is the beginning of a certificate number.
func (h *API) ListRecords(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	q := roster.Query{
		Certificate: c.Query("q"), Department: c.Query("department"), Occupation: c.Query("occupation"), Level: c.Query("level"),
		From: c.Query("from"), Until: c.Query("until"),
	}
	list, err := h.app.Roster.ListRecords(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), q, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, recordOf))
}

type recordPatch struct {
	Phone string `json:"phone"`
}

// UpdateRecord corrects the phone number of a record.
func (h *API) UpdateRecord(c *fiber.Ctx) error {
	in, err := web.Bind[recordPatch](c)
	if err != nil {
		return err
	}
	v, err := h.app.Roster.CorrectPhone(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), models.RecordID(c.Params("record")), in.Phone)
	if err != nil {
		return err
	}
	return c.JSON(recordOf(v))
}
