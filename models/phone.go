package models

import "strings"

// What can be wrong with a phone number.
var (
	ErrPhoneMissing    = &ValueError{"phone_missing", "没有填写手机号码，请补上。"}
	ErrPhoneFormat     = &ValueError{"phone_format", "手机号码应为11位数字，以13至19开头，请核对。"}
	ErrPhoneSeveral    = &ValueError{"phone_several", "一格里有多个号码，请只留一个本人的手机号码。"}
	ErrPhoneLandline   = &ValueError{"phone_landline", "这像是固定电话，收不到短信，请填写11位手机号码。"}
	ErrPhoneForeign    = &ValueError{"phone_not_mainland", "目前只能向内地手机号码发短信，请填写以13至19开头的11位号码。"}
	ErrPhoneDigitsLost = &ValueError{"phone_digits_lost", "表格软件把手机号码当成数字，有几位已经丢失。请先把这一列的单元格格式设为“文本”，再重新填写号码。"}
)

// ParsePhone gives a mainland mobile number in E.164 (+8613800000000). It strips +86, 0086, 86, spaces, dashes, dots and brackets, and
// accepts 1[3-9] and nine digits: a strict list of prefixes ages badly, whether the number exists the delivery receipt tells.
func ParsePhone(raw string) (e164 string, err error) {
	s := compact(raw)
	if s == "" {
		return "", ErrPhoneMissing
	}
	if scientific(s) {
		return "", ErrPhoneDigitsLost
	}
	if strings.ContainsAny(s, "/,;|、，；\\") {
		return "", ErrPhoneSeveral
	}
	foreign := strings.HasPrefix(s, "+") && !strings.HasPrefix(s, "+86")
	digits := dialled(s)
	if !allDigits(digits) {
		return "", ErrPhoneFormat
	}
	switch {
	case strings.HasPrefix(digits, "0086"):
		digits = digits[4:]
	case strings.HasPrefix(digits, "86") && len(digits) == 13:
		digits = digits[2:]
	}
	if mobile(digits) && !foreign {
		return "+86" + digits, nil
	}
	return "", phoneError(digits, foreign)
}

// dialled drops the signs that people put between digits.
func dialled(s string) string {
	if isTokenASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("+-.()—–‐－―−·_", r) {
			return -1
		}
		return r
	}, s)
}

func mobile(digits string) bool {
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

func phoneError(digits string, foreign bool) error {
	switch {
	case len(digits) == 22 && mobile(digits[:11]) && mobile(digits[11:]):
		return ErrPhoneSeveral
	case foreign, strings.HasPrefix(digits, "00"):
		return ErrPhoneForeign
	case strings.HasPrefix(digits, "0") && len(digits) >= 10 && len(digits) <= 12:
		return ErrPhoneLandline
	case (len(digits) == 7 || len(digits) == 8) && digits[0] >= '2':
		return ErrPhoneLandline
	}
	return ErrPhoneFormat
}

// MaskPhone shows the first three and the last four digits of a number in E.164 or of 11 digits: 138****0001. Anything else is
// hidden altogether.
func MaskPhone(phone string) string {
	digits := strings.TrimPrefix(phone, "+86")
	if len(digits) != 11 {
		return "***********"
	}
	return digits[:3] + "****" + digits[7:]
}
