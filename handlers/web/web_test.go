package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// site is a frame with a few routes behind a real listener: what is tested is how bytes on a connection are treated.
type site struct {
	t    *testing.T
	addr string
	mu   sync.Mutex
	log  bytes.Buffer
	reg  *prometheus.Registry
	stop context.CancelFunc
}

func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *site) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

type thing struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	Parts []part   `json:"parts"`
	Flag  *bool    `json:"flag"`
	Tags  []string `json:"tags"`
}

type part struct {
	Code string `json:"code"`
}

func (t thing) Validate() []models.FieldError {
	if t.Name == "bad" {
		return []models.FieldError{{Field: "name", Code: "bad_name", Message: "名称不好。"}}
	}
	return nil
}

var errWrapped = models.ErrConflict.With("receipt", "R-1").Because(errors.New("secret detail of the driver"))

func routes() []Route {
	ok := func(c *fiber.Ctx) error { return c.SendString("ok") }
	fails := func(err error) fiber.Handler { return func(*fiber.Ctx) error { return err } }
	return []Route{
		{Method: "GET", Path: "/api/v1/ok", Guard: Public, Handler: ok},
		{Method: "GET", Path: "/i/:token", Guard: Public, Handler: ok},
		{Method: "POST", Path: "/api/v1/things", Guard: Public, Handler: func(c *fiber.Ctx) error {
			in, err := Bind[thing](c)
			if err != nil {
				return err
			}
			return c.JSON(in)
		}},
		{Method: "POST", Path: "/api/v1/closed", Guard: Any, Handler: ok},
		Route{Method: "POST", Path: "/api/v1/upload", Guard: Public, Handler: func(c *fiber.Ctx) error {
			n, err := io.Copy(io.Discard, Body(c))
			if err != nil {
				return err
			}
			return c.SendString(fmt.Sprint(n))
		}}.Body(1 << 20).Stream(),
		{Method: "GET", Path: "/api/v1/conflict", Guard: Public, Handler: fails(errWrapped)},
		{Method: "GET", Path: "/api/v1/wait", Guard: Public, Handler: fails(models.ErrTooMany.With("retry_after", 7))},
		{Method: "GET", Path: "/api/v1/broken", Guard: Public, Handler: fails(errors.New("password=hunter2"))},
		{Method: "GET", Path: "/api/v1/panic", Guard: Public, Handler: func(*fiber.Ctx) error { panic("password=hunter2") }},
		{Method: "GET", Path: "/api/v1/page", Guard: Public, Handler: func(c *fiber.Ctx) error {
			p, err := Page(c)
			if err != nil {
				return err
			}
			return c.JSON(p)
		}},
		{Method: "GET", Path: "/api/v1/ip", Guard: Public, Handler: func(c *fiber.Ctx) error { return c.SendString(c.IP()) }},
		{Method: "GET", Path: "/dev/x", Guard: Dev, Handler: ok},
		{Method: "GET", Path: "/private", Guard: Private, Handler: ok},
		{Method: "GET", Path: "/api/v1/slow", Guard: Public, Handler: func(c *fiber.Ctx) error {
			deadline, ok := c.UserContext().Deadline()
			return c.JSON(ok && time.Until(deadline) <= DefaultTimeout)
		}},
		{Method: "GET", Path: "/api/v1/events", Guard: Public, Handler: func(c *fiber.Ctx) error {
			return Events(c, func(ctx context.Context, send Send) error {
				if err := send("progress", fiber.Map{"n": 1}); err != nil {
					return err
				}
				<-ctx.Done()
				return send("end", nil)
			})
		}},
	}
}

func open(t *testing.T, change func(*Options), more ...Route) *site {
	s := &site{t: t, reg: prometheus.NewRegistry()}
	base, stop := context.WithCancel(context.Background())
	s.stop = stop
	o := Options{
		Log: slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug})), Metrics: s.reg, Base: base, BodyLimit: 64 << 20, CSRFKey: []byte("k"),
		Authenticate: func(context.Context, string) (models.Principal, error) {
			return models.Principal{}, models.ErrUnauthenticated
		},
	}
	if change != nil {
		change(&o)
	}
	app, f := New(o)
	f.Mount(app, append(routes(), more...))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.addr = ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- app.Listener(ln) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, app.ShutdownWithTimeout(5*time.Second))
		require.NoError(t, <-done)
	})
	return s
}

