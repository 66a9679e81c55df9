package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

func TestStrictJSON(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	post := func(body string, h ...string) *http.Response { return s.do("POST", "/api/v1/things", body, h...) }
	res := post(`{"name":"甲","count":2,"parts":[{"code":"1"}],"flag":null}`)
	require.Equal(t, 200, res.StatusCode)
	require.Equal(t, 200, post(`{}`, "Content-Type", "application/json; charset=UTF-8").StatusCode)

	for body, want := range map[string]models.FieldError{
		`{"title":"甲"}`:                        {Field: "title", Code: "unknown_field"},
		`{"Name":"甲"}`:                         {Field: "Name", Code: "unknown_field"},
		`{"parts":[{"code":"1"},{"cod":"2"}]}`: {Field: "parts[1].cod", Code: "unknown_field"},
		`{"name":5}`:                           {Field: "name", Code: "wrong_type"},
		`{"count":"5"}`:                        {Field: "count", Code: "wrong_type"},
		`{"count":5.5}`:                        {Field: "count", Code: "wrong_type"},
		`{"count":99999999999999999999}`:       {Field: "count", Code: "wrong_type"},
		`{"parts":[{"code":["x"]}]}`:           {Field: "parts[0].code", Code: "wrong_type"},
		`{"tags":"x"}`:                         {Field: "tags", Code: "wrong_type"},
		`{"name":"a","name":"b"}`:              {Field: "name", Code: "duplicate_field"},
		`[]`:                                   {Field: "", Code: "wrong_type"},
		`null`:                                 {Field: "", Code: "wrong_type"},
		`"x"`:                                  {Field: "", Code: "wrong_type"},
		`{"name":"bad"}`:                       {Field: "name", Code: "bad_name"},
		`{"` + strings.Repeat("n", 5000) + `":true}`: {Field: strings.Repeat("n", 5000), Code: "unknown_field"},
	} {
		p := s.problem(post(body), 400, "invalid")
		require.Len(t, p.Errors, 1, body)
		require.Equal(t, want.Code, p.Errors[0].Code, body)
		require.Equal(t, want.Field, p.Errors[0].Field, body)
		require.Regexp(t, `\p{Han}`, p.Errors[0].Message)
	}
	for body, offset := range map[string]int{
		`{"name":"甲"`:               13,
		`{"name":}`:                 8,
		`{"name":"x"} {"name":"y"}`: 13,
		`not json`:                  0,
		"{\"name\":\"\xff\"}":       9,
		`{"name":"\ud800"}`:         9,
		strings.Repeat("[", 20000):  0,
	} {
		require.Equal(t, offset, s.problem(post(body), 400, "malformed_json").Offset, body)
	}
	s.problem(s.do("POST", "/api/v1/things", "", "Content-Type", "application/json"), 400, "malformed_json")
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, h := range [][]string{
		{"Content-Type", "text/plain"},
		{"Content-Type", "application/x-www-form-urlencoded"},
		{"Content-Type", ""},
		{"Content-Type", "application/json; charset=gbk"},
		{"Content-Type", "application/json", "Content-Encoding", "gzip"},
	} {
		s.problem(s.do("POST", "/api/v1/things", `{}`, h...), 415, "unsupported_media_type")
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for accept, english := range map[string]bool{
		"": false, "en": true, "en-GB,en;q=0.9": true, "zh-CN,zh;q=0.9,en;q=0.8": false, "fr,en;q=0.5": true, "en;q=0.5,zh;q=0.9": false, "de": false, "en;q=x": false,
	} {
		p := s.problem(s.do("GET", "/api/v1/conflict", "", "Accept-Language", accept), 409, "conflict")
		if english {
			require.Equal(t, "Conflict", p.Title, accept)
			require.NotRegexp(t, `\p{Han}`, p.Detail)
		} else {
			require.Regexp(t, `\p{Han}`, p.Detail, accept)
		}
	}
}

func TestInvalidText(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, target := range []string{"/i/%ff", "/i/%00", "/api/v1/page?after=%c3%28", "/api/v1/page?%ff=1", "/api/v1/page?after=%00"} {
		s.problem(s.do("GET", target, ""), 400, "invalid_encoding")
	}
	require.Equal(t, 200, s.do("GET", "/api/v1/page?after=%E7%94%B2", "").StatusCode)
	require.Equal(t, 200, s.do("GET", "/i/%E7%94%B2", "").StatusCode)
}

func TestPage(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	require.JSONEq(t, `{"Limit":50,"After":""}`, readAll(t, s.do("GET", "/api/v1/page", "")))
	require.JSONEq(t, `{"Limit":200,"After":"x"}`, readAll(t, s.do("GET", "/api/v1/page?limit=200&after=x", "")))
	for _, q := range []string{"limit=0", "limit=201", "limit=-1", "limit=x", "limit=1e2", "after=" + strings.Repeat("x", 201)} {
		require.Len(t, s.problem(s.do("GET", "/api/v1/page?"+q, ""), 400, "invalid").Errors, 1)
	}
}

func TestTime(t *testing.T) {
	raw, err := json.Marshal(map[string]Time{"a": Time(time.Date(2026, 11, 23, 16, 30, 0, 123, time.UTC)), "b": {}})
	require.NoError(t, err)
	require.JSONEq(t, `{"a":"2026-11-24T00:30:00+08:00","b":null}`, string(raw))
}
