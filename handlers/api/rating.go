package api

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/rating"
	"huisheng/handlers/web"
	"huisheng/models"
)

// ratingsView is how far the ratings of a batch are.
type ratingsView struct {
	Batch    models.BatchID         `json:"batch"`
	HandedIn web.Time               `json:"handed_in"` // null: not yet
	People   int                    `json:"people"`
	Rated    int                    `json:"rated"`
	Items    []departmentRatingView `json:"items"`
	Next     string                 `json:"next"`
}

type departmentRatingView struct {
	Department string `json:"department"` // empty: people without one, who can only be rated by sheet
	People     int    `json:"people"`
	Rated      int    `json:"rated"`
	Link       string `json:"link,omitempty"` // for the department's head; operators only
}

func ratingsOf(p rating.Progress) ratingsView {
	v := ratingsView{Batch: p.Batch, HandedIn: web.Time(p.HandedIn), People: p.People, Rated: p.Rated, Items: make([]departmentRatingView, len(p.Departments))}
	for i, d := range p.Departments {
		v.Items[i] = departmentRatingView{Department: d.Department, People: d.People, Rated: d.Rated, Link: d.Link}
	}
	return v
}

// ShowRatings says how far the department ratings of a batch are.
func (h *API) ShowRatings(c *fiber.Ctx) error {
	p, err := h.app.Ratings.Progress(c.UserContext(), web.Principal(c), models.BatchID(c.Params("batch")))
	if err != nil {
		return err
	}
	return c.JSON(ratingsOf(p))
}

// HandInRatings hands in the ratings of a batch: from then on they count and are frozen.
func (h *API) HandInRatings(c *fiber.Ctx) error {
	p, err := h.app.Ratings.HandIn(c.UserContext(), web.Principal(c), models.BatchID(c.Params("batch")))
	if err != nil {
		return err
	}
	return c.JSON(ratingsOf(p))
}

// UploadRatings takes in a filled sheet: multipart with one part `file`. ?dry_run=true only says what would happen.
func (h *API) UploadRatings(c *fiber.Ctx) error {
	dry, err := flag(c, "dry_run")
	if err != nil {
		return err
	}
	file, done, err := upload(c)
	if err != nil {
		return err
	}
	defer done()
	res, err := h.app.Ratings.Upload(c.UserContext(), web.Principal(c), models.BatchID(c.Params("batch")), rating.File(file), dry)
	if err != nil {
		return inFile(err)
	}
	return c.JSON(res)
}

// DownloadRatings gives a sheet with one row for each person of a batch, to be filled in and uploaded again.
func (h *API) DownloadRatings(c *fiber.Ctx) error {
	var b bytes.Buffer // about a hundred bytes a person; an error half-way is still an error to the caller
	if err := h.app.Ratings.WriteSheet(c.UserContext(), web.Principal(c), models.BatchID(c.Params("batch")), &b); err != nil {
		return err
	}
	attachment(c, "用工部门评价表.xlsx")
	return c.SendStream(patient{&b, c.Context().Conn()}, b.Len())
}

// departmentView is what a department's head sees.
type departmentView struct {
	OrgName       string               `json:"org_name"`
	Department    string               `json:"department"`
	HandedIn      web.Time             `json:"handed_in"` // null: ratings can still be changed
	Questionnaire models.Questionnaire `json:"questionnaire"`
	Items         []ratedPersonView    `json:"items"`
	Next          string               `json:"next"`
}

type ratedPersonView struct {
	Invitation models.InvitationID `json:"invitation"`
	Name       string              `json:"name"`
	Occupation string              `json:"occupation"`
	Level      string              `json:"level"`
	LevelName  string              `json:"level_name"`
	Rated      bool                `json:"rated"`
	Answers    models.Answers      `json:"answers"`
}

// ShowDepartment lists the people whom a department's head is asked to rate, to whoever holds the department's link.
func (h *API) ShowDepartment(c *fiber.Ctx) error {
	d, err := h.app.Ratings.List(c.UserContext(), web.Respondent[rating.DepartmentID](c))
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	v := departmentView{
		OrgName: d.OrgName, Department: d.Department.Name, HandedIn: web.Time(d.HandedIn), Questionnaire: d.Form.Localized(lang),
		Items: make([]ratedPersonView, len(d.People)),
	}
	for i, p := range d.People {
		v.Items[i] = ratedPersonView{
			Invitation: p.Invitation, Name: p.Name, Occupation: p.Occupation, Level: p.Level, LevelName: h.app.Ratings.LevelName(p.Level, lang),
			Rated: p.Answers != nil, Answers: p.Answers,
		}
		if p.Answers == nil {
			v.Items[i].Answers = models.Answers{}
		}
	}
	return c.JSON(v)
}

type ratingInput struct {
	Answers map[string]any `json:"answers"`
}

// SaveRating stores a head's rating of one person, in place of an earlier one.
func (h *API) SaveRating(c *fiber.Ctx) error {
	in, err := web.Bind[ratingInput](c)
	if err != nil {
		return err
	}
	err = h.app.Ratings.Save(c.UserContext(), web.Respondent[rating.DepartmentID](c), models.InvitationID(c.Params("invitation")), in.Answers)
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
