package api

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/report"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// reportView is a report as callers see it, without what it says.
type reportView struct {
	ID         models.ReportID    `json:"id"`
	Region     string             `json:"region,omitempty"`
	Org        models.OrgID       `json:"org,omitempty"`
	Name       string             `json:"name"`
	Kind       models.OrgKind     `json:"kind"`
	Period     string             `json:"period"`
	Version    int                `json:"version"`
	Replaces   models.ReportID    `json:"replaces,omitempty"`
	State      models.ReportState `json:"state"`
	Done       int                `json:"done"`  // parts made so far
	Total      *int               `json:"total"` // null: not known yet
	Cut        web.Time           `json:"cut"`
	CreatedAt  web.Time           `json:"created_at"`
	ComputedAt web.Time           `json:"computed_at"` // null: being made
	SHA256     string             `json:"sha256,omitempty"`
}

func reportOf(r models.Report) reportView {
	v := reportView{
		ID: r.ID, Region: r.Of, Org: r.Org, Name: r.Name, Kind: r.Kind, Period: r.Period, Version: r.Version, Replaces: r.Replaces, State: r.State,
		Done: r.Done, Cut: web.Time(r.Cut), CreatedAt: web.Time(r.CreatedAt), ComputedAt: web.Time(r.ComputedAt), SHA256: r.Hash,
	}
	if r.Orgs != nil {
		n := len(r.Orgs)
		v.Total = &n
	}
	return v
}

// fullReportView adds what the reader may read of it.
type fullReportView struct {
	reportView
	Inputs       *models.ReportInputs    `json:"inputs,omitempty"`
	Orgs         *int                    `json:"orgs,omitempty"`
	Quality      *models.Quality         `json:"quality,omitempty"`
	Definitions  []definitionVersion     `json:"definitions,omitempty"`
	Items        []models.IndicatorValue `json:"items"`
	Verification *checkView              `json:"verification,omitempty"`
}

type definitionVersion struct {
	ID      string `json:"id"`
	Version string `json:"version"`
}

// checkView is a verification; Result is null while it is under way.
type checkView struct {
	State   models.CheckState   `json:"state"`
	Done    int                 `json:"done"`
	AskedAt web.Time            `json:"asked_at"`
	DoneAt  web.Time            `json:"done_at"`
	Result  *models.CheckResult `json:"result"`
}

func checkOf(c models.ReportCheck) *checkView {
	v := &checkView{State: c.State, Done: c.Done, AskedAt: web.Time(c.AskedAt), DoneAt: web.Time(c.DoneAt)}
	if c.State == models.CheckDone {
		r := c.Result
		if r.Differences == nil {
			r.Differences = []models.Difference{}
		}
		v.Result = &r
	}
	return v
}

type reportInput struct {
	Region string         `json:"region"`
	Org    models.OrgID   `json:"org"`
	Kind   models.OrgKind `json:"kind"`
	Period string         `json:"period"`
}

// MakeReport asks for a snapshot of figures as of now: 202, made in the background.
func (h *API) MakeReport(c *fiber.Ctx) error {
	in, err := web.Bind[reportInput](c)
	if err != nil {
		return err
	}
	r, err := h.app.Reports.Ask(c.UserContext(), web.Principal(c), report.Request{Region: in.Region, Org: in.Org, Kind: in.Kind, Period: in.Period})
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(reportOf(r))
}

// ListReports gives the reports that the caller may read, newest first.
func (h *API) ListReports(c *fiber.Ctx) error {
	page, err := web.Page(c)
	if err != nil {
		return err
	}
	f := store.ReportFilter{Of: c.Query("region"), Org: models.OrgID(c.Query("org")), Kind: models.OrgKind(c.Query("kind")), Period: c.Query("period")}
	list, err := h.app.Reports.List(c.UserContext(), web.Principal(c), f, page)
	if err != nil {
		return err
	}
	return c.JSON(mapped(list, reportOf))
}

// ShowReport gives a report: how far it is, and once it is ready what it says. An organisation reads its own figures as it could see them then.
func (h *API) ShowReport(c *fiber.Ctx) error {
	got, err := h.app.Reports.Read(c.UserContext(), web.Principal(c), models.ReportID(c.Params("report")))
	if err != nil {
		return err
	}
	v := fullReportView{reportView: reportOf(got.Report), Items: []models.IndicatorValue{}}
	switch {
	case got.Released != nil:
		v.Items, v.SHA256, v.Total = got.Released.Items, "", nil
	case got.Body != nil:
		v.Items, v.Inputs, v.Orgs, v.Quality = got.Body.Items, &got.Body.Inputs, &got.Body.Orgs, &got.Body.Quality
		for _, d := range got.Body.Definitions {
			v.Definitions = append(v.Definitions, definitionVersion{d.ID, d.Version})
		}
		if got.Check != nil {
			v.Verification = checkOf(*got.Check)
		}
	}
	return c.JSON(v)
}

// VerifyReport asks for a report to be recomputed from raw data: 202, done in the background; the report shows the outcome.
func (h *API) VerifyReport(c *fiber.Ctx) error {
	check, err := h.app.Reports.AskCheck(c.UserContext(), web.Principal(c), models.ReportID(c.Params("report")))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(checkOf(check))
}

// DownloadReport gives a report as a workbook.
func (h *API) DownloadReport(c *fiber.Ctx) error {
	var b bytes.Buffer // an error half-way is still an error to the caller
	r, err := h.app.Reports.WriteXLSX(c.UserContext(), web.Principal(c), models.ReportID(c.Params("report")), &b)
	if err != nil {
		return err
	}
	attachment(c, report.FileName(r, "xlsx"))
	return c.SendStream(patient{&b, c.Context().Conn()}, b.Len())
}

// ExportReport gives everything a report says as JSON, byte for byte as it was hashed.
func (h *API) ExportReport(c *fiber.Ctx) error {
	whole, err := h.app.Reports.Export(c.UserContext(), web.Principal(c), models.ReportID(c.Params("report")))
	if err != nil {
		return err
	}
	body, err := assemble(whole)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Set(fiber.HeaderContentDisposition, "attachment; filename=\"report.json\"; filename*=UTF-8''"+url.PathEscape("评价指标报告.json"))
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(body)
}

// assemble joins the pieces without touching a byte of them: an encoder would compact or escape what was hashed.
func assemble(w report.Whole) ([]byte, error) {
	hash, err := json.Marshal(w.SHA256)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(`{"sha256":` + string(hash) + `,"report":`)
	b.Write(w.Report)
	b.WriteString(`,"parts":[`)
	parts := make([]string, len(w.Parts))
	for i, p := range w.Parts {
		parts[i] = string(p)
	}
	b.WriteString(strings.Join(parts, ","))
	b.WriteString(`]}`)
	return b.Bytes(), nil
}
