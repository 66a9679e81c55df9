package respond

import (
	"sync"
	"time"
)

// maxPenalties bounds the memory of a process under attack from many addresses; the oldest knowledge goes first, all at once.
const maxPenalties = 100_000

// penalties remembers which addresses are kept out, in this process.
type penalties struct {
	mu    sync.Mutex // protects until
	until map[string]time.Time
}

func (p *penalties) add(addr string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil || len(p.until) >= maxPenalties {
		p.until = map[string]time.Time{}
	}
	p.until[addr] = until
}

// left is how long an address is still kept out.
func (p *penalties) left(addr string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.until[addr]
	if ok && !now.Before(until) {
		delete(p.until, addr)
	}
	return max(until.Sub(now), 0)
}
