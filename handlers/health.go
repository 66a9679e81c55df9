package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// pingTime is how long a server may take to answer before it counts as away.
const pingTime = 2 * time.Second

// front leads whoever typed the bare address to where a code is typed: that is what a message names.
func (h *handlers) front(c *fiber.Ctx) error { return c.Redirect("/f", fiber.StatusFound) }

// live says that the process runs, whatever it depends on: a restart would not help those.
func (h *handlers) live(c *fiber.Ctx) error { return c.JSON(fiber.Map{"status": "ok"}) }

// ready says whether to send requests here. Without Redis people can still answer, so it is only reported.
func (h *handlers) ready(c *fiber.Ctx) error {
	answers := func(ping func(context.Context) error) bool {
		ctx, cancel := context.WithTimeout(c.UserContext(), pingTime)
		defer cancel()
		return ping(ctx) == nil
	}
	word := map[bool]string{true: "ok", false: "unavailable"}
	mongo, redis, stopping := answers(h.PingStore), answers(h.PingRedis), h.Context.Err() != nil
	status := fiber.StatusOK
	if !mongo || stopping {
		status = fiber.StatusServiceUnavailable
	}
	return c.Status(status).JSON(fiber.Map{
		"status": word[status == fiber.StatusOK], "mongodb": word[mongo], "redis": word[redis], "stopping": stopping,
	})
}

// metrics answers in Prometheus' text format.
func (h *handlers) metrics() fiber.Handler {
	return adaptor.HTTPHandler(promhttp.HandlerFor(h.Metrics, promhttp.HandlerOpts{}))
}
