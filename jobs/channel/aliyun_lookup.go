package channel

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"huisheng/models"
)

const (
	detailPage  = 50 // the most records that QuerySendDetails gives at once
	detailPages = 4  // of one number on one day; the provider's own caps are far below
)

// aliyunDetail is one record of QuerySendDetails. Its Content and PhoneNum are not read.
type aliyunDetail struct {
	OutID       string // OutId: encoding/json does not mind the case
	ErrCode     string
	ReceiveDate string
	SendStatus  int // 1 waiting for the operator, 2 failed, 3 delivered
}

// Lookup searches the number's records of that day, in Beijing time, for our OutId. A message sent at midnight may stand
// under either day, so both are searched.
func (a *aliyun) Lookup(ctx context.Context, m models.Message, sentAt time.Time) models.Receipt {
	r := models.Receipt{State: models.ReceiptNotFound, DeliveryID: m.ID}
	searched := ""
	for _, at := range []time.Time{sentAt.Add(-time.Minute), sentAt.Add(5 * time.Minute)} {
		date := at.In(models.Shanghai()).Format("20060102")
		if date == searched {
			continue
		}
		searched = date
		for page := 1; page <= detailPages; page++ {
			records, err := a.details(ctx, m.Phone, date, page)
			if err != nil {
				r.State = models.ReceiptUnavailable
				return r
			}
			for _, d := range records {
				if d.OutID == string(m.ID) {
					return d.receipt(r)
				}
			}
			if len(records) < detailPage {
				break
			}
		}
	}
	return r
}

var errNotAnswered = errors.New("the provider did not answer the query")

func (a *aliyun) details(ctx context.Context, phone, date string, page int) ([]aliyunDetail, error) {
	var try attempt
	got, err := a.call(ctx, &try, "QuerySendDetails", map[string]string{
		"PhoneNumber": national(phone),
		"SendDate":    date,
		"PageSize":    strconv.Itoa(detailPage),
		"CurrentPage": strconv.Itoa(page),
	})
	if err != nil || got.status != http.StatusOK {
		return nil, errNotAnswered
	}
	var body struct {
		Code              string
		SmsSendDetailDTOs struct{ SmsSendDetailDTO []aliyunDetail }
	}
	if err := json.Unmarshal(got.body, &body); err != nil || body.Code != "OK" {
		return nil, errNotAnswered
	}
	return body.SmsSendDetailDTOs.SmsSendDetailDTO, nil
}

func (d aliyunDetail) receipt(r models.Receipt) models.Receipt {
	r.At = beijingTime(d.ReceiveDate)
	switch d.SendStatus {
	case 3:
		r.State, r.Code = models.ReceiptDelivered, safeCode(d.ErrCode)
	case 2:
		r = failed(r, d.ErrCode, aliyunFates)
	default:
		r.State = models.ReceiptPending
	}
	return r
}

// beijingTime reads a time without zone, which providers write in Beijing time. Zero if it is not one.
func beijingTime(s string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, s, models.Shanghai())
	if err != nil {
		return time.Time{}
	}
	return t
}

// ReadReceipts reads a push of SmsReport.
func (a *aliyun) ReadReceipts(_ map[string][]string, body []byte) ([]models.Receipt, error) {
	return ParseAliyunReports(body)
}

// Acknowledgement is what Aliyun wants to hear; without it the push comes again after 1, 5 and 10 minutes.
func (a *aliyun) Acknowledgement() string { return `{"code":0,"msg":"接收成功"}` }

// ParseAliyunReports reads an SmsReport push: a JSON array of reports. Reports without any id are left out. Aliyun does not
// sign its pushes, so the caller must have made sure who is speaking; the error never quotes the body.
func ParseAliyunReports(body []byte) ([]models.Receipt, error) {
	var reports []struct {
		OutID      string `json:"out_id"`
		BizID      string `json:"biz_id"`
		Success    bool   `json:"success"`
		ErrCode    string `json:"err_code"`
		ReportTime string `json:"report_time"`
	}
	if err := json.Unmarshal(body, &reports); err != nil {
		return nil, errors.New("aliyun push: not a JSON array of reports")
	}
	var out []models.Receipt
	for _, p := range reports {
		r := models.Receipt{
			DeliveryID: models.DeliveryID(safeID(p.OutID)), ProviderID: safeID(p.BizID), At: beijingTime(p.ReportTime),
		}
		if r.DeliveryID == "" && r.ProviderID == "" {
			continue
		}
		if p.Success {
			r.State, r.Code = models.ReceiptDelivered, safeCode(p.ErrCode)
		} else {
			r = failed(r, p.ErrCode, aliyunFates)
		}
		out = append(out, r)
	}
	return out, nil
}
