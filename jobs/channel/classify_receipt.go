package channel

import "huisheng/models"

// fate is what the code of a failed receipt means for the number.
type fate struct {
	retry       bool // off, out of area, full: one more try the next day
	unreachable bool // empty, blocked, opted out: never again
}

var (
	tomorrow = fate{retry: true}
	gone     = fate{unreachable: true}
)

// operatorFates: codes that the operators' gateways give and every provider may pass on unchanged. Taken from the providers'
// public lists; a code that several lists explain differently is left out, and then the message is simply failed.
var operatorFates = map[string]fate{
	"EXPIRED": tomorrow, // not delivered within its validity: off or out of area for long
	"UNDELIV": tomorrow,
	"MI:0024": tomorrow, // switched off
	"MI:0042": tomorrow,
	"MI:0076": tomorrow,
	"MI:0082": tomorrow,
	"MI:0073": gone, // empty number
	"MI:0210": gone,
	"CB:0001": gone,
	"CB:0053": gone,
	"DB:0101": gone,
}

// aliyunFates: Aliyun's public list of receipt codes. MOBILE_NOT_ON_SERVICE and INVALID_NUMBER mean either "off or out of area"
// or "empty number", so they get their one more try. The misspelling is the provider's.
var aliyunFates = map[string]fate{
	"MOBILE_NOT_ON_SERVICE":   tomorrow,
	"INVALID_NUMBER":          tomorrow,
	"MOBILE_ACCOUNT_ABNORMAL": tomorrow,
	"MOBLLE_TERMINAL_ERROR":   tomorrow,
	"MOBILE_TERMINAL_ERROR":   tomorrow,
	"MOBILE_SEND_LIMIT":       tomorrow,
	"REQUEST_SUCCESS":         tomorrow, // the operator never answered
	"SP_UNKNOWN_ERROR":        tomorrow,
	"IS_CLOSE":                tomorrow, // the provider's route was shut; it takes another one next time
	"MOBILE_IN_BLACK":         gone,
	"USER_REJECT":             gone,
}

// tencentFates: Tencent Cloud's public list of receipt codes.
var tencentFates = map[string]fate{
	"002": tomorrow, // 关机/停机/无法接通/不在服务区
}

// gatewayFates: the codes that docs/gateway.md gives to gateways for receipts.
var gatewayFates = map[string]fate{
	"off":       tomorrow,
	"number":    gone,
	"opted_out": gone,
}

// failed fills a receipt for a message that was not delivered. An unknown code is plain failure, with no further try.
func failed(r models.Receipt, code string, fates map[string]fate) models.Receipt {
	f, ok := fates[code]
	if !ok {
		f = operatorFates[code]
	}
	r.State, r.Code = models.ReceiptFailed, safeCode(code)
	r.Retry, r.Unreachable = f.retry, f.unreachable
	return r
}
