package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The example of the specification: secret, id, time and body give this signature.
func TestSignatureOfTheSpecification(t *testing.T) {
	t.Parallel()
	got, err := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), `{"test": 2432232314}`)
	require.NoError(t, err)
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
	fresh := NewSecret()
	require.NotEqual(t, fresh, NewSecret())
	signature, err := Sign(fresh, "msg_1", time.Unix(1, 0), "{}")
	require.NoError(t, err)
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(fresh, "whsec_"))
	require.NoError(t, err)
	m := hmac.New(sha256.New, key)
	m.Write([]byte("msg_1.1.{}"))
	require.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)), signature)
	_, err = Sign("whsec_short", "", time.Time{}, "")
	require.Error(t, err)
}

// Where messages never go, however it is written down.
func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.100.100.200",
		"168.63.129.16", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.9", "::", "::1", "::ffff:127.0.0.1",
		"::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
		"2001:db8::1", "2001::1",
	} {
		address := netip.AddrPortFrom(netip.MustParseAddr(ip), 443).String()
		network := "tcp4"
		if strings.Contains(ip, ":") {
			network = "tcp6"
		}
		require.ErrorIs(t, guard(nil, false)(network, address, nil), ErrAddress, ip)
	}
	for _, ip := range []string{"8.8.8.8", "223.5.5.5", "[2400:3200::1]"} {
		require.NoError(t, guard(nil, false)("tcp4", ip+":443", nil), ip)
		require.ErrorIs(t, guard(nil, true)("tcp4", ip+":80", nil), ErrAddress, "never by http: "+ip)
	}
	inside := []netip.Prefix{netip.MustParsePrefix("10.20.0.0/16")}
	require.NoError(t, guard(inside, true)("tcp4", "10.20.3.4:80", nil))
	require.NoError(t, guard(inside, true)("tcp6", "[::ffff:10.20.3.4]:80", nil))
	require.ErrorIs(t, guard(inside, true)("tcp4", "10.21.3.4:80", nil), ErrAddress)
	require.ErrorIs(t, guard(nil, false)("udp4", "8.8.8.8:53", nil), ErrAddress)
	require.ErrorIs(t, guard(nil, false)("tcp4", "nonsense", nil), ErrAddress)
}

// Names and odd notations end at the same guard, because it looks at what is connected to.
func TestNamesThatLeadInside(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	c := NewClient(nil)
	for _, host := range []string{"localhost", "127.0.0.1", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0", "localhost."} {
		a := c.Post(context.Background(), "https://"+host+":"+port+"/", "msg_1", time.Now(), nil, "{}")
		require.Zero(t, a.Status, host)
		require.Contains(t, []string{"address_refused", "name_unknown", "url_invalid", "timeout"}, a.Reason, host)
	}
	require.Zero(t, reached.Load())
	for raw, want := range map[string]string{
		"http://example.com/": "url_not_https", "ftp://example.com/": "url_not_https", "https://": "url_invalid", "https://u:p@example.com/": "url_invalid",
		"https://example.com/#x": "url_invalid", "https://10.0.0.1/": "address_refused", "javascript:alert(1)": "url_invalid", "https://a.cn/" + strings.Repeat("x", 600): "url_invalid",
	} {
		require.EqualError(t, c.CheckURL(raw), want, raw)
	}
	require.NoError(t, c.CheckURL("https://btpt.example.gov.cn/hooks?x=1"))
}

func TestWhatAReceiverMayAnswer(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/away", http.RedirectHandler("/ok", http.StatusTemporaryRedirect))
	var followed atomic.Int32
	mux.HandleFunc("/ok", func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	c := NewClient([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	c.plain.Timeout = 2 * time.Second
	post := func(path string) Answer {
		return c.Post(context.Background(), server.URL+path, "msg_1", time.Now(), []string{"v1,x"}, "{}")
	}
	a := post("/away")
	require.Equal(t, http.StatusTemporaryRedirect, a.Status)
	require.False(t, a.OK())
	require.Zero(t, followed.Load(), "a redirect is not followed")
	require.True(t, post("/ok").OK())
	require.Equal(t, 2*time.Minute, post("/busy").Wait)
	require.True(t, post("/endless").OK(), "what follows the status is not waited for")
	require.Equal(t, "timeout", post("/slow").Reason)
	server.Close()
	require.Equal(t, "no_connection", post("/ok").Reason)
}
