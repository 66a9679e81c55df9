package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/registry"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// orgView is an organisation with its times as callers see them; the outer fields hide the inner ones.
type orgView struct {
	models.Org
	CreatedAt web.Time `json:"created_at"`
	UpdatedAt web.Time `json:"updated_at"`
	Warnings  []string `json:"warnings,omitempty"`
}

func orgOf(o models.Org) orgView {
	if o.Filing.Occupations == nil {
		o.Filing.Occupations = []models.FiledOccupation{}
	}
	return orgView{Org: o, CreatedAt: web.Time(o.CreatedAt), UpdatedAt: web.Time(o.UpdatedAt)}
}

type orgInput struct {
	Kind        models.OrgKind     `json:"kind"`
	Name        string             `json:"name"`
	USCC        string             `json:"uscc"`
	Region      string             `json:"region"`
	Affiliation models.Affiliation `json:"affiliation"`
	Subtype     string             `json:"subtype"`
	Filing      models.Filing      `json:"filing"`
}

// CreateOrg registers an organisation.
func (h *API) CreateOrg(c *fiber.Ctx) error {
	in, err := web.Bind[orgInput](c)
	if err != nil {
		return err
	}
	made, err := h.app.Registry.Create(c.UserContext(), web.Principal(c), registry.NewOrg{
		Kind: in.Kind, Name: in.Name, USCC: in.USCC, Division: in.Region, Affiliation: in.Affiliation, Subtype: in.Subtype, Filing: in.Filing,
	})
	if err != nil {
		return err
	}
	v := orgOf(made.Org)
	v.Warnings = made.Warnings
	c.Set(fiber.HeaderLocation, "/api/v1/orgs/"+string(made.Org.ID))
	return c.Status(fiber.StatusCreated).JSON(v)
}

// ListOrgs lists the organisations that the reader may see.
func (h *API) ListOrgs(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.OrgFilter{Kind: models.OrgKind(c.Query("kind")), Region: c.Query("region"), Name: c.Query("q")}
	list, err := h.app.Registry.List(c.UserContext(), web.Principal(c), f, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, orgOf))
}

// ShowOrg shows one organisation.
func (h *API) ShowOrg(c *fiber.Ctx) error {
	o, err := h.app.Registry.Find(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")))
	if err != nil {
		return err
	}
	return c.JSON(orgOf(o))
}

type orgPatch struct {
	Name    *string        `json:"name"`
	Subtype *string        `json:"subtype"`
	Filing  *models.Filing `json:"filing"`
	// Delegated is the city that handles complaints for the province; empty: nobody does.
	Delegated *string `json:"delegated_to"`
	// What may not change is known, so that it gets a better answer than an unknown field.
	Kind        *string `json:"kind"`
	USCC        *string `json:"uscc"`
	Region      *string `json:"region"`
	Affiliation *string `json:"affiliation"`
}

// Validate implements the check of web.Bind.
func (in orgPatch) Validate() (fields []models.FieldError) {
	for _, f := range []struct {
		name  string
		given *string
	}{{"kind", in.Kind}, {"uscc", in.USCC}, {"region", in.Region}, {"affiliation", in.Affiliation}} {
		if f.given != nil {
			fields = append(fields, models.FieldError{Field: f.name, Code: "immutable", Message: "这一项登记后不能修改；登记错了请重新登记。"})
		}
	}
	return fields
}

// UpdateOrg changes the name, subtype or filing of an organisation.
func (h *API) UpdateOrg(c *fiber.Ctx) error {
	in, err := web.Bind[orgPatch](c)
	if err != nil {
		return err
	}
	o, err := h.app.Registry.Update(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")),
		registry.Change{Name: in.Name, Subtype: in.Subtype, Filing: in.Filing, Delegated: in.Delegated})
	if err != nil {
		return err
	}
	return c.JSON(orgOf(o))
}
