package channel

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huisheng/models"
)

// leaky is a message as providers write them: it quotes the request. It must go nowhere.
const leaky = "号码13800000001 code 7K3M9Q http://127.0.0.1/?PhoneNumbers=13800000001"

func aliyunAt(host string, timeout time.Duration, now time.Time) *aliyun {
	return newAliyun(AliyunConfig{
		AccessKeyID: "keyid", AccessKeySecret: testSecret, Endpoint: host, Scheme: "http", Timeout: timeout, ParamsIn: "body",
	}, "广东技能评价", func() time.Time { return now })
}

// The worked example of Alibaba Cloud's documentation of signature V3.
func TestACS3DocumentedExample(t *testing.T) {
	query := canonicalForm(map[string]string{
		"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
	})
	r, err := http.NewRequest(http.MethodPost, "https://ecs.cn-shanghai.aliyuncs.com/?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	acs3{"YourAccessKeyId", "YourAccessKeySecret"}.sign(r, "RunInstances", "2014-05-26", nil,
		time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC), "3156853299f313e23d1673dc12e1703d")
	want := "ACS3-HMAC-SHA256 Credential=YourAccessKeyId," +
		"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPercentEncoding(t *testing.T) {
	if got, want := percent("a b*c~d+e/文"), "a%20b%2Ac~d%2Be%2F%E6%96%87"; got != want {
		t.Errorf("percent = %s, want %s", got, want)
	}
}

// verifyACS3 is the provider's side of the signature, written from the documentation and sharing nothing with the signer.
func verifyACS3(t *testing.T, r received) {
	t.Helper()
	m := regexp.MustCompile(`^ACS3-HMAC-SHA256 Credential=keyid,SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})$`).
		FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		t.Fatalf("authorization header: %q", r.Header.Get("Authorization"))
	}
	bodyHash := sha256.Sum256(r.body)
	if got := r.Header.Get("x-acs-content-sha256"); got != hex.EncodeToString(bodyHash[:]) {
		t.Errorf("content hash %s is not the body's", got)
	}
	canonical := r.Method + "\n" + "/" + "\n" + r.URL.RawQuery + "\n"
	for _, name := range strings.Split(m[1], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + m[1] + "\n" + hex.EncodeToString(bodyHash[:])
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(testSecret))
	_, _ = fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sum) // a hash never fails to write
	if got := hex.EncodeToString(mac.Sum(nil)); got != m[2] {
		t.Errorf("signature %s, want %s over\n%s", m[2], got, canonical)
	}
	for _, name := range []string{"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"} {
		if !strings.Contains(";"+m[1]+";", ";"+name+";") {
			t.Errorf("%s is not signed", name)
		}
	}
}

func TestAliyunSendRequest(t *testing.T) {
	for _, in := range []string{"body", "query"} {
		t.Run(in, func(t *testing.T) {
			p := newProvider(t, says(200, `{"Code":"OK","Message":"OK","BizId":"9006^0","RequestId":"R"}`))
			a := aliyunAt(p.host(), time.Second, testNow)
			a.inQuery = in == "query"
			got := a.Send(context.Background(), testMessage())
			if got != (models.Result{Outcome: models.OutcomeSent, ProviderID: "9006^0", Code: "OK"}) {
				t.Errorf("result %+v", got)
			}
			r := p.only(t)
			verifyACS3(t, r)
			form := r.URL.RawQuery
			if in == "body" {
				if form != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
					t.Errorf("URL %s, content type %s: the phone must stay out of the URL", r.URL, r.Header.Get("Content-Type"))
				}
				form = string(r.body)
			}
			values, err := url.ParseQuery(form)
			if err != nil {
				t.Fatal(err)
			}
			var param map[string]string
			if err := json.Unmarshal([]byte(values.Get("TemplateParam")), &param); err != nil {
				t.Fatal(err)
			}
			if values.Get("PhoneNumbers") != "13800000001" || values.Get("SignName") != "广东技能评价" || values.Get("TemplateCode") != "SMS_1001" ||
				values.Get("OutId") != "inv1:invite" || param["code"] != testCode || param["day"] != "12月25日" {
				t.Errorf("parameters %v", values)
			}
			if r.Header.Get("X-Acs-Action") != "SendSms" || r.Header.Get("X-Acs-Version") != "2017-05-25" || r.Header.Get("X-Acs-Date") != "2026-12-05T01:00:00Z" {
				t.Errorf("headers %v", r.Header)
			}
		})
	}
}

