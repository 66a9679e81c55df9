package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"huisheng/app"
	"huisheng/config"
	"huisheng/config/catalog"
	"huisheng/internal/clock"
	"huisheng/internal/limit"
	"huisheng/internal/seal"
	"huisheng/jobs"
	"huisheng/jobs/channel"
	"huisheng/models"
	"huisheng/models/store"
)

// parts is everything a process is made of.
type parts struct {
	cfg     config.Config
	log     *slog.Logger
	box     *seal.Box
	store   *store.Store
	clock   *clock.Clock
	redis   *redis.Client
	limiter *limit.Limiter
	queue   *jobs.Queue
	sender  models.Sender
	app     *app.App
}

// build reads the configuration and joins the parts. The caller closes them. A quiet process logs warnings only: its output is read by a person.
func build(ctx context.Context, logTo io.Writer, quiet bool) (*parts, error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	if quiet {
		cfg.LogLevel = "warn"
	}
	p := &parts{cfg: cfg}
	if p.log, err = newLog(cfg.LogLevel, logTo); err != nil {
		return nil, err
	}
	if p.box, err = seal.Load(cfg.KeysFile, !cfg.Production()); err != nil {
		return nil, fmt.Errorf("HUISHENG_KEYS_FILE: %w", err)
	}
	cat, err := catalog.Load()
	if err != nil {
		return nil, fmt.Errorf("catalog:\n%w", err)
	}
	if p.redis, err = limit.Connect(cfg.RedisURL); err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	if p.store, err = store.Open(ctx, cfg.MongoURI, cfg.Database); err != nil {
		return nil, fmt.Errorf("MONGODB_URI: %w", err)
	}
	p.clock = clock.New(p.store.Time, func() time.Time { return time.Now().Add(cfg.ClockForward) })
	if err := p.clock.Sync(ctx); err != nil {
		return nil, errors.Join(err, p.store.Close(ctx))
	}
	p.queue = jobs.NewQueue(p.redis, p.log)
	p.limiter = limit.New(p.redis, p.box.Key("limit"), p.clock.Now)
	if p.sender, err = newSender(p); err != nil {
		return nil, errors.Join(err, p.store.Close(ctx))
	}
	p.app = app.New(app.Deps{
		Config: cfg, Store: p.store, Catalog: cat, Box: p.box, Queue: p.queue, Limiter: p.limiter, Sender: p.sender, Clock: p.clock.Now, Log: p.log,
	})
	if err := p.app.Questionnaires.Load(ctx); err != nil {
		return nil, errors.Join(err, p.store.Close(ctx))
	}
	return p, nil
}

// close ends the connections: Redis first, MongoDB last, because the last writes go there.
func (p *parts) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := p.redis.Close(); err != nil {
		p.log.Warn("closing Redis", "error", err)
	}
	if err := p.store.Close(ctx); err != nil {
		p.log.Warn("closing MongoDB", "error", err)
	}
}

func newLog(level string, to io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("HUISHENG_LOG_LEVEL: must be debug, info, warn or error")
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: l})), nil
}

func newSender(p *parts) (models.Sender, error) {
	cc, err := channel.LoadConfig()
	if err != nil {
		return nil, err
	}
	return channel.New(channel.Options{
		Channel: p.cfg.SMS.Channel, Signature: p.cfg.SMS.Signature, Config: cc, Outbox: p.store.Outbox(), Log: p.log,
	})
}
