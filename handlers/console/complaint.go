package console

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/complaint"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// caseRow is one complaint on the desk.
type caseRow struct {
	complaint.Summary
	caseWords
}

// caseWords is what a page says about a case beside what it is.
type caseWords struct {
	About string // the category in plain words
	Place string // who handles it
	Due   time.Time
	Late  bool
	Ours  bool // the deadline is ours: not the complainant's
}

func (h *Console) caseRow(l lang, s complaint.Summary) caseRow {
	row := caseRow{Summary: s, caseWords: caseWords{About: h.about(l, s.Category), Place: h.regionName(l, s.Region)}}
	if s.DueAt != nil {
		row.Due, row.Ours = *s.DueAt, s.DueKind != models.DueWaiting
	}
	row.Late = s.Level == 100
	return row
}

func (h *Console) about(l lang, category string) string {
	if cat, ok := h.app.Catalog.Category(category); ok {
		return l.text(cat.Text)
	}
	return category
}

func (h *Console) caseRows(l lang, list []complaint.Summary) []caseRow {
	rows := make([]caseRow, len(list))
	for i, s := range list {
		rows[i] = h.caseRow(l, s)
	}
	return rows
}

type deskData struct {
	Rows       []caseRow
	First      string
	Next       string
	F          store.ComplaintFilter
	Show       string // open, late, all
	States     []models.ComplaintState
	Categories []models.ComplaintCategory
	Regions    []models.Region
	Province   bool
	Filtered   bool
}

// ListComplaints is the desk's queue: what is due first comes first.
func (h *Console) ListComplaints(c *fiber.Ctx) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	d := deskData{Show: c.Query("show", "open"), States: models.ComplaintStates(), Categories: h.app.Catalog.Categories()}
	d.F = store.ComplaintFilter{
		Org: models.OrgID(c.Query("org")), State: models.ComplaintState(c.Query("state")), Category: c.Query("category"), Region: c.Query("region"),
		Severe: c.Query("severe") != "", CaseNo: c.Query("case_no"),
	}
	if d.Province = web.Principal(c).Role == models.RoleProvince; d.Province {
		d.Regions = h.app.Catalog.Regions()
	}
	d.Filtered = d.F != store.ComplaintFilter{} || d.Show == "late"
	if d.F.State != "" || d.F.CaseNo != "" {
		d.Show = "all" // they say themselves which
	}
	f := d.F
	f.Open = d.Show == "open"
	if d.Show == "late" {
		f.DueBefore = h.app.Clock()
	}
	list, next, err := h.app.Complaints.List(c.UserContext(), web.Principal(c), f, at.After, at.Limit)
	if err != nil {
		return err
	}
	if at.After != "" {
		d.First = here(c, "")
	}
	d.Rows, d.Next = h.caseRows(langOf(c), list), newer(c, next)
	return h.render(c, "complaints", page{Title: say(c, "投诉处理", "Complaints"), Data: d})
}

type caseData struct {
	complaint.Detail
	caseWords
	Steps      []stepForm
	Chosen     models.ComplaintAction // whose form is open
	Categories []models.ComplaintCategory
	Regions    []models.Region
	Who        *complaint.Identity // opened just now, shown this once
}

// ShowComplaint is one complaint with its words and the steps that are possible now.
func (h *Console) ShowComplaint(c *fiber.Ctx) error { return h.complaint(c, form{}, nil) }

