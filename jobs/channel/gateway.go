package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huisheng/models"
)

// gateway sends through a public body's own SMS gateway, by the small protocol of docs/gateway.md. The gateway must be
// idempotent by delivery id, but we do not lean on it: an unknown result is looked up first.
type gateway struct {
	client  *http.Client
	base    string // without a slash at its end
	keyID   string
	secret  string
	timeout time.Duration
	now     func() time.Time
}

func newGateway(c GatewayConfig, now func() time.Time) *gateway {
	return &gateway{
		client: newClient(c.Timeout), base: strings.TrimRight(c.URL, "/"),
		keyID: c.KeyID, secret: string(c.Secret), timeout: c.Timeout, now: now,
	}
}

func (g *gateway) Name() string { return Gateway }

// gatewayMessage is the body of a sending.
type gatewayMessage struct {
	ID       models.DeliveryID `json:"id"`
	Phone    string            `json:"phone"`
	Template string            `json:"template"`
	Params   []gatewayParam    `json:"params"`
	Text     string            `json:"text"`
	SentAt   time.Time         `json:"sent_at"`
}

type gatewayParam struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// gatewayAnswer is the body of every answer.
type gatewayAnswer struct {
	ID         string    `json:"id"`
	Status     string    `json:"status"`
	Code       string    `json:"code"`
	RetryAfter float64   `json:"retry_after"` // seconds
	At         time.Time `json:"at"`
}

// Send posts one message. Only what the gateway says in so many words counts: a server error or an answer that is not the
// protocol's leaves the result unknown, since a relay in between may have failed after the gateway had accepted.
func (g *gateway) Send(ctx context.Context, m models.Message) models.Result {
	template := m.ProviderTemplate
	if template == "" {
		template = m.Template
	}
	params := make([]gatewayParam, len(m.Params))
	for i, p := range m.Params {
		params[i] = gatewayParam(p)
	}
	body, err := json.Marshal(gatewayMessage{m.ID, m.Phone, template, params, m.Text, g.now().UTC().Truncate(time.Second)})
	if err != nil {
		return models.Result{Outcome: models.OutcomeContent, Code: "bad_params", Note: "the message is not valid text"}
	}
	var try attempt
	got, err := g.call(ctx, &try, http.MethodPost, "/messages", m.ID, body)
	if err != nil {
		return try.failed(err)
	}
	return clean(m, gatewayResult(got))
}

func gatewayResult(got answer) models.Result {
	var a gatewayAnswer
	if err := json.Unmarshal(got.body, &a); err == nil {
		switch {
		case a.Status == "accepted" && got.status < 300:
			return models.Result{Outcome: models.OutcomeSent, ProviderID: safeID(a.ID), Code: "OK"}
		case a.Status == "rejected":
			v := gatewayCodes.classify(a.Code)
			r := models.Result{Outcome: v.outcome, Code: safeCode(a.Code), RetryAfter: v.after, Note: statusNote(got.status)}
			if a.RetryAfter > 0 && a.RetryAfter < 30*day.Seconds() {
				r.RetryAfter = time.Duration(a.RetryAfter * float64(time.Second))
			}
			return r
		}
	}
	r := models.Result{Outcome: models.OutcomeUnknown, Code: "http_" + strconv.Itoa(got.status), Note: statusNote(got.status) + " without a status"}
	switch got.status {
	case http.StatusTooManyRequests:
		r.Outcome, r.RetryAfter = models.OutcomeRetry, retryAfter(got.header)
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		r.Outcome = models.OutcomeContent
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone,
		http.StatusUnsupportedMediaType, http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		r.Outcome = models.OutcomeConfig
	}
	return r
}

// retryAfter reads the Retry-After header in seconds; zero if there is none, or a date.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 || n > 24*60*60 {
		return 0
	}
	return time.Duration(n) * time.Second
}

// call does one signed request.
func (g *gateway) call(ctx context.Context, try *attempt, method, path string, id models.DeliveryID, body []byte) (answer, error) {
	ctx, cancel := try.withDeadline(ctx, g.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, g.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, err //nolint:wrapcheck // classified by attempt.failed, its text never leaves this package
	}
	r.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		// In lower case on purpose: net/http repeats a request on its own after a lost connection if it finds this header by
		// its canonical name, and whether to repeat is ours to decide.
		r.Header["idempotency-key"] = []string{string(id)}
	}
	signGateway(r, g.keyID, g.secret, body, g.now())
	return exchange(g.client, r)
}