func TestAliyunOutcomes(t *testing.T) {
	refusal := func(status int, code, message string) http.HandlerFunc {
		return says(status, fmt.Sprintf(`{"Code":%q,"Message":%q,"RequestId":"R"}`, code, message))
	}
	for _, w := range []want{
		{"ok", says(200, `{"Code":"OK","BizId":"9006^0"}`), models.OutcomeSent, "OK", 0},
		{"business limit, minute", refusal(200, "isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1 "+leaky), models.OutcomeLater, "isv.BUSINESS_LIMIT_CONTROL", time.Minute},
		{"business limit, hour", refusal(200, "isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5"), models.OutcomeLater, "isv.BUSINESS_LIMIT_CONTROL", time.Hour},
		{"business limit, day", refusal(200, "isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:40"), models.OutcomeLater, "isv.BUSINESS_LIMIT_CONTROL", 24 * time.Hour},
		{"business limit, unsaid", refusal(200, "isv.BUSINESS_LIMIT_CONTROL", ""), models.OutcomeLater, "isv.BUSINESS_LIMIT_CONTROL", time.Hour},
		{"throttle", refusal(400, "Throttling.User", leaky), models.OutcomeRetry, "Throttling.User", 0},
		{"system error", refusal(200, "isp.SYSTEM_ERROR", leaky), models.OutcomeRetry, "isp.SYSTEM_ERROR", 0},
		{"day quota", refusal(200, "isv.DAY_LIMIT_CONTROL", ""), models.OutcomeHalt, "isv.DAY_LIMIT_CONTROL", 0},
		{"arrears", refusal(200, "isv.AMOUNT_NOT_ENOUGH", ""), models.OutcomeHalt, "isv.AMOUNT_NOT_ENOUGH", 0},
		{"signature", refusal(200, "isv.SMS_SIGNATURE_SCENE_ILLEGAL", ""), models.OutcomeConfig, "isv.SMS_SIGNATURE_SCENE_ILLEGAL", 0},
		{"key", refusal(404, "InvalidAccessKeyId.NotFound", leaky), models.OutcomeConfig, "InvalidAccessKeyId.NotFound", 0},
		{"form not read", refusal(400, "MissingPhoneNumbers", leaky), models.OutcomeConfig, "MissingPhoneNumbers", 0},
		{"content", refusal(200, "isv.PARAM_NOT_SUPPORT_URL", leaky), models.OutcomeContent, "isv.PARAM_NOT_SUPPORT_URL", 0},
		{"number", refusal(200, "isv.MOBILE_NUMBER_ILLEGAL", leaky), models.OutcomeNumber, "isv.MOBILE_NUMBER_ILLEGAL", 0},
		{"nonce used: a copy went through", refusal(400, "SignatureNonceUsed", ""), models.OutcomeUnknown, "SignatureNonceUsed", 0},
		{"unknown code", refusal(200, "isv.SOMETHING_NEW", ""), models.OutcomeRetry, "isv.SOMETHING_NEW", 0},
		{"phone as code", refusal(200, "13800000001", leaky), models.OutcomeRetry, "", 0},
		{"text as code", refusal(200, "code is "+testCode, leaky), models.OutcomeRetry, "", 0},
		{"code in code", refusal(200, "isv."+testCode, leaky), models.OutcomeRetry, "", 0},
		{"500 empty", says(500, ""), models.OutcomeRetry, "http_500", 0},
		{"503 HTML", says(503, "<html>"+leaky+"</html>"), models.OutcomeRetry, "http_503", 0},
		{"504: may have gone through", says(504, "<html>"+leaky+"</html>"), models.OutcomeUnknown, "http_504", 0},
		{"200 HTML", says(200, "<html>"+leaky+"</html>"), models.OutcomeUnknown, "http_200", 0},
		{"403 HTML", says(403, "<html>"+leaky+"</html>"), models.OutcomeConfig, "http_403", 0},
		{"half an answer", halves, models.OutcomeUnknown, "connection_lost", 0},
		{"timeout", hangs, models.OutcomeUnknown, "timeout", 0},
		{"reset after read", resets, models.OutcomeUnknown, "connection_lost", 0},
	} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, w.answer)
			checkResult(t, aliyunAt(p.host(), 250*time.Millisecond, testNow), w)
			if p.hits() != 1 {
				t.Errorf("%d requests for one message", p.hits())
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		checkResult(t, aliyunAt(refusedHost(t), time.Second, testNow), want{outcome: models.OutcomeRetry, code: "not_connected"})
	})
	t.Run("redirect is not followed", func(t *testing.T) {
		p := newProvider(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/else", http.StatusTemporaryRedirect)
		})
		checkResult(t, aliyunAt(p.host(), time.Second, testNow), want{outcome: models.OutcomeConfig, code: "http_307"})
		p.only(t)
	})
	t.Run("no template", func(t *testing.T) {
		m := testMessage()
		m.ProviderTemplate = ""
		if got := aliyunAt("127.0.0.1:1", time.Second, testNow).Send(context.Background(), m); got.Outcome != models.OutcomeConfig || got.Code != "no_template" {
			t.Errorf("result %+v", got)
		}
	})
}

