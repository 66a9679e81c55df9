package handlers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// feedback is a complete answer to ENT_PARTICIPANT as the respondents' side stores it.
func feedback(overall string) map[string]any {
	return map[string]any{
		"took_part": "yes", "info_right": "yes", "plan_disclosed": "yes", "raters": "two", "relevant": "fully", "fair": "very_fair",
		"notice_posted": "full_5_days", "certificate": "received", "post_change": "promoted", "charged": "no", "overall": overall,
	}
}

// answered makes an open batch of an enterprise in which n people have answered, and computes the figures.
func (s *server) answered(org models.OrgID, n int) models.BatchID {
	s.t.Helper()
	ctx, now := context.Background(), s.clock.Now()
	ref := models.QuestionnaireRef{Code: "ENT_PARTICIPANT", Version: "1"}
	b := models.Batch{
		ID: "AAECAwQFBgcICQoLDA0ODw", Org: org, OrgName: "合成企业", Kind: models.OrgEnterprise, Region: "440100", State: models.BatchOpen, People: 20,
		Questionnaire: ref, OpensAt: now, ClosesAt: now.AddDate(0, 0, 30), CountsAt: now, CreatedAt: now,
	}
	require.NoError(s.t, s.store.PutBatch(ctx, b))
	var list []models.Invitation
	for i := range b.People {
		id := fmt.Sprintf("inv%d", i)
		list = append(list, models.Invitation{ID: models.InvitationID(id), Batch: b.ID, Org: org, Region: b.Region, Record: models.RecordID(id), Questionnaire: ref, CodeMAC: []byte(id), Delivered: true})
	}
	_, err := s.store.PutInvitations(ctx, list)
	require.NoError(s.t, err)
	s.answers(b, 0, n)
	return b.ID
}

func (s *server) answers(b models.Batch, from, until int) {
	s.t.Helper()
	ctx, now := context.Background(), s.clock.Now()
	for i := from; i < until; i++ {
		require.NoError(s.t, s.store.CreateResponse(ctx, models.Response{
			ID: models.ResponseID(fmt.Sprintf("r%d", i)), Batch: b.ID, Org: b.Org, Region: b.Region, Anchor: b.OpensAt, Questionnaire: b.Questionnaire,
			Answers: feedback([]string{"satisfied", "dissatisfied"}[i%2]), SubmittedAt: now, ChangedAt: now,
		}))
	}
	_, err := s.app.Indicators.Refresh(ctx)
	require.NoError(s.t, err)
}

// item finds an indicator in an answer.
func item(t testing.TB, o object, id string) object {
	t.Helper()
	for _, x := range o["items"].([]any) {
		if x.(object)["id"] == id {
			return x.(object)
		}
	}
	t.Fatalf("no %s in %v", id, o)
	return nil
}

func TestIndicatorsByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, token := s.enterprise()
	province, city, elsewhere := s.province(), s.city("440100"), s.city("440300")
	id := s.answered(org, 4)
	path := "/api/v1/indicators/orgs/" + string(org)
	got := s.do("GET", path, token, nil).object(200)
	require.Equal(t, "2026Q4", got["period"])
	require.Equal(t, string(org), got["org"])
	require.Empty(t, got["next"])
	require.Len(t, got["items"], 17)
	require.Equal(t, object{
		"id": "E1a", "value": nil, "unit": "percent", "numerator": nil, "denominator": nil, "n": nil, "low": nil, "high": nil,
		"flags": []any{"SMALL_CELL"}, "suppressed": true, "source": "COMPUTED", "definition_version": "1",
	}, item(t, got, "E1a"))
	want := object{
		"id": "E1a", "value": 50.0, "unit": "percent", "numerator": 2.0, "denominator": 4.0, "n": 4.0, "low": 15.0, "high": 85.0,
		"flags": []any{"LOW_SAMPLE"}, "suppressed": false, "source": "COMPUTED", "definition_version": "1",
		"quality": object{"flagged": 0.0, "clean_value": 50.0, "clean_n": 4.0},
		"parts":   []any{object{"value": "satisfied", "n": 2.0}, object{"value": "dissatisfied", "n": 2.0}},
	}
	for _, reader := range []string{province, city} {
		require.Equal(t, want, item(t, s.do("GET", path+"?period=2026-11", reader, nil).object(200), "E1a"))
	}
	b, err := s.store.FindBatch(context.Background(), models.SystemScope(), id)
	require.NoError(t, err)
	s.answers(b, 4, 6)
	require.Equal(t, 6.0, item(t, s.do("GET", path, token, nil).object(200), "E1a")["n"])
	s.answers(b, 6, 10)
	require.Equal(t, 6.0, item(t, s.do("GET", path, token, nil).object(200), "E1a")["n"], "ten people, but only four more")
	require.Equal(t, 10.0, item(t, s.do("GET", path, city, nil).object(200), "E1a")["n"])

	s.do("GET", path, elsewhere, nil).problem(404, "not_found")
	s.do("GET", path+"?period=soon", token, nil).problem(400, "period_invalid")
	s.do("GET", "/api/v1/indicators/orgs/nobody", province, nil).problem(404, "not_found")

	region := s.do("GET", "/api/v1/indicators/regions/440100?kind=enterprise&period=2026Q4", city, nil).object(200)
	require.Equal(t, 1.0, region["orgs"])
	require.Equal(t, 10.0, item(t, region, "E1a")["n"])
	s.do("GET", "/api/v1/indicators/regions/440100?period=2026Q4", elsewhere, nil).problem(404, "not_found")
	s.do("GET", "/api/v1/indicators/regions/440100", token, nil).problem(403, "forbidden")
	s.do("GET", "/api/v1/indicators/regions/440000?kind=shop", province, nil).problem(400, "invalid")

	defs := s.do("GET", "/api/v1/indicator-definitions?kind=enterprise", token, nil).object(200)
	require.Equal(t, "参评人员满意率", item(t, defs, "E1a")["title"].(object)["zh"])
}

func TestFiguresByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, token := s.enterprise()
	path := "/api/v1/orgs/" + string(org) + "/figures/2026Q4"
	require.Equal(t, object{"org": string(org), "period": "2026Q4", "version": 0.0, "values": object{}, "source": "", "at": nil, "versions": []any{}},
		s.do("GET", path, token, nil).object(200))
	body := object{"values": object{"headcount": 200}, "source": "人事系统2026年12月31日在岗名册"}
	require.Equal(t, 1.0, s.do("PUT", path, token, body).object(200)["version"])
	require.Equal(t, 1.0, s.do("PUT", path, token, body).object(200)["version"])
	body["values"] = object{"headcount": 210}
	got := s.do("PUT", path, token, body).object(200)
	require.Equal(t, 2.0, got["version"])
	require.Equal(t, 200.0, got["versions"].([]any)[0].(object)["values"].(object)["headcount"])
	body["version"], body["values"] = 1, object{"headcount": 220}
	s.do("PUT", path, token, body).problem(409, "figures_changed")
	body["values"] = object{"headcount": 2.5, "salary": -1}
	problem := s.do("PUT", path, token, body).problem(400, "invalid")
	require.Len(t, problem["errors"], 2)
	s.do("PUT", "/api/v1/orgs/"+string(org)+"/figures/2026Q9", token, object{"values": object{"headcount": 1}, "source": "x"}).problem(400, "period_invalid")
	s.do("PUT", path, s.city("440100"), body).problem(403, "forbidden")
	require.Equal(t, 210.0, s.do("GET", path, s.city("440100"), nil).object(200)["values"].(object)["headcount"])
	s.do("GET", path, s.city("440300"), nil).problem(404, "not_found")
}

func TestRatingsByHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, token, _, claim := s.claimed(12)
	batch := s.do("POST", "/api/v1/claims", token, claim).object(202)["batch"].(string)
	_, err := s.app.Outreach.ExpandDue(context.Background())
	require.NoError(t, err)
	path := "/api/v1/batches/" + batch + "/ratings"
	progress := s.do("GET", path, token, nil).object(200)
	require.Equal(t, 12.0, progress["people"])
	require.Nil(t, progress["handed_in"])
	first := progress["items"].([]any)[0].(object)
	link := first["link"].(string)
	require.NotContains(t, s.do("GET", path, s.city("440100"), nil).object(200)["items"].([]any)[0], "link")

	head := "/api/v1/ratings/department/" + link[strings.LastIndex(link, "/")+1:]
	list := s.do("GET", head, "", nil).object(200)
	require.Equal(t, first["department"], list["department"])
	require.Equal(t, "ENT_DEPT", list["questionnaire"].(object)["code"])
	person := list["items"].([]any)[0].(object)
	require.Equal(t, false, person["rated"])
	require.NotEmpty(t, person["name"])
	answers := object{
		"still_here": "here", "job_consistent": "same", "level_met": "meets", "quality": 5, "efficiency": 4, "safety": 5, "teamwork": 3,
		"mentoring": "sometimes", "improved": "a_little", "promises": "both", "took_part_scoring": "yes", "accept_result": "satisfied",
	}
	one := head + "/" + person["invitation"].(string)
	s.do("PUT", one, "", object{"answers": object{"still_here": "here"}}).problem(400, "invalid")
	require.Equal(t, 204, s.do("PUT", one, "", object{"answers": answers}).StatusCode)
	person = s.do("GET", head, "", nil).object(200)["items"].([]any)[0].(object)
	require.Equal(t, true, person["rated"])
	require.Equal(t, 4.0, person["answers"].(object)["efficiency"])
	s.do("GET", "/api/v1/ratings/department/x", "", nil).problem(404, "bad_token")

	sheet := s.do("GET", path+".xlsx", token, nil)
	require.Equal(t, 200, sheet.StatusCode)
	require.Equal(t, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet.Header.Get("Content-Type"))
	got := s.upload(path+"?dry_run=true", token, "file", string(sheet.body)).object(200)
	require.Equal(t, object{
		"rows": 12.0, "created": 0.0, "updated": 0.0, "unchanged": 1.0, "blank": 11.0, "rejected": 0.0, "errors": []any{}, "errors_total": 0.0, "dry_run": true,
	}, got)
	s.upload(path, token, "file", "姓名,部门\n甲,乙\n").problem(400, "heading_missing")
	s.do("GET", path+".xlsx", s.city("440100"), nil).problem(403, "forbidden")

	done := s.do("POST", path+"/submit", token, nil).object(200)
	require.NotNil(t, done["handed_in"])
	s.do("POST", path+"/submit", token, nil).problem(409, "ratings_handed_in")
	s.do("PUT", one, "", object{"answers": answers}).problem(409, "ratings_handed_in")
	s.upload(path, token, "file", string(sheet.body)).problem(409, "ratings_handed_in")
	_, err = s.app.Outreach.Count(context.Background())
	require.NoError(t, err)
	_, err = s.app.Indicators.Refresh(context.Background())
	require.NoError(t, err)
	figures := s.do("GET", "/api/v1/indicators/orgs/"+string(org), token, nil)
	require.Equal(t, 8.33, item(t, figures.object(200), "E3_coverage")["value"], "1 of 12")
}
