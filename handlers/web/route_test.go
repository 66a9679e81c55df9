package web

import (
	"bufio"
	"io"
	"log/slog"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

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
