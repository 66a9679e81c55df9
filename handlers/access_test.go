package handlers_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/app/respond"
	"huisheng/internal/access"
	"huisheng/models"
)

// doors says who may enter by which route. Whoever adds a route adds a line here: the table of routes says what the code does, this one what
// it should do.
//
//	public      everybody
//	private     callers inside the private network
//	dev         everybody, in development only
//	any         every logged-in account
//	respondent  holders of a respondent's token
//	department  holders of a department's link; its token is part of the address, so walkers without it find nothing there
//	p c a o     accounts of the province, a city, the alliance, an organisation's operator
//	+scope      machine clients whose key has the scope; where none stands, no machine enters
func doors() map[string]string {
	return map[string]string{
		"GET /livez":   "public",
		"GET /readyz":  "public",
		"GET /metrics": "private",

		"GET /openapi.json": "public",
		"GET /docs":         "public",

		"POST /api/v1/auth/login":    "public",
		"POST /api/v1/auth/refresh":  "public",
		"POST /api/v1/auth/logout":   "public",
		"GET /api/v1/auth/me":        "any",
		"POST /api/v1/auth/password": "any",

		"POST /api/v1/auth/otp":                     "any",
		"POST /api/v1/auth/otp/confirm":             "any",
		"POST /api/v1/auth/otp/remove":              "any",
		"GET /api/v1/auth/sessions":                 "any",
		"DELETE /api/v1/auth/sessions/:session":     "any",
		"GET /api/v1/accounts/:account/sessions":    "p c",
		"DELETE /api/v1/accounts/:account/sessions": "p c",
		"GET /api/v1/clients":                       "p",
		"POST /api/v1/clients":                      "p",
		"POST /api/v1/clients/:client/rotate":       "p",
		"DELETE /api/v1/clients/:client":            "p",
		"GET /console/security":                     "any",
		"POST /console/security":                    "any",
		"GET /console/clients":                      "p",
		"POST /console/clients":                     "p",

		"GET /api/v1/accounts":            "p c",
		"POST /api/v1/accounts":           "p",
		"PATCH /api/v1/accounts/:account": "p c",
		"GET /api/v1/audit":               "p c",

		"GET /api/v1/calendar":       "any",
		"PUT /api/v1/calendar/:year": "p",

		"GET /api/v1/questionnaires":                         "p c",
		"GET /api/v1/questionnaires/:code/versions/:version": "p c",
		"POST /api/v1/questionnaires/:code/versions":         "p",
		"GET /api/v1/message-templates":                      "p c",

		"GET /api/v1/orgs":                "p c a o +orgs:read",
		"POST /api/v1/orgs":               "p c",
		"GET /api/v1/orgs/:org":           "p c a o +orgs:read",
		"PATCH /api/v1/orgs/:org":         "p c",
		"GET /api/v1/orgs/:org/accounts":  "p c",
		"POST /api/v1/orgs/:org/accounts": "p c",

		"GET /api/v1/roster-templates/:kind.xlsx":                    "any",
		"POST /api/v1/orgs/:org/roster":                              "o",
		"GET /api/v1/orgs/:org/roster/imports":                       "o",
		"GET /api/v1/orgs/:org/roster/imports/:import":               "o",
		"GET /api/v1/orgs/:org/roster/imports/:import/rejected.xlsx": "o",
		"GET /api/v1/orgs/:org/records":                              "p c o",
		"PATCH /api/v1/orgs/:org/records/:record":                    "o",
		"GET /api/v1/orgs/:org/contacts":                             "o",
		"POST /api/v1/orgs/:org/contacts":                            "o",
		"DELETE /api/v1/orgs/:org/contacts/:contact":                 "o",
		"GET /api/v1/alerts":                                         "p c",
		"POST /api/v1/alerts/:alert/acknowledge":                     "p c",
		"POST /api/v1/respond/employer":                              "respondent",
		"POST /r/employer":                                           "respondent",

		"POST /api/v1/claims":                         "p c o +claims:write",
		"GET /api/v1/batches":                         "p c o +batches:read",
		"GET /api/v1/batches/:batch":                  "p c o +batches:read",
		"GET /api/v1/batches/:batch/progress":         "p c o",
		"GET /api/v1/batches/:batch/invitations":      "p c o",
		"GET /api/v1/batches/:batch/poster":           "p c o",
		"GET /api/v1/batches/:batch/poster.png":       "p c o",
		"GET /api/v1/batches/:batch/poster.svg":       "p c o",
		"GET /api/v1/batches/:batch/staff-poster.png": "p c o",
		"GET /api/v1/batches/:batch/staff-poster.svg": "p c o",
		"POST /api/v1/batches/:batch/remind":          "p c o",
		"POST /api/v1/batches/:batch/pause":           "p c",
		"POST /api/v1/batches/:batch/resume":          "p c",
		"POST /api/v1/batches/:batch/close":           "p c o",
		"GET /api/v1/invitations/:invitation/qr.png":  "p c o",
		"GET /api/v1/invitations/:invitation/qr.svg":  "p c o",
		"POST /api/v1/invitations/:invitation/resend": "p c o",
		"GET /api/v1/sending":                         "p c",
		"POST /api/v1/sending/resume":                 "p c",
		"POST /api/v1/receipts/:channel/:secret":      "public",
		"GET /dev/outbox":                             "dev",
		"GET /dev/outbox.json":                        "dev",

		"GET /api/v1/indicator-definitions":            "any",
		"GET /api/v1/indicators/orgs/:org":             "p c a o +indicators:read",
		"GET /api/v1/indicators/orgs/:org/comparison":  "p c a o +indicators:read",
		"GET /api/v1/indicators/orgs/:org/trend":       "p c a o +indicators:read",
		"GET /api/v1/indicators/regions/:code":         "p c +indicators:read",
		"GET /api/v1/orgs/:org/figures/:period":        "p c a o +figures:write",
		"PUT /api/v1/orgs/:org/figures/:period":        "a o +figures:write",
		"GET /api/v1/quality-rules":                    "p c",
		"POST /api/v1/reports":                         "p c",
		"GET /api/v1/reports":                          "p c o",
		"GET /api/v1/reports/:report.xlsx":             "p c o",
		"GET /api/v1/reports/:report.json":             "p c o",
		"GET /api/v1/reports/:report":                  "p c o",
		"POST /api/v1/reports/:report/verify":          "p c",
		"GET /console/reports":                         "p c o",
		"POST /console/reports":                        "p c",
		"GET /console/reports/:report":                 "p c o",
		"POST /console/reports/:report/verify":         "p c",
		"GET /api/v1/orgs/:org/figures/:period/gaps":   "p c a o",
		"POST /api/v1/figures/upload":                  "a o",
		"GET /api/v1/declaration-templates/:name.xlsx": "any",
		"GET /api/v1/orgs/:org/prices":                 "p c a o",
		"PUT /api/v1/orgs/:org/prices":                 "o",
		"POST /api/v1/orgs/:org/prices/upload":         "o",
		"GET /api/v1/orgs/:org/schedule":               "p c o",

		"GET /api/v1/batches/:batch/ratings":                "p c o",
		"GET /api/v1/batches/:batch/ratings.xlsx":           "o",
		"POST /api/v1/batches/:batch/ratings":               "o",
		"POST /api/v1/batches/:batch/ratings/submit":        "o",
		"GET /api/v1/ratings/department/:token":             "department",
		"PUT /api/v1/ratings/department/:token/:invitation": "department",

		"GET /":                      "public",
		"GET /i/:token":              "public",
		"GET /p/:poster":             "public",
		"GET /f":                     "public",
		"GET /r/enter":               "public",
		"POST /r/enter":              "public",
		"GET /r/form":                "respondent",
		"GET /r/feedback":            "respondent",
		"POST /r/feedback":           "respondent",
		"GET /r/done":                "respondent",
		"GET /r/withdraw":            "respondent",
		"POST /r/withdraw":           "respondent",
		"GET /r/complaint":           "respondent",
		"POST /r/complaint":          "respondent",
		"GET /c":                     "public",
		"POST /r/leave":              "public",
		"POST /r/photo":              "respondent",
		"POST /c/rate":               "public",
		"POST /c/change":             "public",
		"POST /c":                    "public",
		"GET /d/:token":              "department",
		"GET /d/:token/:invitation":  "department",
		"POST /d/:token/:invitation": "department",
		"GET /static/*":              "public",

		"POST /api/v1/respond/session":       "public",
		"POST /api/v1/respond/feedback":      "respondent",
		"GET /api/v1/respond/feedback":       "respondent",
		"PATCH /api/v1/respond/feedback":     "respondent",
		"DELETE /api/v1/respond/feedback":    "respondent",
		"DELETE /api/v1/respond/data":        "respondent",
		"POST /api/v1/respond/files":         "respondent",
		"POST /api/v1/respond/complaints":    "respondent",
		"GET /api/v1/cases/:case_no":         "public",
		"POST /api/v1/cases/:case_no/rating": "public",

		"POST /api/v1/cases/:case_no/supplements":       "public",
		"POST /api/v1/cases/:case_no/withdraw":          "public",
		"POST /api/v1/cases/:case_no/review":            "public",
		"GET /api/v1/complaints/:id/asks/:ask/files/:n": "p c",
		"POST /api/v1/complaints/:id/identity":          "p c",
		"GET /api/v1/complaint-statistics":              "p c a",
		"GET /api/v1/asks":                              "o",
		"GET /api/v1/asks/:ask":                         "o",
		"POST /api/v1/asks/:ask/reply":                  "o",
		"GET /api/v1/notices":                           "p c o",
		"POST /api/v1/notices/seen":                     "p c",

		"GET /api/v1/complaints":                  "p c",
		"GET /api/v1/complaints/:id":              "p c",
		"GET /api/v1/complaints/:id/files/:n":     "p c",
		"POST /api/v1/complaints/:id/transitions": "p c",

		"GET /api/v1/policies":                                          "p c a o",
		"POST /api/v1/policies":                                         "p",
		"GET /api/v1/policies/:policy":                                  "p c a o",
		"PUT /api/v1/policies/:policy":                                  "p",
		"DELETE /api/v1/policies/:policy":                               "p",
		"POST /api/v1/policies/:policy/transitions":                     "p",
		"GET /api/v1/policies/:policy/preview":                          "p c",
		"GET /api/v1/measures":                                          "p c o",
		"POST /api/v1/measures":                                         "p c o",
		"GET /api/v1/measures/:measure":                                 "p c o",
		"POST /api/v1/measures/:measure/transitions":                    "p c o",
		"POST /api/v1/measures/:measure/papers":                         "o",
		"GET /api/v1/measures/:measure/papers/:of/:n":                   "p c",
		"GET /api/v1/directory":                                         "p c a o",
		"POST /api/v1/directory":                                        "p c o",
		"GET /api/v1/directory/:entry":                                  "p c a o",
		"POST /api/v1/directory/:entry/transitions":                     "p c o",
		"GET /api/v1/webhooks":                                          "p",
		"POST /api/v1/webhooks":                                         "p",
		"GET /api/v1/webhooks/:webhook":                                 "p",
		"PATCH /api/v1/webhooks/:webhook":                               "p",
		"DELETE /api/v1/webhooks/:webhook":                              "p",
		"POST /api/v1/webhooks/:webhook/secret":                         "p",
		"POST /api/v1/webhooks/:webhook/test":                           "p",
		"GET /api/v1/webhooks/:webhook/deliveries":                      "p",
		"POST /api/v1/webhooks/:webhook/deliveries/:delivery/redeliver": "p",
		"GET /api/v1/public/exits":                                      "public",
		"GET /api/v1/public/directory":                                  "public",

		"GET /exits":                                "public",
		"GET /directory":                            "public",
		"GET /console/measures":                     "p c o",
		"GET /console/measures/new":                 "p c o",
		"POST /console/measures/new":                "p c o",
		"GET /console/measures/:measure":            "p c o",
		"POST /console/measures/:measure":           "p c o",
		"GET /console/policies":                     "p c o",
		"GET /console/policies/new":                 "p",
		"POST /console/policies/new":                "p",
		"GET /console/policies/:policy":             "p c o",
		"POST /console/policies/:policy":            "p",
		"GET /console/policies/:policy/edit":        "p",
		"POST /console/policies/:policy/edit":       "p",
		"GET /console/directory":                    "p c o",
		"POST /console/directory":                   "p c o",
		"POST /console/directory/:entry":            "p c o",
		"GET /console/webhooks":                     "p",
		"POST /console/webhooks":                    "p",
		"GET /console/webhooks/:webhook":            "p",
		"POST /console/webhooks/:webhook":           "p",
		"GET /console/audit":                        "p c",
		"GET /console/sending":                      "p c",
		"POST /console/sending":                     "p c",
		"GET /console/login":                        "public",
		"POST /console/login":                       "public",
		"POST /console/logout":                      "any",
		"GET /console/password":                     "any",
		"POST /console/password":                    "any",
		"GET /console":                              "any",
		"GET /console/roster":                       "o",
		"POST /console/roster":                      "o",
		"GET /console/roster/imports/:import":       "o",
		"GET /console/accounts":                     "p c",
		"POST /console/accounts":                    "p",
		"POST /console/accounts/:account":           "p c",
		"GET /console/claims/new":                   "o",
		"POST /console/claims/new":                  "o",
		"GET /console/batches":                      "p c o",
		"GET /console/batches/:batch":               "p c o",
		"POST /console/batches/:batch":              "p c o",
		"GET /console/batches/:batch/people":        "p c o",
		"POST /console/batches/:batch/people":       "o",
		"GET /console/batches/:batch/poster/:kind":  "p c o",
		"GET /console/batches/:batch/sheet":         "p c o",
		"GET /console/batches/:batch/ratings":       "p c o",
		"POST /console/batches/:batch/ratings":      "o",
		"GET /console/batches/:batch/ratings/heads": "o",
		"GET /console/schedule":                     "o",
		"POST /console/schedule":                    "o",
		"GET /console/prices":                       "o",
		"POST /console/prices":                      "o",
		"GET /console/figures/sheet":                "a o",
		"POST /console/figures/sheet":               "a o",
		"GET /console/alerts":                       "p c",
		"POST /console/alerts":                      "p c",
		"GET /console/figures":                      "o",
		"POST /console/figures":                     "o",
		"GET /console/indicators":                   "o",
		"GET /console/indicators/:id":               "o",
		"GET /console/orgs":                         "p c a",
		"GET /console/orgs/new":                     "p c",
		"POST /console/orgs/new":                    "p c",
		"GET /console/orgs/:org":                    "p c a",
		"GET /console/orgs/:org/edit":               "p c",
		"POST /console/orgs/:org/edit":              "p c",
		"POST /console/orgs/:org/accounts":          "p c",
		"POST /console/orgs/:org/accounts/:account": "p c",
		"GET /console/orgs/:org/indicators":         "p c a",
		"GET /console/orgs/:org/indicators/:id":     "p c a",
		"GET /console/overview":                     "p c",
		"GET /console/regions":                      "p c a",
		"GET /console/regions.csv":                  "p c a",
		"GET /console/regions.xlsx":                 "p c a",
		"GET /console/regions/:region":              "p c",
		"GET /console/calendar":                     "p c",
		"POST /console/calendar":                    "p",
		"GET /console/complaints":                   "p c",
		"GET /console/templates":                    "p c",
		"POST /console/templates":                   "p c",

		"GET /console/questionnaires":                      "p c",
		"GET /console/questionnaires/:code/draft":          "p",
		"POST /console/questionnaires/:code/draft":         "p",
		"GET /console/questionnaires/:code/:version":       "p c",
		"GET /console/questionnaires/:code/:version/phone": "p c",

		"GET /console/complaints/:id":           "p c",
		"POST /console/complaints/:id":          "p c",
		"GET /console/complaints/statistics":    "p c a",
		"POST /console/complaints/:id/identity": "p c",
		"POST /console/notices/seen":            "p c",
		"GET /console/asks":                     "o",
		"GET /console/asks/:ask":                "o",
		"POST /console/asks/:ask":               "o",
	}
}

