package channel

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"huisheng/models"
)

func tencentAt(t *testing.T, host string, timeout time.Duration) *tencent {
	t.Helper()
	s, err := newTencent(TencentConfig{
		SecretID: "sid", SecretKey: testSecret, AppID: "1400000001", Region: "ap-guangzhou", Endpoint: host, Scheme: "http", Timeout: timeout,
	}, "广东技能评价")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTencentSendRequest(t *testing.T) {
	p := newProvider(t, says(200, `{"Response":{"SendStatusSet":[{"SerialNo":"2028:f825e6","PhoneNumber":"+8613800000001","Fee":1,"SessionContext":"inv1:invite","Code":"Ok","Message":"send success","IsoCode":"CN"}],"RequestId":"r"}}`))
	got := tencentAt(t, p.host(), time.Second).Send(context.Background(), testMessage())
	if got != (models.Result{Outcome: models.OutcomeSent, ProviderID: "2028:f825e6", Code: "Ok"}) {
		t.Errorf("result %+v", got)
	}
	r := p.only(t)
	var body struct {
		PhoneNumberSet, TemplateParamSet                  []string
		SmsSdkAppID, SignName, TemplateID, SessionContext string
	}
	if err := json.Unmarshal(r.body, &body); err != nil {
		t.Fatal(err)
	}
	if strings.Join(body.PhoneNumberSet, ",") != testPhone || strings.Join(body.TemplateParamSet, ",") != "12月25日,7K3M9Q" || body.SmsSdkAppID != "1400000001" ||
		body.SignName != "广东技能评价" || body.TemplateID != "SMS_1001" || body.SessionContext != "inv1:invite" {
		t.Errorf("body %+v", body)
	}
	if r.Method != http.MethodPost || r.URL.String() != "/" || r.Header.Get("X-TC-Action") != "SendSms" || r.Header.Get("X-TC-Version") != "2021-01-11" ||
		r.Header.Get("X-TC-Region") != "ap-guangzhou" || !strings.HasPrefix(r.Header.Get("Authorization"), "TC3-HMAC-SHA256 Credential=sid/") {
		t.Errorf("%s %s, headers %v", r.Method, r.URL, r.Header)
	}
}

func TestTencentOutcomes(t *testing.T) {
	whole := func(code string) http.HandlerFunc {
		return says(200, fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":%q},"RequestId":"r"}}`, code, leaky))
	}
	perNumber := func(code string) http.HandlerFunc {
		return says(200, fmt.Sprintf(`{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"+8613800000001","Code":%q,"Message":%q}],"RequestId":"r"}}`, code, leaky))
	}
	for _, w := range []want{
		{"ok", says(200, `{"Response":{"SendStatusSet":[{"SerialNo":"s1","Code":"Ok"}],"RequestId":"r"}}`), models.OutcomeSent, "Ok", 0},
		{"per number: daily limit", perNumber("LimitExceeded.PhoneNumberDailyLimit"), models.OutcomeLater, "LimitExceeded.PhoneNumberDailyLimit", 24 * time.Hour},
		{"per number: blocked", perNumber("FailedOperation.PhoneNumberInBlacklist"), models.OutcomeNumber, "FailedOperation.PhoneNumberInBlacklist", 0},
		{"per number: sensitive word", perNumber("FailedOperation.ContainSensitiveWord"), models.OutcomeContent, "FailedOperation.ContainSensitiveWord", 0},
		{"per number: balance", perNumber("FailedOperation.InsufficientBalanceInSmsPackage"), models.OutcomeHalt, "FailedOperation.InsufficientBalanceInSmsPackage", 0},
		{"per number: phone as code", perNumber("13800000001"), models.OutcomeRetry, "", 0},
		{"business limit", whole("LimitExceeded.PhoneNumberThirtySecondLimit"), models.OutcomeLater, "LimitExceeded.PhoneNumberThirtySecondLimit", 30 * time.Second},
		{"app limit", whole("LimitExceeded.AppMainlandChinaDailyLimit"), models.OutcomeHalt, "LimitExceeded.AppMainlandChinaDailyLimit", 0},
		{"throttle", whole("RequestLimitExceeded.UinLimitExceeded"), models.OutcomeRetry, "RequestLimitExceeded.UinLimitExceeded", 0},
		{"internal", whole("InternalError.OtherError"), models.OutcomeRetry, "InternalError.OtherError", 0},
		{"internal timeout", whole("InternalError.Timeout"), models.OutcomeUnknown, "InternalError.Timeout", 0},
		{"key", whole("AuthFailure.SignatureFailure"), models.OutcomeConfig, "AuthFailure.SignatureFailure", 0},
		{"arrears", whole("UnauthorizedOperation.ServiceSuspendDueToArrears"), models.OutcomeHalt, "UnauthorizedOperation.ServiceSuspendDueToArrears", 0},
		{"address not listed", whole("UnauthorizedOperation.RequestIpNotInWhitelist"), models.OutcomeConfig, "UnauthorizedOperation.RequestIpNotInWhitelist", 0},
		{"url in parameter", whole("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"), models.OutcomeContent, "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", 0},
		{"unknown code", whole("SomethingNew"), models.OutcomeRetry, "SomethingNew", 0},
		{"no status", says(200, `{"Response":{"SendStatusSet":[],"RequestId":"r"}}`), models.OutcomeUnknown, "bad_answer", 0},
		{"null status", says(200, `{"Response":{"SendStatusSet":[null],"RequestId":"r"}}`), models.OutcomeUnknown, "bad_answer", 0},
		{"null response", says(200, `{"Response":null}`), models.OutcomeUnknown, "bad_answer", 0},
		{"500 empty", says(500, ""), models.OutcomeUnknown, "bad_answer", 0},
		{"503 HTML", says(503, "<html>"+leaky), models.OutcomeUnknown, "bad_answer", 0},
		{"200 HTML", says(200, "<html>"+leaky), models.OutcomeUnknown, "bad_answer", 0},
		{"half an answer", halves, models.OutcomeUnknown, "bad_answer", 0},
		{"timeout", hangs, models.OutcomeUnknown, "timeout", 0},
		{"reset after read", resets, models.OutcomeUnknown, "connection_lost", 0},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, w.answer)
			checkResult(t, tencentAt(t, p.host(), 250*time.Millisecond), w)
			if p.hits() != 1 {
				t.Errorf("%d requests for one message", p.hits())
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		checkResult(t, tencentAt(t, refusedHost(t), time.Second), want{outcome: models.OutcomeRetry, code: "not_connected"})
	})
	t.Run("redirect is not followed", func(t *testing.T) {
		p := newProvider(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/else", http.StatusTemporaryRedirect)
		})
		checkResult(t, tencentAt(t, p.host(), time.Second), want{outcome: models.OutcomeUnknown, code: "bad_answer"})
		p.only(t)
	})
}

