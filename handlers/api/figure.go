package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/indicator"
	"huisheng/handlers/web"
	"huisheng/models"
)

type figuresInput struct {
	Values  map[string]float64 `json:"values"`
	Source  string             `json:"source"`
	Version *int               `json:"version"` // the one that the caller has seen; without it the newest is replaced whatever it is
}

// versionView is one declaration as callers see it.
type versionView struct {
	Version int                `json:"version"`
	Values  map[string]float64 `json:"values"`
	Source  string             `json:"source"`
	Author  string             `json:"author,omitempty"`
	Role    models.Role        `json:"role,omitempty"` // whose account declared it: operator or alliance
	At      web.Time           `json:"at"`
}

func versionOf(v models.FigureVersion) versionView {
	if v.Values == nil {
		v.Values = map[string]float64{}
	}
	return versionView{Version: v.N, Values: v.Values, Source: v.Source, Author: v.ByName, Role: v.ByRole, At: web.Time(v.At)}
}

// figuresView is what an organisation declared for a period, with the earlier versions, oldest first.
type figuresView struct {
	Org    models.OrgID `json:"org"`
	Period string       `json:"period"`
	versionView
	Versions []versionView `json:"versions"`
}

func figuresOf(f models.Figures) figuresView {
	v := figuresView{Org: f.Org, Period: f.Period, versionView: versionOf(f.Current), Versions: make([]versionView, len(f.Versions))}
	for i, old := range f.Versions {
		v.Versions[i] = versionOf(old)
	}
	return v
}

// DeclareFigures stores what an organisation declares for a period as a new version; the same again changes nothing.
func (h *API) DeclareFigures(c *fiber.Ctx) error {
	in, err := web.Bind[figuresInput](c)
	if err != nil {
		return err
	}
	f, err := h.app.Indicators.Declare(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), c.Params("period"),
		indicator.Declaration{Values: in.Values, Source: in.Source, Version: in.Version})
	if err != nil {
		return err
	}
	return c.JSON(figuresOf(f))
}

// ShowFigures gives what an organisation declared for a period; version 0 means nothing yet.
func (h *API) ShowFigures(c *fiber.Ctx) error {
	f, err := h.app.Indicators.Declared(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), c.Params("period"))
	if err != nil {
		return err
	}
	return c.JSON(figuresOf(f))
}
