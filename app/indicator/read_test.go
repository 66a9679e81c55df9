package indicator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/models"
)

func TestWhoSeesWhoseFigures(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, other := k.org("440100"), k.org("440300")
	b := k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()[:4]...)
	k.refresh()
	for _, c := range []struct {
		name   string
		sc     models.Scope
		period string
		sees   bool
	}{
		{"the province", models.Scope{All: true}, "", true},
		{"its city", models.Scope{Region: "440100"}, "", true},
		{"itself", models.Scope{Org: o.ID}, "", true},
		{"another city", models.Scope{Region: "440300"}, "", false},
		{"another city, computed when asked", models.Scope{Region: "440300"}, "R12-2026-11", false},
		{"another organisation", models.Scope{Org: other.ID}, "", false},
		{"another organisation, computed when asked", models.Scope{Org: other.ID}, "R12-2026-11", false},
		{"the alliance, which sees schools", models.Scope{All: true, Kind: models.OrgSchool}, "", false},
		{"nobody", models.Scope{}, "", false},
	} {
		r, err := k.ForOrg(k.ctx, c.sc, o.ID, c.period)
		if !c.sees {
			require.ErrorIs(t, err, models.ErrNotFound, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		require.Equal(t, quarter, r.Period, "the current quarter is the default")
		v := byID(r.View(c.sc))["E1a"]
		require.Equal(t, c.sc.IsOrg(), v.Suppressed, c.name)
		require.Equal(t, c.sc.IsOrg(), v.N == nil, c.name)
	}
	_, err := k.ForOrg(k.ctx, models.SystemScope(), o.ID, "2026Q5")
	require.ErrorIs(t, err, models.ErrPeriod)
	_, err = k.ForOrg(k.ctx, models.SystemScope(), "nobody", "")
	require.ErrorIs(t, err, models.ErrNotFound)
}

// When another regulator takes over, the figures go with the organisation.
func TestFiguresMoveWithTheSupervisor(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()...)
	k.refresh()
	was := o.UpdatedAt
	o.Region, o.UpdatedAt = "440300", k.clock.Now()
	require.NoError(t, k.store.ReplaceOrg(k.ctx, o, was))
	k.refresh()
	_, err := k.ForOrg(k.ctx, models.Scope{Region: "440100"}, o.ID, quarter)
	require.ErrorIs(t, err, models.ErrNotFound)
	require.Equal(t, 66.67, *k.read(models.Scope{Region: "440300"}, o, quarter)["E1a"].Value)
}

// Reading is one look-up of what was computed before: it works when everything else is gone, and never touches the answers.
func TestReadingIsOneLookUp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()...)
	k.refresh()
	want := k.all(o, quarter)
	for _, col := range []string{"responses", "tallies", "batches", "invitations", "orgs"} {
		k.drop(col)
	}
	require.Equal(t, want, k.all(o, quarter))
	require.Equal(t, int64(4), k.count("rollups", object{}))
}

// An organisation for which nothing is kept ready gets figures all the same, and asking writes nothing.
func TestFiguresThatAreNotKeptReady(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	got := k.own(o, quarter)
	require.Len(t, got, 17)
	require.True(t, got["E1a"].Suppressed)
	require.Nil(t, k.all(o, quarter)["E1a"].Value)
	b := k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()...)
	k.refresh()
	require.Equal(t, 66.67, *k.own(o, "R12-2027-10")["E1a"].Value)
	require.True(t, k.own(o, "R12-2027-11")["E1a"].Suppressed)
	require.Zero(t, k.count("rollups", object{"period": object{"$regex": "^R12"}}))
}