func TestTencentLookup(t *testing.T) {
	at := testNow.Add(9 * time.Second)
	record := func(session, status, description string, at time.Time) string {
		return fmt.Sprintf(`{"UserReceiveTime":%d,"CountryCode":"86","SubscriberNumber":"13800000001","PhoneNumber":"+8613800000001","SerialNo":"2028:f825e6","ReportStatus":%q,"Description":%q,"SessionContext":%q}`,
			at.Unix(), status, description, session)
	}
	list := func(records ...string) http.HandlerFunc {
		return says(200, `{"Response":{"PullSmsSendStatusSet":[`+strings.Join(records, ",")+`],"RequestId":"r"}}`)
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   models.Receipt
	}{
		{"delivered", list(record("other", "FAIL", "002", at), record("inv1:invite", "SUCCESS", "DELIVRD", at)), models.Receipt{State: models.ReceiptDelivered, Code: "DELIVRD", ProviderID: "2028:f825e6", At: at}},
		{"off", list(record("inv1:invite", "FAIL", "002", at)), models.Receipt{State: models.ReceiptFailed, Code: "002", Retry: true, ProviderID: "2028:f825e6", At: at}},
		{"empty number", list(record("inv1:invite", "FAIL", "MI:0073", at)), models.Receipt{State: models.ReceiptFailed, Code: "MI:0073", Unreachable: true, ProviderID: "2028:f825e6", At: at}},
		{"no echo, just after", list(record("", "SUCCESS", "DELIVRD", at)), models.Receipt{State: models.ReceiptDelivered, Code: "DELIVRD", ProviderID: "2028:f825e6", At: at}},
		{"echo wins over no echo", list(record("", "FAIL", "002", at), record("inv1:invite", "SUCCESS", "DELIVRD", at)), models.Receipt{State: models.ReceiptDelivered, Code: "DELIVRD", ProviderID: "2028:f825e6", At: at}},
		{"no echo, an hour later", list(record("", "SUCCESS", "DELIVRD", testNow.Add(time.Hour))), models.Receipt{State: models.ReceiptNotFound}},
		{"another message", list(record("other", "SUCCESS", "DELIVRD", at)), models.Receipt{State: models.ReceiptNotFound}},
		{"none", list(), models.Receipt{State: models.ReceiptNotFound}},
		{"error", says(200, `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"x"},"RequestId":"r"}}`), models.Receipt{State: models.ReceiptUnavailable}},
		{"reset", resets, models.Receipt{State: models.ReceiptUnavailable}},
		{"HTML", says(503, "<html>"), models.Receipt{State: models.ReceiptUnavailable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProvider(t, c.answer)
			c.want.DeliveryID = "inv1:invite"
			got := tencentAt(t, p.host(), time.Second).Lookup(context.Background(), testMessage(), testNow)
			sameReceipts(t, []models.Receipt{got}, []models.Receipt{c.want})
			mustBeClean(t, got)
			r := p.only(t)
			var body struct {
				PhoneNumber, SmsSdkAppID string
				BeginTime, Limit         int64
			}
			if err := json.Unmarshal(r.body, &body); err != nil {
				t.Fatal(err)
			}
			if r.Header.Get("X-TC-Action") != "PullSmsSendStatusByPhoneNumber" || r.URL.String() != "/" || body.PhoneNumber != testPhone ||
				body.SmsSdkAppID != "1400000001" || body.BeginTime != testNow.Unix()-60 || body.Limit != 100 {
				t.Errorf("%s %s %+v", r.Header.Get("X-TC-Action"), r.URL, body)
			}
		})
	}
}

