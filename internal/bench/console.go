package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	pageReads  = 40 // of each page and of its queries, in turn
	pageRounds = 3  // of so many; the middle one's 95th percentile counts, so that a burst of other work does not
)

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
	stored := fmt.Sprintf("%d invitations, %d responses stored (in %s)", many.invitations, many.answers, many.took.Round(time.Second))
	for i, p := range many.pages {
		c, err := measurePage(ctx, few, many, i)
		if err != nil {
			return nil, err
		}
		row := Row{
			Name: "console: " + p.name, Ceiling: "p95 " + short(c.bare) + " (its queries)",
			Ours:  fmt.Sprintf("p95 %s, with %d invitations %s", short(c.many), few.invitations, short(c.few)),
			Ratio: float64(c.many) / float64(c.bare), Target: "≤ 3 × its queries, ≤ 1.5 × its cost with few",
		}
		if i == 0 {
			row.Note = stored
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
	clients := []*fasthttp.HostClient{{Addr: few.srv.addr}, {Addr: many.srv.addr}}
	var manys, bares, fews []time.Duration
	for range pageRounds {
		var times [3][]time.Duration
		for n := range pageReads + 2 {
			for k, read := range []func() error{
				func() error { return many.pages[i].bare(ctx) },
				func() error { return few.get(clients[0], few.pages[i]) },
				func() error { return many.get(clients[1], many.pages[i]) },
			} {
				start := time.Now()
				if err := read(); err != nil {
					return pageCost{}, fmt.Errorf("%s: %w", many.pages[i].name, err)
				}
				if n >= 2 { // what is first asked for is read from disk
					times[k] = append(times[k], time.Since(start))
				}
			}
		}
		bares, fews, manys = append(bares, p95(times[0])), append(fews, p95(times[1])), append(manys, p95(times[2]))
	}
	return pageCost{many: median(manys), bare: median(bares), few: median(fews)}, nil
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
