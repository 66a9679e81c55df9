package handlers_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/app/roster"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

// contract is the document as served.
func (s *server) contract() (*openapi3.T, routers.Router) {
	s.t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(s.do("GET", "/openapi.json", "", nil).body)
	require.NoError(s.t, err)
	require.NoError(s.t, doc.Validate(context.Background()))
	router, err := legacy.NewRouter(doc)
	require.NoError(s.t, err)
	return doc, router
}

// Every route of the API is described, and nothing else is.
func TestContractListsEveryRoute(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	doc, _ := s.contract()
	braces := regexp.MustCompile(`:([a-z_]+)`)
	served := map[string]bool{}
	for _, r := range s.fiber.GetRoutes(true) {
		if r.Method != fiber.MethodHead && strings.HasPrefix(r.Path, "/api/") {
			served[r.Method+" "+braces.ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	described := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described[method+" "+path] = true
		}
	}
	require.Equal(t, served, described)
	page := s.do("GET", "/docs", "", nil)
	require.Equal(t, 200, page.StatusCode)
	for op := range described {
		require.Contains(t, string(page.body), "<code>"+op+"</code>", "the page for people leaves it out: give it a tag of the document's list")
	}
}

// walker calls the API and holds every answer against the contract.
type walker struct {
	*server
	router routers.Router
}

func (w *walker) call(status int, method, path, bearer string, body any, headers ...string) object {
	w.t.Helper()
	r := w.do(method, path, bearer, body, headers...)
	require.Equal(w.t, status, r.StatusCode, "%s %s: %s", method, path, r.body)
	req, err := http.NewRequest(method, path, nil)
	require.NoError(w.t, err)
	route, params, err := w.router.FindRoute(req)
	require.NoError(w.t, err, "%s %s", method, path)
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 r.StatusCode, Header: r.Header, Body: io.NopCloser(bytes.NewReader(r.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: !strings.Contains(r.Header.Get("Content-Type"), "json")},
	})
	require.NoError(w.t, err, "%s %s: %s", method, path, r.body)
	if !strings.Contains(r.Header.Get("Content-Type"), "json") {
		return nil
	}
	return r.object(status)
}

