package handlers_test

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/app/registry"
	"huisheng/internal/demo"
	"huisheng/models"
)

// owners says, for every route with an object in its address, what somebody gets whom doors() lets in and whose object it is not. Whoever adds such a
// route adds a line here.
//
//	y           an account of another city
//	x           the operator of another organisation
//	a           the alliance, at an enterprise
//	m           a machine client that is bound to another organisation
//	common      nobody's: whoever may enter gets the same
//	province    only the province enters, and everything is the province's
//	self        looked for among the caller's own alone, so another's does not exist
//	key         the address holds the key itself, which another cannot guess
func owners() map[string]string {
	return map[string]string{
		"DELETE /api/v1/auth/sessions/:session":                         "self",
		"GET /api/v1/accounts/:account/sessions":                        "y:404",
		"DELETE /api/v1/accounts/:account/sessions":                     "y:404",
		"POST /api/v1/clients/:client/rotate":                           "province",
		"DELETE /api/v1/clients/:client":                                "province",
		"PATCH /api/v1/accounts/:account":                               "y:404",
		"PUT /api/v1/calendar/:year":                                    "province",
		"GET /api/v1/questionnaires/:code/versions/:version":            "common",
		"POST /api/v1/questionnaires/:code/versions":                    "province",
		"GET /api/v1/orgs/:org":                                         "y:404 x:404 a:404 m:404",
		"PATCH /api/v1/orgs/:org":                                       "y:404",
		"GET /api/v1/orgs/:org/accounts":                                "y:404",
		"POST /api/v1/orgs/:org/accounts":                               "y:404",
		"GET /api/v1/roster-templates/:kind.xlsx":                       "common",
		"POST /api/v1/orgs/:org/roster":                                 "x:404",
		"GET /api/v1/orgs/:org/roster/imports":                          "x:404",
		"GET /api/v1/orgs/:org/roster/imports/:import":                  "x:404",
		"GET /api/v1/orgs/:org/roster/imports/:import/rejected.xlsx":    "x:404",
		"GET /api/v1/orgs/:org/records":                                 "y:404 x:404",
		"PATCH /api/v1/orgs/:org/records/:record":                       "x:404",
		"GET /api/v1/orgs/:org/contacts":                                "x:404",
		"POST /api/v1/orgs/:org/contacts":                               "x:404",
		"DELETE /api/v1/orgs/:org/contacts/:contact":                    "x:404",
		"POST /api/v1/alerts/:alert/acknowledge":                        "y:404",
		"GET /api/v1/batches/:batch":                                    "y:404 x:404 m:404",
		"GET /api/v1/batches/:batch/progress":                           "y:404 x:404",
		"GET /api/v1/batches/:batch/invitations":                        "y:404 x:404",
		"GET /api/v1/batches/:batch/poster":                             "y:404 x:404",
		"GET /api/v1/batches/:batch/poster.png":                         "y:404 x:404",
		"GET /api/v1/batches/:batch/poster.svg":                         "y:404 x:404",
		"GET /api/v1/batches/:batch/staff-poster.png":                   "y:404 x:404",
		"GET /api/v1/batches/:batch/staff-poster.svg":                   "y:404 x:404",
		"POST /api/v1/batches/:batch/remind":                            "y:404 x:404",
		"POST /api/v1/batches/:batch/pause":                             "y:404",
		"POST /api/v1/batches/:batch/resume":                            "y:404",
		"POST /api/v1/batches/:batch/close":                             "y:404 x:404",
		"GET /api/v1/invitations/:invitation/qr.png":                    "y:404 x:404",
		"GET /api/v1/invitations/:invitation/qr.svg":                    "y:404 x:404",
		"POST /api/v1/invitations/:invitation/resend":                   "y:404 x:404",
		"POST /api/v1/receipts/:channel/:secret":                        "key",
		"GET /api/v1/indicators/orgs/:org":                              "y:404 x:404 a:404 m:404",
		"GET /api/v1/indicators/orgs/:org/comparison":                   "y:404 x:404 a:404 m:404",
		"GET /api/v1/indicators/orgs/:org/trend":                        "y:404 x:404 a:404 m:404",
		"GET /api/v1/indicators/regions/:code":                          "y:404 m:403",
		"GET /api/v1/orgs/:org/figures/:period":                         "y:404 x:404 a:404 m:404",
		"PUT /api/v1/orgs/:org/figures/:period":                         "x:404 a:404 m:404",
		"GET /api/v1/reports/:report.xlsx":                              "y:404 x:404",
		"GET /api/v1/reports/:report.json":                              "y:404 x:404",
		"GET /api/v1/reports/:report":                                   "y:404 x:404",
		"POST /api/v1/reports/:report/verify":                           "y:404",
		"GET /console/reports/:report":                                  "y:404 x:404",
		"POST /console/reports/:report/verify":                          "y:404",
		"GET /api/v1/orgs/:org/figures/:period/gaps":                    "y:404 x:404 a:404",
		"GET /api/v1/declaration-templates/:name.xlsx":                  "common",
		"GET /api/v1/orgs/:org/prices":                                  "y:404 x:404 a:404",
		"PUT /api/v1/orgs/:org/prices":                                  "x:404",
		"POST /api/v1/orgs/:org/prices/upload":                          "x:404",
		"GET /api/v1/orgs/:org/schedule":                                "y:404 x:404",
		"GET /api/v1/batches/:batch/ratings":                            "y:404 x:404",
		"GET /api/v1/batches/:batch/ratings.xlsx":                       "x:404",
		"POST /api/v1/batches/:batch/ratings":                           "x:404",
		"POST /api/v1/batches/:batch/ratings/submit":                    "x:404",
		"GET /api/v1/ratings/department/:token":                         "key",
		"PUT /api/v1/ratings/department/:token/:invitation":             "key",
		"GET /i/:token":                                                 "key",
		"GET /p/:poster":                                                "key",
		"GET /d/:token":                                                 "key",
		"GET /d/:token/:invitation":                                     "key",
		"POST /d/:token/:invitation":                                    "key",
		"GET /api/v1/cases/:case_no":                                    "key",
		"POST /api/v1/cases/:case_no/rating":                            "key",
		"POST /api/v1/cases/:case_no/supplements":                       "key",
		"POST /api/v1/cases/:case_no/withdraw":                          "key",
		"POST /api/v1/cases/:case_no/review":                            "key",
		"GET /api/v1/complaints/:id/asks/:ask/files/:n":                 "y:404",
		"POST /api/v1/complaints/:id/identity":                          "y:404",
		"GET /api/v1/asks/:ask":                                         "x:404",
		"POST /api/v1/asks/:ask/reply":                                  "x:404",
		"GET /api/v1/complaints/:id":                                    "y:404",
		"GET /api/v1/complaints/:id/files/:n":                           "y:404",
		"POST /api/v1/complaints/:id/transitions":                       "y:404",
		"GET /api/v1/policies/:policy":                                  "common",
		"PUT /api/v1/policies/:policy":                                  "province",
		"DELETE /api/v1/policies/:policy":                               "province",
		"POST /api/v1/policies/:policy/transitions":                     "province",
		"GET /api/v1/policies/:policy/preview":                          "common",
		"GET /api/v1/measures/:measure":                                 "y:404 x:404",
		"POST /api/v1/measures/:measure/transitions":                    "y:404 x:404",
		"POST /api/v1/measures/:measure/papers":                         "x:404",
		"GET /api/v1/measures/:measure/papers/:of/:n":                   "y:404",
		"GET /api/v1/directory/:entry":                                  "common",
		"POST /api/v1/directory/:entry/transitions":                     "y:404 x:404",
		"GET /api/v1/webhooks/:webhook":                                 "province",
		"PATCH /api/v1/webhooks/:webhook":                               "province",
		"DELETE /api/v1/webhooks/:webhook":                              "province",
		"POST /api/v1/webhooks/:webhook/secret":                         "province",
		"POST /api/v1/webhooks/:webhook/test":                           "province",
		"GET /api/v1/webhooks/:webhook/deliveries":                      "province",
		"POST /api/v1/webhooks/:webhook/deliveries/:delivery/redeliver": "province",
		"GET /console/measures/:measure":                                "y:404 x:404",
		"POST /console/measures/:measure":                               "y:404 x:404",
		"GET /console/policies/:policy":                                 "common",
		"POST /console/policies/:policy":                                "province",
		"GET /console/policies/:policy/edit":                            "province",
		"POST /console/policies/:policy/edit":                           "province",
		"POST /console/directory/:entry":                                "y:404 x:404",
		"GET /console/webhooks/:webhook":                                "province",
		"POST /console/webhooks/:webhook":                               "province",
		"GET /console/roster/imports/:import":                           "x:404",
		"POST /console/accounts/:account":                               "y:404",
		"GET /console/batches/:batch":                                   "y:404 x:404",
		"POST /console/batches/:batch":                                  "y:404 x:404",
		"GET /console/batches/:batch/people":                            "y:404 x:404",
		"POST /console/batches/:batch/people":                           "x:404",
		"GET /console/batches/:batch/poster/:kind":                      "y:404 x:404",
		"GET /console/batches/:batch/sheet":                             "y:404 x:404",
		"GET /console/batches/:batch/ratings":                           "y:404 x:404",
		"POST /console/batches/:batch/ratings":                          "x:404",
		"GET /console/batches/:batch/ratings/heads":                     "x:404",
		"GET /console/indicators/:id":                                   "common",
		"GET /console/orgs/:org":                                        "y:404 a:404",
		"GET /console/orgs/:org/edit":                                   "y:404",
		"POST /console/orgs/:org/edit":                                  "y:404",
		"POST /console/orgs/:org/accounts":                              "y:404",
		"POST /console/orgs/:org/accounts/:account":                     "y:404",
		"GET /console/orgs/:org/indicators":                             "y:404 a:404",
		"GET /console/orgs/:org/indicators/:id":                         "y:404 a:404",
		"GET /console/regions/:region":                                  "y:404",
		"GET /console/questionnaires/:code/draft":                       "province",
		"POST /console/questionnaires/:code/draft":                      "province",
		"GET /console/questionnaires/:code/:version":                    "common",
		"GET /console/questionnaires/:code/:version/phone":              "common",
		"GET /console/complaints/:id":                                   "y:404",
		"POST /console/complaints/:id":                                  "y:404",
		"POST /console/complaints/:id/identity":                         "y:404",
		"GET /console/asks/:ask":                                        "x:404",
		"POST /console/asks/:ask":                                       "x:404",
	}
}

