package channel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"huisheng/models"
)

func gatewayAt(t *testing.T, base string, timeout time.Duration) *gateway {
	t.Helper()
	return newGateway(GatewayConfig{URL: base + "/huisheng/v1/", KeyID: "k1", Secret: testSecret, Timeout: timeout}, func() time.Time { return testNow })
}

// verifyGatewayRequest is the gateway's side of the signature, written from docs/gateway.md and sharing nothing with the signer.
func verifyGatewayRequest(t *testing.T, r received) {
	t.Helper()
	path, _, _ := strings.Cut(r.RequestURI, "?")
	body := sha256.Sum256(r.body)
	mac := hmac.New(sha256.New, []byte(testSecret))
	_, _ = fmt.Fprintf(mac, "%s\n%s\n%s\n%x", r.Method, path, r.Header.Get("X-Huisheng-Timestamp"), body) // a hash never fails to write
	if got := r.Header.Get("X-Huisheng-Signature"); got != hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("signature %q is wrong for %s %s", got, r.Method, path)
	}
	if r.Header.Get("X-Huisheng-Key") != "k1" || r.Header.Get("X-Huisheng-Timestamp") != "1796432400" {
		t.Errorf("headers %v", r.Header)
	}
}

func TestGatewaySendRequest(t *testing.T) {
	p := newProvider(t, says(202, `{"id":"g-77","status":"accepted"}`))
	got := gatewayAt(t, p.URL, time.Second).Send(context.Background(), testMessage())
	if got != (models.Result{Outcome: models.OutcomeSent, ProviderID: "g-77", Code: "OK"}) {
		t.Errorf("result %+v", got)
	}
	r := p.only(t)
	verifyGatewayRequest(t, r)
	want := `{"id":"inv1:invite","phone":"+8613800000001","template":"SMS_1001","params":[{"name":"day","value":"12月25日"},{"name":"code","value":"7K3M9Q"}],"text":"【广东技能评价】请打开 jnpj.example.cn/f 输入码7K3M9Q","sent_at":"2026-12-05T01:00:00Z"}`
	if string(r.body) != want {
		t.Errorf("body\n got %s\nwant %s", r.body, want)
	}
	if r.Method != http.MethodPost || r.RequestURI != "/huisheng/v1/messages" || r.Header.Get("Idempotency-Key") != "inv1:invite" {
		t.Errorf("%s %s, key %q", r.Method, r.RequestURI, r.Header.Get("Idempotency-Key"))
	}
}

// The examples of docs/gateway.md, computed outside of this program, must stay true.
func TestGatewayDocumentedSignatures(t *testing.T) {
	doc, err := os.ReadFile("../../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, body, signature string }{
		{"/huisheng/v1/messages", `{"id":"inv1:invite","phone":"+8613800000001","template":"INVITE","params":[{"name":"code","value":"7K3M9Q"}],"text":"【广东技能评价】示例","sent_at":"2026-12-05T01:00:00Z"}`, "c487bdab2727d6b4aa270f91bd57be418416826ce276b783d76336d380ef93b6"},
		{"receipts", `{"reports":[{"id":"inv1:invite","provider_id":"g-77","status":"delivered","code":"DELIVRD","at":"2026-12-05T01:00:09Z"}]}`, "e449d63d77306f20ace849656b54fa36ac68b34fe98a4eb0b94904527b64534a"},
	} {
		if !strings.Contains(string(doc), c.body) || !strings.Contains(string(doc), c.signature) {
			t.Errorf("docs/gateway.md no longer has the example for %s", c.path)
		}
		if got := gatewaySignature(testSecret, "POST", c.path, "1796432400", []byte(c.body)); got != c.signature {
			t.Errorf("%s: signature %s, want %s", c.path, got, c.signature)
		}
	}
	for code := range gatewayCodes.exact {
		if !strings.Contains(string(doc), "`"+code+"`") {
			t.Errorf("docs/gateway.md does not explain the code %s", code)
		}
	}
	for code := range gatewayFates {
		if !strings.Contains(string(doc), "`"+code+"`") {
			t.Errorf("docs/gateway.md does not explain the receipt code %s", code)
		}
	}
}

