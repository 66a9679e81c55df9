package console

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/supervise"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// ListMeasures is the desk of supervision: what is proposed, who is being heard, what was decided. An organisation sees what it was told.
func (h *Console) ListMeasures(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.MeasureFilter{Org: models.OrgID(c.Query("org")), State: models.MeasureState(c.Query("state")), Open: c.Query("state") == "open"}
	if f.Open {
		f.State = ""
	}
	list, err := h.app.Supervise.Measures(c.UserContext(), web.Principal(c), f, at)
	if err != nil {
		return err
	}
	first := ""
	if at.After != "" {
		first = here(c, "")
	}
	who := web.Principal(c)
	return h.render(c, "measures", page{Title: say(c, "监管措施", "Supervision"), Data: map[string]any{
		"Rows": list.Items, "First": first, "Next": newer(c, list.Next), "State": c.Query("state"), "Desk": who.Role != models.RoleOperator,
		"Province": who.Role == models.RoleProvince, "Now": h.app.Clock(),
		"States": []models.MeasureState{
			models.MeasureProposed, models.MeasureHearing, models.MeasureHeard, models.MeasureDecided, models.MeasureDismissed, models.MeasureDropped,
		},
	}})
}

// ShowNewMeasure is the form of a proposal by hand.
func (h *Console) ShowNewMeasure(c *fiber.Ctx) error {
	return h.newMeasure(c, form{Values: map[string]string{"org": c.Query("org"), "measure": c.Query("measure")}})
}

func (h *Console) newMeasure(c *fiber.Ctx, f form) error {
	who := web.Principal(c)
	kinds := []models.MeasureKind{models.MeasureLeave}
	var orgs orgChoice
	if who.Role != models.RoleOperator {
		kinds = []models.MeasureKind{
			models.MeasureWatch, models.MeasureRectify, models.MeasureSuspend, models.MeasureExit, models.MeasureLift, models.MeasureReinstate,
		}
		var err error
		if orgs, err = h.orgChoice(c, models.OrgID(f.Value("org"))); err != nil {
			return err
		}
	}
	return h.render(c, "measure-new", page{Title: say(c, "提出监管措施", "Propose a measure"), Form: f, Data: map[string]any{"Kinds": kinds, "Orgs": orgs}})
}

// CreateMeasure makes a proposal by hand.
func (h *Console) CreateMeasure(c *fiber.Ctx) error {
	f := typed(c, "org", "measure", "reason", "period", "documents")
	in := supervise.Proposal{
		Org: models.OrgID(f.Value("org")), Kind: models.MeasureKind(f.Value("measure")), Reason: f.Value("reason"), Period: f.Value("period"),
	}
	if d := f.Value("documents"); d != "" {
		in.Files = []string{d}
	}
	m, err := h.app.Supervise.Propose(c.UserContext(), web.Principal(c), in)
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.newMeasure(c, f)
	}
	return back(c, measureURL(m.ID), "proposed")
}

func measureURL(id models.MeasureID) string { return "/console/measures/" + url.PathEscape(string(id)) }

// measureStep is one thing that the reader may do now.
type measureStep struct {
	Action models.MeasureAction
	Hint   string
}

type measureData struct {
	supervise.Case
	Steps  []measureStep
	Titles map[string]models.LocalText // of indicators
	Late   bool                        // the window is over
	Desk   bool
	Region string // who decides, in words
	Offers map[string]bool
}

// ShowMeasure is one case with its evidence, its course and the steps that are possible now.
func (h *Console) ShowMeasure(c *fiber.Ctx) error { return h.measure(c, form{}) }

func (h *Console) measure(c *fiber.Ctx, f form) error {
	m, err := h.app.Supervise.Measure(c.UserContext(), web.Principal(c), models.MeasureID(c.Params("measure")))
	if err != nil {
		return err
	}
	l := langOf(c)
	d := measureData{
		Case: m, Titles: map[string]models.LocalText{}, Desk: web.Principal(c).Role != models.RoleOperator, Region: h.regionName(l, m.Decides),
		Late: !m.HeardBy.IsZero() && !h.app.Clock().Before(m.HeardBy), Offers: map[string]bool{},
	}
	for _, a := range m.Steps {
		if a != models.ActionHandover { // its buttons stand beside the items
			d.Steps = append(d.Steps, measureStep{a, stepHint(l, a)})
		}
		d.Offers[string(a)] = true
	}
	for _, x := range m.Evidence.Figures {
		if def, ok := h.app.Catalog.Indicator(x.Released.ID); ok {
			d.Titles[x.Released.ID] = def.Title
		}
	}
	return h.render(c, "measure", page{Title: l.measure(m.Kind) + " · " + m.OrgName, Form: f, Self: measureURL(m.ID), Data: d})
}

