package api

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/declare"
	"huisheng/handlers/web"
	"huisheng/models"
)

// priceVersionView is one published list as callers see it.
type priceVersionView struct {
	Version int            `json:"version"`
	Items   []models.Price `json:"items"`
	Source  string         `json:"source"`
	Author  string         `json:"author,omitempty"`
	At      web.Time       `json:"at"`
}

func priceVersionOf(v models.PriceVersion) priceVersionView {
	if v.Items == nil {
		v.Items = []models.Price{}
	}
	return priceVersionView{Version: v.N, Items: v.Items, Source: v.Source, Author: v.ByName, At: web.Time(v.At)}
}

// pricesView is an organisation's price list with the earlier ones, oldest first.
type pricesView struct {
	Org models.OrgID `json:"org"`
	priceVersionView
	Median   *float64           `json:"median"` // over the courses that cost something
	Versions []priceVersionView `json:"versions"`
}

func pricesOf(l models.PriceList) pricesView {
	v := pricesView{Org: l.Org, priceVersionView: priceVersionOf(l.Current), Versions: make([]priceVersionView, len(l.Versions))}
	if median, n := l.Current.Median(); n > 0 {
		v.Median = &median
	}
	for i, old := range l.Versions {
		v.Versions[i] = priceVersionOf(old)
	}
	return v
}

// ShowPrices gives the course prices that an organisation has published; version 0 means none yet.
func (h *API) ShowPrices(c *fiber.Ctx) error {
	l, err := h.app.Declare.Prices(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")))
	if err != nil {
		return err
	}
	return c.JSON(pricesOf(l))
}

type pricesInput struct {
	Items   []models.Price `json:"items"`
	Source  string         `json:"source"`
	Version *int           `json:"version"`
}

// DeclarePrices publishes a list as a new version; the same again changes nothing.
func (h *API) DeclarePrices(c *fiber.Ctx) error {
	in, err := web.Bind[pricesInput](c)
	if err != nil {
		return err
	}
	l, err := h.app.Declare.DeclarePrices(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), declare.PricesInput(in))
	if err != nil {
		return err
	}
	return c.JSON(pricesOf(l))
}

// UploadPrices publishes the list of a sheet; ?source= says where it is published. With one wrong row nothing is published.
func (h *API) UploadPrices(c *fiber.Ctx) error {
	return uploadSheet(c, func(f declare.File, dry bool) (declare.Uploaded, error) {
		return h.app.Declare.UploadPrices(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), f, c.Query("source"), dry)
	})
}

// UploadFigures declares the figures of a sheet, one row an organisation and period.
func (h *API) UploadFigures(c *fiber.Ctx) error {
	return uploadSheet(c, func(f declare.File, dry bool) (declare.Uploaded, error) {
		return h.app.Declare.UploadFigures(c.UserContext(), web.Principal(c), f, dry)
	})
}

func uploadSheet(c *fiber.Ctx, take func(declare.File, bool) (declare.Uploaded, error)) error {
	dry, err := flag(c, "dry_run")
	if err != nil {
		return err
	}
	file, done, err := upload(c)
	if err != nil {
		return err
	}
	defer done()
	u, err := take(declare.File(file), dry)
	if err != nil {
		return inFile(err)
	}
	return c.JSON(u)
}

// DeclarationTemplate gives the workbook to fill in: figures of a kind of organisation, or prices.
func (h *API) DeclarationTemplate(c *fiber.Ctx) error {
	var b bytes.Buffer
	name, err := "课程价格模板.xlsx", error(nil)
	if c.Params("name") == "prices" {
		err = h.app.Declare.WritePriceTemplate(&b)
	} else {
		kind := models.OrgKind(c.Params("name"))
		if !kind.Valid() {
			return models.ErrNotFound
		}
		name = "申报数据模板.xlsx"
		err = h.app.Declare.WriteFigureTemplate(&b, kind)
	}
	if err != nil {
		return err
	}
	attachment(c, name)
	return c.Send(b.Bytes())
}

// CompareFigures sets what was declared for a period beside what the platform computes, with the gap.
func (h *API) CompareFigures(c *fiber.Ctx) error {
	list, err := h.app.Declare.Compare(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")), c.Params("period"))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"items": list, "next": ""})
}

// ShowSchedule gives how many students of a school are asked in which month; people are never named.
func (h *API) ShowSchedule(c *fiber.Ctx) error {
	list, err := h.app.Outreach.ScheduleOf(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"items": list, "next": ""})
}
