package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	app  *fiber.App
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
		{Method: "GET", Path: "/api/v1/cut", Guard: Public, Handler: func(c *fiber.Ctx) error { return c.Context().Conn().Close() }},
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
	s.app = app
	f.Mount(app, append(routes(), more...))
	ln, err := Listen("127.0.0.1:0")
	require.NoError(t, err)
	s.addr = ln.Addr().String()
	done := make(chan error, 1)
	go func() { done <- app.Listener(ln) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, app.ShutdownWithTimeout(time.Minute))
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
	require.Eventually(t, func() bool { return strings.Count(s.logged(), `"msg":"request"`) == 3 }, time.Minute, 5*time.Millisecond)
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
