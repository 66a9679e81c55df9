package handlers_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// spoiled is a body that the contract does not allow, and what was done to it.
type spoiled struct {
	what, body string
	statuses   []int // that may answer it; none: any refusal
}

// wrongFor gives values of other types than a schema's.
func wrongFor(s *openapi3.Schema) []string {
	switch {
	case s.Type == nil: // a choice of types
		return []string{`[]`, `{}`}
	case s.Type.Is("string"):
		return []string{`12`, `true`, `[]`, `{}`, `"\ud800"`}
	case s.Type.Is("integer"):
		return []string{`"1"`, `1.5`, `true`, `[]`, `{}`, `1e99`}
	case s.Type.Is("number"):
		return []string{`"1"`, `true`, `[]`, `{}`, `1e999`}
	case s.Type.Is("boolean"):
		return []string{`"true"`, `1`, `[]`, `{}`}
	case s.Type.Is("array"):
		return []string{`"x"`, `1`, `{}`, `[[]]`}
	}
	return []string{`"x"`, `1`, `true`, `[]`}
}

// spoil gives every way of breaking one rule of the schema in a body that keeps them all. write puts the spoiled part back into the whole.
func spoil(at string, s *openapi3.Schema, good object, write func(object) string) (list []spoiled) {
	if good == nil { // the good body does without this part
		good = object{}
	}
	with := func(name string, raw string) string {
		o := maps.Clone(good)
		o[name] = json.RawMessage(raw)
		return write(o)
	}
	refused := []int{400}
	for name, p := range s.Properties {
		for _, raw := range wrongFor(p.Value) {
			list = append(list, spoiled{at + name + " is " + raw, with(name, raw), refused})
		}
		if p.Value.Type.Is("object") && p.Value.AdditionalProperties.Schema == nil {
			part, _ := good[name].(object)
			list = append(list, spoil(at+name+".", p.Value, part, func(o object) string { return with(name, encode(o)) })...)
		}
		if p.Value.Type.Is("string") { // right by type, absurd as a value: nobody may break, some may take it
			for _, raw := range []string{`"\u0000"`, `"` + strings.Repeat("长", 5000) + `"`, `"$ne"`, `"{\"$gt\":\"\"}"`, `"\u202e"`} {
				list = append(list, spoiled{at + name + " is " + raw[:min(len(raw), 20)], with(name, raw), nil})
			}
		}
	}
	for _, name := range s.Required {
		o := maps.Clone(good)
		delete(o, name)
		list = append(list, spoiled{at + name + " is missing", write(o), []int{400, 401, 403, 404, 409, 410, 429}})
	}
	o := maps.Clone(good)
	o["no_such_field"] = 1
	return append(list, spoiled{at + "no_such_field is there", write(o), refused})
}

func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// asObject is a body as JSON decodes it.
func asObject(t testing.TB, body any) object {
	t.Helper()
	var o object
	require.NoError(t, json.Unmarshal([]byte(encode(body)), &o))
	return o
}

// callers gives the tokens of everybody who may make a request: bad input must not get further with one role than with another.
func callers(r request, tokens map[string]string) map[string]string {
	colons := templated.ReplaceAllString(r.template, ":$1")
	who := doors()[r.method+" "+colons]
	list := map[string]string{}
	for role, token := range tokens {
		if who == "any" && len(role) == 1 || slices.Contains(strings.Fields(who), role) {
			list[role] = token
		}
	}
	if len(list) == 0 {
		list["nobody"] = r.token // public, or by the department's link
	}
	return list
}

// spoiledBody sends a spoiled body, which must be refused without a word about the insides.
func (v *visitor) spoiledBody(name string, r request, token string, b spoiled) {
	v.t.Helper()
	what := fmt.Sprintf("%s where %s", name, b.what)
	got := v.do(r.method, r.path, token, b.body, r.headers...)
	require.Less(v.t, got.StatusCode, 500, "%s: %s", what, got.body)
	require.NotRegexp(v.t, insides, string(got.body), what)
	if got.StatusCode >= 400 {
		v.refused(what, got)
	}
	if b.statuses != nil {
		require.Contains(v.t, b.statuses, got.StatusCode, "%s: %s", what, got.body)
	}
}

