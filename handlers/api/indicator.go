package api

import (
	"strings"

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
	Occupation string                  `json:"occupation,omitempty"`
	Level      string                  `json:"level,omitempty"`
	Part       string                  `json:"part,omitempty"` // only the rounds whose exam sites this region supervises
	Orgs       *int                    `json:"orgs,omitempty"` // regions: how many organisations they are merged from
	Slices     []sliceView             `json:"slices"`         // the occupations and levels that can be asked for
	ComputedAt web.Time                `json:"computed_at"`
	Quality    *models.Quality         `json:"quality,omitempty"` // regulators: of the answers behind the figures
	Items      []models.IndicatorValue `json:"items"`
	Next       string                  `json:"next"`
}

// sliceView is an occupation and level that figures can be narrowed to.
type sliceView struct {
	Occupation string `json:"occupation"`
	Level      string `json:"level"`
	Name       string `json:"name,omitempty"`
}

func slicesView(list []models.SliceCells) []sliceView {
	out := make([]sliceView, len(list))
	for i, s := range list {
		out[i] = sliceView{Occupation: s.Occupation, Level: s.Level, Name: s.Name}
	}
	return out
}

func sliceOf(c *fiber.Ctx) models.Slice {
	return models.Slice{Occupation: c.Query("occupation"), Level: c.Query("level")}
}

// ShowOrgIndicators gives an organisation's figures of ?period= (default: the current quarter), of ?occupation= and ?level= alone if asked. The organisation itself sees them in steps of five
// people and not at all below; regulators as they are.
func (h *API) ShowOrgIndicators(c *fiber.Ctx) error {
	sc, slice := web.Principal(c).Scope(), sliceOf(c)
	r, err := h.app.Indicators.ForOrgSlice(c.UserContext(), sc, models.OrgID(c.Params("org")), c.Query("period"), slice)
	if err != nil {
		return err
	}
	return c.JSON(indicatorsView{
		Org: r.Org, Kind: r.Kind, Period: r.Period, Occupation: slice.Occupation, Level: slice.Level, Part: r.Part, Slices: slicesView(r.Slices),
		ComputedAt: web.Time(r.ComputedAt), Quality: r.QualityFor(sc), Items: r.View(sc),
	})
}

// ShowRegionIndicators gives the figures of all organisations of ?kind= (default: enterprise) that a regulator supervises; the province's code
// means everybody's.
func (h *API) ShowRegionIndicators(c *fiber.Ctx) error {
	slice := sliceOf(c)
	r, err := h.app.Indicators.ForRegionSlice(c.UserContext(), web.Principal(c), c.Params("code"), models.OrgKind(c.Query("kind")), c.Query("period"), slice)
	if err != nil {
		return err
	}
	return c.JSON(indicatorsView{
		Region: r.Region, Kind: r.Kind, Period: r.Period, Occupation: slice.Occupation, Level: slice.Level, Orgs: &r.Orgs, Slices: slicesView(r.Slices),
		ComputedAt: web.Time(r.ComputedAt), Quality: &r.Quality, Items: r.Items,
	})
}

// comparedView is one indicator beside those of city and province.
type comparedView struct {
	ID       string                `json:"id"`
	Org      models.IndicatorValue `json:"org"`
	City     models.IndicatorValue `json:"city"`
	Province models.IndicatorValue `json:"province"`
}

// CompareOrgIndicators gives an organisation's figures beside what the organisations of its city and province were released.
func (h *API) CompareOrgIndicators(c *fiber.Ctx) error {
	r, err := h.app.Indicators.Compare(c.UserContext(), web.Principal(c).Scope(), models.OrgID(c.Params("org")), c.Query("period"), sliceOf(c))
	if err != nil {
		return err
	}
	items := make([]comparedView, len(r.Items))
	for i, x := range r.Items {
		items[i] = comparedView{ID: x.ID, Org: x.Own, City: x.City, Province: x.Province}
	}
	return c.JSON(struct {
		Org    models.OrgID   `json:"org"`
		Kind   models.OrgKind `json:"kind"`
		Period string         `json:"period"`
		City   string         `json:"city"`
		Items  []comparedView `json:"items"`
		Next   string         `json:"next"`
	}{r.Rollup.Org, r.Rollup.Kind, r.Rollup.Period, r.City, items, ""})
}

// periodValueView is a figure with its period.
type periodValueView struct {
	Period string `json:"period"`
	models.IndicatorValue
}

// ShowOrgTrend gives one indicator (?id=) over several ?periods=, separated by commas; by default the last eight quarters.
func (h *API) ShowOrgTrend(c *fiber.Ctx) error {
	var periods []string
	if q := c.Query("periods"); q != "" {
		periods = strings.Split(q, ",")
	}
	list, err := h.app.Indicators.Trend(c.UserContext(), web.Principal(c).Scope(), models.OrgID(c.Params("org")), c.Query("id"), periods)
	if err != nil {
		return err
	}
	items := make([]periodValueView, len(list))
	for i, v := range list {
		items[i] = periodValueView{v.Period, v.IndicatorValue}
	}
	return c.JSON(models.List[periodValueView]{Items: items})
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
