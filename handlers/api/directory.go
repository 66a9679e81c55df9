package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/supervise"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

type directoryView struct {
	ID          models.DirectoryID    `json:"id"`
	Org         models.OrgID          `json:"org"`
	OrgName     string                `json:"org_name"`
	Region      string                `json:"region"`
	Kind        models.OrgKind        `json:"kind"`
	Enterprise  string                `json:"enterprise"`
	USCC        string                `json:"uscc"`
	Occupations []string              `json:"occupations"`
	Evidence    string                `json:"evidence"`
	Consent     string                `json:"consent"`
	State       models.DirectoryState `json:"state"`
	ConfirmedAt web.Time              `json:"last_confirmed"`
	ConfirmDue  bool                  `json:"confirm_due"`
	Timeline    []directoryEventView  `json:"timeline"`
	Version     int                   `json:"version"`
	CreatedAt   web.Time              `json:"created_at"`
}

type directoryEventView struct {
	models.DirectoryEvent
	At web.Time `json:"at"`
}

func (h *API) directoryOf(e models.DirectoryEntry) directoryView {
	v := directoryView{
		ID: e.ID, Org: e.Org, OrgName: e.OrgName, Region: e.Region, Kind: e.Kind, Enterprise: e.Enterprise, USCC: e.USCC, Occupations: e.Occupations,
		Evidence: e.Evidence, Consent: e.Consent, State: e.State, ConfirmedAt: web.Time(e.ConfirmedAt), ConfirmDue: e.ConfirmDue(h.app.Clock()),
		Timeline: []directoryEventView{}, Version: e.Version, CreatedAt: web.Time(e.CreatedAt),
	}
	for _, x := range e.Timeline {
		v.Timeline = append(v.Timeline, directoryEventView{x, web.Time(x.At)})
	}
	return v
}

// ListDirectory lists the entries of the directory in the reader's scope. ?due=true: those whose enterprise should be asked again.
func (h *API) ListDirectory(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	due, err := flag(c, "due")
	if err != nil {
		return err
	}
	f := store.DirectoryFilter{Org: models.OrgID(c.Query("org")), State: models.DirectoryState(c.Query("state"))}
	list, err := h.app.Supervise.Directory(c.UserContext(), web.Principal(c), f, due, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, h.directoryOf))
}

type directoryInput struct {
	Org         models.OrgID `json:"org"`
	Enterprise  string       `json:"enterprise"`
	USCC        string       `json:"uscc"`
	Occupations []string     `json:"occupations"`
	Evidence    string       `json:"evidence"`
	Consented   bool         `json:"consented"`
}

// ProposeDirectoryEntry makes an entry by hand.
func (h *API) ProposeDirectoryEntry(c *fiber.Ctx) error {
	in, err := web.Bind[directoryInput](c)
	if err != nil {
		return err
	}
	e, err := h.app.Supervise.ProposeEntry(c.UserContext(), web.Principal(c), supervise.DirectoryInput{
		Org: in.Org, Enterprise: in.Enterprise, USCC: in.USCC, Occupations: in.Occupations, Evidence: in.Evidence, Consented: in.Consented,
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, "/api/v1/directory/"+string(e.ID))
	return c.Status(fiber.StatusCreated).JSON(h.directoryOf(e))
}

// ShowDirectoryEntry shows one entry.
func (h *API) ShowDirectoryEntry(c *fiber.Ctx) error {
	e, err := h.app.Supervise.DirectoryEntry(c.UserContext(), web.Principal(c), models.DirectoryID(c.Params("entry")))
	if err != nil {
		return err
	}
	return c.JSON(h.directoryOf(e))
}

type directoryStepInput struct {
	Action  models.DirectoryAction `json:"action"`
	Reason  string                 `json:"reason"`
	Version int                    `json:"version"`
}

// MoveDirectoryEntry takes one step of an entry.
func (h *API) MoveDirectoryEntry(c *fiber.Ctx) error {
	in, err := web.Bind[directoryStepInput](c)
	if err != nil {
		return err
	}
	e, err := h.app.Supervise.TakeEntry(c.UserContext(), web.Principal(c), models.DirectoryID(c.Params("entry")), in.Action, in.Reason, in.Version)
	if err != nil {
		return err
	}
	return c.JSON(h.directoryOf(e))
}

type publicEntryView struct {
	OrgName     string         `json:"org_name"`
	Kind        models.OrgKind `json:"kind"`
	Enterprise  string         `json:"enterprise"`
	USCC        string         `json:"uscc"`
	Occupations []string       `json:"occupations"`
	Confirmed   string         `json:"last_confirmed"` // a day
}

// ListPublicDirectory is the public part of the directory.
func (h *API) ListPublicDirectory(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.PublicDirectory(c.UserContext(), models.OrgID(c.Query("org")), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, func(e models.DirectoryEntry) publicEntryView {
		return publicEntryView{
			OrgName: e.OrgName, Kind: e.Kind, Enterprise: e.Enterprise, USCC: e.USCC, Occupations: e.Occupations,
			Confirmed: e.ConfirmedAt.In(models.Shanghai()).Format(time.DateOnly),
		}
	}))
}
