package web

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A connection that was closed while its request was handled, as shutting down may close one, ends that answer and nothing else.
func TestConnectionClosedUnderARequest(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for range 3 {
		c, err := net.Dial("tcp", s.addr)
		require.NoError(t, err)
		_, err = c.Write([]byte("GET /api/v1/cut HTTP/1.1\r\nHost: x\r\n\r\n"))
		require.NoError(t, err)
		require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Minute)))
		_, err = http.ReadResponse(bufio.NewReader(c), nil)
		require.Error(t, err)
		require.False(t, strings.Contains(err.Error(), "timeout"), err)
		require.NoError(t, c.Close())
	}
	require.Equal(t, 200, s.do("GET", "/api/v1/ok", "").StatusCode)
}
