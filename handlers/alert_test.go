package handlers_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// paidRound puts a round of a social organisation at the exam site of a region, in which people say what they paid. Everybody who answers is an electrician of level 4.
func (s *server) paidRound(org models.OrgID, id, region string, yuan ...int64) {
	s.t.Helper()
	now, ctx := s.clock.Now(), context.Background()
	form := models.QuestionnaireRef{Code: "SOC_TRAINEE", Version: "1"}
	slice := models.Slice{Occupation: "6-31-01-03", Level: "4"}
	require.NoError(s.t, s.store.PutBatch(ctx, models.Batch{
		ID: models.BatchID(id), Org: org, Kind: models.OrgSocial, Region: region, State: models.BatchOpen, People: 40, Questionnaire: form, OpensAt: now,
		ClosesAt: now.AddDate(0, 0, 30), CreatedAt: now, CountsAt: now, Slices: []models.BatchSlice{{Slice: slice, Name: "电工", People: 40}},
	}))
	for i, y := range yuan {
		require.NoError(s.t, s.store.CreateResponse(ctx, models.Response{
			ID: models.ResponseID(fmt.Sprintf("%s-%d", id, i)), Batch: models.BatchID(id), Org: org, Region: region, Anchor: now, Questionnaire: form, Slice: slice,
			Answers: models.Answers{"in_person": "yes", "paid": y, "price_match": "same"}, SubmittedAt: now, ChangedAt: now,
		}))
	}
}

func (s *server) follow() {
	s.t.Helper()
	_, err := s.app.Indicators.Refresh(context.Background())
	require.NoError(s.t, err)
	_, err = s.app.Alerts.Refresh(context.Background())
	require.NoError(s.t, err)
}

// Electrician 4 is published at 1200, and a dear course for welders makes 1700 of the median of all. Nine people paid 1500: too few for a median, so nobody is told.
// The tenth makes it 300 above the price of their own course, though below the median of all courses. It is told once, to the city of the exam site, the
// organisation's own city and the province; seen, it opens again when the gap widens, and not when more people paid the same.
func TestPaidAbovePublishedIsTold(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org := s.org(models.OrgSocial, "52440000MJ8TE5T21H", "440100", models.AffiliationCity)
	operator, _ := s.account("operator", models.RoleOperator, "440100", org)
	province, home, site, other := s.province(), s.city("440100"), s.city("440300"), s.city("440600")
	path := "/api/v1/orgs/" + string(org)
	s.do("PUT", path+"/prices", operator, object{"source": "官网收费公示", "items": []any{
		object{"occupation": "电工", "occupation_code": "6-31-01-03", "level": "四级", "price": 1200}, object{"occupation": "焊工", "level": "4", "price": 2200},
	}}).object(200)
	alerts := func(token string) []any {
		s.follow()
		return s.do("GET", "/api/v1/alerts?open=true&kind=fee_gap", token, nil).object(200)["items"].([]any)
	}
	s.paidRound(org, "b1", "440300", 1500, 1500, 1500, 1500, 1500, 1500, 1500, 1500, 1500)
	require.Empty(t, alerts(province), "nine amounts are no median")
	s.paidRound(org, "b2", "440300", 1500)
	for token, want := range map[string]int{province: 2, home: 1, site: 1, other: 0} {
		list := alerts(token)
		require.Len(t, list, want)
		for _, a := range list {
			a := a.(object)
			require.Equal(t, []any{"fee_gap", 300.0, 10.0, "2026Q4"}, []any{a["kind"], a["yuan"], a["n"], a["period"]})
			require.Equal(t, object{"occupation": "6-31-01-03", "level": "4"}, a["slice"])
		}
	}
	s.do("GET", "/api/v1/alerts", operator, nil).problem(403, "forbidden")
	got := s.do("GET", "/api/v1/indicators/orgs/"+string(org)+"?occupation=6-31-01-03&level=4", site, nil).object(200)
	require.Contains(t, item(t, got, "O8_gap")["flags"], models.FlagFeeAlert)
	own := s.do("GET", "/api/v1/indicators/orgs/"+string(org), operator, nil).object(200)
	require.Nil(t, item(t, own, "O8_gap")["value"], "nine of one round were released, and one of another is no step: the organisation reads no median")

	first := alerts(site)[0].(object)
	s.do("POST", "/api/v1/alerts/"+first["id"].(string)+"/acknowledge", site, object{"note": "已约谈。"}).object(200)
	s.paidRound(org, "b3", "440300", 1500, 1500)
	require.Empty(t, alerts(site), "the same gap over more people is no news")
	s.paidRound(org, "b4", "440300", 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800, 1800)
	again := alerts(site)
	require.Len(t, again, 1)
	require.Equal(t, []any{first["id"], 600.0}, []any{again[0].(object)["id"], again[0].(object)["yuan"]})
	s.do("PUT", path+"/prices", operator, object{"source": "官网收费公示", "items": []any{object{"occupation": "电工", "occupation_code": "6-31-01-03", "level": "四级", "price": 1900}}}).object(200)
	require.Empty(t, alerts(site), "the price in force when the quarter ends is what counts")
}
