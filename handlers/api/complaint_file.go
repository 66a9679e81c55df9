package api

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

// AddComplaintFile takes a photo for a complaint: multipart with one part `file`. 201 with the id to name in the complaint; the same upload again
// gives the same id. The route takes more than a photo may have, so that a person whose photo is too large reads why, and not that the connection broke.
func (h *API) AddComplaintFile(c *fiber.Ctx) error {
	if err := needIdempotencyKey(c); err != nil {
		return err
	}
	file, done, err := upload(c)
	if err != nil {
		return err
	}
	defer done()
	id, err := h.app.Complaints.AddFile(c.UserContext(), web.Respondent[respond.Claims](c), complaint.Upload{
		Content: file.Content, Size: file.Size, Key: c.Get("Idempotency-Key"),
	})
	if err != nil {
		return inFile(err)
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"id": id})
}

// ShowComplaintFile gives the n-th photo of a complaint, from 1. The name says nothing: whoever saves it decides what it is called.
func (h *API) ShowComplaintFile(c *fiber.Ctx) error {
	n, err := c.ParamsInt("n")
	if err != nil {
		return models.ErrNotFound
	}
	photo, err := h.app.Complaints.Photo(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")), n)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/jpeg")
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`inline; filename="photo-%d.jpg"`, n))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Send(photo)
}

type caseRatingInput struct {
	Satisfaction models.Satisfaction `json:"satisfaction"`
	Comment      string              `json:"comment"`
}

// RateCase takes the complainant's rating of the handling, once, and gives the status.
func (h *API) RateCase(c *fiber.Ctx) error {
	in, err := web.Bind[caseRatingInput](c)
	if err != nil {
		return err
	}
	s, err := h.app.Complaints.Rate(c.UserContext(), c.Params("case_no"), c.Get("X-Case-Passphrase"), complaint.Rating{
		Satisfaction: in.Satisfaction, Comment: in.Comment,
	})
	if err != nil {
		return err
	}
	return c.JSON(s)
}
