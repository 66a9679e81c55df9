// Package web is the frame around every request: routes that are closed unless their guard opens them, request ids, deadlines, limits on
// bodies, security headers, one translation of errors into problem documents, access log and metrics. Handlers get typed input from Bind, Page
// and Principal, return an error, and know nothing of the rest.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"huisheng/models"
)

// Options is what the frame needs from outside.
type Options struct {
	Log        *slog.Logger
	Metrics    prometheus.Registerer
	Production bool            // Secure cookies, HSTS; without it the Dev guard opens
	Base       context.Context // ends when the server begins to shut down: streams end with it
	Proxies    []netip.Prefix  // whose X-Forwarded-For is believed
	BodyLimit  int             // bytes; no route may allow more
	CSRFKey    []byte

	// Authenticate gives whose access token it is, or an error of kind Unauthenticated.
	Authenticate func(ctx context.Context, access string) (models.Principal, error)
	// Track keeps an eye on what a request records about itself; settle says that its outcome is known. Nil tracks nothing.
	Track func(ctx context.Context) (tracked context.Context, settle func())
	// Renew gives new tokens for a browser's refresh token; parallel requests of one page may come with the same one.
	Renew func(ctx context.Context, refresh string) (Tokens, error)
	// Respondent and Department admit the holders of those tokens; they leave what they read with SetRespondent.
	Respondent, Department func(c *fiber.Ctx) error
	// PageError shows an error to a person; nil shows a plain text.
	PageError func(c *fiber.Ctx, status int, e *models.Error) error
}

// Frame wraps an app's routes.
type Frame struct {
	o       Options
	metrics metrics
}

// clientHeader carries the client's address from the frame to c.IP(); the frame overwrites whatever a client sent under this name.
const clientHeader = "X-Huisheng-Client"

// Timeouts of the server.
const (
	// DefaultTimeout bounds a request unless its route says otherwise: reading, handling and writing each.
	DefaultTimeout = 15 * time.Second
	idleTimeout    = 60 * time.Second
)

// New makes the app and its frame. Routes come with Mount.
func New(o Options) (*fiber.App, *Frame) {
	f := &Frame{o: o, metrics: newMetrics(o.Metrics)}
	app := fiber.New(fiber.Config{
		AppName: "huisheng", DisableStartupMessage: true,
		Immutable:     true, // values outlive the request: they go to the store's grouped writes and to streams
		CaseSensitive: true, // tokens in paths are
		BodyLimit:     o.BodyLimit,
		// The guard comes before the body: a stranger cannot make the server hold a large one.
		StreamRequestBody: true, DisablePreParseMultipartForm: true,
		ReadTimeout: DefaultTimeout, WriteTimeout: DefaultTimeout, IdleTimeout: idleTimeout,
		ReadBufferSize: 16 << 10,
		ProxyHeader:    clientHeader,
		ErrorHandler:   f.fail,
	})
	app.Use(f.serve)
	f.refuseUnknownMethods(app)
	return app, f
}

// refuseUnknownMethods answers before Fiber does, which would send a plain text for a method it does not know.
func (f *Frame) refuseUnknownMethods(app *fiber.App) {
	known := app.Config().RequestMethods
	inner := app.Server().Handler
	app.Server().Handler = func(ctx *fasthttp.RequestCtx) {
		if slices.Contains(known, string(ctx.Method())) {
			inner(ctx)
			return
		}
		c := app.AcquireCtx(ctx)
		defer app.ReleaseCtx(c)
		_ = f.fail(c, fiber.ErrNotImplemented) // writing into memory does not fail
		ctx.SetConnectionClose()
	}
}

// state is what the frame knows of one request.
type state struct {
	frame      *Frame
	id         string
	pattern    string // of the route: paths hold tokens and are never logged
	principal  models.Principal
	cookie     bool // logged in by cookie, so that a forged form must be ruled out
	respondent any
}

type stateKey struct{}

func stateOf(c *fiber.Ctx) *state {
	if st, ok := c.Locals(stateKey{}).(*state); ok {
		return st
	}
	return &state{id: models.NewID()} // a request that was broken before any route could see it
}

// serve is the outermost middleware.
func (f *Frame) serve(c *fiber.Ctx) error {
	start := time.Now()
	st := &state{frame: f, id: requestID(c), pattern: unmatched}
	c.Locals(stateKey{}, st)
	c.Request().Header.Set(clientHeader, f.clientIP(c))
	c.Set(fiber.HeaderXRequestID, st.id)
	f.setHeaders(c)
	f.metrics.inFlight.Inc()
	defer f.metrics.inFlight.Dec()
	if err := next(c); err != nil {
		if err := f.fail(c, err); err != nil {
			return err
		}
	}
	finishBody(c)
	f.observe(c, st, time.Since(start))
	return nil
}

// next runs the route; a panic becomes an error with its stack.
func next(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if !validText(c) {
		return errEncoding
	}
	return c.Next()
}

// requestID takes the caller's id if it is a harmless one, so that a request can be followed through gateway and service.
func requestID(c *fiber.Ctx) string {
	id := c.Get(fiber.HeaderXRequestID)
	if len(id) < 8 || len(id) > 64 {
		return models.NewID()
	}
	for _, b := range []byte(id) {
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
		if !letter && b != '-' && b != '_' && b != '.' {
			return models.NewID()
		}
	}
	return id
}

// Principal is who is logged in; the zero value on routes that need no login.
func Principal(c *fiber.Ctx) models.Principal { return stateOf(c).principal }

// RequestID is the id of this request, for a page that shows it.
func RequestID(c *fiber.Ctx) string { return stateOf(c).id }

// SetRespondent leaves what the Respondent or Department hook read from its token, for Respondent to find.
func SetRespondent(c *fiber.Ctx, claims any) { stateOf(c).respondent = claims }

// Respondent gives what SetRespondent left; the zero value if it was of another type.
func Respondent[T any](c *fiber.Ctx) T {
	t, _ := stateOf(c).respondent.(T)
	return t
}

// isKind says whether err is of our vocabulary and of that kind.
func isKind(err error, k models.Kind) bool {
	var e *models.Error
	return errors.As(err, &e) && e.Kind == k
}
