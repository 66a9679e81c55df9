package handlers_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// fill answers for an invited person over the real routes, taking the given time.
func (s *server) fill(inv models.Invitation, took time.Duration, agent, overall string) {
	s.t.Helper()
	record, err := s.store.FindRecord(context.Background(), models.SystemScope(), inv.Record)
	require.NoError(s.t, err)
	var who models.Identity
	require.NoError(s.t, s.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who))
	in := object{"token": ident.New(s.box).Tokens.Make(token.Direct, string(inv.ID)), "id_tail": who.Document[len(who.Document)-4:]}
	me := s.do("POST", "/api/v1/respond/session", "", in).object(200)
	s.clock.Add(took)
	s.do("POST", "/api/v1/respond/feedback", me["respondent_token"].(string), object{
		"consents": object{"notice": me["questionnaire"].(object)["notice"].(object)["version"]}, "answers": feedback(overall),
	}, "Idempotency-Key", "key-of-"+string(inv.ID), "User-Agent", agent).object(201)
}

// Twelve people answer over the real routes; for five of them somebody fills the form in from one phone, in no time. The regulator reads why they
// are set apart, and what the figure is without them; the organisation reads nothing of it, in no form.
func TestRegulatorsSeeQualityAndOrganisationsDoNot(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	org, operator, _, claim := s.claimed(12)
	batch := models.BatchID(s.do("POST", "/api/v1/claims", operator, claim).object(202)["batch"].(string))
	ctx := context.Background()
	require.NoError(t, s.app.Outreach.Expand(ctx, batch))
	list, err := s.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: batch}, models.Page{Limit: 20})
	require.NoError(t, err)
	require.Len(t, list.Items, 12)
	for i, inv := range list.Items {
		require.NoError(t, s.store.MarkInvitationDelivered(ctx, inv.ID))
		if i < 5 {
			s.fill(inv, 3*time.Second, "one phone", "very_satisfied")
			continue
		}
		s.clock.Add(time.Hour)
		s.fill(inv, 2*time.Minute, "another phone", "dissatisfied")
	}
	_, err = s.app.Indicators.Refresh(ctx)
	require.NoError(t, err)
	path := "/api/v1/indicators/orgs/" + string(org)
	for _, reader := range []string{s.province(), s.city("440100")} {
		got := s.do("GET", path, reader, nil).object(200)
		require.Equal(t, object{"judged": 12.0, "flagged": 5.0, "reasons": object{"TOO_FAST": 5.0, "ONE_DEVICE": 5.0}}, got["quality"])
		e1a := item(t, got, "E1a")
		require.Equal(t, 41.67, e1a["value"], "everybody counts: 5 of 12")
		require.Equal(t, object{"flagged": 5.0, "clean_value": 0.0, "clean_n": 7.0}, e1a["quality"])
		require.Equal(t, object{"flagged": 5.0, "clean_value": 58.33, "clean_n": 12.0}, item(t, got, "E1c")["quality"], "7 of 12 delivered")
		require.NotContains(t, item(t, got, "E4a"), "quality", "complaints are no answers")
	}
	region := s.do("GET", "/api/v1/indicators/regions/440100", s.city("440100"), nil).object(200)
	require.Equal(t, 5.0, region["quality"].(object)["flagged"])
	require.Equal(t, 7.0, item(t, region, "E1a")["quality"].(object)["clean_n"])
	operator, _ = s.login("operator", password) // hours have passed
	own := s.do("GET", path, operator, nil)
	require.Equal(t, 200, own.StatusCode)
	require.Equal(t, 12.0, item(t, own.object(200), "E1a")["n"])
	for _, word := range []string{"quality", "flagged", "clean", "TOO_FAST"} {
		require.NotContains(t, string(own.body), word)
	}
	s.do("GET", "/api/v1/quality-rules", operator, nil).problem(403, "forbidden")
	rules := s.do("GET", "/api/v1/quality-rules", s.province(), nil).object(200)["items"].([]any)
	require.Len(t, rules, 7)
	require.Equal(t, "答得太快", rules[0].(object)["text"].(object)["zh"])
}
