package indicator_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

var electrician4, electrician3, welder4 = models.Slice{Occupation: "6-31-01-03", Level: "4"}, models.Slice{Occupation: "6-31-01-03", Level: "3"}, models.Slice{Occupation: "焊工", Level: "4"}

// orgOf makes an organisation of a kind.
func (k *kit) orgOf(kind models.OrgKind, region string) models.Org {
	k.t.Helper()
	o := models.Org{ID: models.OrgID(k.id("org")), Kind: kind, Name: "合成机构", USCC: k.id("USCC"), Division: region, Region: region, Affiliation: models.AffiliationCity}
	require.NoError(k.t, k.store.CreateOrg(k.ctx, o))
	return o
}

// roundOf makes a round supervised by a region, with slices.
func (k *kit) roundOf(o models.Org, form, region string, slices ...models.BatchSlice) models.Batch {
	k.t.Helper()
	now := k.clock.Now()
	b := models.Batch{
		ID: models.BatchID(k.id("batch")), Org: o.ID, OrgName: o.Name, Kind: o.Kind, Region: region, State: models.BatchOpen, People: 200, Slices: slices,
		Questionnaire: models.QuestionnaireRef{Code: form, Version: "1"}, OpensAt: now, ClosesAt: now.AddDate(0, 0, 30), CreatedAt: now, CountsAt: now,
	}
	require.NoError(k.t, k.store.PutBatch(k.ctx, b))
	return b
}

// answer stores n answers of a slice, numbered from.
func (k *kit) answer(b models.Batch, slice models.Slice, from, n int, a answers) {
	k.t.Helper()
	for i := range n {
		r := k.response(b, b.Questionnaire.Code, from+i, a)
		r.Slice = b.Narrow(slice)
		require.NoError(k.t, k.store.CreateResponse(k.ctx, r))
	}
}

func (k *kit) slice(sc models.Scope, o models.Org, slice models.Slice) map[string]models.IndicatorValue {
	k.t.Helper()
	r, err := k.ForOrgSlice(k.ctx, sc, o.ID, quarter, slice)
	require.NoError(k.t, err)
	return byID(r.View(sc))
}

// Regulators see every slice as it is; the organisation sees those that are groups of their own, in steps, and its total is their sum.
func TestFiguresByOccupationAndLevel(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.roundOf(o, "ENT_PARTICIPANT", "440100",
		models.BatchSlice{Slice: electrician4, Name: "电工", People: 60, Group: true},
		models.BatchSlice{Slice: electrician3, Name: "电工", People: 30, Group: true},
		models.BatchSlice{Slice: welder4, Name: "焊工", People: 8})
	good, bad := answers{"took_part": "yes", "overall": "satisfied"}, answers{"took_part": "yes", "overall": "dissatisfied"}
	k.answer(b, electrician4, 0, 6, good)
	k.answer(b, electrician3, 10, 4, bad)
	k.answer(b, welder4, 20, 3, good)
	k.answer(b, models.Slice{Occupation: "钳工", Level: "4"}, 30, 3, bad)
	k.refresh()
	own, all := models.Scope{Org: o.ID}, models.Scope{Region: "440100"}
	require.Equal(t, int64(16), *k.all(o, quarter)["E1a"].N)
	require.Equal(t, int64(12), *k.own(o, quarter)["E1a"].N, "six electricians and six of the rest; four of level 3 are no step")
	require.Equal(t, 75.0, *k.own(o, quarter)["E1a"].Value, "9 of 12")
	for _, x := range []struct {
		filter     models.Slice
		all, shown int64
	}{
		{electrician4, 6, 6}, {electrician3, 4, 0}, {welder4, 3, 0}, {models.Slice{Occupation: "6-31-01-03"}, 10, 6}, {models.Slice{Level: "4"}, 9, 6}, {models.Slice{Occupation: "钳工"}, 0, 0},
	} {
		require.Equal(t, x.all, *k.slice(all, o, x.filter)["E1a"].N, "%v", x.filter)
		v := k.slice(own, o, x.filter)["E1a"]
		require.Equal(t, x.shown == 0, v.Suppressed, "%v", x.filter)
		if x.shown > 0 {
			require.Equal(t, x.shown, *v.N, "%v", x.filter)
		}
		require.Equal(t, []string{models.FlagNotSliced}, k.slice(own, o, x.filter)["E4a"].Flags)
	}
	r, err := k.ForOrg(k.ctx, own, o.ID, quarter)
	require.NoError(t, err)
	require.Len(t, r.Slices, 2, "it is not told of slices that it cannot see")
	r, err = k.ForOrg(k.ctx, all, o.ID, quarter)
	require.NoError(t, err)
	require.Len(t, r.Slices, 3)
	region, err := k.ForRegionSlice(k.ctx, models.Principal{Role: models.RoleCity, Region: "440100"}, "440100", "", quarter, models.Slice{Level: "4"})
	require.NoError(t, err)
	require.Equal(t, int64(9), *byID(region.Items)["E1a"].N)
	require.Len(t, region.Slices, 2)
	rolling, err := k.ForOrgSlice(k.ctx, all, o.ID, "R12-2026-12", electrician4)
	require.NoError(t, err)
	require.Equal(t, int64(6), *byID(rolling.Live)["E1a"].N)
}