// decided is one line of owners, taken apart: what each stranger gets.
func decided(row string) map[string]int {
	statuses := map[string]int{}
	for pair := range strings.FieldsSeq(row) {
		if who, status, ok := strings.Cut(pair, ":"); ok {
			statuses[who], _ = strconv.Atoi(status)
		}
	}
	return statuses
}

// objectWalk tries every request of the walk as somebody whose object it is not, right before the owner makes it and gets it: so the object is there, the
// request is a good one, and only whose it is tells the two apart.
type objectWalk struct {
	*visitor
	strangers map[string]string
	tried     map[string]bool // route and stranger
	ids       map[string]string
}

var colons = regexp.MustCompile(`\{([a-z_]+)\}`)

func (w *objectWalk) before(method, template, path string, params map[string]string, body any, headers []string) {
	route := method + " " + colons.ReplaceAllString(template, ":$1")
	for who, status := range decided(owners()[route]) {
		if who == "a" && w.kind(params["org"]) == models.OrgSchool {
			continue // which the alliance serves
		}
		got := w.do(method, path, w.strangers[who], body, headers...)
		if got.StatusCode != status { // and on, to see all of them
			w.t.Errorf("%s at another's %s gets %d, not %d: %.200s", who, route, got.StatusCode, status, got.body)
		}
		w.tried[route+" "+who] = true
	}
	for name, id := range params {
		if w.ids[name] == "" { // the first of each is there to the end
			w.ids[name] = id
		}
	}
}