// A region's figure is the pooled one, not the mean of its organisations' figures.
func TestRegionsMergeCells(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	large, small, elsewhere := k.org("440100"), k.org("440100"), k.org("440300")
	good, bad := participants()[0], participants()[4]
	for _, x := range []struct {
		o           models.Org
		good, bad   int
		headcount   float64
		records     int
		secondBatch bool
	}{{large, 6, 2, 100, 40, true}, {small, 0, 2, 0, 10, false}, {elsewhere, 1, 0, 50, 10, false}} {
		b := k.batch(x.o, 20, k.clock.Now())
		if x.secondBatch {
			b2 := k.batch(x.o, 20, k.clock.Now().AddDate(0, -6, 0)) // May: another quarter, the same twelve months
			k.submit(b2, "ENT_PARTICIPANT", 0, bad)
		}
		for i := range x.good {
			k.submit(b, "ENT_PARTICIPANT", i, good)
		}
		for i := range x.bad {
			k.submit(b, "ENT_PARTICIPANT", 10+i, bad)
		}
		k.records(x.o, x.records, x.records, "2026-11-02")
		if x.headcount > 0 {
			k.declare(x.o, quarter, x.headcount)
		}
	}
	k.refresh()
	province, city := models.Principal{Role: models.RoleProvince}, models.Principal{Role: models.RoleCity, Region: "440100"}
	got, err := k.ForRegion(k.ctx, city, "440100", "", quarter)
	require.NoError(t, err)
	require.Equal(t, 2, got.Orgs)
	v := byID(got.Items)
	require.Equal(t, 60.0, *v["E1a"].Value, "6 of 10, not the mean of 75 and 0")
	require.Equal(t, 25.0, *v["E1c"].Value, "10 of 40")
	require.Equal(t, 40.0, *v["E5"].Value, "40 of 100: the other one declared nothing")
	require.Contains(t, v["E5"].Flags, models.FlagNoFigure)
	got, err = k.ForRegion(k.ctx, province, models.Province, models.OrgEnterprise, quarter)
	require.NoError(t, err)
	require.Equal(t, 3, got.Orgs)
	require.Equal(t, 63.64, *byID(got.Items)["E1a"].Value, "7 of 11")
	got, err = k.ForRegion(k.ctx, province, "440100", models.OrgEnterprise, "R12-2026-11")
	require.NoError(t, err)
	require.Equal(t, 54.55, *byID(got.Items)["E1a"].Value, "6 of 11")
	require.Nil(t, byID(got.Items)["E5"].Value)
	got, err = k.ForRegion(k.ctx, province, "440600", models.OrgEnterprise, quarter)
	require.NoError(t, err)
	require.Zero(t, got.Orgs)
	require.Nil(t, byID(got.Items)["E1a"].Value)

	_, err = k.ForRegion(k.ctx, city, "440300", "", quarter)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.ForRegion(k.ctx, city, models.Province, "", quarter)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.ForRegion(k.ctx, models.Principal{Role: models.RoleOperator, Org: large.ID}, "440100", "", quarter)
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = k.ForRegion(k.ctx, province, "449900", "", quarter)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.ForRegion(k.ctx, province, "440100", "shop", quarter)
	require.ErrorIs(t, err, models.ErrInvalid)
}

func TestDeclaredFiguresKeepTheirVersions(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, other := k.org("440100"), k.org("440100")
	p := models.Principal{Role: models.RoleOperator, Org: o.ID, Account: "a1"}
	declare := func(headcount float64, source string, seen *int) (models.Figures, error) {
		return k.Declare(k.ctx, p, o.ID, quarter, indicator.Declaration{Values: map[string]float64{"headcount": headcount}, Source: source, Version: seen})
	}
	none, err := k.Declared(k.ctx, p, o.ID, quarter)
	require.NoError(t, err)
	require.Zero(t, none.Current.N)
	f, err := declare(100, "人事系统", nil)
	require.NoError(t, err)
	require.Equal(t, 1, f.Current.N)
	again, err := declare(100, "人事系统", nil)
	require.NoError(t, err)
	require.Equal(t, 1, again.Current.N, "the same again changes nothing")
	k.clock.Add(time.Hour)
	f, err = declare(110, "人事系统", ptr(1))
	require.NoError(t, err)
	require.Equal(t, 2, f.Current.N)
	_, err = declare(120, "人事系统", ptr(1))
	require.ErrorIs(t, err, models.ErrFiguresChanged, "somebody declared meanwhile")
	_, err = declare(120, "人事系统", ptr(0))
	require.ErrorIs(t, err, models.ErrFiguresChanged)
	city := models.Principal{Role: models.RoleCity, Region: "440100"}
	f, err = k.Declared(k.ctx, city, o.ID, quarter)
	require.NoError(t, err)
	require.Equal(t, 110.0, f.Current.Values["headcount"])
	require.Len(t, f.Versions, 1)
	require.Equal(t, 100.0, f.Versions[0].Values["headcount"])
	require.Equal(t, models.AccountID("a1"), f.Versions[0].By)

	_, err = k.Declare(k.ctx, p, other.ID, quarter, indicator.Declaration{Values: map[string]float64{"headcount": 1}, Source: "x"})
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.Declare(k.ctx, city, o.ID, quarter, indicator.Declaration{Values: map[string]float64{"headcount": 1}, Source: "x"})
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = k.Declare(k.ctx, p, o.ID, "R12-2026-11", indicator.Declaration{Values: map[string]float64{"headcount": 1}, Source: "x"})
	require.ErrorIs(t, err, models.ErrInvalid)
	_, err = k.Declared(k.ctx, models.Principal{Role: models.RoleCity, Region: "440300"}, o.ID, quarter)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = declare(-1, "人事系统", nil)
	require.ErrorIs(t, err, models.ErrInvalid)
}

func TestDefinitions(t *testing.T) {
	k := indicator.New(nil, loadCatalog(t), nil, time.Now)
	list, err := k.Definitions(models.OrgEnterprise)
	require.NoError(t, err)
	require.Len(t, list, 17)
	all, err := k.Definitions("")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), len(list))
	_, err = k.Definitions("shop")
	require.ErrorIs(t, err, models.ErrInvalid)
}

func ptr[T any](v T) *T { return &v }
