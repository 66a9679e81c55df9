package e2e

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// process is one of the program's, kept running as a supervisor would: whenever it ends, by a fault or by itself, it is started again.
type process struct {
	s    *site
	name string
	addr string // servers: where it listens
	args []string

	mu       sync.Mutex // protects what follows
	cmd      *exec.Cmd
	ended    <-chan struct{}
	stopping bool
	next     oddity // of the next start
	starts   int
	log      *os.File
}

// oddity is what is wrong around a process from its start on.
type oddity struct {
	diskFull bool          // its log cannot be written
	forward  time.Duration // its machine's clock is ahead
}

func (s *site) supervise(t *testing.T, name, addr string, args ...string) *process {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	require.NoError(t, err)
	p := &process{s: s, name: name, addr: addr, args: args, log: log}
	done := make(chan struct{})
	go func() { p.run(); close(done) }()
	t.Cleanup(func() {
		p.mu.Lock()
		p.stopping = true
		p.mu.Unlock()
		p.signal(syscall.SIGCONT)
		p.signal(syscall.SIGKILL)
		<-done
		p.tell(t)
		_ = log.Close()
	})
	return p
}

func (p *process) run() {
	for p.start() {
		<-p.ended
		time.Sleep(100 * time.Millisecond)
	}
}

func (p *process) start() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopping {
		return false
	}
	c := p.s.command(p.args...)
	if p.addr != "" {
		c.Env = append(c.Env, "HUISHENG_ADDR="+p.addr)
	}
	c.Stdout, c.Stderr = p.log, p.log
	if p.next.diskFull {
		if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
			c.Stdout, c.Stderr = full, full
			defer func() { _ = full.Close() }() // the process has its own
		}
	}
	if p.next.forward > 0 {
		c.Env = append(c.Env, "HUISHENG_CLOCK_FORWARD="+p.next.forward.String())
	}
	ended, err := launch(c)
	if err != nil {
		return false
	}
	p.cmd, p.ended, p.next = c, ended, oddity{}
	p.starts++
	return true
}

func (p *process) signal(sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(sig) // gone already is fine
	}
}

// restart kills the process; the supervisor starts it with something odd around it.
func (p *process) restart(o oddity) {
	p.mu.Lock()
	p.next = o
	p.mu.Unlock()
	p.signal(syscall.SIGKILL)
}

func (p *process) freeze(d time.Duration) {
	p.signal(syscall.SIGSTOP)
	time.Sleep(d)
	p.signal(syscall.SIGCONT)
}

func (p *process) ready() bool {
	res, err := (&http.Client{Timeout: 2 * time.Second}).Get("http://" + p.addr + "/readyz")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// tell prints the end of the log of a failed test.
func (p *process) tell(t *testing.T) {
	raw, err := os.ReadFile(p.log.Name())
	if err != nil {
		return
	}
	if bytes.Contains(raw, []byte("panic:")) || bytes.Contains(raw, []byte("DATA RACE")) {
		t.Errorf("%s panicked", p.name)
	}
	if t.Failed() {
		t.Logf("--- the end of the log of %s ---\n%s", p.name, raw[max(0, len(raw)-4000):])
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
