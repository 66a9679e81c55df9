package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"huisheng/config"
)

// server is `huisheng serve --with-worker` as a process of its own.
type server struct {
	cmd    *exec.Cmd
	addr   string
	idleMB int
}

func startServer(ctx context.Context, cfg config.Config, dir string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("free port: %w", err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, fmt.Errorf("free port: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("own path: %w", err)
	}
	log, err := os.Create(filepath.Join(dir, "server.log")) //nolint:gosec // a folder that this program just made
	if err != nil {
		return nil, fmt.Errorf("server log: %w", err)
	}
	s := &server{addr: addr, cmd: exec.Command(self, "serve", "--with-worker")} //nolint:gosec // this program itself
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it never outlives the bench
	s.cmd.Env = append(os.Environ(), "HUISHENG_ADDR="+addr, "HUISHENG_DATABASE="+cfg.Database, "HUISHENG_KEYS_FILE="+cfg.KeysFile,
		"HUISHENG_ENV=dev", "HUISHENG_BASE_URL=http://"+addr, "HUISHENG_LOG_LEVEL=warn",
		"HUISHENG_QUIET_HOURS=00:00-23:59", // the bench measures expanding, not the console channel
		"MONGODB_URI="+cfg.MongoURI, "REDIS_URL="+cfg.RedisURL)
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	if err := s.ready(ctx); err != nil {
		s.stop()
		raw, _ := os.ReadFile(log.Name()) // whatever there is
		return nil, fmt.Errorf("%w\n%s", err, raw)
	}
	time.Sleep(2 * time.Second)
	s.idleMB = s.memoryMB("VmRSS")
	return s, nil
}

func (s *server) ready(ctx context.Context) error {
	for range 200 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/readyz", nil)
		if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the server did not become ready on %s", s.addr)
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // gone already is fine
	done := make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = s.cmd.Process.Kill()
		<-done
	}
}

func (s *server) peakMB() int { return s.memoryMB("VmHWM") }

// memoryMB reads a field of /proc/PID/status in MB.
func (s *server) memoryMB(field string) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if v, ok := strings.CutPrefix(line, field+":"); ok {
			kb, _ := strconv.Atoi(strings.Fields(v)[0]) // the kernel writes a number
			return kb / 1024
		}
	}
	return 0
}

// resetPeak makes the kernel start VmHWM anew, so that a row sees its own peak.
func (s *server) resetPeak() {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.cmd.Process.Pid), []byte("5"), 0) // a kernel file; without it the peak is only too high
}
