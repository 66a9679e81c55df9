package console

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/report"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

type reportsData struct {
	Rows      []models.Report
	First     string
	Next      string
	Regulator bool
	Kinds     []models.OrgKind
	Places    []models.Region // regions to make a report of
	Periods   []periodChoice
	Orgs      []models.Org // an organisation to make a report of: the one that the address names
}

func isRegulator(p models.Principal) bool {
	return p.Role == models.RoleProvince || p.Role == models.RoleCity
}

// ListReports are the reports that the reader may read, with a form to make one for who may.
func (h *Console) ListReports(c *fiber.Ctx) error {
	f := form{Values: map[string]string{"org": c.Query("org"), "period": models.QuarterOf(time.Now()), "kind": c.Query("kind")}}
	return h.reports(c, f)
}

func (h *Console) reports(c *fiber.Ctx, f form) error {
	at, err := web.Page(c)
	if err != nil {
		return err
	}
	who, l := web.Principal(c), langOf(c)
	list, err := h.app.Reports.List(c.UserContext(), who, store.ReportFilter{Org: models.OrgID(c.Query("org"))}, at)
	if err != nil {
		return err
	}
	for i, r := range list.Items {
		if r.Of != "" {
			list.Items[i].Name = h.regionName(l, r.Of)
		}
	}
	d := reportsData{Rows: list.Items, Next: newer(c, list.Next), Regulator: isRegulator(who)}
	if at.After != "" {
		d.First = here(c, "")
	}
	if d.Regulator {
		d.Kinds = []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial}
		d.Periods = periods(l, models.OrgSchool, time.Now(), f.Value("period"))
		for _, r := range h.app.Catalog.Regions() {
			if who.Role == models.RoleProvince || r.Code == who.Region {
				d.Places = append(d.Places, r)
			}
		}
		if id := models.OrgID(f.Value("org")); id != "" {
			if o, err := h.app.Registry.Find(c.UserContext(), who, id); err == nil {
				d.Orgs = append(d.Orgs, o)
			}
		}
	}
	return h.render(c, "reports", page{Title: say(c, "报告", "Reports"), Self: "/console/reports", Form: f, Data: d})
}

// MakeReport asks for a report and leads to its page.
func (h *Console) MakeReport(c *fiber.Ctx) error {
	f := typed(c, "region", "org", "kind", "period")
	q := report.Request{Region: f.Value("region"), Org: models.OrgID(f.Value("org")), Kind: models.OrgKind(f.Value("kind")), Period: f.Value("period")}
	if q.Org != "" {
		q.Region, q.Kind = "", ""
	}
	r, err := h.app.Reports.Ask(c.UserContext(), web.Principal(c), q)
	if err != nil {
		if err := f.refused(c, err); err != nil {
			return err
		}
		return h.reports(c, f)
	}
	return back(c, reportURL(r.ID), "")
}

func reportURL(id models.ReportID) string { return "/console/reports/" + string(id) }

type reportData struct {
	models.Report
	Body      *models.ReportBody
	Figures   []figure
	Quality   *quality
	Words     string // the period
	Regulator bool
	Total     int // parts, 0 while nobody knows
	Check     *models.ReportCheck
	Diffs     []reportDifference
	Earlier   string // the address of the version before
	Quiet     int    // figures of which only the quality differs
	Live      bool   // something is under way: look again in a few seconds
}

type reportDifference struct {
	models.Difference
	Where, What string
}

// ShowReport is a report's page: how far it is, what it says, whether it was verified.
func (h *Console) ShowReport(c *fiber.Ctx) error {
	who, l := web.Principal(c), langOf(c)
	got, err := h.app.Reports.Read(c.UserContext(), who, models.ReportID(c.Params("report")))
	if err != nil {
		return err
	}
	d := reportData{Report: got.Report, Body: got.Body, Regulator: isRegulator(who), Total: len(got.Orgs), Check: got.Check}
	if p, err := models.ParsePeriod(got.Period); err == nil {
		d.Words = l.period(p)
	}
	if d.Of != "" {
		d.Name = h.regionName(l, d.Of)
	}
	if got.Replaces != "" {
		d.Earlier = reportURL(got.Replaces)
	}
	switch {
	case got.Body != nil:
		d.Figures, d.Quality = h.figuresOf(l, got.Kind, got.Body.Items), h.qualityOf(l, &got.Body.Quality)
	case got.Released != nil:
		d.Figures = h.figuresOf(l, got.Kind, got.Released.Items)
	}
	d.Live = got.State == models.ReportBuilding || got.Check != nil && got.Check.State == models.CheckRunning
	if got.Check != nil {
		d.Diffs = h.differences(c, who, got)
		d.Quiet = len(got.Check.Result.Differences) - len(d.Diffs)
	}
	return h.render(c, "report", page{Title: say(c, "报告", "Report"), Data: d})
}

// differences names the figures that a verification found to differ.
func (h *Console) differences(c *fiber.Ctx, who models.Principal, got report.Reading) []reportDifference {
	titles, names := map[string]string{}, map[models.OrgID]string{"": got.Name}
	for _, d := range got.Body.Definitions {
		titles[d.ID] = langOf(c).text(d.Title)
	}
	var list []reportDifference
	for _, x := range got.Check.Result.Differences {
		if x.QualityOnly() {
			continue
		}
		if _, known := names[x.Org]; !known {
			names[x.Org] = string(x.Org)
			if o, err := h.app.Registry.Find(c.UserContext(), who, x.Org); err == nil {
				names[x.Org] = o.Name
			}
		}
		list = append(list, reportDifference{x, names[x.Org], x.Indicator + " " + titles[x.Indicator]})
	}
	return list
}

// VerifyReport asks for a report to be recomputed.
func (h *Console) VerifyReport(c *fiber.Ctx) error {
	id := models.ReportID(c.Params("report"))
	if _, err := h.app.Reports.AskCheck(c.UserContext(), web.Principal(c), id); err != nil {
		return err
	}
	return back(c, reportURL(id), "verify")
}
