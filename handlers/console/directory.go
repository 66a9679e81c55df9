package console

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/supervise"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// ListDirectory is the directory of recognising enterprises with what may be done about each.
func (h *Console) ListDirectory(c *fiber.Ctx) error { return h.directory(c, form{}) }

func (h *Console) directory(c *fiber.Ctx, f form) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	who, state := web.Principal(c), c.Query("state")
	filter := store.DirectoryFilter{State: models.DirectoryState(state)}
	if state == "due" {
		filter.State = ""
	}
	list, err := h.app.Supervise.Directory(c.UserContext(), who, filter, state == "due", at)
	if err != nil {
		return err
	}
	due, err := h.app.Supervise.Directory(c.UserContext(), who, store.DirectoryFilter{}, true, models.Page{Limit: 1})
	if err != nil {
		return err
	}
	desk := who.Role == models.RoleProvince || who.Role == models.RoleCity
	var orgs orgChoice
	if desk {
		if orgs, err = h.orgChoice(c, models.OrgID(f.Value("org"))); err != nil {
			return err
		}
	}
	return h.render(c, "directory", page{Title: say(c, "认可企业目录", "Directory of recognising enterprises"), Form: f, Self: "/console/directory", Data: map[string]any{
		"Rows": list.Items, "First": "", "Next": newer(c, list.Next), "State": state, "Due": len(due.Items) > 0 && state != "due", "Desk": desk,
		"May": who.Role != models.RoleAlliance, "Orgs": orgs, "Now": h.app.Clock(),
		"States": []models.DirectoryState{models.DirectoryProposed, models.DirectoryListed, models.DirectoryRejected, models.DirectoryWithdrawn},
	}})
}

// CreateDirectoryEntry makes an entry by hand.
func (h *Console) CreateDirectoryEntry(c *fiber.Ctx) error {
	f := typed(c, "org", "enterprise", "uscc", "occupations", "evidence", "consented")
	split := func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) }
	_, err := h.app.Supervise.ProposeEntry(c.UserContext(), web.Principal(c), supervise.DirectoryInput{
		Org: models.OrgID(f.Value("org")), Enterprise: f.Value("enterprise"), USCC: f.Value("uscc"),
		Occupations: strings.FieldsFunc(f.Value("occupations"), split), Evidence: f.Value("evidence"), Consented: f.Value("consented") == "yes",
	})
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.directory(c, f)
	}
	return back(c, "/console/directory", "directory")
}

// StepDirectoryEntry takes one step of an entry; what takes it off the list is asked about first.
func (h *Console) StepDirectoryEntry(c *fiber.Ctx) error {
	f := typed(c, "action", "version")
	l, a := langOf(c), models.DirectoryAction(f.Value("action"))
	if (a == models.DirectoryWithdraw || a == models.DirectoryReject) && c.FormValue("sure") == "" {
		return h.sure(c, l.say("公开页面将不再显示这家企业。确定吗？", "The enterprise leaves the public page. Are you sure?"), "/console/directory", "action", "version")
	}
	version, _ := strconv.Atoi(f.Value("version")) // none: whatever it is now
	_, err := h.app.Supervise.TakeEntry(c.UserContext(), web.Principal(c), models.DirectoryID(c.Params("entry")), a, l.directoryStep(a), version)
	if err != nil {
		f = form{}
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.directory(c, f)
	}
	return back(c, "/console/directory", "directory")
}

// ShowDirectory is the public page of the directory.
func (h *Console) ShowDirectory(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.PublicDirectory(c.UserContext(), models.OrgID(c.Query("org")), at)
	if err != nil {
		return err
	}
	return h.render(c, "directory-public", page{Title: say(c, "认可企业目录", "Directory of recognising enterprises"), Bare: true, Data: map[string]any{
		"Rows": list.Items, "First": "", "Next": newer(c, list.Next),
	}})
}