func (s *site) do(method, path, body string, headers ...string) *http.Response {
	req, err := http.NewRequest(method, "http://"+s.addr+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func readAll(t *testing.T, res *http.Response) string {
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(raw)
}

type problem struct {
	Type, Title, Detail, Code, Instance string
	Status                              int
	Errors                              []models.FieldError
	Offset                              int
	Receipt                             string
}

func (s *site) problem(res *http.Response, status int, code string) problem {
	s.t.Helper()
	raw := readAll(s.t, res)
	require.Equal(s.t, status, res.StatusCode, raw)
	require.Equal(s.t, "application/problem+json", res.Header.Get("Content-Type"))
	var p problem
	require.NoError(s.t, json.Unmarshal([]byte(raw), &p), raw)
	require.Equal(s.t, code, p.Code, raw)
	require.Equal(s.t, status, p.Status)
	require.NotEmpty(s.t, p.Title)
	require.NotEmpty(s.t, p.Detail)
	require.Equal(s.t, res.Header.Get("X-Request-Id"), p.Instance)
	return p
}

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

func TestErrorsBecomeProblems(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	p := s.problem(s.do("GET", "/api/v1/conflict", ""), 409, "conflict")
	require.Equal(t, "R-1", p.Receipt)
	require.Equal(t, "about:blank", p.Type)
	require.Equal(t, "有冲突", p.Title)

	res := s.do("GET", "/api/v1/wait", "")
	s.problem(res, 429, "too_many_requests")
	require.Equal(t, "7", res.Header.Get("Retry-After"))

	for _, path := range []string{"/api/v1/broken", "/api/v1/panic"} {
		res = s.do("GET", path, "", "X-Request-Id", "gateway-0001")
		p = s.problem(res, 500, "internal")
		require.NotContains(t, fmt.Sprint(p), "hunter2")
		require.Equal(t, "gateway-0001", p.Instance)
	}
	require.Contains(t, s.logged(), `"level":"ERROR","msg":"request failed","request_id":"gateway-0001","route":"/api/v1/panic"`)

	s.problem(s.do("GET", "/api/v1/nothing", ""), 404, "no_such_address")
	res = s.do("DELETE", "/api/v1/ok", "")
	s.problem(res, 405, "method_not_allowed")
	require.ElementsMatch(t, []string{"GET", "HEAD"}, strings.Split(res.Header.Get("Allow"), ", "))
	s.problem(s.do("BREW", "/api/v1/ok", ""), 501, "method_not_allowed")
	s.problem(s.do("POST", "/api/v1/closed", ""), 401, "unauthenticated")
	require.Equal(t, 200, s.do("HEAD", "/api/v1/ok", "").StatusCode)
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

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, res := range []*http.Response{s.do("GET", "/api/v1/ok", ""), s.do("GET", "/nothing", ""), s.do("GET", "/nothing", "", "Accept", "text/html")} {
		h := res.Header
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		require.Equal(t, "no-store", h.Get("Cache-Control"))
		require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
		require.NotEmpty(t, h.Get("Permissions-Policy"))
		csp := h.Get("Content-Security-Policy")
		require.True(t, strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self';"), csp)
		require.Contains(t, csp, "frame-ancestors 'none'")
		require.NotContains(t, csp, "unsafe")
		require.NotEmpty(t, h.Get("X-Request-Id"))
		require.Empty(t, h.Get("Server"))
	}
	require.Equal(t, "abcdefgh-1", s.do("GET", "/api/v1/ok", "", "X-Request-Id", "abcdefgh-1").Header.Get("X-Request-Id"))
	for _, id := range []string{"short", strings.Repeat("x", 65), "with space", `in"jected`} {
		require.NotEqual(t, id, s.do("GET", "/api/v1/ok", "", "X-Request-Id", id).Header.Get("X-Request-Id"))
	}
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	res := s.do("GET", "/nothing", "", "Accept", "text/html,*/*")
	require.Equal(t, 404, res.StatusCode)
	require.Contains(t, res.Header.Get("Content-Type"), "text/html")
	require.Contains(t, readAll(t, res), "没有这个地址")
	s.problem(s.do("GET", "/api/v1/nothing", "", "Accept", "text/html"), 404, "no_such_address")

	s = open(t, func(o *Options) {
		o.PageError = func(c *fiber.Ctx, status int, e *models.Error) error {
			if status == 405 {
				_, _ = c.WriteString("half a page")
				return errors.New("template broken")
			}
			return c.SendString("page " + e.Code)
		}
	})
	require.Equal(t, "page no_such_address", readAll(t, s.do("GET", "/nothing", "", "Accept", "text/html")))
	require.NotContains(t, readAll(t, s.do("PUT", "/i/x", "", "Accept", "text/html")), "half")
}

func TestLogAndMetricsHoldNoToken(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	require.Equal(t, 200, s.do("GET", "/i/secrettoken123?name=zhang", "").StatusCode)
	s.problem(s.do("GET", "/x/secrettoken123", ""), 404, "no_such_address")
	s.problem(s.do("POST", "/api/v1/things", `{"secretfield":1}`), 400, "invalid")
	require.Eventually(t, func() bool { return strings.Count(s.logged(), `"msg":"request"`) == 3 }, 5*time.Second, 5*time.Millisecond)
	require.NotContains(t, s.logged(), "secrettoken123")
	require.NotContains(t, s.logged(), "zhang")
	require.NotContains(t, s.logged(), "secretfield")
	require.NotContains(t, s.logged(), "127.0.0.1")
	found, err := s.reg.Gather()
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(found), "secrettoken123")
	require.Contains(t, fmt.Sprint(found), "/i/:token")
	require.Contains(t, fmt.Sprint(found), unmatched)
}

func TestGuardsOfPlaces(t *testing.T) {
	t.Parallel()
	dev, prod := open(t, nil), open(t, func(o *Options) { o.Production = true })
	require.Equal(t, 200, dev.do("GET", "/dev/x", "").StatusCode)
	prod.problem(prod.do("GET", "/dev/x", ""), 404, "no_such_address")
	require.Equal(t, "max-age=31536000; includeSubDomains", prod.do("GET", "/api/v1/ok", "").Header.Get("Strict-Transport-Security"))
	require.Equal(t, 200, dev.do("GET", "/private", "").StatusCode)
	dev.problem(dev.do("GET", "/private", "", "X-Forwarded-For", "203.0.113.9"), 403, "forbidden")
}

func TestMountRefusesOpenDoors(t *testing.T) {
	t.Parallel()
	app, f := New(Options{Log: slog.New(slog.DiscardHandler)})
	ok := func(*fiber.Ctx) error { return nil }
	for name, list := range map[string][]Route{
		"no guard":         {{Method: "GET", Path: "/x", Handler: ok}},
		"no role":          {{Method: "GET", Path: "/x", Guard: Roles(), Handler: ok}},
		"unknown role":     {{Method: "GET", Path: "/x", Guard: Roles("root"), Handler: ok}},
		"two guards":       {{Method: "GET", Path: "/x", Guard: Public | Any, Handler: ok}},
		"public and role":  {{Method: "GET", Path: "/x", Guard: Public | Roles(models.RoleCity), Handler: ok}},
		"nobody checks it": {{Method: "GET", Path: "/x", Guard: RespondentToken, Handler: ok}},
		"twice":            {{Method: "GET", Path: "/x", Guard: Any, Handler: ok}, {Method: "GET", Path: "/x", Guard: Public, Handler: ok}},
	} {
		require.Panics(t, func() { f.Mount(app, list) }, name)
	}
}

func TestEventsOutliveTheHandlerAndEndWithTheServer(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	res := s.do("GET", "/api/v1/events", "")
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	r := bufio.NewReader(res.Body)
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "event: progress\n", line)
	s.stop()
	rest, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, "data: {\"n\":1}\n\nevent: end\ndata: null\n\n", string(rest))
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	require.Equal(t, "true", readAll(t, s.do("GET", "/api/v1/slow", "")))
}

func TestTime(t *testing.T) {
	raw, err := json.Marshal(map[string]Time{"a": Time(time.Date(2026, 11, 23, 16, 30, 0, 123, time.UTC)), "b": {}})
	require.NoError(t, err)
	require.JSONEq(t, `{"a":"2026-11-24T00:30:00+08:00","b":null}`, string(raw))
}