// stepHint says what a step does and who reads its words.
func stepHint(l lang, a models.MeasureAction) string {
	switch a {
	case models.ActionNotice:
		return l.say("机构会看到您写的事实和依据，5个工作日内可以陈述申辩。", "The organisation reads the facts you write and has 5 working days for a statement.")
	case models.ActionInterim:
		return l.say("性质严重时用：立即暂停，机构随后陈述申辩，由另一位同事决定。", "For serious acts: suspended at once, heard afterwards, decided by a colleague.")
	case models.ActionStatement:
		return l.say("写明您的事实、理由和证据，由作出决定的人社部门阅读。", "Give your facts, reasons and evidence; the deciding authority reads them.")
	case models.ActionImpose:
		return l.say("写明查明的事实和依据，机构会看到，您的姓名会记录在案。", "State facts and grounds. The organisation reads them, and your name is on record.")
	case models.ActionDismiss:
		return l.say("写明为什么不采取措施，机构会看到。", "Say why nothing is imposed; the organisation reads it.")
	case models.ActionDrop:
		return l.say("不再继续，机构不会知道这条建议。", "It ends here; the organisation never learns of it.")
	case models.ActionRecuse:
		return l.say("与机构或案件有利害关系时用，之后您不能决定这件。", "For a conflict of interest: you can then not decide this case.")
	case models.ActionRectified:
		return l.say("写明做了哪些整改，附上文件编号。", "Say what was put right, with numbers of documents.")
	case models.ActionUnpublish:
		return l.say("写明为什么撤下。", "Say why it is taken off.")
	}
	return ""
}

// asksFirst are the steps that are asked about before they are taken.
var asksFirst = map[models.MeasureAction]models.LocalText{
	models.ActionInterim:   {Zh: "机构会立即被暂停，不能发起新的申领。确定吗？", En: "The organisation is suspended at once and cannot start new claims. Are you sure?"},
	models.ActionImpose:    {Zh: "决定会立即生效并记入审计，不能撤回，只能另行解除或恢复。确定吗？", En: "The decision takes effect at once, goes on record and cannot be taken back, only lifted by another. Are you sure?"},
	models.ActionDismiss:   {Zh: "不予采取后这件就结束了。确定吗？", En: "Dismissing ends this case. Are you sure?"},
	models.ActionDrop:      {Zh: "不再继续后这件就结束了。确定吗？", En: "Dropping ends this case. Are you sure?"},
	models.ActionPublish:   {Zh: "所有人都能在公开页面看到。确定吗？", En: "Everybody can then see it. Are you sure?"},
	models.ActionUnpublish: {Zh: "公开页面将不再显示。确定吗？", En: "It then leaves the public page. Are you sure?"},
}

// StepMeasure takes one step of a case.
func (h *Console) StepMeasure(c *fiber.Ctx) error {
	f := typed(c, "action", "reason", "decision_no", "days", "public", "item", "version")
	in := supervise.Step{Action: models.MeasureAction(f.Value("action")), Text: f.Value("reason"), No: f.Value("decision_no"), Item: f.Value("item")}
	in.Version, _ = strconv.Atoi(f.Value("version")) // none: whatever the case is now
	in.Days, _ = strconv.Atoi(f.Value("days"))       // none: the default
	if p := f.Value("public"); p != "" {
		yes := p == "yes"
		in.Public = &yes
	}
	id := models.MeasureID(c.Params("measure"))
	if ask, ok := asksFirst[in.Action]; ok && c.FormValue("sure") == "" {
		l := langOf(c)
		return h.render(c, "confirm", page{Title: l.measureStep(in.Action), Form: f, Self: measureURL(id), Data: map[string]any{
			"Question": l.text(ask), "Text": in.Text, "Back": measureURL(id), "Button": l.measureStep(in.Action), "Action": "",
		}})
	}
	take := func() error { _, err := h.app.Supervise.Take(c.UserContext(), web.Principal(c), id, in); return err }
	if web.Principal(c).Role == models.RoleOperator && strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		files, done, err := replyFiles(c)
		defer done()
		if err != nil {
			return err
		}
		take = func() error {
			_, err := h.app.Supervise.Submit(c.UserContext(), web.Principal(c), id, in.Text, files)
			return err
		}
	}
	if err := take(); err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.measure(c, f)
	}
	return back(c, measureURL(id), "measure")
}

// ShowExits is the public page of organisations that have left.
func (h *Console) ShowExits(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.Exits(c.UserContext(), at)
	if err != nil {
		return err
	}
	return h.render(c, "exits", page{Title: say(c, "已退出的评价机构", "Assessment bodies that have left"), Bare: true, Data: map[string]any{
		"Rows": list.Items, "First": "", "Next": newer(c, list.Next), "Asked": h.app.Clock().Truncate(time.Minute),
	}})
}
