package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"huisheng/app/port"
)

const (
	wakeBudget = 50 * time.Millisecond // the most that a caller waits for Redis
	wakePause  = time.Second           // after a failure Redis is left alone for so long
	wakeSlot   = 10 * time.Second      // one task per job and slot: a task that got stuck silences its job no longer than that
	wakeQueue  = "wake"
)

// Queue wakes jobs: those of this process directly, those of others through Redis. Nothing is ever stored in it but the wish to be looked at:
// a task holds the name of a job and no more.
type Queue struct {
	redis  redis.UniversalClient
	client *asynq.Client // nil without Redis
	log    *slog.Logger
	quiet  *quietLog

	mu    sync.Mutex // protects what follows
	bells map[port.Job][]chan struct{}
	until time.Time // Redis failed a moment ago: not before then
}

// NewQueue makes a queue. Without Redis (nil) it wakes this process alone; the timers of the others do the rest.
func NewQueue(client redis.UniversalClient, log *slog.Logger) *Queue {
	if log == nil {
		log = slog.Default()
	}
	q := &Queue{redis: client, log: log, quiet: &quietLog{log: log}, bells: map[port.Job][]chan struct{}{}}
	if client != nil {
		q.client = asynq.NewClientFromRedisClient(client)
		redis.SetLogger(q.quiet) // go-redis has one logger for the whole process; its own writes every failed dial to standard error
	}
	return q
}

// Wake implements port.Queue. The id is for the reader of a trace only: a woken job looks at everything that is due.
func (q *Queue) Wake(ctx context.Context, job port.Job, _ string) {
	if q.ring(job) || q.client == nil || !q.mayTry() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wakeBudget)
	defer cancel()
	id := fmt.Sprintf("%s-%d", job, time.Now().UnixNano()/int64(wakeSlot))
	_, err := q.client.EnqueueContext(ctx, asynq.NewTask(string(job), nil), asynq.Queue(wakeQueue), asynq.TaskID(id), asynq.MaxRetry(3), asynq.Timeout(5*time.Second))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		q.log.DebugContext(ctx, "could not wake through Redis; the timer will do", "job", job, "error", err)
		q.mu.Lock()
		q.until = time.Now().Add(wakePause)
		q.mu.Unlock()
	}
}

func (q *Queue) mayTry() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return time.Now().After(q.until)
}

// ring wakes the jobs of this process and says whether there are any.
func (q *Queue) ring(job port.Job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, bell := range q.bells[job] {
		select {
		case bell <- struct{}{}:
		default: // it is about to look anyway
		}
	}
	return len(q.bells[job]) > 0
}

// listen gives a channel that receives when the job is woken; nil, which never does, for no job.
func (q *Queue) listen(job port.Job) <-chan struct{} {
	if job == "" {
		return nil
	}
	bell := make(chan struct{}, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bells[job] = append(q.bells[job], bell)
	return bell
}

// serve passes on what other processes ring through Redis, until stop.
func (q *Queue) serve() (stop func()) {
	if q.redis == nil {
		return func() {}
	}
	server := asynq.NewServerFromRedisClient(q.redis, asynq.Config{
		Concurrency: 1, Queues: map[string]int{wakeQueue: 1}, TaskCheckInterval: 200 * time.Millisecond,
		ShutdownTimeout: time.Second, Logger: q.quiet, LogLevel: asynq.WarnLevel,
	})
	err := server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		q.ring(port.Job(t.Type()))
		return nil
	}))
	if err != nil {
		q.log.Warn("no wake-ups through Redis; the timers do the work", "error", err)
		return func() {}
	}
	return func() {
		done := make(chan struct{})
		go func() { server.Shutdown(); close(done) }()
		select { // with Redis away it may hang; nothing of ours is in it
		case <-done:
		case <-time.After(2 * time.Second):
		}
	}
}

// quietLog says once a minute that Redis is away instead of once for each attempt of asynq and go-redis.
type quietLog struct {
	log  *slog.Logger
	mu   sync.Mutex // protects last
	last time.Time
}

// Debug, Info, Warn, Error and Fatal implement asynq.Logger.
func (l *quietLog) Debug(args ...any) { l.log.Debug("asynq: " + fmt.Sprint(args...)) }

// Info is Debug: asynq's news is not ours.
func (l *quietLog) Info(args ...any) { l.Debug(args...) }

// Warn passes one warning a minute.
func (l *quietLog) Warn(args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.last) < time.Minute {
		return
	}
	l.last = time.Now()
	l.log.Warn("wake-ups through Redis fail; the timers do the work", "error", fmt.Sprint(args...))
}

// Error is Warn: without wake-ups nothing is lost.
func (l *quietLog) Error(args ...any) { l.Warn(args...) }

// Fatal is Warn: a queue of wake-ups must never end the process.
func (l *quietLog) Fatal(args ...any) { l.Warn(args...) }

// Printf implements go-redis' logger.
func (l *quietLog) Printf(_ context.Context, format string, args ...any) {
	l.Warn(fmt.Sprintf(format, args...))
}
