package cli

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"huisheng/app/indicator"
	"huisheng/app/outreach"
	"huisheng/models"
)

const (
	backlogTime = 3 * time.Second  // a scrape must not hang on a slow database
	backlogKept = 10 * time.Second // several scrapers cost one look
)

// newMetrics makes the registry of a serving process.
func newMetrics(p *parts) *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "huisheng_clock_skew_seconds", Help: "How far this machine's clock is ahead of the database's, which counts.",
	}, func() float64 { return p.clock.Skew().Seconds() }))
	r.MustRegister(&backlog{p: p})
	return r
}

// backlog tells what waits in the whole deployment. A worker has no port of its own: that its work is done shows here.
type backlog struct {
	p    *parts
	mu   sync.Mutex // protects what follows; a second scraper waits for the first one's look
	seen models.Backlog
	at   time.Time
	ok   bool
}

var (
	descReadable  = prometheus.NewDesc("huisheng_backlog_readable", "1 when the database told what waits.", nil, nil)
	descMessages  = prometheus.NewDesc("huisheng_messages", "Messages that are not settled, by state.", []string{"state"}, nil)
	descOldest    = prometheus.NewDesc("huisheng_oldest_due_message_seconds", "For how long the oldest message that is due has waited.", nil, nil)
	descExpanding = prometheus.NewDesc("huisheng_expanding_batches", "Claims that are being turned into invitations.", nil, nil)
	descFigures   = prometheus.NewDesc("huisheng_figures_lag_seconds", "How far the figures are behind the answers; some minutes are meant to be.", nil, nil)
	descHalted    = prometheus.NewDesc("huisheng_sending_halted", "1 while nothing is sent because the provider refuses our account.", nil, nil)
	descOverdue   = prometheus.NewDesc("huisheng_complaints_overdue", "Complaints whose legal deadline has passed without a decision.", nil, nil)
)

// Describe sends every description.
func (b *backlog) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descReadable, descMessages, descOldest, descExpanding, descFigures, descHalted, descOverdue} {
		ch <- d
	}
}

// Collect looks at most every ten seconds. When the database does not answer, only that is told.
func (b *backlog) Collect(ch chan<- prometheus.Metric) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.p.clock.Now()
	if now.Sub(b.at).Abs() > backlogKept {
		ctx, cancel := context.WithTimeout(context.Background(), backlogTime)
		defer cancel()
		seen, err := b.p.store.Backlog(ctx, now, indicator.MarkName, outreach.HaltMark)
		b.seen, b.at, b.ok = seen, now, err == nil
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if !b.ok {
		gauge(descReadable, 0)
		return
	}
	gauge(descReadable, 1)
	for state, n := range b.seen.Messages {
		gauge(descMessages, float64(n), string(state))
	}
	gauge(descOldest, since(now, b.seen.Oldest))
	gauge(descExpanding, float64(b.seen.Expanding))
	gauge(descFigures, since(now, b.seen.FiguresAt))
	halted := 0.0
	if now.Before(b.seen.HaltedTill) {
		halted = 1
	}
	gauge(descHalted, halted)
	gauge(descOverdue, float64(b.seen.Overdue))
}

// since is 0 for what never was.
func since(now, at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(now.Sub(at).Seconds(), 0)
}
