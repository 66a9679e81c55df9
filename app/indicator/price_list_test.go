package indicator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/models"
)

// The list: electrician 4 at 1200 and 1800, electrician 3 at 2400, welder 4 at 1500 and one course for nothing.
// In order 1200, 1500, 1800, 2400. The median is (1500 + 1800) / 2 = 1650; the lower quartile 1200 + 0.75 × 300 = 1425, the upper one 1800 + 0.25 × 600 = 1950.
// Electrician 4: (1200 + 1800) / 2 = 1500. Welder 4: 1500. Level 4: 1200, 1500, 1800, so 1500. Fitter: none.
func priceListExample() []models.Price {
	return []models.Price{
		{Occupation: "电工", OccupationCode: "6-31-01-03", Level: "4", Course: "晚班", Yuan: 1200},
		{Occupation: "电工", OccupationCode: "6-31-01-03", Level: "4", Course: "周末班", Yuan: 1800},
		{Occupation: "电工", OccupationCode: "6-31-01-03", Level: "3", Yuan: 2400},
		{Occupation: "焊工", Level: "4", Yuan: 1500},
		{Occupation: "焊工", Level: "4", Course: "公益班", Yuan: 0},
	}
}

func TestPublishedPriceIsThatOfTheListInForce(t *testing.T) {
	c := loadCatalog(t)
	defs := c.Indicators(models.OrgSocial)
	facts := socialFacts() // it also declared 1980
	facts.Prices = priceListExample()
	values, released, _ := facts.Figures(defs, optionsIn(c))
	for _, v := range []models.IndicatorValue{byID(values)["O8_published"], byID(released)["O8_published"]} {
		require.Equal(t, []float64{1650, 1425, 1950, 4}, []float64{*v.Value, *v.P25, *v.P75, *v.Denominator})
		require.Equal(t, "2", v.Version)
	}
	facts.Prices = []models.Price{{Occupation: "电工", Level: "4", Yuan: 0}}
	values, _, _ = facts.Figures(defs, optionsIn(c))
	require.Nil(t, byID(values)["O8_published"].Value, "a list of free courses is a list: the declared figure does not stand in")
	facts.Prices = nil
	values, _, _ = facts.Figures(defs, optionsIn(c))
	require.Equal(t, 1980.0, *byID(values)["O8_published"].Value, "without a list")
	require.Nil(t, byID(values)["O8_published"].P25)
}

