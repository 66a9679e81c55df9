package indicator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// Electrician 4 costs 1500, 2000 and 3000 (two courses of 2800 and 3200): the median is 2000. Welder 4 has two prices only, and a free course has none.
// So the first is at 75 %, the second at 100 %, the third at 150 %. With one more at 4000 the median is (2000 + 3000) / 2 = 2500: 60, 80, 120 and 160 %.
func TestPricePosition(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	publish := func(items ...models.Price) models.Org {
		o := k.orgOf(models.OrgSocial, "440100")
		require.NoError(t, k.store.PutPrices(k.ctx, models.PriceList{ID: o.ID, Org: o.ID, Region: o.Region, Kind: o.Kind, Current: models.PriceVersion{N: 1, Items: items}}))
		return o
	}
	price := func(occupation string, yuan int64) models.Price {
		return models.Price{Occupation: occupation, Level: "4", Yuan: yuan, Course: time.Duration(yuan).String()}
	}
	cheap := publish(price("电工", 1500), price("焊工", 9000), price("电工", 0))
	middle := publish(price("电工", 2000))
	dear := publish(price("电工", 2800), price("电工", 3200), price("焊工", 1000))
	none := k.orgOf(models.OrgSocial, "440100")
	for o, want := range map[models.OrgID]float64{cheap.ID: 75, middle.ID: 100, dear.ID: 150} {
		for _, sc := range []models.Scope{{Org: o}, models.SystemScope()} {
			r, err := k.ForOrg(k.ctx, sc, o, quarter)
			require.NoError(t, err)
			require.Equal(t, want, *byID(r.View(sc))["O1_price_position"].Value)
			require.Equal(t, 1.0, *byID(r.View(sc))["O1_price_position"].Denominator, "one course to compare")
		}
	}
	require.Contains(t, k.all(none, quarter)["O1_price_position"].Flags, models.FlagNoFigure)
	more := publish(price("电工", 4000))
	require.Contains(t, k.all(more, quarter)["O1_price_position"].Flags, models.FlagNoFigure, "what everybody publishes is kept for a minute")
	k.clock.Add(2 * time.Minute)
	for o, want := range map[models.OrgID]float64{cheap.ID: 60, middle.ID: 80, dear.ID: 120, more.ID: 160} {
		r, err := k.ForOrg(k.ctx, models.SystemScope(), o, quarter)
		require.NoError(t, err)
		require.Equal(t, want, *byID(r.Live)["O1_price_position"].Value)
	}
}
