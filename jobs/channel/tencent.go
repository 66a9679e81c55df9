package channel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"huisheng/models"
)

// tencent sends through Tencent Cloud's SDK, which has no dependencies of its own. Its error texts quote what the server
// answered and are never passed on.
type tencent struct {
	client    *sms.Client
	appID     string
	signature string
	timeout   time.Duration
}

func newTencent(c TencentConfig, signature string) (*tencent, error) {
	p := profile.NewClientProfile()
	p.HttpProfile.Endpoint = c.Endpoint
	p.HttpProfile.Scheme = strings.ToUpper(c.Scheme)
	p.HttpProfile.ReqTimeout = 0 // the context carries the deadline, to the millisecond
	client, err := sms.NewClient(common.NewCredential(c.SecretID, string(c.SecretKey)), c.Region, p)
	if err != nil {
		return nil, fmt.Errorf("tencent client: %w", err)
	}
	client.WithHttpTransport(newTransport(c.Timeout)).WithLogger(log.New(io.Discard, "", 0))
	return &tencent{client: client, appID: c.AppID, signature: signature, timeout: c.Timeout}, nil
}

func (t *tencent) Name() string { return Tencent }

// Send makes one SendSms call for one number. HTTP 200 without an error can still hold a refusal for the number.
func (t *tencent) Send(ctx context.Context, m models.Message) models.Result {
	if m.ProviderTemplate == "" {
		return noTemplate(m)
	}
	req := sms.NewSendSmsRequest()
	req.PhoneNumberSet = []*string{&m.Phone}
	req.SmsSdkAppId = &t.appID
	req.SignName = &t.signature
	req.TemplateId = &m.ProviderTemplate
	for _, p := range m.Params {
		req.TemplateParamSet = append(req.TemplateParamSet, common.StringPtr(p.Value))
	}
	req.SessionContext = common.StringPtr(string(m.ID))

	var try attempt
	ctx, cancel := try.withDeadline(ctx, t.timeout)
	defer cancel()
	resp, err := t.client.SendSmsWithContext(ctx, req)
	if err != nil {
		return clean(m, tencentFailure(err, &try))
	}
	if resp.Response == nil || len(resp.Response.SendStatusSet) != 1 || resp.Response.SendStatusSet[0] == nil {
		return models.Result{Outcome: models.OutcomeUnknown, Code: "bad_answer", Note: "the answer does not hold one status for one number"}
	}
	return clean(m, tencentStatus(resp.Response.SendStatusSet[0]))
}

// tencentFailure classifies an error of the SDK. Its own codes, ClientError.*, cover timeout, refusal and garbage alike, so
// there the attempt decides: without a connection nothing went out, else nobody knows.
func tencentFailure(err error, try *attempt) models.Result {
	var sdk *tcerrors.TencentCloudSDKError
	if !errors.As(err, &sdk) {
		return try.failed(err)
	}
	switch {
	case sdk.Code == "ClientError.HttpStatusCodeError", sdk.Code == "ClientError.ParseJsonError":
		return models.Result{Outcome: models.OutcomeUnknown, Code: "bad_answer", Note: "the answer was not the API's"}
	case strings.HasPrefix(sdk.Code, "ClientError."):
		return try.failed(err)
	}
	v := tencentCodes.classify(sdk.Code)
	return models.Result{Outcome: v.outcome, Code: safeCode(sdk.Code), RetryAfter: v.after}
}

func tencentStatus(s *sms.SendStatus) models.Result {
	code := deref(s.Code)
	if code == "Ok" {
		return models.Result{Outcome: models.OutcomeSent, ProviderID: safeID(deref(s.SerialNo)), Code: code}
	}
	v := tencentCodes.classify(code)
	return models.Result{Outcome: v.outcome, Code: safeCode(code), RetryAfter: v.after}
}

func deref[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