func TestGatewayOutcomes(t *testing.T) {
	rejected := func(status int, code, more string) http.HandlerFunc {
		return says(status, fmt.Sprintf(`{"status":"rejected","code":%q,"message":%q%s}`, code, leaky, more))
	}
	for _, w := range []want{
		{"ok", says(200, `{"id":"g-77","status":"accepted"}`), models.OutcomeSent, "OK", 0},
		{"busy", rejected(200, "busy", `,"retry_after":90`), models.OutcomeRetry, "busy", 90 * time.Second},
		{"busy with 503", rejected(503, "busy", ""), models.OutcomeRetry, "busy", 0},
		{"too often", rejected(200, "too_often", ""), models.OutcomeLater, "too_often", time.Hour},
		{"too often, says when", rejected(200, "too_often", `,"retry_after":86400`), models.OutcomeLater, "too_often", 24 * time.Hour},
		{"absurd wait", rejected(200, "too_often", `,"retry_after":1e30`), models.OutcomeLater, "too_often", time.Hour},
		{"quota", rejected(200, "quota", ""), models.OutcomeHalt, "quota", 0},
		{"auth", rejected(401, "auth", ""), models.OutcomeConfig, "auth", 0},
		{"content", rejected(422, "content", ""), models.OutcomeContent, "content", 0},
		{"number", rejected(200, "number", ""), models.OutcomeNumber, "number", 0},
		{"opted out", rejected(200, "opted_out", ""), models.OutcomeNumber, "opted_out", 0},
		{"gateway does not know", rejected(500, "unknown", ""), models.OutcomeUnknown, "unknown", 0},
		{"unknown code", rejected(200, "something_new", ""), models.OutcomeRetry, "something_new", 0},
		{"phone as code", rejected(200, "13800000001", ""), models.OutcomeRetry, "", 0},
		{"accepted with an error status", says(500, `{"id":"g-77","status":"accepted"}`), models.OutcomeUnknown, "http_500", 0},
		{"200 without status", says(200, `{}`), models.OutcomeUnknown, "http_200", 0},
		{"200 HTML", says(200, "<html>"+leaky), models.OutcomeUnknown, "http_200", 0},
		{"500 empty", says(500, ""), models.OutcomeUnknown, "http_500", 0},
		{"503 HTML", says(503, "<html>"+leaky), models.OutcomeUnknown, "http_503", 0},
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(429)
		}, models.OutcomeRetry, "http_429", 2 * time.Minute},
		{"401", says(401, ""), models.OutcomeConfig, "http_401", 0},
		{"404", says(404, "<html>"), models.OutcomeConfig, "http_404", 0},
		{"400", says(400, ""), models.OutcomeContent, "http_400", 0},
		{"half an answer", halves, models.OutcomeUnknown, "connection_lost", 0},
		{"timeout", hangs, models.OutcomeUnknown, "timeout", 0},
		{"reset after read", resets, models.OutcomeUnknown, "connection_lost", 0},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, w.answer)
			checkResult(t, gatewayAt(t, p.URL, 250*time.Millisecond), w)
			if p.hits() != 1 {
				t.Errorf("%d requests for one message", p.hits())
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		checkResult(t, gatewayAt(t, "http://"+refusedHost(t), time.Second), want{outcome: models.OutcomeRetry, code: "not_connected"})
	})
	t.Run("redirect is not followed", func(t *testing.T) {
		p := newProvider(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/else", http.StatusPermanentRedirect)
		})
		checkResult(t, gatewayAt(t, p.URL, time.Second), want{outcome: models.OutcomeConfig, code: "http_308"})
		p.only(t)
	})
	t.Run("id that is the phone", func(t *testing.T) {
		p := newProvider(t, says(200, `{"id":"g-13800000001","status":"accepted"}`))
		got := gatewayAt(t, p.URL, time.Second).Send(context.Background(), testMessage())
		mustBeClean(t, got)
		if got.Outcome != models.OutcomeSent || got.ProviderID != "" {
			t.Errorf("result %+v", got)
		}
	})
}

// net/http repeats a request by itself after a lost connection if it takes it for idempotent, which Idempotency-Key makes it do
// on a connection that was used before. Whether to repeat is ours to decide.
func TestGatewayDoesNotRepeatByItself(t *testing.T) {
	var p *provider
	p = newProvider(t, func(w http.ResponseWriter, r *http.Request) {
		if p.hits() == 1 {
			says(200, `{"id":"g-1","status":"accepted"}`)(w, r)
			return
		}
		resets(w, r)
	})
	g := gatewayAt(t, p.URL, time.Second)
	if got := g.Send(context.Background(), testMessage()); got.Outcome != models.OutcomeSent {
		t.Fatalf("first: %+v", got)
	}
	if got := g.Send(context.Background(), testMessage()); got.Outcome != models.OutcomeUnknown {
		t.Errorf("second: %+v", got)
	}
	if p.hits() != 2 {
		t.Errorf("the gateway saw %d requests, want 2", p.hits())
	}
}

