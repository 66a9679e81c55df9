// Package testkit gives tests real parts: a fresh database on the real server, real keys, a clock to set, and the same wiring as the
// program. A test that lacks a server fails and says how to start one.
package testkit

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// MongoURI gives the server's address or fails the test with the command that starts one.
func MongoURI(t testing.TB) string { return need(t, "MONGODB_URI") }

// RedisURL gives the Redis server's address or fails the test with the command that starts one.
func RedisURL(t testing.TB) string { return need(t, "REDIS_URL") }

func need(t testing.TB, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Fatalf("%s is not set: run `make test`, or `scripts/services start && eval \"$(scripts/services env)\"` first", name)
	}
	return v
}

// Store opens a fresh database with all indexes, dropped when the test ends. It costs well under a second, so tests may run in parallel.
func Store(t testing.TB) *store.Store {
	t.Helper()
	return open(t, "t_"+strings.ToLower(models.NewID()))
}

func open(t testing.TB, name string) *store.Store {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, MongoURI(t), name)
	require.NoError(t, err)
	keepExpired(ctx, t, name)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.DropDatabase(ctx); err != nil {
			t.Logf("drop test database: %v", err)
		}
		_ = s.Close(ctx) // the database is gone already
	})
	return s
}

// Box gives fresh keys.
func Box(t testing.TB) *seal.Box {
	t.Helper()
	k, err := seal.NewKeys()
	require.NoError(t, err)
	b, err := seal.Open(k)
	require.NoError(t, err)
	return b
}

// Ident gives ids under box's keys.
func Ident(b *seal.Box) *ident.Idents { return ident.New(b) }

// Clock is a clock that a test sets.
type Clock struct {
	mu sync.Mutex // protects t
	t  time.Time
}

// NewClock starts at a moment: by default a working day, ten in the morning in Beijing.
func NewClock(at ...time.Time) *Clock {
	if len(at) > 0 {
		return &Clock{t: at[0]}
	}
	return &Clock{t: time.Date(2026, 11, 23, 10, 0, 0, 0, models.Shanghai())}
}

// Now tells the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}
