package indicator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/models"
)

// The best first; few answers are never ranked, equal figures share a place, and what moved the wrong way is said to be worse.
func TestRanking(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	good, bad := answers{"took_part": "yes", "overall": "satisfied", "plan_disclosed": "yes"}, answers{"took_part": "yes", "overall": "dissatisfied", "plan_disclosed": "no"}
	orgs := map[string]models.Org{}
	for _, x := range []struct {
		name, region string
		good, bad    int
	}{{"middle", "440100", 20, 10}, {"best", "440100", 30, 5}, {"equal", "440100", 40, 20}, {"few", "440100", 10, 0}, {"elsewhere", "440300", 30, 0}} {
		o := k.orgOf(models.OrgEnterprise, x.region)
		orgs[x.name] = o
		b := k.roundOf(o, "ENT_PARTICIPANT", x.region)
		k.answer(b, models.Slice{}, 0, x.good, good)
		k.answer(b, models.Slice{}, 100, x.bad, bad)
	}
	before := k.roundOf(orgs["best"], "ENT_PARTICIPANT", "440100")
	k.change("batches", object{"_id": before.ID}, object{"opens_at": k.clock.Now().AddDate(0, -3, 0)})
	k.answer(before, models.Slice{}, 0, 30, good)
	k.refresh()
	names := map[models.OrgID]string{}
	for name, o := range orgs {
		names[o.ID] = name
	}
	rank := func(p models.Principal, id string) (order []string, list []indicator.Ranked) {
		list, err := k.Rank(k.ctx, p, indicator.RankQuery{Kind: models.OrgEnterprise, ID: id, Period: quarter})
		require.NoError(t, err)
		for _, r := range list {
			order = append(order, names[r.Org])
		}
		return order, list
	}
	city, province := models.Principal{Role: models.RoleCity, Region: "440100"}, models.Principal{Role: models.RoleProvince}
	order, list := rank(city, "E1a")
	require.Len(t, order, 4, "a city its own")
	require.Equal(t, "best", order[0])
	require.Equal(t, "few", order[3])
	require.ElementsMatch(t, []string{"middle", "equal"}, order[1:3])
	require.Equal(t, []int{1, 2, 2, 0}, []int{list[0].Place, list[1].Place, list[2].Place, list[3].Place})
	require.Equal(t, 100.0, *list[0].Before)
	require.True(t, list[0].Worse(models.BetterHigher))
	require.False(t, list[0].Worse(models.BetterLower))
	require.False(t, list[1].Worse(models.BetterHigher), "nothing before")
	order, _ = rank(province, "E1a")
	require.Equal(t, []string{"elsewhere", "best"}, order[:2])
	_, list = rank(province, "E4a")
	for _, r := range list {
		require.Zero(t, r.Place, "no records, no rate")
	}
	_, err := k.Rank(k.ctx, province, indicator.RankQuery{Kind: models.OrgEnterprise, ID: "S1a", Period: quarter})
	require.ErrorIs(t, err, models.ErrInvalid)
	_, err = k.Rank(k.ctx, models.Principal{Role: models.RoleOperator, Org: "x"}, indicator.RankQuery{Kind: models.OrgEnterprise, ID: "E1a", Period: quarter})
	require.ErrorIs(t, err, models.ErrForbidden)
}
