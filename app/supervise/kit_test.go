package supervise_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app"
	"huisheng/app/port"
	"huisheng/app/registry"
	"huisheng/app/supervise"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/limit"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// kit is supervision over a fresh database.
type kit struct {
	*supervise.Service
	t     *testing.T
	ctx   context.Context
	app   *app.App
	store *store.Store
	box   *seal.Box
	clock *testkit.Clock
}

func newKit(t *testing.T) *kit {
	t.Helper()
	cfg, err := config.Load()
	require.NoError(t, err)
	cat, err := catalog.Load()
	require.NoError(t, err)
	st, box, clock := testkit.Store(t), testkit.Box(t), testkit.NewClock()
	a := app.New(app.Deps{
		Config: cfg, Store: st, Catalog: cat, Box: box, Queue: port.NoQueue{}, Limiter: limit.New(nil, []byte("k"), clock.Now), Clock: clock.Now,
		Log: slog.New(slog.DiscardHandler),
	})
	return &kit{Service: a.Supervise, t: t, ctx: context.Background(), app: a, store: st, box: box, clock: clock}
}

// The people of the tests. Two of a kind, because whoever proposes does not decide.
func province(n string) models.Principal {
	return models.Principal{Account: models.AccountID("prov" + n), Name: "省厅" + n, Role: models.RoleProvince, Region: models.Province}
}

func city(n string) models.Principal {
	return models.Principal{Account: models.AccountID("gz" + n), Name: "市局" + n, Role: models.RoleCity, Region: "440100"}
}

func operator(o models.Org) models.Principal {
	return models.Principal{Account: models.AccountID("op-" + string(o.ID)), Name: "经办人", Role: models.RoleOperator, Org: o.ID, Region: o.Region}
}

func (k *kit) org(kind models.OrgKind, uscc string) models.Org {
	k.t.Helper()
	made, err := k.app.Registry.Create(k.ctx, province("0"), registry.NewOrg{
		Kind: kind, Name: "合成机构" + uscc[14:], USCC: uscc, Division: "440100", Affiliation: models.AffiliationCity,
	})
	require.NoError(k.t, err)
	return made.Org
}

func (k *kit) enterprise() models.Org { return k.org(models.OrgEnterprise, "91440101MA5TE5T07H") }
func (k *kit) social() models.Org     { return k.org(models.OrgSocial, "52440000MJ8TE5T21H") }

// value is a figure over n people.
func value(id string, v float64, n int64, flags ...string) models.IndicatorValue {
	return models.IndicatorValue{ID: id, Value: &v, N: &n, Unit: "percent", Source: "COMPUTED", Version: "1", Flags: append([]string{}, flags...)}
}

// figures stores finished figures of a period as the figures' job would.
func (k *kit) figures(o models.Org, period string, live, released []models.IndicatorValue) {
	k.t.Helper()
	was, err := k.store.FindRollup(k.ctx, models.SystemScope(), o.ID, period)
	if err != nil {
		require.ErrorIs(k.t, err, models.ErrNotFound)
	}
	require.NoError(k.t, k.store.PutRollup(k.ctx, models.Rollup{
		ID: models.RollupID(o.ID, period), Org: o.ID, Region: o.Region, Kind: o.Kind, Period: period, Live: live, Released: released,
		Version: was.Version + 1, ComputedAt: k.clock.Now(),
	}))
}

// below is a rule that proposes m when fewer than 60 % are satisfied.
func below(m models.MeasureKind) models.Rule {
	return models.Rule{
		ID: "r1", Kind: models.OrgEnterprise, Indicator: "E1b", PeriodKind: models.PeriodQuarter, Comparison: models.Below, Threshold: 60, MinN: 30,
		MinResponse: 20, Measure: m,
	}
}

func (k *kit) policy(code string, rules ...models.Rule) supervise.PolicyView {
	k.t.Helper()
	p, err := k.DraftPolicy(k.ctx, province("1"), supervise.PolicyInput{
		Code: code, Name: "质量监管", Basis: "粤人社函〔2026〕1号", EffectiveFrom: "2026-09-01", WaitDays: 30, Rules: rules,
	})
	require.NoError(k.t, err)
	p, err = k.PublishPolicy(k.ctx, province("1"), p.ID, p.Revision, "")
	require.NoError(k.t, err)
	return p
}

func (k *kit) evaluate() int {
	k.t.Helper()
	n, err := k.Evaluate(k.ctx)
	require.NoError(k.t, err)
	return n
}

func (k *kit) cases(p models.Principal) []supervise.Case {
	k.t.Helper()
	list, err := k.Measures(k.ctx, p, store.MeasureFilter{}, models.Page{Limit: 50})
	require.NoError(k.t, err)
	return list.Items
}

func (k *kit) propose(p models.Principal, o models.Org, kind models.MeasureKind) supervise.Case {
	k.t.Helper()
	m, err := k.Propose(k.ctx, p, supervise.Proposal{Org: o.ID, Kind: kind, Reason: "查实未考发证。"})
	require.NoError(k.t, err)
	k.clock.Add(time.Minute)
	return m
}

// take takes a step that must succeed.
func (k *kit) take(p models.Principal, m supervise.Case, a models.MeasureAction) supervise.Case {
	k.t.Helper()
	out, err := k.Take(k.ctx, p, m.ID, supervise.Step{Action: a, Text: "依规办理。", No: "粤人社函〔2026〕2号"})
	require.NoError(k.t, err)
	k.clock.Add(time.Minute)
	return out
}

// refuse takes a step that must be refused.
func (k *kit) refuse(p models.Principal, m supervise.Case, a models.MeasureAction, want error) {
	k.t.Helper()
	_, err := k.Take(k.ctx, p, m.ID, supervise.Step{Action: a, Text: "依规办理。", No: "粤人社函〔2026〕2号"})
	require.ErrorIs(k.t, err, want)
}

func (k *kit) standing(o models.Org) models.Standing {
	k.t.Helper()
	s, err := k.Standing(k.ctx, o.ID)
	require.NoError(k.t, err)
	return s
}