// The city of the exam sites sees the rounds, records and complaints there; the organisation's own city sees the whole organisation, and its region's
// figures are made of what happened in it.
func TestExamSitesDecideAboutSocialOrganisations(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, other := k.orgOf(models.OrgSocial, "440100"), k.orgOf(models.OrgSocial, "440300")
	here, there := k.roundOf(o, "SOC_TRAINEE", "440100"), k.roundOf(o, "SOC_TRAINEE", "440300")
	fine, poor := answers{"in_person": "yes", "overall": "satisfied"}, answers{"in_person": "yes", "overall": "dissatisfied"}
	k.answer(here, models.Slice{}, 0, 6, fine)
	k.answer(there, models.Slice{}, 0, 4, poor)
	k.answer(k.roundOf(other, "SOC_TRAINEE", "440300"), models.Slice{}, 0, 4, fine)
	k.records(o, 10, 10, "2026-11-02")
	k.change("records", object{"org": o.ID}, object{"exam_region": "440305"})
	k.records(o, 20, 20, "2026-11-03") // no site: its own city
	c := k.complaint(o, models.ComplaintAccepted, k.clock.Now(), "")
	k.change("complaints", object{"_id": c.ID}, object{"region": "440300"})
	k.refresh()
	require.Equal(t, int64(10), *k.all(o, quarter)["O2a"].N)
	require.Equal(t, 60.0, *k.read(models.Scope{Region: "440100"}, o, quarter)["O2a"].Value, "its own city sees all of it")
	for _, period := range []string{quarter, "R12-2026-12"} {
		site := k.read(models.Scope{Region: "440300"}, o, period)
		require.Equal(t, int64(4), *site["O2a"].N, period)
		require.Equal(t, 0.0, *site["O2a"].Value)
		require.Equal(t, 10.0, *site["O6a"].Value, "one complaint, ten records")
		require.Contains(t, site["O5"].Flags, models.FlagNoFigure, "what the organisation declares for all of itself")
	}
	_, err := k.ForOrg(k.ctx, models.Scope{Region: "440600"}, o.ID, quarter)
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.ForOrg(k.ctx, models.Scope{Region: "440600"}, o.ID, "R12-2026-12")
	require.ErrorIs(t, err, models.ErrNotFound)
	for region, want := range map[string]int64{"440100": 6, "440300": 8, models.Province: 14} {
		got, err := k.ForRegion(k.ctx, models.Principal{Role: models.RoleProvince}, region, models.OrgSocial, quarter)
		require.NoError(t, err)
		require.Equal(t, want, *byID(got.Items)["O2a"].N, region)
	}
}

// An organisation is set beside its city and province only where enough others stand behind the figure, in steps like its own; the alliance sees what
// the schools see.
func TestComparisonAndAlliance(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var schools []models.Org
	for i := range 6 {
		o := k.orgOf(models.OrgSchool, []string{"440100", "440100", "440100", "440300", "440300", "440600"}[i])
		schools = append(schools, o)
		b := k.roundOf(o, "SCH_INTERN", o.Region)
		k.answer(b, models.Slice{}, 0, 5+i, answers{"interned": "finished", "overall": "satisfied", "match": "full"})
		k.answer(b, models.Slice{}, 50, 5, answers{"interned": "finished", "overall": "dissatisfied"})
	}
	k.refresh()
	own := models.Scope{Org: schools[0].ID}
	compare := func(sc models.Scope, o models.Org) map[string][2]models.IndicatorValue {
		c, err := k.Compare(k.ctx, sc, o.ID, quarter, models.Slice{})
		require.NoError(t, err)
		out := map[string][2]models.IndicatorValue{}
		for _, x := range c.Items {
			out[x.ID] = [2]models.IndicatorValue{x.City, x.Province}
		}
		return out
	}
	got := compare(own, schools[0])
	require.Equal(t, int64(33), *got["S1a"][0].N, "10, 11 and 12 of Guangzhou")
	require.Equal(t, 54.55, *got["S1a"][0].Value, "18 of 33")
	require.Equal(t, int64(75), *got["S1a"][1].N)
	require.NotContains(t, got, "S5", "a sum says nothing beside one school")
	small := compare(models.Scope{Org: schools[3].ID}, schools[3])
	require.True(t, small["S1a"][0].Suppressed, "two schools in Shenzhen")
	require.Equal(t, []string{models.FlagFewOrgs}, small["S1a"][0].Flags)
	require.False(t, small["S1a"][1].Suppressed)
	// One more answer moves nothing that an organisation may read, and neither do four.
	b := k.roundOf(schools[1], "SCH_INTERN", "440100")
	k.answer(b, models.Slice{}, 0, 4, answers{"interned": "finished", "overall": "very_dissatisfied"})
	k.clock.Add(2 * time.Minute)
	k.refresh()
	require.Equal(t, got["S1a"], compare(own, schools[0])["S1a"])
	k.answer(b, models.Slice{}, 10, 1, answers{"interned": "finished", "overall": "very_dissatisfied"})
	k.clock.Add(2 * time.Minute)
	k.refresh()
	require.Equal(t, int64(38), *compare(own, schools[0])["S1a"][0].N)

	alliance := models.Scope{All: true, Kind: models.OrgSchool}
	k.answer(b, models.Slice{}, 20, 2, answers{"interned": "finished", "overall": "satisfied"})
	k.refresh()
	require.Equal(t, int64(18), *k.all(schools[1], quarter)["S1a"].N)
	require.Equal(t, int64(16), *k.read(alliance, schools[1], quarter)["S1a"].N, "the alliance sees steps")
	_, err := k.ForRegion(k.ctx, models.Principal{Role: models.RoleAlliance}, models.Province, models.OrgSchool, quarter)
	require.ErrorIs(t, err, models.ErrForbidden)

	trend, err := k.Trend(k.ctx, own, schools[0].ID, "S1a", []string{"2026Q3", quarter})
	require.NoError(t, err)
	require.Len(t, trend, 2)
	require.True(t, trend[0].Suppressed)
	require.Equal(t, 50.0, *trend[1].Value)
	trend, err = k.Trend(k.ctx, own, schools[0].ID, "S1a", nil)
	require.NoError(t, err)
	require.Len(t, trend, 8)
	require.Equal(t, quarter, trend[7].Period)
	for _, bad := range []string{"E1a", "S99", ""} {
		_, err = k.Trend(k.ctx, own, schools[0].ID, bad, nil)
		require.ErrorIs(t, err, models.ErrInvalid, bad)
	}
}

