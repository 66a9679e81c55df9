package api

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/supervise"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

type measureView struct {
	ID          models.MeasureID       `json:"id"`
	Org         models.OrgID           `json:"org"`
	OrgName     string                 `json:"org_name"`
	OrgKind     models.OrgKind         `json:"org_kind"`
	USCC        string                 `json:"uscc"`
	Region      string                 `json:"region"`
	Decides     string                 `json:"decides"`
	Measure     models.MeasureKind     `json:"measure"`
	Wanted      models.MeasureKind     `json:"wanted"`
	State       models.MeasureState    `json:"state"`
	From        models.Standing        `json:"from"`
	To          models.Standing        `json:"to"`
	Standing    models.Standing        `json:"standing,omitempty"` // of the organisation now; not in lists
	ByRule      bool                   `json:"by_rule"`
	ByOrg       bool                   `json:"by_org"`
	Interim     bool                   `json:"interim"`
	Public      bool                   `json:"public"`
	Reason      string                 `json:"reason"`
	Evidence    evidenceView           `json:"evidence"`
	NoticedAt   web.Time               `json:"noticed_at"`
	HeardBy     web.Time               `json:"heard_by"`
	Provisional bool                   `json:"provisional"`
	Overdue     bool                   `json:"overdue"`
	Statement   string                 `json:"statement"`
	StatementAt web.Time               `json:"statement_at"`
	Statements  int                    `json:"statement_files"` // numbered from 1
	Rectified   string                 `json:"rectified"`
	RectifiedAt web.Time               `json:"rectified_at"`
	Reports     int                    `json:"rectified_files"`
	Decision    *decisionView          `json:"decision,omitempty"`
	Handover    []handoverView         `json:"handover"`
	Timeline    []measureEventView     `json:"timeline"`
	Steps       []models.MeasureAction `json:"steps"`
	Version     int                    `json:"version"`
	CreatedAt   web.Time               `json:"created_at"`
	ChangedAt   web.Time               `json:"changed_at"`
}

type evidenceView struct {
	models.CaseEvidence
	ComputedAt web.Time `json:"computed_at"`
}

type decisionView struct {
	No        string   `json:"no"`
	Name      string   `json:"name"`
	Region    string   `json:"region"`
	Text      string   `json:"text"`
	RectifyBy web.Time `json:"rectify_by"`
	At        web.Time `json:"at"`
}

type handoverView struct {
	models.HandoverItem
	DoneAt web.Time `json:"done_at"`
}

type measureEventView struct {
	models.MeasureEvent
	At web.Time `json:"at"`
}

func measureOf(m supervise.Case) measureView {
	v := measureView{
		ID: m.ID, Org: m.Org, OrgName: m.OrgName, OrgKind: m.OrgKind, USCC: m.USCC, Region: m.Region, Decides: m.Decides, Measure: m.Kind,
		Wanted: m.Wanted, State: m.State, From: m.From, To: m.To, Standing: m.Standing, ByRule: m.Evidence.Rule != nil, ByOrg: m.ByOrg, Interim: m.Interim,
		Public: m.Public, Reason: m.Reason, Evidence: evidenceView{m.Evidence, web.Time(m.Evidence.ComputedAt)}, NoticedAt: web.Time(m.NotedAt),
		HeardBy: web.Time(m.HeardBy), Provisional: m.Unsure, Overdue: m.Late, Statement: m.Statement, StatementAt: web.Time(m.WordsAt), Rectified: m.Rectified,
		RectifiedAt: web.Time(m.ReportAt), Statements: len(m.WordsIn), Reports: len(m.ReportIn), Steps: m.Steps, Version: m.Version, CreatedAt: web.Time(m.CreatedAt), ChangedAt: web.Time(m.ChangedAt),
		Handover: []handoverView{}, Timeline: []measureEventView{},
	}
	if v.Steps == nil {
		v.Steps = []models.MeasureAction{}
	}
	if v.Evidence.Figures == nil {
		v.Evidence.Figures = []models.EvidenceFigure{}
	}
	if d := m.Decision; d != nil {
		v.Decision = &decisionView{No: d.No, Name: d.Name, Region: d.Region, Text: d.Text, RectifyBy: web.Time(d.RectifyBy), At: web.Time(d.At)}
	}
	for _, x := range m.Handover {
		v.Handover = append(v.Handover, handoverView{x, web.Time(x.DoneAt)})
	}
	for _, e := range m.Timeline {
		v.Timeline = append(v.Timeline, measureEventView{e, web.Time(e.At)})
	}
	return v
}

