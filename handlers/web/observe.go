package web

import (
	"log/slog"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// unmatched stands for the pattern of a request that no route took.
const unmatched = "unmatched"

type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

// newMetrics registers the counters. Labels are patterns and statuses, never paths: those hold tokens, and would be without bound.
func newMetrics(r prometheus.Registerer) metrics {
	m := metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "huisheng_http_requests_total", Help: "Requests answered, by method, route pattern and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "huisheng_http_request_seconds", Help: "Time from the first handler to the finished answer (for a stream: to its start).",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "huisheng_http_requests_in_flight", Help: "Requests being handled."}),
	}
	if r != nil {
		r.MustRegister(m.requests, m.duration, m.inFlight)
	}
	return m
}

// observe writes the access log and counts. Neither holds an address, a token or a name.
func (f *Frame) observe(c *fiber.Ctx, st *state, took time.Duration) {
	status, method := c.Response().StatusCode(), c.Method()
	f.metrics.requests.WithLabelValues(method, st.pattern, strconv.Itoa(status)).Inc()
	f.metrics.duration.WithLabelValues(method, st.pattern).Observe(took.Seconds())
	if !f.o.Log.Enabled(c.UserContext(), slog.LevelInfo) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request_id", st.id), slog.String("method", method), slog.String("route", st.pattern), slog.Int("status", status),
		slog.Float64("ms", float64(took.Microseconds())/1000),
	}
	if a := st.principal.Account; a != "" {
		attrs = append(attrs, slog.String("account", string(a)))
	}
	f.o.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "request", attrs...)
}
