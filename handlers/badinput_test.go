package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
)

// fieldNames is every name that some body of the API has: each route must bear each of them with a wrong type, as its own field or as an unknown one.
var fieldNames = strings.Fields(`account password otp refresh_token current next name role region kind uscc affiliation subtype filing disabled reset
	claim_no org subsidy_type claimed_at records certificates reason phone token code poster id_tail consents answers started_at category text
	visibility contact files action outcome values source satisfaction comment initial_password`)

var wrongValues = []string{`[[1]]`, `{"x":1}`, `1e999`, `-1.5`, `true`, `""`, `"\u0000"`, `null`}

// insides must never reach a caller.
var insides = regexp.MustCompile(`(?i)mongo|bson|goroutine|\.go:\d|runtime error|strconv|json: |reflect|panic|E11000|postgres`)

var stableCode = regexp.MustCompile(`"code":"[a-z0-9_]+"`)

// refused is a 4xx problem document with a stable code and nothing of the insides.
func (s *server) refused(what string, r reply) {
	s.t.Helper()
	require.GreaterOrEqual(s.t, r.StatusCode, 400, "%s: %s", what, r.body)
	require.Less(s.t, r.StatusCode, 500, "%s: %s", what, r.body)
	require.Equal(s.t, "application/problem+json", r.Header.Get("Content-Type"), what)
	require.Regexp(s.t, stableCode, string(r.body), what)
	require.NotRegexp(s.t, insides, string(r.body), what)
}

// door is one route of the API.
type door struct{ Method, Path string }

// apiRoutes lists the routes of the API with one token that may call each.
func (s *server) apiRoutes(tokens map[string]string) map[door]string {
	list := map[door]string{}
	for _, r := range s.fiber.GetRoutes(true) {
		who := doors()[r.Method+" "+r.Path]
		if r.Method == fiber.MethodHead || !strings.HasPrefix(r.Path, "/api/") || strings.HasSuffix(r.Path, "/logout") {
			continue
		}
		token := tokens["p"]
		switch {
		case who == "public" || who == "department":
			token = ""
		case who == "respondent":
			token = tokens["respondent"]
		case who != "any" && !strings.Contains(who, "p"):
			token = tokens["o"]
		}
		list[door{r.Method, r.Path}] = token
	}
	return list
}

// bodyFields gives the fields that the contract names in each route's body.
func (s *server) bodyFields() map[door]map[string]bool {
	doc, _ := s.contract()
	all := map[door]map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			fields := map[string]bool{}
			if o.RequestBody != nil {
				if media := o.RequestBody.Value.Content.Get("application/json"); media != nil {
					for name := range media.Schema.Value.Properties {
						fields[name] = true
					}
				}
			}
			all[door{method, templated.ReplaceAllString(path, ":$1")}] = fields
		}
	}
	return all
}

var parameter = regexp.MustCompile(`:[a-z_]+`)

// Every route that takes a body refuses whatever is not the body it wants.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	known, turn := s.bodyFields(), 0
	for r, token := range s.apiRoutes(s.tokens()) {
		if r.Method == http.MethodGet || r.Method == http.MethodDelete || r.Path == "/api/v1/sending/resume" {
			continue
		}
		path, name := parameter.ReplaceAllString(r.Path, "x"), r.Method+" "+r.Path
		key := []string{"Idempotency-Key", "bad-input-0001"}
		for _, body := range []string{``, `{`, `[]`, `"x"`, `null`, `1`, "{\"name\":\"\xff\xfe\"}", `{"no_such_field":1}`, `{}{}`, strings.Repeat(`{"a":`, 5000)} {
			s.refused(name+" with "+body[:min(len(body), 40)], s.do(r.Method, path, token, body, key...))
		}
		s.refused(name+" as a form", s.do(r.Method, path, token, "a=b", append(key, "Content-Type", "application/x-www-form-urlencoded")...))
		s.refused(name+" as nonsense", s.do(r.Method, path, token, "a=b", append(key, "Content-Type", "multipart/form-data; boundary=")...))
		if !strings.HasSuffix(r.Path, "/roster") && !strings.HasSuffix(r.Path, "/ratings") && !strings.HasSuffix(r.Path, "/files") && r.Path != "/api/v1/claims" {
			s.refused(name+" too large", s.do(r.Method, path, token, `{"name":"`+strings.Repeat("长", 60_000)+`"}`, key...))
		}
		own := known[r]
		for i, field := range fieldNames {
			values := wrongValues
			if !own[field] { // refused for its name, whatever its value: one a field, another one at each route
				n := (i + turn) % len(wrongValues)
				values = wrongValues[n : n+1]
			}
			for _, value := range values {
				body := `{"` + field + `":` + value + `}`
				s.refused(name+" with "+body, s.do(r.Method, path, token, body, key...))
			}
		}
		turn++
	}
	require.Equal(t, 200, s.do("GET", "/livez", "", nil).StatusCode)
}

// Every route bears absurd paths and queries, and says no to methods it does not know.
func TestBadAddresses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	absurd := []string{"%ff%fe", "..%2f..%2fetc", strings.Repeat("A", 3000), "%00", "null", "-1", "$ne", "{}", "%E4%BD%A0", "'%22%3Cscript%3E"}
	queries := []string{"limit=-1", "limit=abc", "limit=99999999999999999999", "after=%ff", "after=garbage", "period=xx", "period=2026Q9", "kind=x", "size=-5", "size=99999999", "dry_run=maybe", "a=%zz", "lang=%00"}
	for r, token := range s.apiRoutes(s.tokens()) {
		if strings.HasSuffix(r.Path, "/progress") {
			continue // a stream; its guard and path are those of the batch
		}
		name := r.Method + " " + r.Path
		check := func(what string, got reply) {
			require.Less(t, got.StatusCode, 500, "%s %s: %s", name, what, got.body)
			if got.StatusCode >= 400 && got.StatusCode != 404 {
				s.refused(name+" "+what, got)
			}
			require.NotRegexp(t, insides, string(got.body), name+" "+what)
		}
		if strings.Contains(r.Path, ":") {
			for _, a := range absurd {
				check(a[:min(len(a), 20)], s.do(r.Method, parameter.ReplaceAllString(r.Path, a), token, nil, "Idempotency-Key", "bad-input-0001"))
			}
		}
		if r.Method == http.MethodGet {
			for _, q := range queries {
				check(q, s.do(r.Method, parameter.ReplaceAllString(r.Path, "x")+"?"+q, token, nil))
			}
		}
		got := s.do("TRACE", parameter.ReplaceAllString(r.Path, "x"), token, nil)
		require.Contains(t, []int{405, 501}, got.StatusCode, name)
	}
	require.Equal(t, 200, s.do("GET", "/livez", "", nil).StatusCode)
}