// ListMeasures lists the cases of supervision in the reader's scope, newest first.
func (h *API) ListMeasures(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	open, err := flag(c, "open")
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.Measures(c.UserContext(), web.Principal(c), store.MeasureFilter{
		Org: models.OrgID(c.Query("org")), State: models.MeasureState(c.Query("state")), Kind: models.MeasureKind(c.Query("measure")),
		Region: c.Query("decides"), Open: open,
	}, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, measureOf))
}

// ShowMeasure shows one case.
func (h *API) ShowMeasure(c *fiber.Ctx) error {
	m, err := h.app.Supervise.Measure(c.UserContext(), web.Principal(c), models.MeasureID(c.Params("measure")))
	if err != nil {
		return err
	}
	return c.JSON(measureOf(m))
}

type measureInput struct {
	Org       models.OrgID       `json:"org"`
	Measure   models.MeasureKind `json:"measure"`
	Reason    string             `json:"reason"`
	Period    string             `json:"period"`
	Report    string             `json:"report"`
	Documents []string           `json:"documents"`
}

// ProposeMeasure makes a case by hand.
func (h *API) ProposeMeasure(c *fiber.Ctx) error {
	in, err := web.Bind[measureInput](c)
	if err != nil {
		return err
	}
	m, err := h.app.Supervise.Propose(c.UserContext(), web.Principal(c), supervise.Proposal{
		Org: in.Org, Kind: in.Measure, Reason: in.Reason, Period: in.Period, Report: in.Report, Files: in.Documents,
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, "/api/v1/measures/"+string(m.ID))
	return c.Status(fiber.StatusCreated).JSON(measureOf(m))
}

type measureStepInput struct {
	Action     models.MeasureAction `json:"action"`
	Version    int                  `json:"version"`
	Reason     string               `json:"reason"`
	DecisionNo string               `json:"decision_no"`
	Days       int                  `json:"days"`
	Public     *bool                `json:"public"`
	Item       string               `json:"item"`
}

// MoveMeasure takes one step of a case.
func (h *API) MoveMeasure(c *fiber.Ctx) error {
	in, err := web.Bind[measureStepInput](c)
	if err != nil {
		return err
	}
	m, err := h.app.Supervise.Take(c.UserContext(), web.Principal(c), models.MeasureID(c.Params("measure")), supervise.Step{
		Action: in.Action, Version: in.Version, Text: in.Reason, No: in.DecisionNo, Days: in.Days, Public: in.Public, Item: in.Item,
	})
	if err != nil {
		return err
	}
	return c.JSON(measureOf(m))
}

// SubmitPapers takes the organisation's statement or report with files: multipart with the part `text` and up to three parts `file`.
func (h *API) SubmitPapers(c *fiber.Ctx) error {
	text, files, done, err := replyForm(c)
	defer done()
	if err != nil {
		return err
	}
	m, err := h.app.Supervise.Submit(c.UserContext(), web.Principal(c), models.MeasureID(c.Params("measure")), text, files)
	if err != nil {
		return inFile(err)
	}
	return c.JSON(measureOf(m))
}

// ShowPaper gives the n-th file of a statement or a report, from 1, to be saved.
func (h *API) ShowPaper(c *fiber.Ctx) error {
	n, err := c.ParamsInt("n")
	if err != nil {
		return models.ErrNotFound
	}
	of := models.MeasureAction(c.Params("of"))
	content, media, err := h.app.Supervise.Paper(c.UserContext(), web.Principal(c), models.MeasureID(c.Params("measure")), of, n)
	if err != nil {
		return err
	}
	return saved(c, content, media, fmt.Sprintf("%s-%d", of, n))
}

type exitView struct {
	Name         string         `json:"name"`
	USCC         string         `json:"uscc"`
	Kind         models.OrgKind `json:"kind"`
	Region       string         `json:"region"`
	Voluntary    bool           `json:"voluntary"`
	DecisionNo   string         `json:"decision_no"`
	DecidedAt    web.Time       `json:"decided_at"`
	ReinstatedAt web.Time       `json:"reinstated_at"`
	ReinstatedNo string         `json:"reinstated_no"`
}

func exitOf(e supervise.Exit) exitView {
	return exitView{
		Name: e.Name, USCC: e.USCC, Kind: e.Kind, Region: e.Region, Voluntary: e.Voluntary, DecisionNo: e.DecisionNo,
		DecidedAt: web.Time(e.DecidedAt), ReinstatedAt: web.Time(e.ReinstatedAt), ReinstatedNo: e.ReinstatedNo,
	}
}

// ListExits is the public list of organisations that have left.
func (h *API) ListExits(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	list, err := h.app.Supervise.Exits(c.UserContext(), page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, exitOf))
}