// Every role walks up to every route.
func TestEveryRoleAtEveryRoute(t *testing.T) {
	t.Parallel()
	s, expected := newServer(t), doors()
	tokens := s.tokens()
	param := regexp.MustCompile(`:[a-z_]+\??|\*`)
	seen := map[string]bool{}
	routes := s.fiber.GetRoutes(true)
	last := func(r fiber.Route) bool { return strings.HasSuffix(r.Path, "/logout") } // it ends the walker's session
	ending := slices.DeleteFunc(slices.Clone(routes), func(r fiber.Route) bool { return !last(r) })
	slices.Reverse(ending) // the public one bears a session that is over
	routes = append(slices.DeleteFunc(routes, last), ending...)
	for _, r := range routes {
		if r.Method == fiber.MethodHead {
			continue // HEAD is its GET
		}
		name := r.Method + " " + r.Path
		who, ok := expected[name]
		require.True(t, ok, "%s has no line in doors()", name)
		require.False(t, seen[name], "%s is listed twice", name)
		seen[name] = true
		for role, token := range tokens {
			var body any
			if r.Method != fiber.MethodGet && r.Method != fiber.MethodDelete {
				body = object{}
			}
			got := s.do(r.Method, param.ReplaceAllString(r.Path, "x"), token, body, "Idempotency-Key", "walk-0001")
			switch want := verdict(who, role); {
			case want != 0:
				require.Equal(t, want, got.StatusCode, "%s at %s: %s", role, name, got.body)
			case who == "public":
				require.NotEqual(t, 403, got.StatusCode, "%s at %s: %s", role, name, got.body)
			default:
				require.NotContains(t, []int{401, 403}, got.StatusCode, "%s at %s: %s", role, name, got.body)
			}
		}
	}
	for name := range expected {
		require.True(t, seen[name], "doors() names %s, which is no route", name)
	}
}

