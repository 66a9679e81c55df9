package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBodyLimits(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	pad := func(n int) string { return `{"name":"` + strings.Repeat("x", n-11) + `"}` }
	require.Equal(t, 200, s.do("POST", "/api/v1/things", pad(defaultBody)).StatusCode)
	s.problem(s.do("POST", "/api/v1/things", pad(defaultBody+1)), 413, "body_too_large")
	s.problem(s.do("POST", "/api/v1/things", pad(3<<20)), 413, "body_too_large")

	require.Equal(t, "1048576", readAll(t, s.do("POST", "/api/v1/upload", strings.Repeat("x", 1<<20))))
	s.problem(s.do("POST", "/api/v1/upload", strings.Repeat("x", 1<<20+1)), 413, "body_too_large")
}

// chunked hides the length from the client, which then sends chunks.
type chunked struct{ io.Reader }

func (s *site) chunks(path string, n int) *http.Response {
	req, err := http.NewRequest("POST", "http://"+s.addr+path, chunked{strings.NewReader(strings.Repeat(" ", n-2) + "{}")})
	require.NoError(s.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func TestChunkedBodyLimits(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	require.Equal(t, 200, s.chunks("/api/v1/things", defaultBody).StatusCode)
	s.problem(s.chunks("/api/v1/things", defaultBody+1), 413, "body_too_large")
	require.Equal(t, "1048576", readAll(t, s.chunks("/api/v1/upload", 1<<20)))
	s.problem(s.chunks("/api/v1/upload", 1<<20+1), 413, "body_too_large")
}

// A body that a route did not read must never be taken for the next request on the same connection.
func TestUnreadBodyIsNotTheNextRequest(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	smuggled := "DELETE /api/v1/ok HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, size := range []int{len(smuggled), prefetched - 1, prefetched, prefetched + 1, 100 << 10} {
		body := strings.Repeat(smuggled, size/len(smuggled)+1)
		for name, framing := range map[string]string{
			"length":  fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body),
			"chunked": fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body),
		} {
			for _, path := range []string{"/api/v1/closed", "/api/v1/nothing", "/api/v1/things", "/api/v1/upload"} {
				raw := "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + framing + "GET /api/v1/ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
				got := s.raw(raw)
				require.NotEmpty(t, got)
				require.NotContains(t, got[1:], 405, "%s %s %d", name, path, size)
				require.NotContains(t, got[1:], 400, "%s %s %d", name, path, size)
				if len(got) > 1 {
					require.Equal(t, []int{200}, got[1:], "%s %s %d", name, path, size)
				}
				if path == "/api/v1/closed" {
					require.Equal(t, []int{401, 200}, got, "a small body is read away and the connection lives on: %s %d", name, size)
				}
			}
		}
	}
}

// raw sends bytes and gives the statuses of all answers.
func (s *site) raw(request string) (statuses []int) {
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(s.t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = io.Copy(conn, strings.NewReader(request))
	require.NoError(s.t, err)
	r := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return statuses
		}
		_, err = io.Copy(io.Discard, res.Body)
		require.NoError(s.t, err)
		statuses = append(statuses, res.StatusCode)
	}
}

func TestBrokenRequestsGetProblems(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for raw, status := range map[string]int{
		"GET /api/v1/ok HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 32<<10) + "\r\n\r\n": 431,
		"nonsense\r\n\r\n": 400,
	} {
		conn, err := net.Dial("tcp", s.addr)
		require.NoError(t, err)
		_, err = io.WriteString(conn, raw)
		require.NoError(t, err)
		var got bytes.Buffer
		require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
		_, _ = io.Copy(&got, conn) // the server may reset what it did not read
		require.NoError(t, conn.Close())
		res, err := http.ReadResponse(bufio.NewReader(&got), nil)
		require.NoError(t, err)
		require.Equal(t, status, res.StatusCode)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
		require.NoError(t, res.Body.Close())
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	direct := open(t, nil)
	get := func(s *site, forwarded string, more ...string) string {
		return readAll(t, s.do("GET", "/api/v1/ip", "", append(more, "X-Forwarded-For", forwarded)...))
	}
	require.Equal(t, "127.0.0.1", get(direct, "203.0.113.9"), "nobody is trusted by default")
	require.Equal(t, "127.0.0.1", get(direct, "", clientHeader, "203.0.113.9"), "the frame's own header cannot be forged")

	behind := open(t, func(o *Options) {
		o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16")}
	})
	for forwarded, want := range map[string]string{
		"203.0.113.9":                       "203.0.113.9",
		"198.51.100.1, 203.0.113.9":         "203.0.113.9", // the left one is the client's own claim
		"198.51.100.1,203.0.113.9,10.1.2.3": "203.0.113.9",
		"2001:db8::1":                       "2001:db8::1",
		"203.0.113.9, garbage":              "127.0.0.1",
		"":                                  "127.0.0.1",
	} {
		require.Equal(t, want, get(behind, forwarded), forwarded)
	}
}
