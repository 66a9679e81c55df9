package api

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/app/respond"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

type complaintInput struct {
	Category   string            `json:"category"`
	Text       string            `json:"text"`
	Visibility models.Visibility `json:"visibility"`
	Contact    string            `json:"contact"`
	Files      []models.FileID   `json:"files"` // photos added before, at most 3
	Regulator  bool              `json:"about_regulator"`
}

// FileComplaint takes a complaint: 201 with the case number and the passphrase, which is shown this once.
func (h *API) FileComplaint(c *fiber.Ctx) error {
	if err := needIdempotencyKey(c); err != nil {
		return err
	}
	in, err := web.Bind[complaintInput](c)
	if err != nil {
		return err
	}
	claims := web.Respondent[respond.Claims](c)
	f, err := h.app.Complaints.File(c.UserContext(), claims, complaint.Submission{
		Category: in.Category, Text: in.Text, Visibility: in.Visibility, Contact: in.Contact, Files: in.Files, Regulator: in.Regulator,
		Key: c.Get("Idempotency-Key"),
	})
	if err != nil {
		return err
	}
	out := fiber.Map{"case_no": f.CaseNo, "passphrase": f.Passphrase, "accept_by": web.Time(f.AcceptBy)}
	if few, err := h.app.Complaints.FewPeople(c.UserContext(), claims.Batch); err == nil && few && in.Visibility == models.VisibilityAnonymous {
		out["few_people"] = true
	}
	return c.Status(fiber.StatusCreated).JSON(out)
}

// FollowCase shows a case to whoever holds its passphrase.
func (h *API) FollowCase(c *fiber.Ctx) error {
	s, err := h.app.Complaints.Follow(c.UserContext(), c.Params("case_no"), c.Get("X-Case-Passphrase"))
	if err != nil {
		return err
	}
	return c.JSON(s)
}

type wordsInput struct {
	Text string `json:"text"`
}

// WithdrawCase ends a case at the complainant's wish.
func (h *API) WithdrawCase(c *fiber.Ctx) error {
	s, err := h.app.Complaints.Withdraw(c.UserContext(), c.Params("case_no"), c.Get("X-Case-Passphrase"))
	if err != nil {
		return err
	}
	return c.JSON(s)
}

// SupplementCase adds something to a case, such as the answer to a question.
func (h *API) SupplementCase(c *fiber.Ctx) error {
	in, err := web.Bind[wordsInput](c)
	if err != nil {
		return err
	}
	s, err := h.app.Complaints.Supplement(c.UserContext(), c.Params("case_no"), c.Get("X-Case-Passphrase"), in.Text)
	if err != nil {
		return err
	}
	return c.JSON(s)
}

// ReviewCase asks the upper level to look at the result again.
func (h *API) ReviewCase(c *fiber.Ctx) error {
	in, err := web.Bind[wordsInput](c)
	if err != nil {
		return err
	}
	s, err := h.app.Complaints.AskReview(c.UserContext(), c.Params("case_no"), c.Get("X-Case-Passphrase"), in.Text)
	if err != nil {
		return err
	}
	return c.JSON(s)
}

// ListComplaints is the desk of an official, by deadline.
func (h *API) ListComplaints(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f, err := complaintFilter(c)
	if err != nil {
		return err
	}
	items, next, err := h.app.Complaints.List(c.UserContext(), web.Principal(c), f, page.After, page.Limit)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"items": items, "next": next})
}

func complaintFilter(c *fiber.Ctx) (f store.ComplaintFilter, err error) {
	f = store.ComplaintFilter{
		Org: models.OrgID(c.Query("org")), State: models.ComplaintState(c.Query("state")), Category: c.Query("category"), Region: c.Query("region"),
		CaseNo: c.Query("case_no"),
	}
	if f.Severe, err = flag(c, "severe"); err != nil {
		return f, err
	}
	if f.Open, err = flag(c, "open"); err != nil {
		return f, err
	}
	if raw := c.Query("due_before"); raw != "" {
		d, err := models.ParseDate(raw)
		if err != nil {
			return f, models.ErrInvalid.WithFields(models.FieldError{Field: "due_before", Code: "wrong_date", Message: "日期应写作 2026-11-23，并且确有这一天。"})
		}
		f.DueBefore = d.Start().Add(time.Millisecond) // what ends with the day before is due at this moment
	}
	return f, nil
}

// ReadComplaint opens one complaint's words for an official.
func (h *API) ReadComplaint(c *fiber.Ctx) error {
	d, err := h.app.Complaints.Read(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")))
	if err != nil {
		return err
	}
	return c.JSON(d)
}

type transitionInput struct {
	Action   models.ComplaintAction  `json:"action"`
	Reason   string                  `json:"reason"`
	Outcome  models.ComplaintOutcome `json:"outcome"`
	Measures []models.CaseMeasure    `json:"measures"`
	Refusal  models.CaseRefusal      `json:"reason_code"`
	Category string                  `json:"category"`
	Severe   bool                    `json:"severe"`
	Region   string                  `json:"region"`
	Into     string                  `json:"into"`
	Days     int                     `json:"days"`
	Account  string                  `json:"account"`
	Facts    string                  `json:"facts"`
}

// TransitComplaint takes one step of the life cycle.
func (h *API) TransitComplaint(c *fiber.Ctx) error {
	in, err := web.Bind[transitionInput](c)
	if err != nil {
		return err
	}
	s, err := h.app.Complaints.Take(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")), complaint.Transition{
		Action: in.Action, Reason: in.Reason, Outcome: in.Outcome, Measures: in.Measures, Refusal: in.Refusal, Category: in.Category, Severe: in.Severe,
		Region: in.Region, Into: in.Into, Days: in.Days, Account: in.Account, Facts: in.Facts,
	})
	if err != nil {
		return err
	}
	return c.JSON(s)
}

type lookInput struct {
	Code   models.LookReason `json:"reason_code"`
	Reason string            `json:"reason"`
}

// OpenIdentity shows who complained, for a reason that is recorded first. A POST, because it leaves a trace.
func (h *API) OpenIdentity(c *fiber.Ctx) error {
	in, err := web.Bind[lookInput](c)
	if err != nil {
		return err
	}
	who, err := h.app.Complaints.OpenIdentity(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")), in.Code, in.Reason)
	if err != nil {
		return err
	}
	return c.JSON(who)
}

// ComplaintStats are the figures of the complaints filed in a period.
func (h *API) ComplaintStats(c *fiber.Ctx) error {
	p, err := models.ParsePeriod(c.Query("period", strconv.Itoa(h.app.Clock().In(models.Shanghai()).Year())))
	if err != nil {
		return err
	}
	stats, err := h.app.Complaints.Stats(c.UserContext(), web.Principal(c), p)
	if err != nil {
		return err
	}
	return c.JSON(stats)
}
