package api

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
)

// indicatorsView is a set of figures as callers see it.
type indicatorsView struct {
	Org        models.OrgID            `json:"org,omitempty"`
	Region     string                  `json:"region,omitempty"`
	Kind       models.OrgKind          `json:"kind"`
	Period     string                  `json:"period"`
	Orgs       *int                    `json:"orgs,omitempty"` // regions: how many organisations they are merged from
	ComputedAt web.Time                `json:"computed_at"`
	Quality    *models.Quality         `json:"quality,omitempty"` // regulators: of the answers behind the figures
	Items      []models.IndicatorValue `json:"items"`
	Next       string                  `json:"next"`
}

// ShowOrgIndicators gives an organisation's figures of ?period= (default: the current quarter). The organisation itself sees them in steps of five
// people and not at all below; regulators as they are.
func (h *API) ShowOrgIndicators(c *fiber.Ctx) error {
	sc := web.Principal(c).Scope()
	r, err := h.app.Indicators.ForOrg(c.UserContext(), sc, models.OrgID(c.Params("org")), c.Query("period"))
	if err != nil {
		return err
	}
	return c.JSON(indicatorsView{Org: r.Org, Kind: r.Kind, Period: r.Period, ComputedAt: web.Time(r.ComputedAt), Quality: r.QualityFor(sc), Items: r.View(sc)})
}

// ShowRegionIndicators gives the figures of all organisations of ?kind= (default: enterprise) that a regulator supervises; the province's code
// means everybody's.
func (h *API) ShowRegionIndicators(c *fiber.Ctx) error {
	r, err := h.app.Indicators.ForRegion(c.UserContext(), web.Principal(c), c.Params("code"), models.OrgKind(c.Query("kind")), c.Query("period"))
	if err != nil {
		return err
	}
	return c.JSON(indicatorsView{
		Region: r.Region, Kind: r.Kind, Period: r.Period, Orgs: &r.Orgs, ComputedAt: web.Time(r.ComputedAt), Quality: &r.Quality, Items: r.Items,
	})
}

// ListIndicatorDefinitions says what the indicators of ?kind= mean; without it, those of every kind.
func (h *API) ListIndicatorDefinitions(c *fiber.Ctx) error {
	list, err := h.app.Indicators.Definitions(models.OrgKind(c.Query("kind")))
	if err != nil {
		return err
	}
	return c.JSON(models.List[models.IndicatorDefinition]{Items: list})
}

// ListQualityRules says for which reasons an answer is set apart, and by which thresholds.
func (h *API) ListQualityRules(c *fiber.Ctx) error {
	return c.JSON(models.List[models.QualityRule]{Items: h.app.Indicators.QualityRules()})
}
