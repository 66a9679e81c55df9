// Package e2e tests the program from outside: real processes, HTTP, kill -9.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

const password = "correct-horse-9"

// binary is the program, built once for all tests of this package.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "huisheng-e2e-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "huisheng")
	build := exec.Command("go", "build", "-o", binary, "../..")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// site is one deployment: a database, keys, and processes that tests start and kill.
type site struct {
	t        *testing.T
	addr     string
	mongo    string // the MongoDB server's address, as the test itself uses it
	database string
	env      []string
	client   *http.Client
	server   *exec.Cmd
	tokens   map[string]string
	keys     string    // the key file
	log      io.Writer // where processes write; nil: the test's own stderr
}

func newSite(t *testing.T, env ...string) *site {
	t.Helper()
	return newSiteOn(t, testkit.MongoURI(t), append([]string{"MONGODB_URI=" + testkit.MongoURI(t), "REDIS_URL=" + testkit.RedisURL(t)}, env...)...)
}

// newSiteOn is newSite on other stores: env says where the program finds them, mongo where the test does.
func newSiteOn(t *testing.T, mongo string, env ...string) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	s := &site{t: t, addr: addr, mongo: mongo, database: "e2e_" + models.NewID(), tokens: map[string]string{}, keys: filepath.Join(t.TempDir(), "keys.json")}
	s.client = &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	s.env = append(os.Environ(), "HUISHENG_ADDR="+addr, "HUISHENG_DATABASE="+s.database, "HUISHENG_ENV=dev", "HUISHENG_BASE_URL=http://"+addr,
		"HUISHENG_KEYS_FILE="+s.keys, "HUISHENG_DEMO_PASSWORD="+password, "HUISHENG_LOG_LEVEL=warn",
		"HUISHENG_JOB_INTERVAL=100ms", "HUISHENG_LEASE=2s", "HUISHENG_QUIET_HOURS=none", "HUISHENG_SMS_SETTLE=1s")
	s.env = append(s.env, env...)
	t.Cleanup(s.drop)
	out, err := s.command("seed", "--demo").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return s
}

func (s *site) drop() {
	s.kill(s.server)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if db, err := store.Open(ctx, s.mongo, s.database); err == nil {
		_ = db.DropDatabase(ctx)
		_ = db.Close(ctx)
	}
}

func (s *site) command(args ...string) *exec.Cmd {
	c := exec.Command(binary, args...)
	c.Env = slices.Clip(s.env) // several processes add to it at the same time
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// spawn starts a process that lives as long as the test.
func (s *site) spawn(args ...string) *exec.Cmd {
	s.t.Helper()
	c := s.command(args...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if s.log != nil {
		c.Stdout, c.Stderr = s.log, s.log
	}
	_, err := launch(c) // killed or ended: the test knows which
	require.NoError(s.t, err)
	return c
}

// launch starts a process from a thread that lives as long as the process: Pdeathsig follows the thread that forked. The channel closes when
// the process has ended.
func launch(c *exec.Cmd) (ended <-chan struct{}, err error) {
	started, done := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread() // or the thread would end as well, and with it whatever else was once started from it
		err := c.Start()
		started <- err
		if err == nil {
			_ = c.Wait() // how it ended does not matter here
		}
		close(done)
	}()
	return done, <-started
}

// kill ends a process the hard way and waits until it is gone.
func (s *site) kill(c *exec.Cmd) {
	if c == nil || c.Process == nil {
		return
	}
	_ = c.Process.Kill() // gone already is fine
	for range 200 {
		if c.Process.Signal(syscall.Signal(0)) != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// serve starts the server and waits until it is ready.
func (s *site) serve(args ...string) {
	s.t.Helper()
	s.server = s.spawn(append([]string{"serve"}, args...)...)
	require.Eventually(s.t, func() bool {
		res, err := s.client.Get("http://" + s.addr + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, 90*time.Second, 50*time.Millisecond, "the server did not become ready")
}

// answer is an HTTP answer, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(a.body, &m), "%d %s", a.status, a.body)
	return m
}

// try makes one request; an error means that no answer came.
func (s *site) try(method, path, bearer string, body any, header ...string) (answer, error) {
	var r io.Reader
	contentType := "application/json"
	switch b := body.(type) {
	case nil:
	case upload:
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		part, _ := w.CreateFormFile("file", b.name) // memory does not fail
		_, _ = part.Write(b.data)
		_ = w.Close()
		r, contentType = &form, w.FormDataContentType()
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, "http://"+s.addr+path, r)
	if err != nil {
		return answer{}, err
	}
	if r != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, raw}, err
}

type upload struct {
	name string
	data []byte
}

// do makes one request that must be answered with the given status.
func (s *site) do(want int, method, path, bearer string, body any, header ...string) map[string]any {
	s.t.Helper()
	a, err := s.try(method, path, bearer, body, header...)
	require.NoError(s.t, err)
	require.Equal(s.t, want, a.status, "%s %s: %s", method, path, a.body)
	if len(a.body) == 0 || !strings.Contains(a.header.Get("Content-Type"), "json") {
		return nil
	}
	return a.json(s.t)
}

// as logs in once per account and gives its access token.
func (s *site) as(account string) string {
	s.t.Helper()
	if s.tokens[account] == "" {
		m := s.do(200, "POST", "/api/v1/auth/login", "", map[string]any{"account": account, "password": password})
		s.tokens[account] = m["access_token"].(string)
	}
	return s.tokens[account]
}

func items(m map[string]any) []map[string]any {
	var list []map[string]any
	for _, x := range m["items"].([]any) {
		list = append(list, x.(map[string]any))
	}
	return list
}

// org gives the id of the organisation of an operator's account.
func (s *site) org(account string) string {
	return items(s.do(200, "GET", "/api/v1/orgs", s.as(account), nil))[0]["id"].(string)
}

// counts reads a batch as the province sees it.
func (s *site) counts(batch string) (state string, counts map[string]any) {
	m := s.do(200, "GET", "/api/v1/batches/"+batch, s.as("province"), nil)
	return m["state"].(string), m["counts"].(map[string]any)
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}

// outbox gives the messages of a batch that the console channel sent.
func (s *site) outbox(batch string) []map[string]any {
	a, err := s.try("GET", "/dev/outbox.json?limit=200&batch="+batch, "", nil)
	require.NoError(s.t, err)
	var list []map[string]any
	if json.Unmarshal(a.body, &list) == nil {
		return list
	}
	return items(a.json(s.t))
}

func (s *site) eventually(what string, f func() bool) {
	s.t.Helper()
	require.Eventually(s.t, f, 90*time.Second, 100*time.Millisecond, what)
}

func unique(i int) string { return fmt.Sprintf("key-%08d-%s", i, models.NewID()) }
