package console

import (
	"html/template"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/outreach"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// batchRow is one line of a list of batches.
type batchRow struct {
	models.Batch
	Now    models.BatchState // the state that counts now
	Counts outreach.CountsView
}

func batchRows(who models.Principal, list []models.Batch) []batchRow {
	rows := make([]batchRow, len(list))
	for i, b := range list {
		v, _ := outreach.View(who.Scope(), b.Counts)
		rows[i] = batchRow{Batch: b, Now: b.StateAt(time.Now()), Counts: v}
	}
	return rows
}

// ListBatches is the list of batches, of one organisation if the address names it.
func (h *Console) ListBatches(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	who := web.Principal(c)
	f := store.BatchFilter{Org: models.OrgID(c.Query("org"))}
	list, err := h.app.Outreach.Batches(c.UserContext(), who, f, at)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = "/console/batches?org=" + url.QueryEscape(string(f.Org))
	}
	return h.render(c, "batches", page{Title: say(c, "反馈批次", "Feedback batches"), Data: map[string]any{
		"Rows": batchRows(who, list.Items), "First": first, "Next": newer(c, list.Next), "Operator": who.Role == models.RoleOperator,
	}})
}

// funnel is one line of a batch's progress: so many people of so many.
type funnel struct {
	Key   string // as the events name it
	Label string
	N     *int // nil: hidden
	Note  string
}

type batchData struct {
	Batch    batchRow
	Funnel   []funnel
	Hidden   bool
	Operator bool
	Desk     bool // an official, who may pause and resume
	Failed   int
	Subsidy  string
	Rounds   int // reminders left
}

// ShowBatch is one batch with its progress, and everything that may be done with it.
func (h *Console) ShowBatch(c *fiber.Ctx) error { return h.batch(c, form{}) }

func (h *Console) batch(c *fiber.Ctx, f form) error {
	who := web.Principal(c)
	b, err := h.app.Outreach.Batch(c.UserContext(), who, models.BatchID(c.Params("batch")))
	if err != nil {
		return err
	}
	v, hidden := outreach.View(who.Scope(), b.Counts)
	d := batchData{
		Batch: batchRow{Batch: b, Now: b.StateAt(time.Now()), Counts: v}, Hidden: len(hidden) > 0, Operator: who.Role == models.RoleOperator,
		Desk: who.Role == models.RoleProvince || who.Role == models.RoleCity, Failed: v.Failed, Subsidy: h.subsidy(langOf(c), b.SubsidyType),
		Rounds: max(0, outreach.MaxReminders-b.Reminders),
	}
	l := langOf(c)
	d.Funnel = []funnel{
		{"invited", l.say("已生成邀请", "Invited"), &v.Invited, ""},
		{"sent", l.say("短信已发出", "Message sent"), &v.Sent, ""},
		{"delivered", l.say("短信已送达", "Delivered"), &v.Delivered, ""},
		{"opened", l.say("打开过页面", "Opened the page"), v.Opened, ""},
		{"verified", l.say("核实了身份", "Proved who they are"), v.Verified, ""},
		{"submitted", l.say("已填写反馈", "Answered"), v.Submitted, ""},
	}
	return h.render(c, "batch", page{Title: say(c, "反馈批次 ", "Batch ") + langOf(c).roundName(b), Form: f, Data: d})
}

func (h *Console) subsidy(l lang, code string) string {
	for _, t := range h.app.Catalog.SubsidyTypes() {
		if t.Code == code {
			return l.text(t.Name)
		}
	}
	return code
}

// SteerBatch reminds, closes, pauses or resumes.
func (h *Console) SteerBatch(c *fiber.Ctx) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	do := c.FormValue("do")
	var err error
	switch do {
	case "remind":
		_, err = h.app.Outreach.Remind(ctx, who, id)
	case "close":
		if c.FormValue("sure") != "yes" {
			return h.render(c, "close", page{Title: say(c, "提前截止", "Close early"), Data: map[string]any{"ID": id}})
		}
		_, err = h.app.Outreach.Close(ctx, who, id)
	case "pause":
		_, err = h.app.Outreach.Pause(ctx, who, id, say(c, "主管部门暂停", "paused by the authority"))
	case "resume":
		_, err = h.app.Outreach.Resume(ctx, who, id)
	default:
		return models.ErrInvalid
	}
	if err != nil {
		f := form{}
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.batch(c, f)
	}
	return back(c, batchURL(id), do)
}

func batchURL(id models.BatchID) string { return "/console/batches/" + url.PathEscape(string(id)) }

