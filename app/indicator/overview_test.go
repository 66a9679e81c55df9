package indicator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/models"
)

// A jurisdiction at a glance: organisations by how their filing stands, rounds, what got worse over enough people on either side, and nobody sees another's.
func TestOverview(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	good, bad := answers{"took_part": "yes", "overall": "satisfied", "plan_disclosed": "yes"}, answers{"took_part": "yes", "overall": "dissatisfied", "plan_disclosed": "no"}
	here, few, elsewhere := k.orgOf(models.OrgEnterprise, "440100"), k.orgOf(models.OrgEnterprise, "440100"), k.orgOf(models.OrgEnterprise, "440300")
	today := models.DateOf(k.clock.Now())
	k.change("orgs", object{"_id": here.ID}, object{"filing": object{"valid_to": string(today.AddDays(-1)), "occupations": []object{{"name": "电工"}}}})
	k.change("orgs", object{"_id": few.ID}, object{"filing": object{"valid_to": string(today.AddDays(10)), "occupations": []object{{"name": "电工"}}}})
	for _, x := range []struct {
		o         models.Org
		was, good int
		bad       int
	}{{here, 40, 20, 20}, {few, 10, 0, 10}, {elsewhere, 40, 40, 0}} {
		b := k.roundOf(x.o, "ENT_PARTICIPANT", x.o.Region)
		k.answer(b, models.Slice{}, 0, x.good, good)
		k.answer(b, models.Slice{}, 100, x.bad, bad)
		before := k.roundOf(x.o, "ENT_PARTICIPANT", x.o.Region)
		k.change("batches", object{"_id": before.ID}, object{"opens_at": k.clock.Now().AddDate(0, -3, 0)})
		k.answer(before, models.Slice{}, 0, x.was, good)
	}
	k.refresh()
	province, city := models.Principal{Role: models.RoleProvince, Region: models.Province}, models.Principal{Role: models.RoleCity, Region: "440100"}
	worse := func(s indicator.Standing) (ids []string) {
		for _, m := range s.Worse {
			ids = append(ids, m.Def.ID)
		}
		return ids
	}

	all, err := k.ForOverview(k.ctx, province, models.OrgEnterprise, quarter)
	require.NoError(t, err)
	require.Equal(t, 3, all.Total.Orgs.N)
	require.Equal(t, []int{1, 1, 1}, []int{all.Total.Orgs.Ended, all.Total.Orgs.Ending, all.Total.Orgs.Blank})
	require.Equal(t, 3, all.Total.Batches.Batches, "of the period alone")
	require.Len(t, all.Lines, 2)
	require.Equal(t, []string{"440100", "440300"}, []string{all.Lines[0].Region, all.Lines[1].Region})
	require.Contains(t, worse(all.Lines[0]), "E1a")
	require.Empty(t, worse(all.Lines[1]))
	require.Positive(t, all.Lines[1].Compared)
	require.Negative(t, all.Lines[0].Worse[0].By)

	own, err := k.ForOverview(k.ctx, city, models.OrgEnterprise, quarter)
	require.NoError(t, err)
	require.Len(t, own.Lines, 1, "a city its own")
	require.Equal(t, 2, own.Total.Orgs.N)
	require.Equal(t, all.Lines[0].Items, own.Total.Items, "the province sees of a city what the city sees")

	list, err := k.ForOrgs(k.ctx, city, []models.Org{here, few, elsewhere}, quarter)
	require.NoError(t, err)
	require.Contains(t, worse(list[0]), "E1a")
	require.Empty(t, list[1].Worse, "figures over few people move by themselves")
	require.Positive(t, list[1].Few)
	require.Empty(t, list[2].Items, "another city's stay hidden")
	require.Zero(t, list[2].Batches.Batches)

	for _, p := range []models.Principal{{Role: models.RoleOperator, Org: here.ID}, {Role: models.RoleAlliance}} {
		_, err = k.ForOverview(k.ctx, p, models.OrgEnterprise, quarter)
		require.ErrorIs(t, err, models.ErrForbidden)
		_, err = k.ForOrgs(k.ctx, p, []models.Org{here}, quarter)
		require.ErrorIs(t, err, models.ErrForbidden)
	}
}
