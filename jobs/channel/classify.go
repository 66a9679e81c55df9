package channel

import (
	"strings"
	"time"

	"huisheng/models"
)

// verdict is what one provider code means for us.
type verdict struct {
	outcome models.Outcome
	after   time.Duration // least wait, for OutcomeLater
}

// family is a verdict for all codes that begin alike.
type family struct {
	prefix string
	verdict
}

// codeTable classifies a provider's codes: an exact match wins, else the first family that fits.
type codeTable struct {
	exact    map[string]verdict
	families []family
}

// classify gives the verdict for a code. An unknown code is OutcomeRetry: the provider has said no, so nothing went out and a
// few more tries cost nothing, while stopping the whole queue, or giving a person up, for a code that nobody has read yet would.
// The number of tries is bounded by the caller, and the code is recorded for whoever looks.
func (t codeTable) classify(code string) verdict {
	if v, ok := t.exact[code]; ok {
		return v
	}
	for _, f := range t.families {
		if strings.HasPrefix(code, f.prefix) {
			return f.verdict
		}
	}
	return retry
}

const day = 24 * time.Hour

// The verdicts by name, so that the tables read as tables.
var (
	retry   = verdict{outcome: models.OutcomeRetry}
	unknown = verdict{outcome: models.OutcomeUnknown}
	halt    = verdict{outcome: models.OutcomeHalt}
	config  = verdict{outcome: models.OutcomeConfig}
	content = verdict{outcome: models.OutcomeContent}
	number  = verdict{outcome: models.OutcomeNumber}
)

func later(after time.Duration) verdict { return verdict{models.OutcomeLater, after} }

// aliyunCodes: Aliyun's public list of API error codes for Dysmsapi 2017-05-25, and the gateway's common codes.
var aliyunCodes = codeTable{
	exact: map[string]verdict{
		"isp.SYSTEM_ERROR":   retry,
		"isp.GATEWAY_ERROR":  retry,
		"isv.SYSTEM_ERROR":   retry,
		"InternalError":      retry,
		"ServiceUnavailable": retry,
		"SignatureNonceUsed": unknown, // our request was seen before: a proxy repeated it, and the first copy was processed

		"isv.BUSINESS_LIMIT_CONTROL": later(time.Hour), // minute, hour or day; aliyunLimitWait reads which from the message

		"isv.DAY_LIMIT_CONTROL":   halt,
		"isv.MONTH_LIMIT_CONTROL": halt,
		"isv.OUT_OF_SERVICE":      halt,
		"isv.AMOUNT_NOT_ENOUGH":   halt,

		"isv.SMS_TEMPLATE_ILLEGAL":               config,
		"isv.SIGN_STATE_ILLEGAL":                 config,
		"isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE": config,
		"isv.SMS_TEST_NUMBER_LIMIT":              config, // a test signature may write to registered numbers only
		"isv.SMS_TEST_SIGN_TEMPLATE_LIMIT":       config,
		"isv.SECURITY_FROZEN_ACCOUNT":            config,
		"isv.DOMESTIC_NUMBER_NOT_SUPPORTED":      config, // the template is for numbers abroad
		"isv.PRODUCT_UNSUBSCRIBE":                config,
		"isv.PRODUCT_UN_SUBSCRIPT":               config,
		"isv.DENY_IP_RANGE":                      config,
		"isp.RAM_PERMISSION_DENY":                config,
		"SignatureDoesNotMatch":                  config,
		"IncompleteSignature":                    config,
		"InvalidTimeStamp.Expired":               config, // our clock is wrong
		"InvalidVersion":                         config,
		"InvalidAction.NotFound":                 config,
		"NoPermission":                           config,

		"isv.PARAM_NOT_SUPPORT_URL":       content,
		"isv.PARAM_LENGTH_LIMIT":          content,
		"isv.BLACK_KEY_CONTROL_LIMIT":     content,
		"isv.TEMPLATE_MISSING_PARAMETERS": content,
		"isv.TEMPLATE_PARAMS_ILLEGAL":     content,
		"isv.INVALID_JSON_PARAM":          content,
		"isv.INVALID_PARAMETERS":          content,
		"isv.SMS_CONTENT_ILLEGAL":         content,
		"isv.UNSUPPORTED_CONTENT":         content,

		"isv.MOBILE_NUMBER_ILLEGAL": number,
		"isv.CUSTOMER_REFUSED":      number,
	},
	families: []family{
		{"Throttling", retry},
		{"isv.SMS_SIGN", config}, // SMS_SIGNATURE_ILLEGAL, SMS_SIGN_ILLEGAL, SMS_SIGNATURE_SCENE_ILLEGAL …
		{"isv.ACCOUNT_", config},
		{"InvalidAccessKeyId", config},
		{"InvalidSecurityToken", config},
		{"Forbidden", config},
		{"Missing", config}, // MissingPhoneNumbers …: the API did not read our form, see HUISHENG_ALIYUN_PARAMS_IN
	},
}

