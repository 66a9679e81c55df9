package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v2"
)

// streamLife is how long one stream of events lives; the browser connects again by itself, and its token is checked again.
const streamLife = 10 * time.Minute

// Send sends one event with v as its JSON. An error means that the client is gone: stop.
type Send func(event string, v any) error

// Events answers with server-sent events: run sends them until it returns, the client goes, the server shuts down or the stream has lived long
// enough; then ctx ends. run starts after the handler has returned and must not touch the request's context.
func Events(c *fiber.Ctx, run func(ctx context.Context, send Send) error) error {
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // or nginx would keep the events
	st, conn := stateOf(c), c.Context().Conn()
	base, log := st.frame.o.Base, st.frame.o.Log
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(base, streamLife)
		defer cancel()
		defer func() {
			if r := recover(); r != nil {
				log.Error("stream panic", "request_id", st.id, "route", st.pattern, "error", fmt.Sprint(r), "stack", string(debug.Stack()))
			}
		}()
		err := run(ctx, func(event string, v any) error {
			raw, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("encode event: %w", err)
			}
			// The server's own deadline was for a whole answer; here each event has one.
			if err := conn.SetWriteDeadline(time.Now().Add(DefaultTimeout)); err != nil {
				return fmt.Errorf("event deadline: %w", err)
			}
			_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, raw) // the flush reports it
			if err := w.Flush(); err != nil {
				return fmt.Errorf("send event: %w", err)
			}
			return nil
		})
		if err != nil {
			log.Debug("stream ended", "request_id", st.id, "route", st.pattern, "error", err.Error())
		}
	})
	return nil
}
