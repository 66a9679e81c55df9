package console

import (
	"html/template"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/app/rating"
	"huisheng/handlers/web"
	"huisheng/models"
)

type ratingsData struct {
	Batch    models.Batch
	Progress rating.Progress
	Result   *rating.UploadResult
	Operator bool
}

// ShowRatings is how far the department ratings of a batch are, and what the office does with them.
func (h *Console) ShowRatings(c *fiber.Ctx) error { return h.ratings(c, form{}, nil) }

func (h *Console) ratings(c *fiber.Ctx, f form, r *rating.UploadResult) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	d := ratingsData{Result: r, Operator: who.Role == models.RoleOperator}
	var err error
	if d.Batch, err = h.app.Outreach.Batch(ctx, who, id); err != nil {
		return err
	}
	if d.Progress, err = h.app.Ratings.Progress(ctx, who, id); err != nil {
		return err
	}
	return h.render(c, "ratings", page{Title: say(c, "部门评价", "Department ratings"), Form: f, Data: d})
}

// PostRatings takes a filled sheet, or hands the ratings in.
func (h *Console) PostRatings(c *fiber.Ctx) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	var result *rating.UploadResult
	var err error
	switch {
	case c.FormValue("do") == "upload":
		result, err = h.uploadRatings(c, id)
	case c.FormValue("sure") == "yes":
		if _, err = h.app.Ratings.HandIn(ctx, who, id); err == nil {
			return back(c, batchURL(id)+"/ratings", "ratings")
		}
	default:
		err = models.ErrInvalid.WithFields(models.FieldError{Field: "sure", Code: "required", Message: "请先勾选，表示已经核对。"})
	}
	f := form{}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
	}
	return h.ratings(c, f, result)
}

func (h *Console) uploadRatings(c *fiber.Ctx, id models.BatchID) (*rating.UploadResult, error) {
	head, err := c.FormFile("file")
	if err != nil {
		return nil, errNoFile.Because(err)
	}
	file, err := head.Open()
	if err != nil {
		return nil, models.ErrUnavailable.Because(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	res, err := h.app.Ratings.Upload(c.UserContext(), web.Principal(c), id, rating.File{Content: file, Size: head.Size, Name: head.Filename}, false)
	if err != nil {
		return nil, err
	}
	return &res, nil
}

// headCode is one department's code to hand to its head.
type headCode struct {
	rating.DepartmentProgress
	SVG template.HTML
}

// ShowHeads is the sheet of codes for department heads.
func (h *Console) ShowHeads(c *fiber.Ctx) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	b, err := h.app.Outreach.Batch(ctx, who, id)
	if err != nil {
		return err
	}
	p, err := h.app.Ratings.Progress(ctx, who, id)
	if err != nil {
		return err
	}
	var list []headCode
	for _, d := range p.Departments {
		if d.Link == "" {
			continue
		}
		svg, err := drawn(outreach.QR{URL: d.Link})
		if err != nil {
			return err
		}
		list = append(list, headCode{d, svg})
	}
	return h.render(c, "heads", page{Title: paperLang(c).say("部门负责人二维码", "Codes for department heads"), Sheet: true, Data: map[string]any{"Batch": b, "List": list}})
}