// meet registers an organisation elsewhere and gives the strangers their tokens.
func (w *objectWalk) meet() {
	made, err := w.app.Registry.Create(w.t.Context(), models.Principal{Role: models.RoleProvince}, registry.NewOrg{
		Kind: models.OrgEnterprise, Name: "别人的企业", USCC: "91440300MA5TE5T158", Division: "440300", Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	})
	require.NoError(w.t, err)
	w.strangers = map[string]string{"y": w.city("440300")}
	w.strangers["x"], _ = w.account("boss-x", models.RoleOperator, "440300", made.Org.ID)
	w.strangers["a"], _ = w.account("alliance-x", models.RoleAlliance, models.Province, "")
	scopes := []string{}
	for _, s := range models.KeyScopes() {
		scopes = append(scopes, string(s))
	}
	key := w.do("POST", "/api/v1/clients", w.province(), object{"name": "别人的系统", "scopes": scopes, "org": made.Org.ID}).object(201)
	w.strangers["m"] = key["key"].(string)
}

func (w *objectWalk) kind(id string) models.OrgKind {
	o, err := w.store.FindOrg(w.t.Context(), models.SystemScope(), models.OrgID(id))
	require.NoError(w.t, err)
	return o.Kind
}

// Every role at every route with an object in its address, at its own and at another's: what owners() decides is what happens.
func TestNobodyReachesAnothersObject(t *testing.T) {
	t.Parallel()
	w := &objectWalk{tried: map[string]bool{}, ids: map[string]string{}}
	v, tokens := visit(t, func(v *visitor) { w.visitor = v; w.meet(); v.before = w.before })
	w.pages(tokens)
	table := owners()
	for _, r := range v.fiber.GetRoutes(true) {
		route := r.Method + " " + r.Path
		if r.Method == fiber.MethodHead || !strings.Contains(r.Path, "/:") {
			continue
		}
		row, ok := table[route]
		require.True(t, ok, "%s has no line in owners()", route)
		delete(table, route)
		who := strings.Fields(doors()[route])
		for role, stranger := range map[string]string{"c": "y", "o": "x", "a": "a"} {
			if decided(row)[stranger] == 0 && slices.Contains(who, role) {
				require.Contains(t, []string{"common"}, row, "%s lets %s in: owners() must say what %s gets", route, role, stranger)
			}
		}
		for stranger := range decided(row) {
			if !w.tried[route+" "+stranger] {
				t.Errorf("%s was not tried as %s: the walk does not go there", route, stranger)
			}
		}
	}
	require.Empty(t, table, "owners() names what is no route with an object in its address")
}

