package handlers_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The server stops while a progress stream is open and browsers keep asking on connections that are kept alive: the stream ends, every answer that begins
// is whole, and nothing breaks. A stream that did not end would hold the stop up until the time is over, and the kit fails then.
func TestStopsWhileAStreamIsOpen(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, token, _, claim := s.claimed(2)
	batch := s.do("POST", "/api/v1/claims", token, claim).object(202)["batch"].(string)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/batches/"+batch+"/progress", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	lines := bufio.NewReader(res.Body)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "event: progress\n", first)

	var busy sync.WaitGroup
	for range 8 {
		busy.Go(func() { s.askUntilClosed() })
	}
	time.Sleep(200 * time.Millisecond) // connections are in use and idle by turns
	s.stop()
	rest, err := io.ReadAll(lines)
	require.NoError(t, err, "the stream ends, it is not cut")
	require.True(t, strings.HasSuffix(string(rest), "\n\n"), "%q", rest)
	require.NoError(t, s.fiber.ShutdownWithTimeout(time.Minute))
	busy.Wait()
}

// askUntilClosed asks on its own kept connection until the server is gone; an answer that comes is a whole one.
func (s *server) askUntilClosed() {
	client := &http.Client{Transport: &http.Transport{MaxIdleConns: 1}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	for {
		res, err := client.Get(s.url + "/livez")
		if err != nil {
			return
		}
		_, _ = io.ReadAll(res.Body) // cut off when the server stops
		_ = res.Body.Close()
	}
}