func TestAliyunLookup(t *testing.T) {
	page := func(records ...string) string {
		return `{"Code":"OK","TotalCount":"1","SmsSendDetailDTOs":{"SmsSendDetailDTO":[` + strings.Join(records, ",") + `]}}`
	}
	record := func(out string, status int, code string) string {
		return fmt.Sprintf(`{"OutId":%q,"SendStatus":%d,"ErrCode":%q,"ReceiveDate":"2026-12-05 09:00:07","PhoneNum":"13800000001","Content":"输入码7K3M9Q"}`, out, status, code)
	}
	at := time.Date(2026, 12, 5, 1, 0, 7, 0, time.UTC)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   models.Receipt
	}{
		{"delivered", says(200, page(record("other", 2, "X"), record("inv1:invite", 3, "DELIVERED"))), models.Receipt{State: models.ReceiptDelivered, Code: "DELIVERED", At: at}},
		{"failed, off", says(200, page(record("inv1:invite", 2, "MOBILE_NOT_ON_SERVICE"))), models.Receipt{State: models.ReceiptFailed, Code: "MOBILE_NOT_ON_SERVICE", Retry: true, At: at}},
		{"failed, blocked", says(200, page(record("inv1:invite", 2, "MOBILE_IN_BLACK"))), models.Receipt{State: models.ReceiptFailed, Code: "MOBILE_IN_BLACK", Unreachable: true, At: at}},
		{"pending", says(200, page(record("inv1:invite", 1, ""))), models.Receipt{State: models.ReceiptPending, At: at}},
		{"not found", says(200, page(record("other", 3, "DELIVERED"))), models.Receipt{State: models.ReceiptNotFound}},
		{"throttled", says(400, `{"Code":"Throttling.User"}`), models.Receipt{State: models.ReceiptUnavailable}},
		{"refused", says(200, `{"Code":"isp.RAM_PERMISSION_DENY"}`), models.Receipt{State: models.ReceiptUnavailable}},
		{"HTML", says(200, "<html>"), models.Receipt{State: models.ReceiptUnavailable}},
		{"reset", resets, models.Receipt{State: models.ReceiptUnavailable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProvider(t, c.answer)
			c.want.DeliveryID = "inv1:invite"
			got := aliyunAt(p.host(), time.Second, testNow).Lookup(context.Background(), testMessage(), testNow)
			if !got.At.Equal(c.want.At) {
				t.Errorf("at %v, want %v", got.At, c.want.At)
			}
			got.At = c.want.At
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			mustBeClean(t, got)
			r := p.only(t)
			verifyACS3(t, r)
			if body := string(r.body); body != "CurrentPage=1&PageSize=50&PhoneNumber=13800000001&SendDate=20261205" || r.URL.RawQuery != "" {
				t.Errorf("query %q %q", r.URL.RawQuery, body)
			}
		})
	}
}