func TestGatewayLookup(t *testing.T) {
	at := testNow.Add(9 * time.Second)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   models.Receipt
	}{
		{"delivered", says(200, `{"id":"g-77","status":"delivered","code":"DELIVRD","at":"2026-12-05T01:00:09Z"}`), models.Receipt{State: models.ReceiptDelivered, Code: "DELIVRD", ProviderID: "g-77", At: at}},
		{"off", says(200, `{"id":"g-77","status":"failed","code":"off"}`), models.Receipt{State: models.ReceiptFailed, Code: "off", Retry: true, ProviderID: "g-77"}},
		{"opted out", says(200, `{"status":"failed","code":"opted_out"}`), models.Receipt{State: models.ReceiptFailed, Code: "opted_out", Unreachable: true}},
		{"rejected", says(200, `{"status":"rejected","code":"content"}`), models.Receipt{State: models.ReceiptFailed, Code: "content"}},
		{"pending", says(200, `{"id":"g-77","status":"pending"}`), models.Receipt{State: models.ReceiptPending, ProviderID: "g-77"}},
		{"not found", says(404, `{"status":"not_found"}`), models.Receipt{State: models.ReceiptNotFound}},
		{"bare 404", says(404, "<html>"), models.Receipt{State: models.ReceiptUnavailable}},
		{"404 of a proxy in JSON", says(404, `{"error":"no route"}`), models.Receipt{State: models.ReceiptUnavailable}},
		{"not_found with 200", says(200, `{"status":"not_found"}`), models.Receipt{State: models.ReceiptUnavailable}},
		{"501", says(501, ""), models.Receipt{State: models.ReceiptUnsupported}},
		{"500 with a state", says(500, `{"status":"delivered"}`), models.Receipt{State: models.ReceiptUnavailable}},
		{"reset", resets, models.Receipt{State: models.ReceiptUnavailable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProvider(t, c.answer)
			c.want.DeliveryID = "inv1:invite"
			got := gatewayAt(t, p.URL, time.Second).Lookup(context.Background(), testMessage(), testNow)
			sameReceipts(t, []models.Receipt{got}, []models.Receipt{c.want})
			mustBeClean(t, got)
			r := p.only(t)
			verifyGatewayRequest(t, r)
			if r.Method != http.MethodGet || r.RequestURI != "/huisheng/v1/messages/inv1:invite" || len(r.body) != 0 {
				t.Errorf("%s %s with %d bytes", r.Method, r.RequestURI, len(r.body))
			}
		})
	}
}

// An id with a slash must stay one segment, and the signature must cover the path as sent.
func TestGatewayLookupEscapesTheID(t *testing.T) {
	p := newProvider(t, says(404, `{"status":"not_found"}`))
	m := testMessage()
	m.ID = "a/b c"
	gatewayAt(t, p.URL, time.Second).Lookup(context.Background(), m, testNow)
	r := p.only(t)
	verifyGatewayRequest(t, r)
	if r.RequestURI != "/huisheng/v1/messages/a%2Fb%20c" {
		t.Errorf("path %s", r.RequestURI)
	}
}

func TestParseGatewayReports(t *testing.T) {
	body := []byte(`{"reports":[{"id":"inv1:invite","provider_id":"g-77","status":"delivered","code":"DELIVRD","at":"2026-12-05T01:00:09Z"},
	 {"provider_id":"g-78","status":"failed","code":"off","phone":"13800000001"},
	 {"id":"inv3:invite","status":"failed","code":"号码13800000001"},
	 {"id":"inv4:invite","status":"whatever"},{"status":"delivered"}]}`)
	push := func(secret string, body []byte, at time.Time) http.Header {
		h := http.Header{}
		stamp := fmt.Sprint(at.Unix())
		sum := sha256.Sum256(body)
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = fmt.Fprintf(mac, "POST\nreceipts\n%s\n%x", stamp, sum) // a hash never fails to write
		h.Set("X-Huisheng-Timestamp", stamp)
		h.Set("X-Huisheng-Signature", hex.EncodeToString(mac.Sum(nil)))
		return h
	}
	got, err := ParseGatewayReports(push(testSecret, body, testNow), body, testSecret, testNow.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	mustBeClean(t, got)
	sameReceipts(t, got, []models.Receipt{
		{State: models.ReceiptDelivered, Code: "DELIVRD", ProviderID: "g-77", DeliveryID: "inv1:invite", At: testNow.Add(9 * time.Second)},
		{State: models.ReceiptFailed, Code: "off", ProviderID: "g-78", Retry: true},
		{State: models.ReceiptFailed, DeliveryID: "inv3:invite"},
	})

	garbage := []byte(`{"reports":[{"id":13800000001}]}`)
	for name, c := range map[string]struct {
		header http.Header
		body   []byte
		secret string
		now    time.Time
	}{
		"no headers":    {http.Header{}, body, testSecret, testNow},
		"wrong secret":  {push("other", body, testNow), body, testSecret, testNow},
		"empty secret":  {push("", body, testNow), body, "", testNow},
		"changed body":  {push(testSecret, body, testNow), []byte(`{"reports":[]}`), testSecret, testNow},
		"too old":       {push(testSecret, body, testNow), body, testSecret, testNow.Add(6 * time.Minute)},
		"from tomorrow": {push(testSecret, body, testNow), body, testSecret, testNow.Add(-6 * time.Minute)},
		"garbage":       {push(testSecret, garbage, testNow), garbage, testSecret, testNow},
	} {
		if _, err := ParseGatewayReports(c.header, c.body, c.secret, c.now); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			mustBeClean(t, err)
		}
	}
}
