package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/contact"
	"huisheng/handlers/web"
	"huisheng/models"
)

type contactInput struct {
	Company string `json:"company"`
	USCC    string `json:"uscc"`
	Name    string `json:"name"`
	Phone   string `json:"phone"`
}

// contactView is a company's contact, masked.
type contactView struct {
	ID      models.ContactID `json:"id"`
	Company string           `json:"company"`
	USCC    string           `json:"uscc,omitempty"`
	Name    string           `json:"name"`
	Phone   string           `json:"phone"`
	Since   models.Date      `json:"since"`
}

func contactOf(v contact.View) contactView { return contactView(v) }

// AddContact registers a company's contact of a school, who is asked about the school's students.
func (h *API) AddContact(c *fiber.Ctx) error {
	in, err := web.Bind[contactInput](c)
	if err != nil {
		return err
	}
	v, err := h.app.Contacts.Add(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), contact.Input(in))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(contactOf(v))
}

// ListContacts lists a school's contacts.
func (h *API) ListContacts(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Contacts.List(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, contactOf))
}

// RemoveContact takes a contact off the list.
func (h *API) RemoveContact(c *fiber.Ctx) error {
	err := h.app.Contacts.Remove(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), models.ContactID(c.Params("contact")))
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
