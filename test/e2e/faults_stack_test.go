package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stack is a MongoDB-protocol server and a Redis of a test's own, to be killed and frozen without hurting anybody else.
type stack struct {
	t            *testing.T
	dir          string
	mongo, redis string // addresses
	mu           sync.Mutex
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{t: t, dir: t.TempDir()}
	t.Cleanup(func() {
		if out, err := s.services("wipe"); err != nil {
			t.Errorf("wipe the stores: %v\n%s", err, out)
		}
	})
	out, err := s.services("start")
	require.NoError(t, err, "%s", out)
	out, err = s.services("env")
	require.NoError(t, err, "%s", out)
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		value = strings.ReplaceAll(value, `\`, "") // the shell's quoting of ? and &
		switch name {
		case "MONGODB_URI":
			s.mongo = value
		case "REDIS_URL":
			s.redis = value
		}
	}
	require.NotEmpty(t, s.mongo)
	require.NotEmpty(t, s.redis)
	return s
}

func (s *stack) services(verb string) ([]byte, error) {
	c := exec.Command("../../scripts/services", verb)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "MONGODB_URI=") && !strings.HasPrefix(kv, "REDIS_URL=") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(c.Env, "HUISHENG_LOCAL="+s.dir)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	err := c.Run()
	return out.Bytes(), err
}

// names are the processes that run here: which ones depends on what this machine has.
func (s *stack) names() (list []string) {
	for _, name := range []string{"mongod", "postgres", "ferretdb", "redis"} {
		if s.pid(name) > 0 {
			list = append(list, name)
		}
	}
	return list
}

func (s *stack) pid(name string) int {
	raw, err := os.ReadFile(filepath.Join(s.dir, "run", name+".pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	n, _ := strconv.Atoi(first)
	return n
}

// signal reaches a store with all the processes it has started, as when its machine loses power or stands still.
func (s *stack) signal(name string, sig syscall.Signal) {
	if pid := s.pid(name); pid > 0 {
		for _, p := range append([]int{pid}, childrenOf(pid)...) {
			_ = syscall.Kill(p, sig) // gone already is fine
		}
	}
}

// childrenOf gives the processes that one has started itself.
func childrenOf(pid int) (list []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range tasks {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(raw)) {
			if n, err := strconv.Atoi(field); err == nil {
				list = append(list, n)
			}
		}
	}
	return list
}

// revive starts what has ended until everything answers again.
func (s *stack) revive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []byte
	var err error
	for range 40 {
		if out, err = s.services("start"); err == nil {
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
	s.t.Errorf("the stores do not come back: %v\n%s", err, out)
}

// link is a TCP relay between the program and a store, to be cut.
type link struct {
	listener net.Listener
	to       string
	mu       sync.Mutex // protects open
	open     map[net.Conn]bool
}

func newLink(t *testing.T, address string) (*link, string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	k := &link{listener: l, to: u.Host, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = l.Close(); k.cut() })
	go k.serve()
	u.Host = l.Addr().String()
	return k, u.String()
}

func (k *link) serve() {
	for {
		in, err := k.listener.Accept()
		if err != nil {
			return
		}
		go k.relay(in)
	}
}

func (k *link) relay(in net.Conn) {
	out, err := net.Dial("tcp", k.to)
	if err != nil {
		_ = in.Close()
		return
	}
	k.mu.Lock()
	k.open[in], k.open[out] = true, true
	k.mu.Unlock()
	var wg sync.WaitGroup
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		_, _ = in.Close(), out.Close()
	}
	wg.Go(func() { pass(out, in) })
	wg.Go(func() { pass(in, out) })
	wg.Wait()
	k.mu.Lock()
	delete(k.open, in)
	delete(k.open, out)
	k.mu.Unlock()
}

// cut ends every connection at once, in the middle of whatever it carries.
func (k *link) cut() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for c := range k.open {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = c.Close()
	}
}
