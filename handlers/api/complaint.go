package api

import (
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
	f, err := h.app.Complaints.File(c.UserContext(), web.Respondent[respond.Claims](c), complaint.Submission{
		Category: in.Category, Text: in.Text, Visibility: in.Visibility, Contact: in.Contact, Files: in.Files,
		Key: c.Get("Idempotency-Key"),
	})
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"case_no": f.CaseNo, "passphrase": f.Passphrase, "accept_by": web.Time(f.AcceptBy)})
}

// FollowCase shows a case to whoever holds its passphrase.
func (h *API) FollowCase(c *fiber.Ctx) error {
	s, err := h.app.Complaints.Follow(c.UserContext(), c.Params("case_no"), c.Get("X-Case-Passphrase"))
	if err != nil {
		return err
	}
	return c.JSON(statusView(s))
}

func statusView(s complaint.Status) complaint.Status {
	s.AcceptBy, s.ResolveBy = shown(s.AcceptBy), shown(s.ResolveBy)
	for i := range s.Timeline {
		s.Timeline[i].At = shown(s.Timeline[i].At)
	}
	return s
}

// shown is a moment as callers see it, like web.Time: Beijing time, whole seconds.
func shown(t time.Time) time.Time { return t.In(models.Shanghai()).Truncate(time.Second) }

func summaryView(s complaint.Summary) complaint.Summary {
	s.Status, s.CreatedAt = statusView(s.Status), shown(s.CreatedAt)
	return s
}

// ListComplaints is the desk of an official.
func (h *API) ListComplaints(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.ComplaintFilter{Org: models.OrgID(c.Query("org")), State: models.ComplaintState(c.Query("state"))}
	items, next, err := h.app.Complaints.List(c.UserContext(), web.Principal(c), f, page.After, page.Limit)
	if err != nil {
		return err
	}
	for i := range items {
		items[i] = summaryView(items[i])
	}
	return c.JSON(fiber.Map{"items": items, "next": next})
}

// ReadComplaint opens one complaint's words for an official.
func (h *API) ReadComplaint(c *fiber.Ctx) error {
	d, err := h.app.Complaints.Read(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")))
	if err != nil {
		return err
	}
	d.Summary = summaryView(d.Summary)
	if d.Rating != nil {
		d.Rating.At = shown(d.Rating.At)
	}
	return c.JSON(d)
}

type transitionInput struct {
	Action  models.ComplaintAction  `json:"action"`
	Reason  string                  `json:"reason"`
	Outcome models.ComplaintOutcome `json:"outcome"`
}

// TransitComplaint takes one step of the life cycle.
func (h *API) TransitComplaint(c *fiber.Ctx) error {
	in, err := web.Bind[transitionInput](c)
	if err != nil {
		return err
	}
	s, err := h.app.Complaints.Take(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")),
		complaint.Transition{Action: in.Action, Outcome: in.Outcome, Reason: in.Reason})
	if err != nil {
		return err
	}
	return c.JSON(summaryView(s))
}