// pages tries the desk's pages: first as whoever's object it is, then as the strangers.
func (w *objectWalk) pages(tokens map[string]string) {
	hook := w.do("POST", "/api/v1/webhooks", tokens["p"], w.good["POST /api/v1/webhooks"].body).object(201) // the walk's is gone
	w.ids["webhook"] = hook["id"].(string)
	desk := w.do("GET", "/api/v1/orgs/"+w.ids["org"]+"/accounts", tokens["c"], nil).object(200)
	w.ids["account"] = desk["items"].([]any)[0].(object)["id"].(string) // the walk's first is an official's, which no city changes
	for route, row := range owners() {
		method, path, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(path, "/console/") && !strings.HasSuffix(path, "/poster") {
			continue
		}
		path = w.address(path)
		var body any
		var headers []string
		if method == fiber.MethodPost {
			do := "remind"
			if strings.Contains(path, "/accounts") {
				do = "enable"
			}
			body, headers = url.Values{"do": {do}}.Encode(), []string{"Content-Type", "application/x-www-form-urlencoded"}
		}
		for _, role := range strings.Fields(doors()[route]) {
			if role == "a" {
				continue // the walk's objects are an enterprise's
			}
			got := w.do(method, path, tokens[role], body, headers...)
			if slices.Contains([]int{401, 403, 404}, got.StatusCode) || got.StatusCode >= 500 {
				w.t.Errorf("%s at its own %s (%s) gets %d", role, route, path, got.StatusCode)
			}
		}
		for who, status := range decided(row) {
			got := w.do(method, path, w.strangers[who], body, headers...)
			if got.StatusCode != status {
				w.t.Errorf("%s at another's %s gets %d, not %d: %.200s", who, route, got.StatusCode, status, got.body)
			}
			w.tried[route+" "+who] = true
		}
	}
}

// address fills a page's address with what the walk has met.
func (w *objectWalk) address(path string) string {
	words := maps.Clone(w.ids)
	words["region"], words["kind"], words["code"], words["version"] = "440100", "batch", "ENT_PARTICIPANT", "latest"
	if strings.Contains(path, "/indicators/") {
		words["id"] = "E1b"
	}
	return parameter.ReplaceAllStringFunc(path, func(name string) string {
		require.NotEmpty(w.t, words[name[1:]], "the walk met no %s", name)
		return words[name[1:]]
	})
}
