package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"huisheng/app/port"
)

// generation is how many keys the local count keeps before the older half is forgotten: a bound on memory that an attacker with many addresses
// cannot move.
const generation = 8192

// local counts in this process. Two generations of buckets are kept; a bucket in use moves to the younger one, the older one is dropped as a whole.
type local struct {
	mu         sync.Mutex
	young, old map[string]*rate.Limiter
	now        func() time.Time
}

func newLocal(now func() time.Time) *local {
	return &local{young: map[string]*rate.Limiter{}, now: now}
}

func (l *local) allow(id string, lim port.Limit) (bool, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	r := l.bucket(id, lim).ReserveN(now, 1)
	if !r.OK() { // a limit of nothing
		return false, lim.Per
	}
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now) // what was refused does not count
	}
	return wait == 0, wait
}

func (l *local) bucket(id string, lim port.Limit) *rate.Limiter {
	b, ok := l.young[id]
	if ok {
		return b
	}
	if b, ok = l.old[id]; !ok {
		b = rate.NewLimiter(rate.Limit(float64(lim.Rate)/lim.Per.Seconds()), lim.Rate)
	}
	if len(l.young) >= generation {
		l.young, l.old = map[string]*rate.Limiter{}, l.young
	}
	l.young[id] = b
	return b
}
