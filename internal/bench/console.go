package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/valyala/fasthttp"

	"huisheng/internal/demo"
	"huisheng/models"
	"huisheng/models/store"
)

// Sizes of the console's rows: a tenth of the people of the long rows first, a hundred times as many invitations in the end.
const (
	consoleShare = 10
	consoleGrow  = 100
	consoleReads = 60 // of each page and of its queries, in turn
	bareCode     = "91440101MA5TE5C173"
)

// deskPage is one page of the console, and the queries that nobody can do without to show it.
type deskPage struct {
	name, path string
	official   bool
	bare       func(context.Context) error
}

// console measures the main pages of the console against the bare queries behind them, with few invitations stored and with a hundred times as many.
func console(ctx context.Context, e *env) ([]Row, error) {
	d, err := e.desk(ctx, max(100, e.opt.People/consoleShare))
	if err != nil {
		return nil, err
	}
	few, err := d.measure(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.grow(ctx); err != nil {
		return nil, err
	}
	many, err := d.measure(ctx)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for i, p := range d.pages {
		row := Row{
			Name: "console: " + p.name, Ceiling: "p95 " + short(many[i].bare) + " (its queries)",
			Ours:  fmt.Sprintf("p95 %s, with %d invitations %s", short(many[i].page), d.people, short(few[i].page)),
			Ratio: float64(many[i].page) / float64(many[i].bare), Target: "≤ 3 × its queries, ≤ 1.5 × its cost with few",
			Note: fmt.Sprintf("%d invitations, %d responses stored", d.people*consoleGrow, d.people*consoleGrow*3/10),
		}
		row.Met = row.Ratio <= 3 && float64(many[i].page) <= 1.5*float64(few[i].page)
		rows = append(rows, row)
	}
	return rows, nil
}

// pageCost is the 95th percentile of a page and of its queries.
type pageCost struct{ page, bare time.Duration }

// deskBench is an organisation with one batch, beside others.
type deskBench struct {
	*env
	org      models.OrgID
	batch    models.BatchID
	people   int
	operator string // bearer
	province string
	pages    []deskPage
}

// desk registers an organisation and lets it claim for n people through the API.
func (e *env) desk(ctx context.Context, n int) (*deskBench, error) {
	d := &deskBench{env: e, people: n}
	var err error
	if d.province, err = e.login(ctx, "province"); err != nil {
		return nil, err
	}
	made, err := e.call(ctx, http.MethodPost, "/api/v1/orgs", d.province, map[string]any{
		"kind": "enterprise", "name": "合成页面企业", "uscc": bareCode, "region": "440100", "affiliation": "city", "filing": demo.Filing(),
	})
	if err != nil {
		return nil, err
	}
	id, _ := made["id"].(string)
	d.org = models.OrgID(id)
	if _, err := e.call(ctx, http.MethodPost, "/api/v1/orgs/"+id+"/accounts", d.province, map[string]any{
		"account": "bench-desk", "name": "量测", "role": "operator", "password": benchPassword,
	}); err != nil {
		return nil, err
	}
	if d.operator, err = e.login(ctx, "bench-desk"); err != nil {
		return nil, err
	}
	people := demo.People(77, n)
	var file bytes.Buffer
	if err := demo.RosterXLSX(&file, models.OrgEnterprise, people); err != nil {
		return nil, fmt.Errorf("make file: %w", err)
	}
	whole := e.opt.People
	e.opt.People = n // what the upload has to create
	defer func() { e.opt.People = whole }()
	if err := e.upload(ctx, id, d.operator, file.Bytes()); err != nil {
		return nil, err
	}
	_, batch, err := e.claim(ctx, id, d.operator, people)
	if err != nil {
		return nil, err
	}
	d.batch = models.BatchID(batch)
	if err := d.answers(ctx, d.batch, d.org, "440100", time.Now()); err != nil {
		return nil, err
	}
	d.pages = d.list()
	return d, nil
}

// list are the pages, each with what it must read. Every page also finds out who asks: the session, the account and the organisation's name.
func (d *deskBench) list() []deskPage {
	sc := models.Principal{Role: models.RoleOperator, Org: d.org}.Scope()
	all := models.SystemScope()
	org := func(ctx context.Context) error { _, err := d.store.FindOrg(ctx, sc, d.org); return err }
	batches := func(limit int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := d.store.ListBatches(ctx, sc, store.BatchFilter{Org: d.org}, models.Page{Limit: limit})
			return err
		}
	}
	records := func(limit int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := d.store.FindRecords(ctx, sc, store.RecordFilter{Org: d.org}, models.Page{Limit: limit})
			return err
		}
	}
	batch := func(ctx context.Context) error { _, err := d.store.FindBatch(ctx, sc, d.batch); return err }
	people := func(ctx context.Context) error {
		_, err := d.store.ListInvitations(ctx, sc, store.InvitationFilter{Batch: d.batch}, models.Page{Limit: 50})
		return err
	}
	orgs := func(ctx context.Context) error {
		_, err := d.store.ListOrgs(ctx, all, store.OrgFilter{}, models.Page{Limit: 50})
		return err
	}
	who := d.account
	at := "/console/batches/" + string(d.batch)
	return []deskPage{
		{"start page of an organisation", "/console", false, together(who, who, org, org, records(1), batches(5), batches(50), batches(1))},
		{"roster", "/console/roster", false, together(who, who, org, org, records(50))},
		{"list of batches", "/console/batches", false, together(who, who, org, batches(50))},
		{"one batch", at, false, together(who, who, org, batch)},
		{"people of a batch", at + "/people", false, together(who, who, org, batch, people)},
		{"organisations", "/console/orgs", true, together(who, who, orgs)},
	}
}

// account reads who asks.
func (d *deskBench) account(ctx context.Context) error {
	_, err := d.store.FindAccountByLogin(ctx, "bench-desk")
	return err
}

// together does several queries one after the other.
func together(list ...func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, q := range list {
			if err := q(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// measure reads every page and its queries in turn.
func (d *deskBench) measure(ctx context.Context) ([]pageCost, error) {
	list := make([]pageCost, len(d.pages))
	client := &fasthttp.HostClient{Addr: d.srv.addr}
	for i, p := range d.pages {
		var page, bare []time.Duration
		for range consoleReads {
			start := time.Now()
			if err := p.bare(ctx); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			bare = append(bare, time.Since(start))
			start = time.Now()
			if err := d.get(client, p); err != nil {
				return nil, err
			}
			page = append(page, time.Since(start))
		}
		list[i] = pageCost{p95(page), p95(bare)}
	}
	return list, nil
}

func p95(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)*95/100]
}

func (d *deskBench) get(client *fasthttp.HostClient, p deskPage) error {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI("http://" + d.srv.addr + p.path)
	bearer := d.operator
	if p.official {
		bearer = d.province
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Accept", "text/html")
	if err := client.Do(req, res); err != nil {
		return fmt.Errorf("get %s: %w", p.path, err)
	}
	if res.StatusCode() != fasthttp.StatusOK {
		return fmt.Errorf("get %s: %d", p.path, res.StatusCode())
	}
	return nil
}