// verdict is the status that a guard must give to a role, 0 if it must let it in.
func verdict(who, role string) int {
	if scope, machine := strings.CutPrefix(role, "+"); machine {
		return machineVerdict(who, scope)
	}
	account := len(role) == 1
	switch who {
	case "public", "private", "dev":
		return 0
	case "department":
		return 404
	case "any":
		if account {
			return 0
		}
		return 401
	case "respondent":
		if role == who {
			return 0
		}
		return 401
	}
	switch {
	case !account:
		return 401
	case slices.Contains(strings.Fields(who), role):
		return 0
	}
	return 403
}

// machineVerdict: a key opens the routes of its scope, what everybody may see, and nothing else.
func machineVerdict(who, scope string) int {
	switch {
	case slices.Contains([]string{"public", "private", "dev"}, who), slices.Contains(strings.Fields(who), "+"+scope):
		return 0
	case who == "respondent":
		return 401
	case who == "department":
		return 404
	}
	return 403
}

// tokens gives one token per kind of caller; nobody has none.
func (s *server) tokens() map[string]string {
	org := s.org(models.OrgSchool, "12440000MB2TE5T3XR", "440106", models.AffiliationCity)
	t := map[string]string{"nobody": "", "p": s.province(), "c": s.city("440100")}
	t["a"], _ = s.account("alliance", models.RoleAlliance, models.Province, "")
	t["o"], _ = s.account("school", models.RoleOperator, "440100", org)
	signer := access.New(s.box.Key("jwt/respondent"), "respondent", s.clock.Now)
	var err error
	t["respondent"], err = access.Sign(signer, respond.Claims{Batch: "b", Response: "r"}, time.Hour)
	require.NoError(s.t, err)
	for _, scope := range models.KeyScopes() {
		made := s.do("POST", "/api/v1/clients", t["p"], object{"name": "walker", "scopes": []string{string(scope)}}).object(201)
		t["+"+string(scope)] = made["key"].(string)
	}
	return t
}