type peopleData struct {
	Batch  models.Batch
	List   models.List[outreach.Invitee]
	First  string
	Next   string
	Failed bool
	At     models.InvitationID // whose form is shown with an error
}

// ShowPeople lists whom a batch's messages reached, or with ?failed=1 whom they did not.
func (h *Console) ShowPeople(c *fiber.Ctx) error { return h.people(c, form{}, "") }

func (h *Console) people(c *fiber.Ctx, f form, at models.InvitationID) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	pg, err := web.Page(c)
	if err != nil {
		return err
	}
	d := peopleData{Failed: c.Query("failed") != "", At: at}
	if d.Batch, err = h.app.Outreach.Batch(ctx, who, id); err != nil {
		return err
	}
	if d.List, err = h.app.Outreach.Invitees(ctx, who, store.InvitationFilter{Batch: id, Failed: d.Failed}, pg); err != nil {
		return err
	}
	d.Next = newer(c, d.List.Next)
	if pg.After != "" {
		d.First = batchURL(id) + "/people"
	}
	return h.render(c, "people", page{Title: say(c, "短信送达情况", "Messages"), Form: f, Data: d})
}

// CorrectPhone takes another number for a person whose message failed, and sends the invitation there.
func (h *Console) CorrectPhone(c *fiber.Ctx) error {
	who, ctx := web.Principal(c), c.UserContext()
	f, inv := typed(c, "phone"), models.InvitationID(c.FormValue("invitation"))
	b, err := h.app.Outreach.Batch(ctx, who, models.BatchID(c.Params("batch")))
	if err != nil {
		return err
	}
	_, err = h.app.Roster.CorrectPhone(ctx, who, b.Org, models.RecordID(c.FormValue("record")), f.Value("phone"))
	if err == nil {
		_, err = h.app.Outreach.Resend(ctx, who, inv)
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.people(c, f, inv)
	}
	return c.Redirect(batchURL(b.ID)+"/people?failed=1&done=resend", fiber.StatusSeeOther)
}

// tile is one personal QR code on a sheet.
type tile struct {
	Who outreach.Invitee
	SVG template.HTML
}

// perSheet is how many codes fit on one page of A4.
const perSheet = 12

// ShowSheet is the page of personal QR codes, to be printed and handed out.
func (h *Console) ShowSheet(c *fiber.Ctx) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	b, err := h.app.Outreach.Batch(ctx, who, id)
	if err != nil {
		return err
	}
	list, err := h.app.Outreach.Invitees(ctx, who, store.InvitationFilter{Batch: id}, models.Page{Limit: 8 * perSheet, After: c.Query("after")})
	if err != nil {
		return err
	}
	var sheets [][]tile
	for i, one := range list.Items {
		qr, err := h.app.Outreach.PersonalQR(ctx, who, one.ID)
		if err != nil {
			return err
		}
		svg, err := drawn(qr)
		if err != nil {
			return err
		}
		if i%perSheet == 0 {
			sheets = append(sheets, nil)
		}
		last := len(sheets) - 1
		sheets[last] = append(sheets[last], tile{one, svg})
	}
	return h.render(c, "sheet", page{Title: paperLang(c).say("个人二维码", "Personal QR codes"), Sheet: true, Data: map[string]any{"Batch": b, "Sheets": sheets, "Next": newer(c, list.Next)}})
}

// drawn is a code inside the page. It is made of numbers by our own code: nothing in it can be anybody's markup.
func drawn(q outreach.QR) (template.HTML, error) {
	svg, err := q.SVG()
	return template.HTML(svg), err //nolint:gosec // see above
}

// ShowPoster is the page to print and hang where results are posted; kind staff is the one for staff supervision.
func (h *Console) ShowPoster(c *fiber.Ctx) error {
	who, ctx, id := web.Principal(c), c.UserContext(), models.BatchID(c.Params("batch"))
	b, err := h.app.Outreach.Batch(ctx, who, id)
	if err != nil {
		return err
	}
	make, name := h.app.Outreach.Poster, "poster"
	if c.Params("kind") == "staff" {
		make, name = h.app.Outreach.StaffPoster, "poster-staff"
	}
	qr, err := make(ctx, who, id)
	if err != nil {
		return err
	}
	svg, err := drawn(qr)
	if err != nil {
		return err
	}
	return h.render(c, name, page{Title: paperLang(c).say("海报", "Poster"), Sheet: true, Data: map[string]any{"Batch": b, "SVG": svg, "URL": qr.URL}})
}