// Over the store: the list in force when the period ends, by occupation and level, in the parts of exam sites too, and what is published later moves nothing before.
func TestPriceListsOverTime(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.orgOf(models.OrgSocial, "440100")
	b := k.roundOf(o, "SOC_TRAINEE", "440300", models.BatchSlice{Slice: electrician4, Name: "电工", People: 60}, models.BatchSlice{Slice: welder4, Name: "焊工", People: 30},
		models.BatchSlice{Slice: models.Slice{Occupation: "钳工", Level: "4"}, Name: "钳工", People: 30})
	for i, yuan := range []int64{1400, 1500, 1600, 1600, 1700, 1700, 1800, 1900, 2000, 2100} { // the median is 1700: 200 above electrician 4, 50 above all
		k.answer(b, electrician4, i, 1, answers{"in_person": "yes", "paid": yuan})
	}
	k.answer(b, welder4, 20, 1, answers{"in_person": "yes"})
	k.answer(b, models.Slice{Occupation: "钳工", Level: "4"}, 30, 1, answers{"in_person": "yes"})
	k.refresh()
	require.Contains(t, k.all(o, quarter)["O8_published"].Flags, models.FlagNoFigure)
	list := models.PriceList{ID: o.ID, Org: o.ID, Region: o.Region, Kind: o.Kind, Current: models.PriceVersion{N: 1, Items: priceListExample(), At: k.clock.Now()}}
	require.NoError(t, k.store.PutPrices(k.ctx, list))
	k.refresh()
	regulator := models.Scope{Region: "440300"} // of the exam site: it sees the part
	require.Equal(t, 1650.0, *k.all(o, quarter)["O8_published"].Value)
	require.Equal(t, 1650.0, *k.read(regulator, o, quarter)["O8_published"].Value)
	require.Equal(t, 50.0, *k.all(o, quarter)["O8_gap"].Value)
	for filter, want := range map[models.Slice]float64{electrician4: 1500, {Occupation: "6-31-01-03"}: 1500, welder4: 1500, {Level: "4"}: 1500} {
		require.Equal(t, want, *k.slice(regulator, o, filter)["O8_published"].Value, "%v", filter)
		require.Equal(t, want, *k.slice(models.Scope{Org: o.ID}, o, filter)["O8_published"].Value, "%v: prices are public", filter)
	}
	require.Equal(t, 200.0, *k.slice(regulator, o, electrician4)["O8_gap"].Value)
	require.Contains(t, k.slice(regulator, o, electrician4)["O8_gap"].Flags, models.FlagFeeAlert)
	require.Contains(t, k.slice(regulator, o, models.Slice{Occupation: "钳工"})["O8_published"].Flags, models.FlagNoFigure, "it offers none")
	city := models.Principal{Role: models.RoleCity, Region: "440300"}
	region, err := k.ForRegionSlice(k.ctx, city, "440300", models.OrgSocial, quarter, electrician4)
	require.NoError(t, err)
	require.Equal(t, 1500.0, *byID(region.Items)["O8_published"].Value)

	k.clock.Add(92 * 24 * time.Hour) // the next quarter
	list.Versions, list.Current = []models.PriceVersion{list.Current}, models.PriceVersion{N: 2, At: k.clock.Now(), Items: []models.Price{{Occupation: "电工", Level: "4", Yuan: 9000}}}
	require.NoError(t, k.store.PutPrices(k.ctx, list))
	k.refresh()
	require.Equal(t, 1650.0, *k.all(o, quarter)["O8_published"].Value, "what was in force then")
	require.Equal(t, 9000.0, *k.all(o, models.QuarterOf(k.clock.Now()))["O8_published"].Value)
	org, err := k.store.FindOrg(k.ctx, models.SystemScope(), o.ID)
	require.NoError(t, err)
	p, err := models.ParsePeriod(quarter)
	require.NoError(t, err)
	pinning := models.NewPinning(func(kind, id string, _ []byte) []byte { return []byte(kind + id) })
	then, err := k.AsOf(k.ctx, org, p, indicator.Moment{Cut: k.clock.Now(), Ledger: pinning})
	require.NoError(t, err)
	require.Equal(t, 1650.0, *byID(then.Rollup.Live)["O8_published"].Value, "and a report made now says the same")
}

// Three organisations publish 1000, 2000, and 3000 and 4000: the region's median is 2500, its quartiles 1000 + 0.75 × 1000 = 1750 and 3000 + 0.25 × 1000 = 3250. An
// organisation reads them beside its own median.
func TestQuartilesOfARegionsPrices(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var own models.Org
	for i, list := range [][]int64{{1000}, {2000}, {3000, 4000}} {
		o := k.orgOf(models.OrgSocial, "440100")
		var items []models.Price
		for _, yuan := range list {
			items = append(items, models.Price{Occupation: "电工", Level: "4", Course: time.Duration(yuan).String(), Yuan: yuan})
		}
		require.NoError(t, k.store.PutPrices(k.ctx, models.PriceList{ID: o.ID, Org: o.ID, Region: o.Region, Kind: o.Kind, Current: models.PriceVersion{N: 1, Items: items, At: k.clock.Now()}}))
		k.answer(k.roundOf(o, "SOC_TRAINEE", "440100"), models.Slice{}, 10*i, 1, answers{"in_person": "yes"})
		own = o
	}
	k.refresh()
	want := []float64{2500, 1750, 3250}
	of := func(v models.IndicatorValue) []float64 { return []float64{*v.Value, *v.P25, *v.P75} }
	for _, region := range []string{"440100", models.Province} {
		got, err := k.ForRegion(k.ctx, models.Principal{Role: models.RoleProvince, Region: models.Province}, region, models.OrgSocial, quarter)
		require.NoError(t, err)
		require.Equal(t, want, of(byID(got.Items)["O8_published"]), region)
	}
	c, err := k.Compare(k.ctx, models.Scope{Org: own.ID}, own.ID, quarter, models.Slice{})
	require.NoError(t, err)
	for _, x := range c.Items {
		if x.ID == "O8_published" {
			require.Equal(t, 3500.0, *x.Own.Value)
			require.Equal(t, [][]float64{want, want}, [][]float64{of(x.City), of(x.Province)})
			return
		}
	}
	t.Error("not compared")
}
