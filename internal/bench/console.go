package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/valyala/fasthttp"

	"huisheng/models"
	"huisheng/models/store"
)

const pageReads = 60 // of each page and of its queries, in turn

// deskPage is one page of the console, and the queries that nobody can do without to show it.
type deskPage struct {
	name, path string
	official   bool
	bare       func(context.Context) error
}

// console measures the main pages of the console against the bare queries behind them, with few invitations stored and with a hundred times as many.
func console(ctx context.Context, e *env) ([]Row, error) {
	few, many, err := e.worlds(ctx)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for i, p := range many.pages {
		c, err := measurePage(ctx, few, many, i)
		if err != nil {
			return nil, err
		}
		row := Row{
			Name: "console: " + p.name, Ceiling: "p95 " + short(c.bare) + " (its queries)",
			Ours:  fmt.Sprintf("p95 %s, with %d invitations %s", short(c.many), few.invitations, short(c.few)),
			Ratio: float64(c.many) / float64(c.bare), Target: "≤ 3 × its queries, ≤ 1.5 × its cost with few",
			Note: fmt.Sprintf("%d invitations, %d responses stored", many.invitations, many.answers),
		}
		row.Met = row.Ratio <= 3 && float64(c.many) <= 1.5*float64(c.few)
		rows = append(rows, row)
	}
	return rows, nil
}

// pageCost is the 95th percentile of a page in the large and the small world, and of its queries in the large one.
type pageCost struct{ many, bare, few time.Duration }

// measurePage reads a page in both worlds and its queries in turn.
func measurePage(ctx context.Context, few, many *world, i int) (pageCost, error) {
	p := many.pages[i]
	clients := []*fasthttp.HostClient{{Addr: few.srv.addr}, {Addr: many.srv.addr}}
	var pages [2][]time.Duration
	var bare []time.Duration
	for n := range pageReads + 3 {
		start := time.Now()
		if err := p.bare(ctx); err != nil {
			return pageCost{}, fmt.Errorf("%s: %w", p.name, err)
		}
		queries := time.Since(start)
		var took [2]time.Duration
		for k, w := range []*world{few, many} {
			start = time.Now()
			if err := w.get(clients[k], w.pages[i]); err != nil {
				return pageCost{}, err
			}
			took[k] = time.Since(start)
		}
		if n < 3 { // what is first asked for is read from disk
			continue
		}
		bare, pages[0], pages[1] = append(bare, queries), append(pages[0], took[0]), append(pages[1], took[1])
	}
	return pageCost{many: p95(pages[1]), bare: p95(bare), few: p95(pages[0])}, nil
}

// list are the pages, each with what it must read. Every page also finds out who asks: the session, the account and the organisation's name.
func (w *world) list() []deskPage {
	sc := models.Principal{Role: models.RoleOperator, Org: w.org}.Scope()
	all := models.SystemScope()
	org := func(ctx context.Context) error { _, err := w.store.FindOrg(ctx, sc, w.org); return err }
	batches := func(limit int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := w.store.ListBatches(ctx, sc, store.BatchFilter{Org: w.org}, models.Page{Limit: limit})
			return err
		}
	}
	records := func(limit int) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := w.store.FindRecords(ctx, sc, store.RecordFilter{Org: w.org}, models.Page{Limit: limit})
			return err
		}
	}
	batch := func(ctx context.Context) error { _, err := w.store.FindBatch(ctx, sc, w.batch); return err }
	people := func(ctx context.Context) error {
		_, err := w.store.ListInvitations(ctx, sc, store.InvitationFilter{Batch: w.batch}, models.Page{Limit: 50})
		return err
	}
	orgs := func(ctx context.Context) error {
		_, err := w.store.ListOrgs(ctx, all, store.OrgFilter{}, models.Page{Limit: 50})
		return err
	}
	who := w.account
	at := "/console/batches/" + string(w.batch)
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
func (w *world) account(ctx context.Context) error {
	_, err := w.store.FindAccountByLogin(ctx, worldDesk)
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

func p95(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)*95/100]
}

func (w *world) get(client *fasthttp.HostClient, p deskPage) error {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI("http://" + w.srv.addr + p.path)
	bearer := w.operator
	if p.official {
		bearer = w.province
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
