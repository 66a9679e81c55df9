package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	timeout     = 15 * time.Second
	dialTimeout = 5 * time.Second
	maxAnswer   = 64 << 10 // bytes of an answer that are read, to be thrown away
	maxWait     = 12 * time.Hour
	maxURL      = 500
)

// Client posts messages. It is safe for concurrent use.
type Client struct {
	allowed       []netip.Prefix
	secure, plain *http.Client
	roots         *tls.Config
}

// NewClient makes a client that reaches the public Internet by https, and the allowed private networks by https or http.
func NewClient(allowed []netip.Prefix) *Client { return newClient(allowed, nil) }

func newClient(allowed []netip.Prefix, roots *tls.Config) *Client {
	c := &Client{allowed: allowed, roots: roots}
	c.secure, c.plain = c.client(false), c.client(true)
	return c
}

func (c *Client) client(plain bool) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: -1, Control: guard(c.allowed, plain)}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSClientConfig: c.roots, TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: timeout,
			MaxResponseHeaderBytes: maxAnswer, DisableKeepAlives: true, // the next connection is looked at again
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckURL says whether an address may be told anything, as far as its writing tells; where it leads is looked at with every connection.
func (c *Client) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || len(raw) > maxURL:
		return errors.New("url_invalid")
	case u.User != nil || u.Fragment != "" || strings.ContainsAny(raw, " \t\r\n"):
		return errors.New("url_invalid")
	case u.Scheme != "https" && (u.Scheme != "http" || len(c.allowed) == 0):
		return errors.New("url_not_https")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		ip = ip.Unmap().WithZone("")
		if !within(ip, c.allowed) && (u.Scheme == "http" || !public(ip)) {
			return ErrAddress
		}
	}
	return nil
}

// Answer is what came of one attempt. Status 0: nobody answered, and Reason says in one word why.
type Answer struct {
	Status int
	Wait   time.Duration // the receiver asked to be left alone so long
	Reason string
}

// OK says whether the message has arrived.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Post makes one attempt. A redirect is not followed: it could lead anywhere.
func (c *Client) Post(ctx context.Context, to, id string, at time.Time, signatures []string, body string) Answer {
	if err := c.CheckURL(to); err != nil {
		return Answer{Reason: err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return Answer{Reason: "url_invalid"}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Huisheng-Webhooks/1")
	req.Header.Set(HeaderID, id)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(HeaderSignature, strings.Join(signatures, " "))
	client := c.secure
	if req.URL.Scheme == "http" {
		client = c.plain
	}
	res, err := client.Do(req)
	if err != nil {
		return Answer{Reason: reason(err)}
	}
	defer func() { _ = res.Body.Close() }() // read as far as wanted
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	return Answer{Status: res.StatusCode, Wait: retryAfter(res, at)}
}

// reason tells in one word why nobody answered. The error's own text may hold addresses inside our network and goes nowhere.
func reason(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var timed net.Error
	switch {
	case errors.Is(err, ErrAddress):
		return ErrAddress.Error()
	case errors.As(err, &dns):
		return "name_unknown"
	case errors.As(err, &cert):
		return "certificate"
	case errors.As(err, &timed) && timed.Timeout():
		return "timeout"
	}
	return "no_connection"
}

func retryAfter(res *http.Response, now time.Time) time.Duration {
	h := res.Header.Get("Retry-After")
	if h == "" {
		return 0
	}
	var wait time.Duration
	if n, err := strconv.Atoi(h); err == nil {
		wait = time.Duration(min(max(n, 0), int(maxWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(h); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxWait)
}
