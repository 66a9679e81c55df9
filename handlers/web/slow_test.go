package web

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
)

// crawl writes a byte every half second until the other side has had enough.
func crawl(c net.Conn) {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// Clients that send or read as slowly as they can are cut off when a request's time is over, however they keep the connection busy; until then the others are
// served beside them.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const each = 60
	page := bytes.Repeat([]byte("a"), 1<<20)
	s := open(t, nil,
		Route{Method: "GET", Path: "/api/v1/long", Guard: Public, Handler: func(c *fiber.Ctx) error { return c.Send(page) }},
	)
	slow := map[string]struct {
		head  string
		want  int // the status that it is told before the connection ends; 0: any or none
		reads bool
	}{
		"nothing at all":   {"", 0, true},
		"half a header":    {"GET /api/v1/ok HTTP/1.1\r\nHost: x\r\nX-Slow: ", 0, true},
		"a short body":     {"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{", 408, true},
		"a long body":      {"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40000\r\n\r\n{", 408, true},
		"a chunked body":   {"POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n{", 408, true},
		"a streamed body":  {"POST /api/v1/upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n{", 408, true},
		"reads no answers": {strings.Repeat("GET /api/v1/long HTTP/1.1\r\nHost: x\r\n\r\n", 100), 0, false},
	}
	var wg sync.WaitGroup
	for name, tt := range slow {
		for range each {
			c, err := net.Dial("tcp", s.addr)
			require.NoError(t, err)
			t.Cleanup(func() { _ = c.Close() })
			_, err = c.Write([]byte(tt.head))
			require.NoError(t, err)
			if name != "nothing at all" && tt.reads {
				go crawl(c)
			}
			wg.Go(func() {
				if !tt.reads {
					return
				}
				_ = c.SetReadDeadline(time.Now().Add(2 * time.Minute)) // a failure, should the server wait so long
				res, err := http.ReadResponse(bufio.NewReader(c), nil)
				var late net.Error
				if errors.As(err, &late) && late.Timeout() {
					t.Errorf("%s: still open", name)
				}
				if tt.want > 0 && (err != nil || res.StatusCode != tt.want) {
					t.Errorf("%s: %v %v", name, res, err)
				}
			})
		}
	}
	served := func() {
		res := s.do("GET", "/api/v1/ok", "")
		require.Equal(t, 200, res.StatusCode)
		require.NoError(t, res.Body.Close())
	}
	for range 50 {
		served()
	}
	wg.Wait()
	http.DefaultClient.CloseIdleConnections()
	require.Eventually(t, func() bool { return s.app.Server().GetOpenConnectionsCount() == 0 }, 2*time.Minute, 100*time.Millisecond, "those that read nothing as well")
	served()
}