// A message of 23:59 Beijing time may be booked on the next day, and a busy number has more than one page.
func TestAliyunLookupAcrossMidnightAndPages(t *testing.T) {
	full := strings.TrimSuffix(strings.Repeat(`{"OutId":"x","SendStatus":3},`, 50), ",")
	records := map[string]string{"20261205/1": full, "20261206/1": `{"OutId":"inv1:invite","SendStatus":3,"ErrCode":"DELIVERED"}`}
	var p *provider
	key := func(r received) string {
		form, err := url.ParseQuery(string(r.body))
		if err != nil {
			t.Error(err)
		}
		return form.Get("SendDate") + "/" + form.Get("CurrentPage")
	}
	p = newProvider(t, func(w http.ResponseWriter, r *http.Request) {
		all := p.all()
		says(200, `{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[`+records[key(all[len(all)-1])]+`]}}`)(w, r)
	})
	got := aliyunAt(p.host(), time.Second, testNow).Lookup(context.Background(), testMessage(), time.Date(2026, 12, 5, 15, 59, 0, 0, time.UTC))
	if got.State != models.ReceiptDelivered {
		t.Errorf("receipt %+v", got)
	}
	var asked []string
	for _, r := range p.all() {
		asked = append(asked, key(r))
	}
	if want := "20261205/1 20261205/2 20261206/1"; strings.Join(asked, " ") != want {
		t.Errorf("asked %v, want %s", asked, want)
	}
}

func TestParseAliyunReports(t *testing.T) {
	body := `[{"phone_number":"13800000001","send_time":"2026-12-05 09:00:00","report_time":"2026-12-05 09:00:07","success":true,"err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"9006^0","out_id":"inv1:invite"},
	 {"phone_number":"13800000001","report_time":"bad","success":false,"err_code":"USER_REJECT","biz_id":"9006^1","out_id":""},
	 {"phone_number":"13800000001","success":false,"err_code":"号码13800000001空号","out_id":"inv2:invite"},
	 {"phone_number":"13800000001","success":false,"err_code":"MI:0024","out_id":"inv3:invite"},
	 {"phone_number":"13800000001","success":true}]`
	got, err := ParseAliyunReports([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	mustBeClean(t, got)
	want := []models.Receipt{
		{State: models.ReceiptDelivered, Code: "DELIVERED", ProviderID: "9006^0", DeliveryID: "inv1:invite", At: time.Date(2026, 12, 5, 1, 0, 7, 0, time.UTC)},
		{State: models.ReceiptFailed, Code: "USER_REJECT", ProviderID: "9006^1", Unreachable: true},
		{State: models.ReceiptFailed, DeliveryID: "inv2:invite"},
		{State: models.ReceiptFailed, Code: "MI:0024", DeliveryID: "inv3:invite", Retry: true},
	}
	sameReceipts(t, got, want)

	for _, bad := range []string{"", "{}", `[{"out_id":13800000001}]`, `[{"success":"13800000001"}]`} {
		if _, err := ParseAliyunReports([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		} else {
			mustBeClean(t, err)
		}
	}
}

func sameReceipts(t *testing.T, got, want []models.Receipt) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d receipts, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if !got[i].At.Equal(want[i].At) {
			t.Errorf("receipt %d at %v, want %v", i, got[i].At, want[i].At)
		}
		got[i].At = want[i].At
		if got[i] != want[i] {
			t.Errorf("receipt %d\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}