// aliyunLimitWait reads from the message of isv.BUSINESS_LIMIT_CONTROL which window is full: 触发分钟级流控, 小时级, 天级. The day
// is a sliding one. Zero if it does not say.
func aliyunLimitWait(message string) time.Duration {
	switch {
	case strings.Contains(message, "分钟级"):
		return time.Minute
	case strings.Contains(message, "小时级"):
		return time.Hour
	case strings.Contains(message, "天级"), strings.Contains(message, "月级"):
		return day
	default:
		return 0
	}
}

// tencentCodes: the codes of Tencent Cloud's sms 2021-01-11 API, of a whole call and of one number in SendStatusSet alike.
var tencentCodes = codeTable{
	exact: map[string]verdict{
		"InternalError.OtherError":      retry,
		"InternalError.SendAndRecvFail": retry,
		"InternalError.UnknownError":    retry,
		"InternalError.Timeout":         unknown,

		"LimitExceeded.PhoneNumberThirtySecondLimit":     later(30 * time.Second),
		"LimitExceeded.PhoneNumberOneHourLimit":          later(time.Hour),
		"LimitExceeded.PhoneNumberDailyLimit":            later(day),
		"LimitExceeded.PhoneNumberSameContentDailyLimit": later(day),
		"LimitExceeded.DailyLimit":                       later(day),
		"LimitExceeded.DeliveryFrequencyLimit":           later(time.Hour),
		"LimitExceeded.PhoneNumberCountLimit":            content,
		"FailedOperation.MarketingSendTimeConstraint":    config, // ours are notifications: the template was filed as marketing

		"FailedOperation.InsufficientBalanceInSmsPackage":  halt,
		"UnauthorizedOperation.ServiceSuspendDueToArrears": halt,

		"FailedOperation.SignatureIncorrectOrUnapproved":           config,
		"FailedOperation.TemplateIncorrectOrUnapproved":            config,
		"FailedOperation.TemplateUnapprovedOrNotExist":             config,
		"FailedOperation.TemplateIdNotExist":                       config,
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": config,
		"InvalidParameterValue.SdkAppIdNotExist":                   config,
		"InvalidParameter.AppidAndBizId":                           config,
		"InternalError.RequestTimeException":                       config, // our clock is wrong
		"InternalError.SigVerificationFail":                        config,
		"InternalError.SigFieldMissing":                            config,
		"InternalError.RestApiInterfaceNotExist":                   config,

		"FailedOperation.ContainSensitiveWord": content,
		"FailedOperation.FailResolvePacket":    content,
		"FailedOperation.JsonParseFail":        content,
		"InternalError.JsonParseFail":          content,

		"InvalidParameterValue.IncorrectPhoneNumber":                number,
		"FailedOperation.PhoneNumberParseFail":                      number,
		"FailedOperation.PhoneNumberInBlacklist":                    number, // unsubscribed, or blocked by the operator
		"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": number,
		"UnsupportedOperation.UnsupportedRegion":                    number,
	},
	families: []family{
		{"RequestLimitExceeded", retry},
		{"LimitExceeded.App", halt}, // AppDailyLimit, AppMainlandChinaDailyLimit …
		{"LimitExceeded", later(time.Hour)},
		{"UnauthorizedOperation", config},
		{"AuthFailure", config},
		{"InvalidParameterValue", content}, // ContentLengthLimit, TemplateParameterLengthLimit, ProhibitedUseUrl…
		{"InvalidParameter", content},
		{"MissingParameter", content},
	},
}

// gatewayCodes: the codes that docs/gateway.md gives to gateways.
var gatewayCodes = codeTable{exact: map[string]verdict{
	"busy":      retry,
	"too_often": later(time.Hour),
	"quota":     halt,
	"balance":   halt,
	"auth":      config,
	"signature": config,
	"template":  config,
	"content":   content,
	"number":    number,
	"opted_out": number,
	"unknown":   unknown, // the gateway itself cannot say
}}
