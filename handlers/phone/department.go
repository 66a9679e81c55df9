package phone

import (
	"errors"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/rating"
	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
)

// departmentView is a department head's list.
type departmentView struct {
	page
	rating.DepartmentList
	Rows  []personRow
	Rated int
}

type personRow struct {
	Name, About, Address string
	Done                 bool
}

// rateView is the form about one person.
type rateView struct {
	page
	Name   string
	About  template.HTML
	Action string
	List   string
	Steps  []step
	Wrongs []wrong
}

// ShowDepartment lists the people whom a department's head is asked to rate.
func (h *Phone) ShowDepartment(c *fiber.Ctx) error {
	list, err := h.d.App.Ratings.List(c.UserContext(), web.Respondent[rating.DepartmentID](c))
	if err != nil {
		return err
	}
	self := "/d/" + c.Params("token")
	v := departmentView{page: h.newPage(c, "dept.title", self), DepartmentList: list}
	for _, p := range list.People {
		r := personRow{Name: p.Name, About: p.Occupation + " " + h.d.App.Ratings.LevelName(p.Level, v.Lang), Done: p.Answers != nil}
		if list.HandedIn.IsZero() {
			r.Address = self + "/" + string(p.Invitation)
		}
		if r.Done {
			v.Rated++
		}
		v.Rows = append(v.Rows, r)
	}
	return h.show(c, fiber.StatusOK, "department", v)
}

// ShowRating shows the form about one person, with what was saved before.
func (h *Phone) ShowRating(c *fiber.Ctx) error {
	return h.showRating(c, fiber.StatusOK, nil, nil)
}

func (h *Phone) showRating(c *fiber.Ctx, status int, answers models.Answers, wrongs []models.FieldError) error {
	list, err := h.d.App.Ratings.List(c.UserContext(), web.Respondent[rating.DepartmentID](c))
	if err != nil {
		return err
	}
	if !list.HandedIn.IsZero() {
		return models.ErrRatingsIn
	}
	for _, p := range list.People {
		if string(p.Invitation) != c.Params("invitation") {
			continue
		}
		if answers == nil {
			answers = p.Answers
		}
		back := "/d/" + c.Params("token")
		v := rateView{page: h.newPage(c, "dept.title", back+"/"+string(p.Invitation)), Name: p.Name, Action: back + "/" + string(p.Invitation), List: back}
		if v.About, err = v.about(models.About{OrgName: list.OrgName, Occupation: p.Occupation, Level: p.Level}, models.OrgEnterprise); err != nil {
			return err
		}
		q := list.Form.Localized(v.Lang)
		v.Steps, v.Wrongs, _ = v.steps(&q, filling{answers: answers}, wrongs)
		return h.show(c, status, "rate", v)
	}
	return models.ErrNotToRate
}

// SaveRating stores what the head said about one person and goes on to the next who has not been rated.
func (h *Phone) SaveRating(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	department, id := web.Respondent[rating.DepartmentID](c), models.InvitationID(c.Params("invitation"))
	list, err := h.d.App.Ratings.List(c.UserContext(), department)
	if err != nil {
		return err
	}
	in := respond.Submission{Answers: answersOf(c, list.Form)}
	err = h.d.App.Ratings.Save(c.UserContext(), department, id, in.Answers)
	var x *models.Error
	if errors.As(err, &x) && prune(in.Answers, x.Fields) {
		err = h.d.App.Ratings.Save(c.UserContext(), department, id, in.Answers)
	}
	if errors.As(err, &x) && x.Kind == models.KindInvalid && len(x.Fields) > 0 {
		return h.showRating(c, statusOf(x), in.Answers, x.Fields)
	}
	if err != nil {
		return err
	}
	return goTo(c, nextToRate("/d/"+c.Params("token"), list.People, id))
}

// nextToRate is the address of the first person after this one who is not rated yet, else the first on the list, else the list.
func nextToRate(list string, people []rating.Person, saved models.InvitationID) string {
	first, after, passed := "", "", false
	for _, p := range people {
		switch {
		case p.Invitation == saved:
			passed = true
		case p.Answers != nil:
		case passed && after == "":
			after = string(p.Invitation)
		case first == "":
			first = string(p.Invitation)
		}
	}
	if after != "" {
		return list + "/" + after
	}
	if first != "" {
		return list + "/" + first
	}
	return list
}
