// Package limit counts events by key: exactly, across processes, in Redis; by this process alone while Redis is away. A limit is a courtesy to
// the service, never a promise about data, so it fails open to the local count and never fails a request.
package limit

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"

	"huisheng/app/port"
)

const (
	// patience is how long one question to Redis may take; a request must not wait for a courtesy.
	patience = 50 * time.Millisecond
	// pause is how long Redis is left alone after it failed, so that a dead one costs one patience every pause and not one every request.
	pause = 2 * time.Second
)

// Limiter is a port.Limiter. It is safe for concurrent use.
type Limiter struct {
	rate      *redis_rate.Limiter
	key       []byte
	local     *local
	now       func() time.Time
	patience  time.Duration
	openUntil atomic.Int64 // unix nanoseconds: until then Redis is not asked
}

var _ port.Limiter = (*Limiter)(nil)

// Connect makes a client for the limiter from a redis:// address. It does not dial yet. The deadline of each question is respected and nothing
// is retried, unlike go-redis does by default.
func Connect(address string) (*redis.Client, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("redis address: %w", err)
	}
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1
	o.DialTimeout = time.Second
	o.DialerRetries = 1
	return redis.NewClient(o), nil
}

// New makes a limiter on rdb; nil counts locally only. Keys are hashed with key before they go to Redis, because they are made of addresses,
// names and numbers of phones; limiters with the same key share their counts.
func New(rdb redis.UniversalClient, key []byte, now func() time.Time) *Limiter {
	l := &Limiter{key: key, local: newLocal(now), now: now, patience: patience}
	if rdb != nil {
		l.rate = redis_rate.NewLimiter(rdb)
	}
	return l
}

// NewLocal makes a limiter that counts in this process alone, under a key that is drawn here and kept nowhere, and forgets everything with the process:
// for limits on people of whom nothing may be written down. With n processes the limit is up to n times as wide.
func NewLocal(now func() time.Time) *Limiter {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	return New(nil, key, now)
}

// Allow counts one event under key and says whether it is within the limit, and if not, how long to wait. The events may come all at once or
// spread out: it is a bucket of lim.Rate tokens that fills evenly in lim.Per.
func (l *Limiter) Allow(ctx context.Context, key string, lim port.Limit) (bool, time.Duration) {
	id := l.hash(key, lim)
	if l.askRedis() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.patience)
		defer cancel()
		res, err := l.rate.Allow(ctx, id, redis_rate.Limit{Rate: lim.Rate, Burst: lim.Rate, Period: lim.Per})
		if err == nil {
			l.openUntil.Store(0)
			return res.Allowed > 0, max(res.RetryAfter, 0)
		}
		l.openUntil.Store(l.now().Add(pause).UnixNano())
	}
	return l.local.allow(id, lim)
}

// Degraded says whether Redis failed lately, so that counts are this process's own. For /readyz.
func (l *Limiter) Degraded() bool { return l.rate == nil || l.openUntil.Load() != 0 }

// askRedis is the breaker: after a failure nobody asks for a pause, then one caller tries while the others still count locally.
func (l *Limiter) askRedis() bool {
	if l.rate == nil {
		return false
	}
	until := l.openUntil.Load()
	if until == 0 {
		return true
	}
	now := l.now()
	return now.UnixNano() >= until && l.openUntil.CompareAndSwap(until, now.Add(pause).UnixNano())
}

func (l *Limiter) hash(key string, lim port.Limit) string {
	m := hmac.New(sha256.New, l.key)
	_, _ = fmt.Fprintf(m, "%d/%d/%s", lim.Rate, lim.Per, key) // a hash never fails to write
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}
