package channel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"huisheng/models"
)

// maxAnswer bounds what is read of an answer, so that a broken provider cannot fill the memory.
const maxAnswer = 1 << 20

// newTransport has its own connections per channel. Idle ones are dropped early: a connection that the provider has closed
// meanwhile would make the next message's result unknown.
func newTransport(timeout time.Duration) http.RoundTripper {
	dial := &net.Dialer{Timeout: min(timeout, 5*time.Second), KeepAlive: 15 * time.Second}
	return guarded{&http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dial.DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: min(timeout, 5*time.Second),
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     30 * time.Second,
	}}
}

// guarded keeps a client from following redirects, also a client that we do not make ourselves: without a Location header
// there is nothing to follow. A redirect would carry a phone number to a host that nobody chose. It also bounds the answer.
type guarded struct{ next http.RoundTripper }

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(r)
	if err != nil {
		if a, ok := r.Context().Value(attemptKey{}).(*attempt); ok {
			a.cause.Store(&err)
		}
		return nil, err //nolint:wrapcheck // classified by attempt.failed, its text never leaves this package
	}
	resp.Header.Del("Location")
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// attempt watches one call to learn whether a connection was had, which is what tells "nothing went out" from "nobody knows".
type attempt struct {
	connected atomic.Bool
	cause     atomic.Pointer[error] // the transport's own error, which an SDK may pass on as text only
}

type attemptKey struct{}

// withDeadline gives the call its time limit and hooks the attempt into it.
func (a *attempt) withDeadline(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.connected.Store(true) },
	})
	return context.WithTimeout(context.WithValue(ctx, attemptKey{}, a), timeout)
}

// failed classifies a call that brought no answer. It looks at the error's type only: its text may hold the URL.
func (a *attempt) failed(err error) models.Result {
	if cause := a.cause.Load(); cause != nil {
		err = *cause
	}
	var cert *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &cert):
		return models.Result{Outcome: models.OutcomeConfig, Code: "bad_certificate", Note: "the provider's certificate was not accepted"}
	case !a.connected.Load():
		return models.Result{Outcome: models.OutcomeRetry, Code: "not_connected", Note: "no connection to the provider; nothing was sent"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return models.Result{Outcome: models.OutcomeUnknown, Code: "timeout", Note: "no answer in time"}
	default:
		return models.Result{Outcome: models.OutcomeUnknown, Code: "connection_lost", Note: "the connection ended before the answer"}
	}
}

// answer is what came back from one exchange.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// exchange does one request. After an error status an unreadable body counts as empty, as the status says enough.
func exchange(client *http.Client, r *http.Request) (answer, error) {
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err //nolint:wrapcheck // classified by attempt.failed, its text never leaves this package
	}
	defer func() { _ = resp.Body.Close() }() // nothing to do about it: the answer is read
	body, err := io.ReadAll(resp.Body)
	if err != nil && resp.StatusCode < http.StatusBadRequest {
		return answer{}, err //nolint:wrapcheck // see above
	}
	return answer{resp.StatusCode, resp.Header, body}, nil
}

// statusNote is the remark for an answer that only its HTTP status describes.
func statusNote(status int) string { return fmt.Sprintf("HTTP status %d", status) }
