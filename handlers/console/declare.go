package console

import (
	"github.com/gofiber/fiber/v2"

	"huisheng/app/declare"
	"huisheng/handlers/web"
	"huisheng/models"
)

// sheetKinds are the templates that a reader may need: the alliance the schools', an organisation its own.
func (h *Console) sheetKind(c *fiber.Ctx) (models.OrgKind, error) {
	if web.Principal(c).Role == models.RoleAlliance {
		return models.OrgSchool, nil
	}
	org, err := h.own(c)
	return org.Kind, err
}

// ShowFigureSheet is where the alliance, or an organisation, hands in figures by sheet.
func (h *Console) ShowFigureSheet(c *fiber.Ctx) error { return h.figureSheet(c, form{}, nil) }

func (h *Console) figureSheet(c *fiber.Ctx, f form, result *declare.Uploaded) error {
	kind, err := h.sheetKind(c)
	if err != nil {
		return err
	}
	return h.render(c, "figure-sheet", page{Title: say(c, "用表格申报", "Declare by sheet"), Form: f, Data: map[string]any{
		"Kind": kind, "Result": result, "Alliance": web.Principal(c).Role == models.RoleAlliance, "Action": "/console/figures/sheet", "Template": string(kind), "Prices": false, "Wrong": rowWrongs(c, result),
	}})
}

// rowWrongs gives a sheet's errors in the reader's language.
func rowWrongs(c *fiber.Ctx, u *declare.Uploaded) []models.RowIssue {
	if u == nil {
		return nil
	}
	list := make([]models.RowIssue, len(u.Errors))
	for i, e := range u.Errors {
		e.Message = e.In(string(langOf(c)))
		list[i] = e
	}
	return list
}

// PostFigureSheet checks a sheet, or takes it in.
func (h *Console) PostFigureSheet(c *fiber.Ctx) error {
	f, u, err := sheetPosted(c, func(file declare.File, dry bool) (declare.Uploaded, error) {
		return h.app.Declare.UploadFigures(c.UserContext(), web.Principal(c), file, dry)
	})
	if err != nil {
		return err
	}
	return h.figureSheet(c, f, u)
}

// sheetPosted reads the posted file and hands it on; do=check only looks.
func sheetPosted(c *fiber.Ctx, take func(declare.File, bool) (declare.Uploaded, error)) (form, *declare.Uploaded, error) {
	f := typed(c, "source")
	u, err := func() (declare.Uploaded, error) {
		head, err := c.FormFile("file")
		if err != nil {
			return declare.Uploaded{}, errNoFile.Because(err)
		}
		file, err := head.Open()
		if err != nil {
			return declare.Uploaded{}, models.ErrUnavailable.Because(err)
		}
		defer func() { _ = file.Close() }() // it was only read
		return take(declare.File{Content: file, Size: head.Size, Name: head.Filename}, c.FormValue("do") == "check")
	}()
	if err != nil {
		return f, nil, f.refused(c, err)
	}
	return f, &u, nil
}

// ShowPrices is a social organisation's published course prices.
func (h *Console) ShowPrices(c *fiber.Ctx) error { return h.prices(c, form{}, nil) }

func (h *Console) prices(c *fiber.Ctx, f form, result *declare.Uploaded) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	l, err := h.app.Declare.Prices(c.UserContext(), web.Principal(c), org.ID)
	if err != nil {
		return err
	}
	if f.Values == nil {
		f.Values = map[string]string{"source": l.Current.Source}
	}
	median, paid := l.Current.Median()
	return h.render(c, "prices", page{Title: say(c, "课程价格", "Course prices"), Form: f, Data: map[string]any{
		"List": l, "Median": median, "Paid": paid, "Result": result, "Wrong": rowWrongs(c, result), "Social": org.Kind == models.OrgSocial,
		"Action": "/console/prices", "Template": "prices", "Prices": true,
	}})
}

// PostPrices checks a price list, or publishes it.
func (h *Console) PostPrices(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	f, u, err := sheetPosted(c, func(file declare.File, dry bool) (declare.Uploaded, error) {
		return h.app.Declare.UploadPrices(c.UserContext(), web.Principal(c), org.ID, file, c.FormValue("source"), dry)
	})
	if err != nil {
		return err
	}
	return h.prices(c, f, u)
}
