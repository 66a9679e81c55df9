package channel

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"huisheng/models"
)

const (
	testPhone  = "+8613800000001"
	testCode   = "7K3M9Q"
	testSecret = "0123456789abcdef0123456789abcdef"
)

var testNow = time.Date(2026, 12, 5, 1, 0, 0, 0, time.UTC)

func testMessage() models.Message {
	return models.Message{
		ID: "inv1:invite", Phone: testPhone, Template: "INVITE", ProviderTemplate: "SMS_1001",
		Params: []models.MessageParam{{Name: "day", Value: "12月25日"}, {Name: "code", Value: testCode}},
		Text:   "【广东技能评价】请打开 jnpj.example.cn/f 输入码" + testCode, Code: testCode,
		Link: "https://jnpj.example.cn/i/sekrit-token", Batch: "batch1",
	}
}

// received is one request as the provider saw it.
type received struct {
	*http.Request
	body []byte
}

// provider is a local server that answers as a test wants and keeps what it saw.
type provider struct {
	*httptest.Server
	mu   sync.Mutex
	seen []received
}

func newProvider(t *testing.T, answer http.HandlerFunc) *provider {
	t.Helper()
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client went away
		}
		p.mu.Lock()
		p.seen = append(p.seen, received{r, body})
		p.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) host() string { return strings.TrimPrefix(p.URL, "http://") }

func (p *provider) all() []received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]received(nil), p.seen...)
}

func (p *provider) hits() int { return len(p.all()) }

func (p *provider) only(t *testing.T) received {
	t.Helper()
	seen := p.all()
	if len(seen) != 1 {
		t.Fatalf("the provider saw %d requests, want 1", len(seen))
	}
	return seen[0]
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may be gone; the test will tell
	}
}

// hangs answers too late.
func hangs(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(5 * time.Second):
	}
}

// resets cuts the connection after the request was read, with a TCP reset.
func resets(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // only decides between RST and FIN; both must give the same outcome
	}
	_ = conn.Close()
}

// halves promises a body and breaks off in its middle.
func halves(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "500")
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, `{"Code":"OK"`)
}

// refusedHost is an address where nobody listens.
func refusedHost(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // closing is the point; a second close does no harm
	return l.Addr().String()
}

// captureLogs collects what is logged, in any way that the standard library offers.
func captureLogs(t *testing.T) (*slog.Logger, func() string) {
	t.Helper()
	var mu sync.Mutex
	var buf bytes.Buffer
	w := writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return buf.Write(p)
	})
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})), func() string {
		mu.Lock()
		defer mu.Unlock()
		return buf.String()
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// mustBeClean fails if a value, printed in full, holds the phone, the code, the link or an address.
func mustBeClean(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		text := fmt.Sprintf("%+v", v)
		for _, bad := range []string{"13800000001", testCode, "sekrit-token", "127.0.0.1", "jnpj.example.cn", "http://", "PhoneNumbers="} {
			if strings.Contains(text, bad) {
				t.Errorf("%q is in %s", bad, text)
			}
		}
	}
}

// want is one row of a table of answers and outcomes.
type want struct {
	name    string
	answer  http.HandlerFunc
	outcome models.Outcome
	code    string
	after   time.Duration
}

func checkResult(t *testing.T, s models.Sender, w want) {
	t.Helper()
	got := s.Send(context.Background(), testMessage())
	if got.Outcome != w.outcome || got.Code != w.code || got.RetryAfter != w.after {
		t.Errorf("got %+v, want outcome %s, code %q, retry after %v", got, w.outcome, w.code, w.after)
	}
	if (got.Outcome == models.OutcomeSent) != (got.ProviderID != "") {
		t.Errorf("provider id %q with outcome %s", got.ProviderID, got.Outcome)
	}
	mustBeClean(t, got)
}