func (h *Console) complaint(c *fiber.Ctx, f form, who *complaint.Identity) error {
	d, err := h.app.Complaints.Read(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")))
	if err != nil {
		return err
	}
	l := langOf(c)
	data := caseData{
		Detail: d, caseWords: h.caseRow(l, d.Summary).caseWords, Steps: l.stepForms(d), Chosen: models.ComplaintAction(f.Value("action")), Who: who,
		Categories: h.app.Catalog.Categories(), Regions: h.app.Catalog.Regions(),
	}
	if data.Chosen == "" && len(data.Steps) > 0 {
		data.Chosen = data.Steps[0].Action
	}
	return h.render(c, "complaint", page{Title: say(c, "投诉 ", "Complaint ") + d.CaseNo, Form: f, Data: data})
}

// StepComplaint takes one step with its reason. A step that cannot be undone needs its tick.
func (h *Console) StepComplaint(c *fiber.Ctx) error {
	f := typed(c, "action", "outcome", "reason", "reason_code", "category", "severe", "region", "into", "days", "account", "facts", "sure")
	id, l := models.ComplaintID(c.Params("id")), langOf(c)
	t := complaint.Transition{
		Action: models.ComplaintAction(f.Value("action")), Outcome: models.ComplaintOutcome(f.Value("outcome")), Reason: f.Value("reason"),
		Refusal: models.CaseRefusal(f.Value("reason_code")), Category: f.Value("category"), Severe: f.Value("severe") != "", Region: f.Value("region"),
		Into: f.Value("into"), Account: f.Value("account"), Facts: f.Value("facts"),
	}
	t.Days, _ = strconv.Atoi(f.Value("days")) // 0 is refused where days are needed
	for _, m := range models.CaseMeasures() {
		if c.FormValue("measure_"+string(m)) != "" {
			t.Measures = append(t.Measures, m)
			f.Values["measure_"+string(m)] = "1"
		}
	}
	var err error
	if i := slices.IndexFunc(l.allSteps(), func(s stepForm) bool { return s.Action == t.Action && s.Sure != "" }); i >= 0 && f.Value("sure") == "" {
		err = models.ErrInvalid.WithFields(models.FieldError{Field: "sure", Code: "not_sure", Message: "这一步不能撤回，请先勾选确认。"})
	} else {
		_, err = h.app.Complaints.Take(c.UserContext(), web.Principal(c), id, t)
	}
	if err == nil && t.Action == models.ActionStepAside {
		return back(c, "/console/complaints", "aside")
	}
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.complaint(c, f, nil)
	}
	return back(c, "/console/complaints/"+url.PathEscape(string(id)), "step")
}

// OpenIdentity shows who complained, this once, with what has been written down about it.
func (h *Console) OpenIdentity(c *fiber.Ctx) error {
	f := typed(c, "look_code", "look_reason")
	who, err := h.app.Complaints.OpenIdentity(c.UserContext(), web.Principal(c), models.ComplaintID(c.Params("id")),
		models.LookReason(f.Value("look_code")), f.Value("look_reason"))
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.complaint(c, f, nil)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return h.complaint(c, form{}, &who)
}

// SeenNotice takes a notice off the desk.
func (h *Console) SeenNotice(c *fiber.Ctx) error {
	if err := h.app.Complaints.Seen(c.UserContext(), web.Principal(c), c.FormValue("id")); err != nil {
		return err
	}
	return back(c, "/console", "")
}

type caseStats struct {
	complaint.Stats
	Periods []string
	Rows    []statLine
	Places  []statLine
	Charts  []plot
}

type statLine struct {
	Name string
	complaint.StatRow
}

// ComplaintStats shows how many complaints there were, about what, how they ended and how long it took.
func (h *Console) ComplaintStats(c *fiber.Ctx) error {
	year := h.app.Clock().In(models.Shanghai()).Year()
	period := c.Query("period", strconv.Itoa(year))
	p, err := models.ParsePeriod(period)
	if err != nil {
		return err
	}
	s, err := h.app.Complaints.Stats(c.UserContext(), web.Principal(c), p)
	if err != nil {
		return err
	}
	l, d := langOf(c), caseStats{Stats: s}
	for q := 4; q > 0; q-- {
		d.Periods = append(d.Periods, strconv.Itoa(year)+"Q"+strconv.Itoa(q))
	}
	d.Periods = append([]string{strconv.Itoa(year)}, append(d.Periods, strconv.Itoa(year-1))...)
	if !slices.Contains(d.Periods, period) {
		d.Periods = append(d.Periods, period)
	}
	var kinds, days []bar
	for _, r := range s.ByCategory {
		name := h.about(l, r.Key)
		d.Rows = append(d.Rows, statLine{name, r})
		few := ""
		if r.Suppressed {
			few = l.say("不满5件，不显示", "Fewer than 5, hidden")
		}
		kinds = append(kinds, bar{Label: name, Value: float(r.Filed), None: few})
		if r.MedianDays != nil {
			days = append(days, bar{Label: name, Value: r.MedianDays})
		}
	}
	for _, r := range s.ByRegion {
		d.Places = append(d.Places, statLine{h.regionName(l, r.Key), r})
	}
	if len(kinds) > 0 {
		d.Charts = append(d.Charts, l.bars(l.say("各类投诉的件数", "Complaints by subject"), l.say("件", ""), 0, kinds))
	}
	if len(days) > 0 {
		d.Charts = append(d.Charts, l.bars(l.say("从提交到告知用了几个工作日（中位数）", "Working days from filing to the answer (median)"), l.say("天", "d"), 0, days))
	}
	return h.render(c, "complaint-stats", page{Title: say(c, "投诉统计", "Complaint statistics"), Data: d})
}

func float(n *int) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}
