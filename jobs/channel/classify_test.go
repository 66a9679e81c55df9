package channel

import (
	"strings"
	"testing"

	"huisheng/models"
)

// The rows of the providers' public error lists that the sending loop is built on.
func TestClassify(t *testing.T) {
	for _, row := range []struct {
		outcome models.Outcome
		table   codeTable
		codes   string
	}{
		{models.OutcomeRetry, aliyunCodes, "isp.SYSTEM_ERROR isp.GATEWAY_ERROR Throttling Throttling.User Throttling.Api never.seen"},
		{models.OutcomeLater, aliyunCodes, "isv.BUSINESS_LIMIT_CONTROL"},
		{models.OutcomeHalt, aliyunCodes, "isv.DAY_LIMIT_CONTROL isv.MONTH_LIMIT_CONTROL isv.OUT_OF_SERVICE isv.AMOUNT_NOT_ENOUGH"},
		{models.OutcomeConfig, aliyunCodes, "isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_STATE_ILLEGAL isv.SMS_TEMPLATE_ILLEGAL isv.SMS_SIGNATURE_SCENE_ILLEGAL isp.RAM_PERMISSION_DENY isv.ACCOUNT_NOT_EXISTS isv.ACCOUNT_ABNORMAL isv.PRODUCT_UN_SUBSCRIPT isv.DENY_IP_RANGE"},
		{models.OutcomeContent, aliyunCodes, "isv.PARAM_NOT_SUPPORT_URL isv.PARAM_LENGTH_LIMIT isv.BLACK_KEY_CONTROL_LIMIT isv.TEMPLATE_MISSING_PARAMETERS isv.INVALID_JSON_PARAM isv.SMS_CONTENT_ILLEGAL"},
		{models.OutcomeNumber, aliyunCodes, "isv.MOBILE_NUMBER_ILLEGAL"},

		{models.OutcomeRetry, tencentCodes, "InternalError.OtherError InternalError.SendAndRecvFail InternalError.UnknownError RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded never.seen"},
		{models.OutcomeUnknown, tencentCodes, "InternalError.Timeout"},
		{models.OutcomeLater, tencentCodes, "LimitExceeded.PhoneNumberThirtySecondLimit LimitExceeded.PhoneNumberOneHourLimit LimitExceeded.PhoneNumberDailyLimit LimitExceeded.PhoneNumberSameContentDailyLimit LimitExceeded.DeliveryFrequencyLimit LimitExceeded.DailyLimit"},
		{models.OutcomeHalt, tencentCodes, "LimitExceeded.AppDailyLimit FailedOperation.InsufficientBalanceInSmsPackage UnauthorizedOperation.ServiceSuspendDueToArrears"},
		{models.OutcomeConfig, tencentCodes, "FailedOperation.SignatureIncorrectOrUnapproved FailedOperation.TemplateIncorrectOrUnapproved FailedOperation.TemplateParamSetNotMatchApprovedTemplate UnauthorizedOperation.RequestPermissionDeny AuthFailure.SecretIdNotFound"},
		{models.OutcomeContent, tencentCodes, "FailedOperation.ContainSensitiveWord InvalidParameterValue.ContentLengthLimit InvalidParameterValue.TemplateParameterLengthLimit InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"},
		{models.OutcomeNumber, tencentCodes, "InvalidParameterValue.IncorrectPhoneNumber FailedOperation.PhoneNumberInBlacklist"},
	} {
		for _, code := range strings.Fields(row.codes) {
			got := row.table.classify(code)
			if got.outcome != row.outcome {
				t.Errorf("%s is %s, want %s", code, got.outcome, row.outcome)
			}
			if (got.outcome == models.OutcomeLater) != (got.after > 0) {
				t.Errorf("%s: wait %v with outcome %s", code, got.after, got.outcome)
			}
		}
	}
}

// Every code that a table knows must pass the check for clean codes, or it would be classified and then not recorded.
func TestKnownCodesAreRecordable(t *testing.T) {
	for _, table := range []codeTable{aliyunCodes, tencentCodes, gatewayCodes} {
		for code := range table.exact {
			if safeCode(code) != code {
				t.Errorf("%s is not recorded", code)
			}
		}
	}
	for _, fates := range []map[string]fate{operatorFates, aliyunFates, tencentFates, gatewayFates} {
		for code := range fates {
			if safeCode(code) != code {
				t.Errorf("%s is not recorded", code)
			}
		}
	}
}

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"isv.BUSINESS_LIMIT_CONTROL": "isv.BUSINESS_LIMIT_CONTROL", "MI:0024": "MI:0024", "002": "002", "": "",
		"13800000001": "", "x13800000001": "", "a code": "", "空号": "", strings.Repeat("x", 81): "",
	} {
		if got := safeCode(in); got != want {
			t.Errorf("safeCode(%q) = %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"9006^0": "9006^0", "5000:1045710669157053657849499619": "5000:1045710669157053657849499619", "inv1:remind:2": "inv1:remind:2",
		"has space": "", "a\nb": "", strings.Repeat("x", 129): "",
	} {
		if got := safeID(in); got != want {
			t.Errorf("safeID(%q) = %q", in, got)
		}
	}
}
