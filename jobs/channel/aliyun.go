package channel

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huisheng/models"
)

const dysmsVersion = "2017-05-25"

// aliyun sends through Dysmsapi. Its API is not idempotent: OutId only comes back in receipts, it does not stop a second copy.
type aliyun struct {
	client    *http.Client
	signer    acs3
	base      string
	inQuery   bool
	signature string
	timeout   time.Duration
	now       func() time.Time
}

func newAliyun(c AliyunConfig, signature string, now func() time.Time) *aliyun {
	return &aliyun{
		client:    newClient(c.Timeout),
		signer:    acs3{c.AccessKeyID, string(c.AccessKeySecret)},
		base:      c.Scheme + "://" + c.Endpoint + "/",
		inQuery:   c.ParamsIn == "query",
		signature: signature,
		timeout:   c.Timeout,
		now:       now,
	}
}

func (a *aliyun) Name() string { return Aliyun }

// Send makes one SendSms call for one number. HTTP 200 with another Code than OK is a refusal.
func (a *aliyun) Send(ctx context.Context, m models.Message) models.Result {
	if m.ProviderTemplate == "" {
		return noTemplate(m)
	}
	values := make(map[string]string, len(m.Params))
	for _, p := range m.Params {
		values[p.Name] = p.Value
	}
	param, err := json.Marshal(values)
	if err != nil {
		return models.Result{Outcome: models.OutcomeContent, Code: "bad_params", Note: "the parameters are not valid text"}
	}
	var try attempt
	got, err := a.call(ctx, &try, "SendSms", map[string]string{
		"PhoneNumbers":  national(m.Phone),
		"SignName":      a.signature,
		"TemplateCode":  m.ProviderTemplate,
		"TemplateParam": string(param),
		"OutId":         string(m.ID),
	})
	if err != nil {
		return try.failed(err)
	}
	return clean(m, aliyunResult(got))
}

// noTemplate is the result for a message without an approved template: nothing can be sent until it is configured.
func noTemplate(m models.Message) models.Result {
	return models.Result{Outcome: models.OutcomeConfig, Code: "no_template", Note: "HUISHENG_SMS_TEMPLATES has no id for " + m.Template}
}

// aliyunResult classifies an answer. An answer that cannot be read and may stem from a copy that was processed, a success or a
// gateway timeout, is unknown; another error status without a code never reached the service behind the gateway.
func aliyunResult(got answer) models.Result {
	var body struct{ Code, Message, BizID string } // BizId: encoding/json does not mind the case
	if err := json.Unmarshal(got.body, &body); err == nil && body.Code != "" {
		if body.Code == "OK" && got.status == http.StatusOK {
			return models.Result{Outcome: models.OutcomeSent, ProviderID: safeID(body.BizID), Code: "OK"}
		}
		v := aliyunCodes.classify(body.Code)
		r := models.Result{Outcome: v.outcome, Code: safeCode(body.Code), RetryAfter: v.after, Note: statusNote(got.status)}
		if wait := aliyunLimitWait(body.Message); v.outcome == models.OutcomeLater && wait > 0 {
			r.RetryAfter = wait
		}
		return r
	}
	r := models.Result{Outcome: models.OutcomeConfig, Code: "http_" + strconv.Itoa(got.status), Note: statusNote(got.status) + " without a code"}
	switch {
	case got.status == http.StatusGatewayTimeout, got.status == http.StatusRequestTimeout, got.status < 300:
		r.Outcome = models.OutcomeUnknown
	case got.status >= 500, got.status == http.StatusTooManyRequests:
		r.Outcome = models.OutcomeRetry
	}
	return r
}

// call does one signed RPC. The parameters go into the body as a form, which the V3 signature covers by its content hash, so
// that no phone number stands in a URL that a proxy logs; ParamsIn=query is the way back.
func (a *aliyun) call(ctx context.Context, try *attempt, action string, params map[string]string) (answer, error) {
	ctx, cancel := try.withDeadline(ctx, a.timeout)
	defer cancel()
	form, target := canonicalForm(params), a.base
	if a.inQuery {
		target, form = target+"?"+form, ""
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form))
	if err != nil {
		return answer{}, err //nolint:wrapcheck // classified by attempt.failed, its text never leaves this package
	}
	r.Header.Set("Accept", "application/json")
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a.signer.sign(r, action, dysmsVersion, []byte(form), a.now(), newNonce())
	return exchange(a.client, r)
}

func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}