// Random answers of every kind, some sealed with exact wages, sent twice, corrected or withdrawn, while the job runs and starts anew as another process:
// in the end every figure, in total and by slice, agrees with the raw answers.
func TestEveryKindThroughTheDatabase(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for kind, form := range map[models.OrgKind]string{models.OrgSchool: "SCH_GRADUATE", models.OrgSocial: "SOC_TRAINEE"} {
		r := rand.New(rand.NewPCG(31, uint64(len(form))))
		o := k.orgOf(kind, "440100")
		b := k.roundOf(o, form, "440100", models.BatchSlice{Slice: electrician4, People: 90, Group: true}, models.BatchSlice{Slice: welder4, People: 9})
		q, _ := k.cat.Latest(form)
		state := map[int]slicedAnswer{}
		for i := range 150 {
			k.clock.Add(time.Second)
			who, a := r.IntN(90), randomPerson(r, q)
			slice := b.Narrow([]models.Slice{electrician4, welder4, electrician3}[who%3])
			old, answered := state[who]
			switch {
			case !answered:
				resp := k.sealed(k.response(b, form, who, a))
				resp.Slice = slice
				if err := k.store.CreateResponse(k.ctx, resp); err != nil {
					require.ErrorIs(t, err, models.ErrConflict, "withdrawn before")
					continue
				}
				state[who] = slicedAnswer{rawAnswer{b.ID, b.OpensAt, form, a}, slice}
			case i%3 == 0:
				require.NoError(t, k.store.WithdrawResponse(k.ctx, k.response(b, form, who, nil).ID, models.Response{ChangedAt: k.clock.Now()}))
				delete(state, who)
			default:
				require.ErrorIs(t, k.store.CreateResponse(k.ctx, k.response(b, form, who, old.a)), models.ErrConflict)
			}
			if r.IntN(20) == 0 {
				k.refresh()
				k.restart()
			}
		}
		k.restart()
		k.refresh()
		for _, filter := range []models.Slice{{}, electrician4, {Level: "4"}} {
			var people []slicedAnswer
			for _, x := range state {
				if filter.IsZero() || !x.slice.IsZero() && x.slice.Within(filter) {
					people = append(people, x)
				}
			}
			got, err := k.ForOrgSlice(k.ctx, models.SystemScope(), o.ID, quarter, filter)
			require.NoError(t, err)
			require.Greater(t, agreeOn(t, fmt.Sprint(form, filter), k.cat, kind, got.Live, people), 12)
		}
	}
}

// sealed moves an exact wage under the seal, as the respondent's side does.
func (k *kit) sealed(r models.Response) models.Response {
	k.t.Helper()
	amount, ok := r.Answers["income_exact"]
	if !ok {
		return r
	}
	open := answers{}
	for id, v := range r.Answers {
		if id != "income_exact" {
			open[id] = v
		}
	}
	var err error
	r.Answers = open
	r.Texts, err = k.box.SealJSON(map[string]any{"income_exact": amount}, models.SecretsPlace(r.ID))
	require.NoError(k.t, err)
	return r
}
