package bench

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"huisheng/config"
)

// SoakOptions say how long and how hard. Rates are per second.
type SoakOptions struct {
	For            time.Duration
	Submits, Reads int
}

const (
	soakWindow  = 10 * time.Second // one line of the table
	soakClients = 64               // connections of each kind
	tooSlow     = time.Second      // a rate whose p99 is longer, or of which a twentieth is not done, is not held
	stepDown    = 0.8              // of the rate, when it is not held
)

// Soak sends submissions and page reads at a steady rate and prints times and memory for every ten seconds. Times count from the moment at which a
// request was due, so that a slow server cannot hide behind fewer requests. A rate that the first half minute shows not to hold is lowered by
// a fifth until one holds. An error says that answers failed or memory grew.
func Soak(ctx context.Context, cfg config.Config, opt SoakOptions, out io.Writer) error {
	e, err := open(ctx, cfg, withDefaults(Options{}), out)
	if err != nil {
		return err
	}
	defer e.close()
	_, links, err := e.invite(ctx)
	if err != nil {
		return err
	}
	read := e.reader(soakClients, links)
	for round, scale := 0, 1.0; scale > 0.1; round, scale = round+1, scale*stepDown {
		submits, reads := int(float64(opt.Submits)*scale), int(float64(opt.Reads)*scale)
		submit, err := e.submitter(soakClients, int(opt.For/time.Second+60)*submits, fmt.Sprintf("soak%d-", round))
		if err != nil {
			return err
		}
		s := &soak{
			e: e, out: out,
			submits: &pace{rate: submits, do: submit},
			reads:   &pace{rate: reads, do: func(int64) error { return read() }},
		}
		held, err := s.run(opt.For)
		if err != nil || held {
			return err
		}
		_, _ = fmt.Fprintf(out, "%d submissions and %d reads a second are not held; trying less\n", submits, reads)
	}
	return fmt.Errorf("not even a tenth of the rate is held")
}

// pace sends requests at a rate.
type pace struct {
	rate   int
	do     func(n int64) error
	due    atomic.Int64 // how many were due so far
	failed atomic.Int64
	mu     sync.Mutex // protects times and last
	times  []time.Duration
	last   error
}

// start sends until stop; each connection takes the next request and waits for the moment at which it is due.
func (p *pace) start(begin time.Time, stop <-chan struct{}, wg *sync.WaitGroup) {
	for range soakClients {
		wg.Go(func() {
			for {
				n := p.due.Add(1) - 1
				at := begin.Add(time.Duration(n) * time.Second / time.Duration(p.rate))
				select {
				case <-stop:
					return
				case <-time.After(time.Until(at)):
				}
				err := p.do(n)
				p.mu.Lock()
				if err != nil {
					p.failed.Add(1)
					p.last = err
				} else {
					p.times = append(p.times, time.Since(at))
				}
				p.mu.Unlock()
			}
		})
	}
}

// window takes the times since the last call, sorted.
func (p *pace) window() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.times
	p.times = nil
	slices.Sort(t)
	return t
}

type soak struct {
	e              *env
	out            io.Writer
	submits, reads *pace
	memory         []int
}

// run gives whether the rate was held.
func (s *soak) run(d time.Duration) (bool, error) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	begin := time.Now()
	s.submits.start(begin, stop, &wg)
	s.reads.start(begin, stop, &wg)
	defer func() { close(stop); wg.Wait() }()
	_, _ = fmt.Fprintf(s.out, "| after | submissions/s | p50 | p99 | reads/s | p50 | p99 | memory |\n|---|---|---|---|---|---|---|---|\n")
	for lines := 1; time.Since(begin) < d; lines++ {
		time.Sleep(time.Until(begin.Add(time.Duration(lines) * soakWindow)))
		s.memory = append(s.memory, s.e.srv.memoryMB("VmRSS"))
		_, _ = fmt.Fprintf(s.out, "| %s |", time.Since(begin).Round(time.Second))
		held := s.line(s.submits)
		held = s.line(s.reads) && held
		_, _ = fmt.Fprintf(s.out, " %d MB |\n", s.memory[len(s.memory)-1])
		if !held && lines <= 3 {
			return false, nil
		}
	}
	return true, s.verdict()
}

// line prints one kind's window and says whether its rate was held in it.
func (s *soak) line(p *pace) bool {
	t := p.window()
	if len(t) == 0 {
		_, _ = fmt.Fprint(s.out, " 0 | – | – |")
		return false
	}
	p99 := t[len(t)*99/100]
	perSecond := float64(len(t)) / soakWindow.Seconds()
	_, _ = fmt.Fprintf(s.out, " %.0f | %s | %s |", perSecond, short(t[len(t)/2]), short(p99))
	return p99 <= tooSlow && perSecond >= 0.95*float64(p.rate)
}

// verdict compares the last third's memory with the middle third's: the first warms up.
func (s *soak) verdict() error {
	for _, p := range []*pace{s.submits, s.reads} {
		if n := p.failed.Load(); n > 0 {
			return fmt.Errorf("%d requests failed, the last with: %w", n, p.last)
		}
	}
	third := len(s.memory) / 3
	if third == 0 {
		return nil
	}
	middle, last := median(s.memory64(third, 2*third)), median(s.memory64(2*third, len(s.memory)))
	_, _ = fmt.Fprintf(s.out, "\nmemory of serve: %d MB in the middle third, %d MB in the last; %d MB at the peak\n", middle, last, s.e.srv.peakMB())
	if last > middle+middle/5 {
		return fmt.Errorf("memory grew from %d MB to %d MB", middle, last)
	}
	return nil
}

func (s *soak) memory64(from, to int) []int64 {
	var list []int64
	for _, mb := range s.memory[from:to] {
		list = append(list, int64(mb))
	}
	return list
}
