package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/require"
)

// pusher is the one operation that no caller of ours can complete: it takes what a message provider sends, and tests have no provider.
const pusher = "POST /api/v1/receipts/{channel}/{secret}"

// request is one that was answered well, so that it can be spoiled and sent again.
type request struct {
	method, path, token string
	body                any
	headers             []string
	operation           *openapi3.Operation
	template            string
	params              map[string]string
}

// visitor walks through every operation and keeps one good request of each.
type visitor struct {
	*server
	doc  *openapi3.T
	good map[string]request
	// before, if there is one, is told of each request before it is made.
	before func(method, template, path string, params map[string]string, body any, headers []string)
}

var templated = regexp.MustCompile(`\{([a-z_]+)\}`)

// patterns are the paths of the contract as expressions, compiled once: thousands of requests are looked up.
var patterns sync.Map

func patternOf(path string) *regexp.Regexp {
	if known, ok := patterns.Load(path); ok {
		return known.(*regexp.Regexp)
	}
	pattern := regexp.MustCompile("^" + templated.ReplaceAllString(strings.ReplaceAll(path, ".", `\.`), `(?P<$1>[^/]+)`) + "$")
	patterns.Store(path, pattern)
	return pattern
}

// find gives the operation of a request. The library's own routers do not know a parameter with a suffix, such as {kind}.xlsx.
func (v *visitor) find(req *http.Request) (*routers.Route, map[string]string) {
	v.t.Helper()
	var best *routers.Route
	var values map[string]string
	for path, item := range v.doc.Paths.Map() {
		pattern := patternOf(path)
		found, o := pattern.FindStringSubmatch(req.URL.Path), item.GetOperation(req.Method)
		if found == nil || o == nil {
			continue
		}
		params := map[string]string{}
		for i, name := range pattern.SubexpNames()[1:] {
			params[name] = found[i+1]
		}
		if best == nil || len(path) > len(best.Path) { // of {report} and {report}.xlsx, the one that says more
			best, values = &routers.Route{Spec: v.doc, Path: path, PathItem: item, Method: req.Method, Operation: o}, params
		}
	}
	if best != nil {
		return best, values
	}
	require.Fail(v.t, "the contract does not know "+req.Method+" "+req.URL.Path)
	return nil, nil
}

// ok makes a request that must succeed with a status that the contract names, request and answer both as described.
func (v *visitor) ok(status int, method, path, bearer string, body any, headers ...string) reply {
	v.t.Helper()
	what := method + " " + path
	req, err := http.NewRequest(method, path, reader(v.t, body))
	require.NoError(v.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	route, params := v.find(req)
	if v.before != nil {
		v.before(method, route.Path, path, params, body, headers)
	}
	r := v.do(method, path, bearer, body, headers...)
	require.Equal(v.t, status, r.StatusCode, "%s: %s", what, r.body)
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	require.NoError(v.t, openapi3filter.ValidateRequest(context.Background(), in), "the request of %s", what)
	described := route.Operation.Responses.Value(strconv.Itoa(status))
	require.NotNil(v.t, described, "%s answers %d, which its description does not name", what, status)
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // none with 204
	if status == http.StatusNoContent {
		require.Empty(v.t, r.body, what)
	} else {
		require.NotNil(v.t, described.Value.Content.Get(media), "%s answers with %s, which its description does not name", what, media)
	}
	if media == "application/json" {
		var answer any
		require.NoError(v.t, json.Unmarshal(r.body, &answer))
		require.NoError(v.t, described.Value.Content.Get(media).Schema.Value.VisitJSON(answer), "the answer of %s: %s", what, r.body)
	}
	v.good[method+" "+route.Path] = request{method, path, bearer, body, headers, route.Operation, route.Path, params}
	return r
}

// upload is a form with one file and nothing else, as the contract describes it.
func upload(t testing.TB, content string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "名单.xlsx")
	require.NoError(t, err)
	_, err = io.WriteString(part, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

func reader(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return strings.NewReader(b)
	}
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	return strings.NewReader(string(raw))
}

// Every operation of the contract succeeds once, with the status, the type and the fields that it names.
func TestEveryOperationAnswersAsDescribed(t *testing.T) {
	t.Parallel()
	v, _ := visit(t)
	for path, item := range v.doc.Paths.Map() {
		for method := range item.Operations() {
			if name := method + " " + path; name != pusher {
				require.Contains(t, v.good, name, "the walk never gets there")
			}
		}
	}
}

// Every object of the contract says which fields it has and that it has no others: else an answer with somebody's phone would pass.
func TestContractLeavesNothingOpen(t *testing.T) {
	t.Parallel()
	doc, _ := newServer(t).contract()
	for name, s := range doc.Components.Schemas {
		if name != "Object" { // what providers want to read is theirs
			closed(t, name, s.Value)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			for status, r := range o.Responses.Map() {
				for media, m := range r.Value.Content {
					require.NotNil(t, m.Schema, "%s %s %s", method, path, status)
					if strings.Contains(media, "json") && method+" "+path != pusher {
						require.NotEqual(t, "#/components/schemas/Object", m.Schema.Ref, "%s %s %s", method, path, status)
						closed(t, method+" "+path+" "+status, m.Schema.Value)
					}
				}
			}
		}
	}
}

func closed(t *testing.T, at string, s *openapi3.Schema) {
	t.Helper()
	if s.Type.Is("object") && s.AdditionalProperties.Schema == nil {
		require.NotNil(t, s.AdditionalProperties.Has, "%s is open", at)
		require.False(t, *s.AdditionalProperties.Has, "%s is open", at)
	}
	if s.Items != nil && s.Items.Ref == "" {
		closed(t, at+"[]", s.Items.Value)
	}
	for name, p := range s.Properties {
		if p.Ref == "" {
			closed(t, at+"."+name, p.Value)
		}
	}
}

// pathWith is a request's path with one parameter replaced.
func (r request) pathWith(name, value string) string {
	path := r.template
	for k, was := range r.params {
		if k == name {
			was = value
		}
		path = strings.ReplaceAll(path, "{"+k+"}", was)
	}
	return path
}

// query adds one value to a path.
func query(path, name, value string) string {
	path, _, _ = strings.Cut(path, "?")
	return path + "?" + name + "=" + url.QueryEscape(value)
}

// The contract asks for the token that the guard asks for.
func TestContractNamesTheGuard(t *testing.T) {
	t.Parallel()
	doc, _ := newServer(t).contract()
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			who := doors()[method+" "+templated.ReplaceAllString(path, ":$1")]
			want := "operator"
			switch who {
			case "public", "department", "dev":
				want = ""
			case "respondent":
				want = who
			}
			got := ""
			if o.Security != nil && len(*o.Security) > 0 {
				for name := range (*o.Security)[0] {
					got = name
				}
			}
			require.Equal(t, want, got, "%s %s is for %q", method, path, who)
		}
	}
}
