package channel

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"huisheng/models"
)

// lookupSpan is how long after sending a report may still be of that message.
const lookupSpan = 15 * time.Minute

// Lookup pulls the number's reports since the message was sent. Tencent lists a message only once the operator has reported,
// so "not found" is weak evidence until some minutes have passed, and it echoes our SessionContext only for accounts where
// that was switched on. Without the echo a report of that number in the fifteen minutes after sending is taken for ours: to call
// another message of the same minutes ours loses a reminder at worst, to send twice annoys a person for sure.
func (t *tencent) Lookup(ctx context.Context, m models.Message, sentAt time.Time) models.Receipt {
	r := models.Receipt{State: models.ReceiptNotFound, DeliveryID: m.ID}
	req := sms.NewPullSmsSendStatusByPhoneNumberRequest()
	req.SmsSdkAppId = &t.appID
	req.PhoneNumber = &m.Phone
	req.BeginTime = seconds(sentAt.Add(-time.Minute))
	req.Offset = common.Uint64Ptr(0)
	req.Limit = common.Uint64Ptr(100)

	var try attempt
	ctx, cancel := try.withDeadline(ctx, t.timeout)
	defer cancel()
	resp, err := t.client.PullSmsSendStatusByPhoneNumberWithContext(ctx, req)
	if err != nil || resp.Response == nil {
		r.State = models.ReceiptUnavailable
		return r
	}
	var guess *sms.PullSmsSendStatus
	for _, s := range resp.Response.PullSmsSendStatusSet {
		if s == nil {
			continue
		}
		at := time.Unix(int64(deref(s.UserReceiveTime)), 0) //nolint:gosec // a time in seconds
		switch deref(s.SessionContext) {
		case string(m.ID):
			return tencentReceipt(r, s, m)
		case "":
			if guess == nil && !at.Before(sentAt.Add(-time.Minute)) && at.Before(sentAt.Add(lookupSpan)) {
				guess = s
			}
		}
	}
	if guess != nil {
		return tencentReceipt(r, guess, m)
	}
	return r
}

func seconds(t time.Time) *uint64 { return common.Uint64Ptr(uint64(max(t.Unix(), 0))) } // not negative

func tencentReceipt(r models.Receipt, s *sms.PullSmsSendStatus, m models.Message) models.Receipt {
	r.ProviderID = clean(m, models.Result{ProviderID: safeID(deref(s.SerialNo))}).ProviderID
	if at := deref(s.UserReceiveTime); at > 0 {
		r.At = time.Unix(int64(at), 0) //nolint:gosec // a time in seconds
	}
	return tencentFate(r, deref(s.ReportStatus), deref(s.Description))
}

func tencentFate(r models.Receipt, status, code string) models.Receipt {
	switch status {
	case "SUCCESS":
		r.State, r.Code = models.ReceiptDelivered, safeCode(code)
	case "FAIL":
		r = failed(r, code, tencentFates)
	default:
		r.State = models.ReceiptPending
	}
	return r
}

// ReadReceipts reads a push of delivery states.
func (t *tencent) ReadReceipts(_ map[string][]string, body []byte) ([]models.Receipt, error) {
	return ParseTencentReports(body)
}

// Acknowledgement is what Tencent wants to hear.
func (t *tencent) Acknowledgement() string { return `{"result":0,"errmsg":"OK"}` }

// ParseTencentReports reads a push of delivery states: a JSON array of reports. They name our delivery only if the account
// echoes SessionContext (ext); else the serial number leads to it. Reports without any id are left out. Tencent does not sign its
// pushes, so the caller must have made sure who is speaking; the error never quotes the body.
func ParseTencentReports(body []byte) ([]models.Receipt, error) {
	var reports []struct {
		Sid    string `json:"sid"`
		Ext    string `json:"ext"`
		Status string `json:"report_status"`
		Errmsg string `json:"errmsg"`
		At     string `json:"user_receive_time"`
	}
	if err := json.Unmarshal(body, &reports); err != nil {
		return nil, errors.New("tencent push: not a JSON array of reports")
	}
	var out []models.Receipt
	for _, p := range reports {
		r := models.Receipt{DeliveryID: models.DeliveryID(safeID(p.Ext)), ProviderID: safeID(p.Sid), At: beijingTime(p.At)}
		if r.DeliveryID == "" && r.ProviderID == "" {
			continue
		}
		out = append(out, tencentFate(r, p.Status, p.Errmsg))
	}
	return out, nil
}
