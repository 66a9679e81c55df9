package limit

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"huisheng/app/port"
	"huisheng/models"
)

func client(t *testing.T) *redis.Client {
	address := os.Getenv("REDIS_URL")
	require.NotEmpty(t, address, "REDIS_URL is not set: run scripts/services start and eval \"$(scripts/services env)\"")
	rdb, err := Connect(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// steady waits for Redis, whatever the load of the machine, so that the test counts what Redis admitted and not what timed out.
func steady(t *testing.T, key []byte) *Limiter {
	rdb := client(t)
	require.NoError(t, rdb.Ping(context.Background()).Err())
	l := New(rdb, key, time.Now)
	l.patience = 10 * time.Second
	return l
}

func TestExactAcrossClients(t *testing.T) {
	t.Parallel()
	key := []byte(models.NewID())
	var admitted, degraded atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		l := steady(t, key)
		for range 10 {
			wg.Go(func() {
				for range 10 {
					if ok, _ := l.Allow(context.Background(), "login/ip", port.Limit{Rate: 50, Per: time.Hour}); ok {
						admitted.Add(1)
					}
					if l.Degraded() {
						degraded.Add(1)
					}
				}
			})
		}
	}
	wg.Wait()
	require.Zero(t, degraded.Load(), "the count below would be several processes' own")
	require.EqualValues(t, 50, admitted.Load(), "400 events from 4 clients at a limit of 50")
}

func TestKeysAndLimitsAreApartAndUnreadable(t *testing.T) {
	t.Parallel()
	l, ctx := steady(t, []byte(models.NewID())), context.Background()
	once := port.Limit{Rate: 1, Per: time.Hour}
	ok, _ := l.Allow(ctx, "phone/+8613800001234", once)
	require.True(t, ok)
	ok, retry := l.Allow(ctx, "phone/+8613800001234", once)
	require.False(t, ok)
	require.InDelta(t, time.Hour, retry, float64(time.Minute))
	ok, _ = l.Allow(ctx, "phone/+8613800001235", once)
	require.True(t, ok, "another key")
	ok, _ = l.Allow(ctx, "phone/+8613800001234", port.Limit{Rate: 1, Per: time.Minute})
	require.True(t, ok, "another limit on the same key")

	keys, err := client(t).Keys(ctx, "rate:*").Result()
	require.NoError(t, err)
	require.NotEmpty(t, keys)
	require.NotContains(t, strings.Join(keys, " "), "13800001234")
}

func TestRedisDownCountsLocallyAndFast(t *testing.T) {
	t.Parallel()
	l := New(redis.NewClient(&redis.Options{Addr: deaf(t), ContextTimeoutEnabled: true, MaxRetries: -1, DialTimeout: time.Second}), []byte("k"), time.Now)
	start, admitted := time.Now(), 0
	for range 200 {
		if ok, _ := l.Allow(context.Background(), "k", port.Limit{Rate: 7, Per: time.Hour}); ok {
			admitted++
		}
	}
	require.Equal(t, 7, admitted)
	require.True(t, l.Degraded())
	require.Less(t, time.Since(start), time.Second, "only the first may wait for Redis")
}

func TestRedisComesBack(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := steady(t, []byte(models.NewID()))
	l.now = func() time.Time { return now }
	l.openUntil.Store(now.Add(pause).UnixNano())
	require.False(t, l.askRedis())
	now = now.Add(pause)
	require.True(t, l.askRedis(), "one tries")
	require.False(t, l.askRedis(), "the others wait for its result")
	now = now.Add(pause)
	_, _ = l.Allow(context.Background(), "k", port.Limit{Rate: 1, Per: time.Hour})
	require.False(t, l.Degraded())
	require.True(t, l.askRedis())
}

func TestLocalMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l, lim := newLocal(time.Now), port.Limit{Rate: 1, Per: time.Hour}
	for i := range 3 * generation {
		l.allow(fmt.Sprint(i), lim)
		l.allow("in use", lim)
	}
	require.LessOrEqual(t, len(l.young)+len(l.old), 2*generation)
	ok, _ := l.allow("in use", lim)
	require.False(t, ok, "a key in use outlives the generations")
}

// deaf listens and never answers: worse than a refused connection.
func deaf(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().String()
}