// Real answers of the main job match the contract: a field too many fails, so that none leaks unseen.
func TestAnswersMatchTheContract(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, router := s.contract()
	w, ctx := &walker{s, router}, context.Background()
	province, city := s.province(), s.city("440100")
	made := w.call(201, "POST", "/api/v1/orgs", city, object{
		"kind": "enterprise", "name": "契约测试企业", "uscc": "91440101MA5TE5T07H", "region": "440100", "affiliation": "city", "filing": demo.Filing(),
	})
	org := made["id"].(string)
	account := w.call(201, "POST", "/api/v1/orgs/"+org+"/accounts", city, object{"account": "boss-1", "name": "经办人", "role": "operator"})
	login := w.call(200, "POST", "/api/v1/auth/login", "", object{"account": "boss-1", "password": account["initial_password"]})
	boss := login["access_token"].(string)
	w.call(200, "POST", "/api/v1/auth/refresh", "", object{"refresh_token": login["refresh_token"]})
	for _, path := range []string{"/auth/me", "/orgs", "/orgs/" + org, "/indicator-definitions", "/batches", "/orgs/" + org + "/records"} {
		w.call(200, "GET", "/api/v1"+path, boss, nil)
	}
	for _, path := range []string{"/accounts", "/audit", "/orgs/" + org + "/accounts", "/complaints", "/sending", "/indicators/regions/440100?kind=enterprise"} {
		w.call(200, "GET", "/api/v1"+path, province, nil)
	}
	w.call(404, "GET", "/api/v1/orgs/none", boss, nil)
	w.call(403, "GET", "/api/v1/complaints", boss, nil)

	people := demo.People(31, 6)
	var file bytes.Buffer
	require.NoError(t, demo.RosterXLSX(&file, models.OrgEnterprise, people))
	operator := models.Principal{Account: "t", Role: models.RoleOperator, Org: models.OrgID(org)}
	_, err := s.app.Roster.Import(ctx, operator, models.OrgID(org), roster.File{Content: bytes.NewReader(file.Bytes()), Size: int64(file.Len()), Name: "r.xlsx"}, false, nil)
	require.NoError(t, err)
	var certificates []string
	for _, p := range people {
		certificates = append(certificates, p.Certificate)
	}
	claim := w.call(202, "POST", "/api/v1/claims", boss, object{
		"claim_no": "C-1", "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": certificates,
	})
	batch := claim["batch"].(string)
	require.NoError(t, s.app.Outreach.Expand(ctx, models.BatchID(batch)))
	for _, who := range []string{boss, city} {
		w.call(200, "GET", "/api/v1/batches/"+batch, who, nil)
		w.call(200, "GET", "/api/v1/batches", who, nil)
		w.call(200, "GET", "/api/v1/batches/"+batch+"/invitations", who, nil)
		w.call(200, "GET", "/api/v1/batches/"+batch+"/ratings", who, nil)
		w.call(200, "GET", "/api/v1/batches/"+batch+"/poster.svg", who, nil)
		w.call(200, "GET", "/api/v1/indicators/orgs/"+org+"?period=2026Q4", who, nil)
	}
	w.call(200, "PUT", "/api/v1/orgs/"+org+"/figures/2026Q4", boss, object{"values": object{"headcount": 80}, "source": "人事台账"})

	list, err := s.store.ListInvitations(ctx, models.SystemScope(), store.InvitationFilter{Batch: models.BatchID(batch)}, models.Page{Limit: 1})
	require.NoError(t, err)
	inv := list.Items[0]
	record, err := s.store.FindRecord(ctx, models.SystemScope(), inv.Record)
	require.NoError(t, err)
	var who models.Identity
	require.NoError(t, s.box.OpenJSON(record.Identity, "record/"+string(record.ID), &who))
	tokens := ident.New(s.box).Tokens
	tail := who.Document[len(who.Document)-4:]
	w.call(401, "POST", "/api/v1/respond/session", "", object{"token": tokens.Make(token.Direct, string(inv.ID)), "id_tail": "zzzz"})
	w.call(202, "POST", "/api/v1/respond/session", "", object{"token": tokens.Make(token.Printed, string(inv.ID)), "id_tail": tail})
	session := w.call(200, "POST", "/api/v1/respond/session", "", object{"token": tokens.Make(token.Direct, string(inv.ID)), "id_tail": tail})
	bearer := session["respondent_token"].(string)
	q, _ := s.app.Catalog.Latest("ENT_PARTICIPANT")
	feedback := object{"consents": object{"notice": q.Notice.Version, "wage": true}, "answers": demo.Happy(q), "started_at": s.clock.Now().Format(time.RFC3339)}
	w.call(201, "POST", "/api/v1/respond/feedback", bearer, feedback, "Idempotency-Key", "contract-1")
	w.call(200, "PATCH", "/api/v1/respond/feedback", bearer, feedback)
	w.call(200, "GET", "/api/v1/respond/feedback", bearer, nil)
	w.call(409, "POST", "/api/v1/respond/session", "", object{"token": tokens.Make(token.Direct, string(inv.ID)), "id_tail": tail})
	filed := w.call(201, "POST", "/api/v1/respond/complaints", bearer, object{
		"category": "FEE_VIOLATION", "text": "每人交了三百元，没有收据。", "visibility": "anonymous",
	}, "Idempotency-Key", "contract-2")
	w.call(200, "GET", "/api/v1/cases/"+filed["case_no"].(string), "", nil, "X-Case-Passphrase", filed["passphrase"].(string))
	w.call(404, "GET", "/api/v1/cases/"+filed["case_no"].(string), "", nil, "X-Case-Passphrase", "none")
	complaints := w.call(200, "GET", "/api/v1/complaints", city, nil)
	id := complaints["items"].([]any)[0].(object)["id"].(string)
	w.call(200, "GET", "/api/v1/complaints/"+id, city, nil)
	w.call(200, "POST", "/api/v1/complaints/"+id+"/transitions", city, object{"action": "accept", "reason": "已受理。"})
	w.call(204, "DELETE", "/api/v1/respond/feedback", bearer, nil)
	w.call(200, "POST", "/api/v1/batches/"+batch+"/close", boss, nil)
}
