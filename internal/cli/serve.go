package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers"
	"huisheng/handlers/web"
	"huisheng/jobs"
	"huisheng/models"
)

// shutdownTime is how long requests under way may take to end after the process was asked to stop.
const shutdownTime = 25 * time.Second

// serve answers HTTP until it is asked to stop; then HTTP ends first, the workers next, Redis and MongoDB last.
func serve(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(errOut)
	withWorker := flags.Bool("with-worker", false, "also do the background work in this process")
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	p, err := build(ctx, errOut, false)
	if err != nil {
		return err
	}
	defer p.close()
	go p.clock.Keep(ctx, p.log)
	go p.app.Questionnaires.Keep(ctx)
	http := handlers.New(p.handlerDeps(ctx))
	runtime.GC()         // parsing and compressing pages leaves much behind that serving never needs; pools of compressors
	debug.FreeOSMemory() // go with the second collection alone
	go paceGC(ctx)
	done := make(chan error, 1)
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	p.followKeys(background)
	if *withWorker {
		go func() { done <- p.runner().Run(background) }()
	} else {
		done <- nil
	}
	failed := make(chan error, 1)
	ln, err := web.Listen(p.cfg.Addr)
	if err != nil {
		failed <- err
	} else {
		go func() { failed <- http.Listener(ln) }()
	}
	_, _ = fmt.Fprintf(out, "huisheng serves on %s (%s)\n", p.cfg.Addr, p.cfg.BaseURL)
	select {
	case err = <-failed:
		err = fmt.Errorf("HUISHENG_ADDR: %w", err)
	case <-ctx.Done():
		err = stopHTTP(http)
	}
	stopBackground()
	return errors.Join(err, <-done)
}

func stopHTTP(http *fiber.App) error {
	if err := http.ShutdownWithTimeout(shutdownTime); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}

// worker does the background work until it is asked to stop.
func worker(ctx context.Context, _ []string, out, errOut io.Writer) error {
	p, err := build(ctx, errOut, false)
	if err != nil {
		return err
	}
	defer p.close()
	go p.clock.Keep(ctx, p.log)
	following, stop := context.WithCancel(context.WithoutCancel(ctx)) // also while what is under way ends
	defer stop()
	p.followKeys(following)
	go p.app.Questionnaires.Keep(following)
	_, _ = fmt.Fprintln(out, "huisheng works in the background")
	return p.runner().Run(ctx)
}

// followKeys makes the process seal with the primary key of the file as it is now, until ctx ends.
func (p *parts) followKeys(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangup)
		p.box.Watch(ctx, p.cfg.KeysPoll, hangup, p.log)
	}()
}

func (p *parts) runner() *jobs.Runner {
	return jobs.New(jobs.Deps{
		Outreach: p.app.Outreach, Indicators: p.app.Indicators, Webhooks: p.app.Webhooks, Queue: p.queue, Config: p.cfg, Log: p.log,
		Extra: append(
			jobs.Supervision(p.app.Supervise),
			jobs.ReportJob(p.app.Reports, 5*p.cfg.JobInterval),
			jobs.Job{Name: "alerts", Every: 10 * p.cfg.JobInterval, Exec: func(ctx context.Context) error { _, err := p.app.Alerts.Refresh(ctx); return err }},
			jobs.Job{Name: "retention", Every: 6 * time.Hour, Exec: func(ctx context.Context) error { _, err := p.app.Privacy.Run(ctx, models.Principal{}); return err }},
			jobs.Job{Name: "audit", Every: p.cfg.AuditSettle / 4, Exec: func(ctx context.Context) error { _, err := p.app.Audit.Sweep(ctx, p.cfg.AuditSettle); return err }},
			jobs.Job{Name: "photos", Every: time.Minute, Exec: p.app.Complaints.KeepFiles},
			jobs.CaseJob(p.app.Complaints, 10*p.cfg.JobInterval),
			jobs.Job{Name: "calendar", Every: 24 * time.Hour, Exec: p.app.Calendar.Warn}, // at once and then daily
		),
	})
}

func (p *parts) handlerDeps(ctx context.Context) handlers.Deps {
	return handlers.Deps{
		Config: p.cfg, App: p.app, Box: p.box, Log: p.log, Metrics: newMetrics(p), Context: ctx,
		PingStore: p.store.Ping, PingRedis: func(ctx context.Context) error { return p.redis.Ping(ctx).Err() },
	}
}
