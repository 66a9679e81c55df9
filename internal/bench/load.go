package bench

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// load is what one timed measurement gave.
type load struct {
	perSecond float64
	p50, p99  time.Duration
}

func (l load) String() string {
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", l.perSecond, short(l.p50), short(l.p99))
}

func short(d time.Duration) string {
	if d >= 10*time.Millisecond {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// timed runs op from the given number of clients for d and stops by itself. op gets a number that never repeats. The first error ends it.
func timed(clients int, d time.Duration, op func(client int, n int64) error) (load, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	times := make([][]time.Duration, clients)
	start := time.Now()
	end := start.Add(d)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for failed.Load() == nil {
				t := time.Now()
				if t.After(end) {
					return
				}
				if err := op(c, next.Add(1)); err != nil {
					failed.Store(&err)
					return
				}
				times[c] = append(times[c], time.Since(t))
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	if err := failed.Load(); err != nil {
		return load{}, *err
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	return load{perSecond: float64(len(all)) / took.Seconds(), p50: all[len(all)/2], p99: all[len(all)*99/100]}, nil
}

// alternate measures ceiling and ours in turn and gives each one's median round.
func alternate(rounds int, ceiling, ours func() (load, error)) (c, o load, err error) {
	var cs, os []load
	for range rounds {
		l, err := ceiling()
		if err != nil {
			return c, o, fmt.Errorf("ceiling: %w", err)
		}
		cs = append(cs, l)
		if l, err = ours(); err != nil {
			return c, o, fmt.Errorf("server: %w", err)
		}
		os = append(os, l)
	}
	return middle(cs), middle(os), nil
}

func middle(ls []load) load {
	var rate []float64
	var p50, p99 []time.Duration
	for _, l := range ls {
		rate, p50, p99 = append(rate, l.perSecond), append(p50, l.p50), append(p99, l.p99)
	}
	return load{perSecond: median(rate), p50: median(p50), p99: median(p99)}
}