// Every body that breaks one rule of the contract is refused, at real addresses and by everybody who may call.
func TestSpoiledBodies(t *testing.T) {
	t.Parallel()
	v, tokens := visit(t)
	sent := 0
	for name, r := range v.good {
		if r.operation.RequestBody == nil {
			continue
		}
		media := r.operation.RequestBody.Value.Content.Get("application/json")
		if media == nil || name == "POST /api/v1/auth/logout" { // its token is spoiled already
			continue
		}
		good := asObject(t, r.body)
		list := spoil("", media.Schema.Value, good, func(o object) string { return encode(o) })
		whole := encode(good)
		for _, body := range []string{``, ` `, `{`, `[]`, `null`, `"x"`, whole[:len(whole)-1], whole + whole, strings.Replace(whole, `"`, "\"\xff\xfe", 1), "\xef\xbb\xbf" + whole[:1]} {
			list = append(list, spoiled{"the body is " + body[:min(len(body), 30)], body, []int{400}})
		}
		for role, token := range callers(r, tokens) {
			for _, b := range list {
				v.spoiledBody(name+" as "+role, r, token, b)
				sent++
			}
			v.wrongMedia(name+" as "+role, r, token, whole)
		}
	}
	t.Logf("%d spoiled bodies", sent)
	require.Greater(t, sent, 1000)
	require.Equal(t, 200, v.do("GET", "/livez", "", nil).StatusCode)
}

// wrongMedia sends a good body under another name.
func (v *visitor) wrongMedia(name string, r request, token, body string) {
	v.t.Helper()
	for _, kind := range []string{"", "text/plain", "application/xml", "application/json; charset=gbk", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"} {
		got := v.do(r.method, r.path, token, body, append(slices.Clone(r.headers), "Content-Type", kind)...)
		require.Equal(v.t, 415, got.StatusCode, "%s as %q: %s", name, kind, got.body)
		v.refused(name+" as "+kind, got)
	}
}

// A parameter of the wrong type is refused by name, an absurd one breaks nothing, at real addresses and by everybody who may call.
func TestSpoiledParameters(t *testing.T) {
	t.Parallel()
	v, tokens := visit(t)
	absurd := []string{"\x00", "\xff\xfe", strings.Repeat("A", 6000), "garbage", "$ne", "{}", "../..", "'\"<script>", "-1", "2026Q9", "长"}
	for name, r := range v.good {
		if strings.HasSuffix(name, "/logout") || strings.HasSuffix(name, "/progress") || r.method != "GET" {
			continue
		}
		for role, token := range callers(r, tokens) {
			for _, p := range r.operation.Parameters {
				if p.Value.In != "query" {
					continue
				}
				for _, value := range absurd {
					v.oddQuery(name+" as "+role, r, token, p.Value, value)
				}
			}
			for param := range r.params {
				for _, value := range []string{"%00", "%ff%fe", strings.Repeat("A", 6000), "$ne", "%7B%7D", "%2e%2e%2f", "-1", "%E9%95%BF"} {
					got := v.do(r.method, r.pathWith(param, value), token, nil, r.headers...)
					what := fmt.Sprintf("%s as %s with %s = %.20s", name, role, param, value)
					require.Contains(t, []int{400, 404, 414, 431}, got.StatusCode, "%s: %s", what, got.body)
					v.refused(what, got)
				}
			}
		}
	}
}

func (v *visitor) oddQuery(name string, r request, token string, p *openapi3.Parameter, value string) {
	v.t.Helper()
	got := v.do(r.method, query(r.path, p.Name, value), token, nil, r.headers...)
	what := fmt.Sprintf("%s with %s=%.20q", name, p.Name, value)
	require.Less(v.t, got.StatusCode, 500, "%s: %s", what, got.body)
	if got.StatusCode >= 400 {
		v.refused(what, got)
	}
	if !p.Schema.Value.Type.Is("string") {
		require.Equal(v.t, 400, got.StatusCode, "%s: %s", what, got.body)
	}
}
