package bench

import (
	"context"
	"net/url"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

// query is one read that a page cannot do without.
type query func(context.Context) error

// list are the pages, each with what it must read. Every page also finds out who asks: the session and the account.
func (w *world) list() []deskPage {
	return append(w.orgPages(), w.officialPages()...)
}

// orgPages are those of an organisation's operator.
func (w *world) orgPages() []deskPage {
	sc := models.Principal{Role: models.RoleOperator, Org: w.org}.Scope()
	org := func(ctx context.Context) error { _, err := w.store.FindOrg(ctx, sc, w.org); return err }
	batches := func(limit int) query {
		return func(ctx context.Context) error {
			_, err := w.store.ListBatches(ctx, sc, store.BatchFilter{Org: w.org}, models.Page{Limit: limit})
			return err
		}
	}
	records := func(ctx context.Context) error {
		_, _, err := w.store.FindRecords(ctx, sc, store.RecordFilter{Org: w.org}, models.Page{Limit: 50})
		return err
	}
	some := func(ctx context.Context) error { _, err := w.store.HasRecords(ctx, sc, w.org); return err }
	batch := func(ctx context.Context) error { _, err := w.store.FindBatch(ctx, sc, w.batch); return err }
	people := func(ctx context.Context) error {
		_, err := w.store.ListInvitations(ctx, sc, store.InvitationFilter{Batch: w.batch}, models.Page{Limit: 50})
		return err
	}
	quarter := models.QuarterOf(w.anchor)
	figures := func(ctx context.Context) error { _, err := w.store.FindRollup(ctx, sc, w.org, quarter); return err }
	who, at := w.account, "/console/batches/"+string(w.batch)
	return []deskPage{
		{"start page of an organisation", "/console", false, together(who, who, org, org, some, w.ready(2), batches(5), batches(50), batches(1))},
		{"roster", "/console/roster", false, together(who, who, org, org, records)},
		{"list of batches", "/console/batches", false, together(who, who, org, batches(50))},
		{"one batch", at, false, together(who, who, org, batch)},
		{"people of a batch", at + "/people", false, together(who, who, org, batch, people)},
		{"an organisation's indicators", "/console/indicators?period=" + quarter, false, together(who, who, org, figures)},
		{"one indicator with its trend", "/console/indicators/E1a?period=" + quarter, false, together(who, who, org, figures, org, w.ready(8), org)},
	}
}

// ready reads the finished figures of so many quarters.
func (w *world) ready(n int) query {
	var ids []string
	p, err := models.ParsePeriod(models.QuarterOf(time.Now()))
	for range n {
		ids = append(ids, models.RollupID(w.org, p.Name))
		p, _ = models.ParsePeriod(p.Previous()) // the name is one
	}
	return func(ctx context.Context) error {
		if err != nil {
			return err
		}
		_, err := w.store.FindRollups(ctx, models.SystemScope(), ids)
		return err
	}
}

// officialPages are those of the province.
func (w *world) officialPages() []deskPage {
	all := models.SystemScope()
	orgs := func(limit int) query {
		return func(ctx context.Context) error {
			_, err := w.store.ListOrgs(ctx, all, store.OrgFilter{}, models.Page{Limit: limit})
			return err
		}
	}
	batches := func(ctx context.Context) error {
		_, err := w.store.ListBatches(ctx, all, store.BatchFilter{}, models.Page{Limit: 5})
		return err
	}
	cases := func(f store.ComplaintFilter, limit int) query {
		return func(ctx context.Context) error {
			_, err := w.store.ListComplaints(ctx, store.Desk{Scope: all}, f, "", limit)
			return err
		}
	}
	sums := func(period string) query {
		return func(ctx context.Context) error {
			p, err := models.ParsePeriod(period)
			if err != nil {
				return err
			}
			if _, err = w.store.CountOrgs(ctx, all, "2026-01-01", "2026-04-01"); err != nil {
				return err
			}
			_, err = w.store.SumBatches(ctx, all, store.BatchSumFilter{From: p.Start, Until: p.End}, time.Now())
			return err
		}
	}
	who, now, then := w.account, models.QuarterOf(time.Now()), models.QuarterOf(w.anchor)
	compare := "/console/regions?" + url.Values{"period": {then}, "indicator": {"E1a"}}.Encode()
	late, waiting := store.ComplaintFilter{DueBefore: time.Now()}, store.ComplaintFilter{State: models.ComplaintSubmitted}
	return []deskPage{
		{
			"start page of the province", "/console", true,
			together(who, who, cases(store.ComplaintFilter{Open: true}, 6), orgs(1), sums(now), w.cells(now, true), batches, cases(late, 6), cases(waiting, 6), batches),
		},
		{"overview", "/console/overview?period=" + then, true, together(who, who, sums(then), w.cells(then, false))},
		{"comparison by city", compare + "&by=city", true, together(who, who, w.cells(then, false))},
		{"comparison by organisation", compare + "&by=org", true, together(who, who, w.cells(then, false), w.cells(then, false), orgs(worldOthers+1))},
		{"an organisation's indicators, for the province", "/console/orgs/" + string(w.org) + "/indicators?period=" + then, true, together(who, who, orgs(1), w.ready(1))},
		{"complaint desk", "/console/complaints", true, together(who, who, cases(store.ComplaintFilter{Open: true}, 51))},
		{"organisations", "/console/orgs", true, together(who, who, orgs(50))},
	}
}

// cells reads what regions' figures are merged from: of a quarter and the one before, of enterprises or of every kind.
func (w *world) cells(period string, every bool) query {
	return func(ctx context.Context) error {
		p, err := models.ParsePeriod(period)
		if err != nil {
			return err
		}
		for _, name := range []string{p.Name, p.Previous()} {
			filters := []store.RollupFilter{{Kind: models.OrgEnterprise}}
			if every {
				filters = append(filters, store.RollupFilter{Kind: models.OrgSchool}, store.RollupFilter{Kind: models.OrgSocial}, store.RollupFilter{Kind: models.OrgSocial, Parts: true})
			}
			for _, f := range filters {
				f.Periods = []string{name}
				if _, err := w.store.ListRollupCells(ctx, models.SystemScope(), f); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// account reads who asks.
func (w *world) account(ctx context.Context) error {
	_, err := w.store.FindAccountByLogin(ctx, worldDesk)
	return err
}

// together does several queries one after the other.
func together(list ...query) query {
	return func(ctx context.Context) error {
		for _, q := range list {
			if err := q(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}