func TestParseTencentReports(t *testing.T) {
	body := `[{"user_receive_time":"2026-12-05 09:00:07","nationcode":"86","mobile":"13800000001","report_status":"SUCCESS","errmsg":"DELIVRD","description":"用户短信送达成功","sid":"2028:f825e6"},
	 {"mobile":"13800000001","report_status":"FAIL","errmsg":"002","description":"关机","sid":"2028:f825e7","ext":"inv2:invite"},
	 {"mobile":"13800000001","report_status":"FAIL","errmsg":"号码13800000001空号","sid":"2028:f825e8"},
	 {"mobile":"13800000001","report_status":"FAIL","errmsg":"002"}]`
	got, err := ParseTencentReports([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	mustBeClean(t, got)
	sameReceipts(t, got, []models.Receipt{
		{State: models.ReceiptDelivered, Code: "DELIVRD", ProviderID: "2028:f825e6", At: time.Date(2026, 12, 5, 1, 0, 7, 0, time.UTC)},
		{State: models.ReceiptFailed, Code: "002", ProviderID: "2028:f825e7", DeliveryID: "inv2:invite", Retry: true},
		{State: models.ReceiptFailed, ProviderID: "2028:f825e8"},
	})
	if _, err := ParseTencentReports([]byte(`[{"mobile":"13800000001","sid":13800000001}]`)); err == nil {
		t.Error("a number as sid was read")
	} else {
		mustBeClean(t, err)
	}
}
