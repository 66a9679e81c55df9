package models

import "strings"

// What can be wrong with a certificate number so that it cannot be kept at all.
var (
	ErrCertificateMissing    = &ValueError{"certificate_missing", "没有填写证书编号，请补上。"}
	ErrCertificateFormat     = &ValueError{"certificate_format", "证书编号应为字母和数字，一般为22位，请对照证书核对。"}
	ErrCertificateDigitsLost = &ValueError{"certificate_digits_lost", "表格软件把证书编号当成数字，后几位已经丢失，无法恢复。请先把这一列的单元格格式设为“文本”，再重新填写。"}
)

// What is unusual about a certificate number: warnings, because the form is known from a reprint of the ministry's text only, provinces
// have had forms of their own, and older certificates have 16 digits.
var (
	WarnCertificateForm     = &ValueError{"certificate_form", "证书编号不是常见的22位（1个字母加21位数字），请核对是否有误；确认无误可以忽略。"}
	WarnCertificateLetter   = &ValueError{"certificate_letter", "证书编号首字母与机构类别不符（用人单位为 Y，社会培训评价组织为 S），请核对。"}
	WarnCertificateProvince = &ValueError{"certificate_province", "证书编号第6、7位不是本省代码，请核对。"}
	WarnCertificateYear     = &ValueError{"certificate_year", "证书编号中的核发年份（第14、15位）与发证日期不符，请核对。"}
	WarnCertificateLevel    = &ValueError{"certificate_level", "证书编号中的等级（第16位）与填写的技能等级不符，请核对。"}
)

// ParseCertificate gives the number of a 职业技能等级证书 in upper case without spaces. It refuses only what no certificate can carry: other
// characters than letters and digits, fewer than 8 or more than 32 of them, or no digit; CertificateWarnings judges the rest.
func ParseCertificate(raw string) (string, error) {
	no := strings.ToUpper(compact(raw))
	switch {
	case no == "":
		return "", ErrCertificateMissing
	case scientific(no):
		return "", ErrCertificateDigitsLost
	case len(no) < 8 || len(no) > 32 || !isTokenASCII(no) || !strings.ContainsAny(no, "0123456789"):
		return "", ErrCertificateFormat
	}
	return no, nil
}

// CertificateWarnings compares a number of the 22-character form (letter of the kind of body, 4 digits of the body, 2 of the province, 6
// of the site, 2 of the year, 1 of the level, 6 serial) with what the record says. level is a level code, year the year of issue, province
// the first two digits of GB/T 2260; empty or zero skips that comparison. Nothing it finds is reason to refuse a record.
func CertificateWarnings(no, level string, year int, province string) []*ValueError {
	if !certificateForm(no) {
		return []*ValueError{WarnCertificateForm}
	}
	var found []*ValueError
	if no[0] != 'Y' && no[0] != 'S' {
		found = append(found, WarnCertificateLetter)
	}
	if province != "" && no[5:7] != province {
		found = append(found, WarnCertificateProvince)
	}
	if year != 0 && int(no[13]-'0')*10+int(no[14]-'0') != year%100 {
		found = append(found, WarnCertificateYear)
	}
	if level != "" && no[15:16] != level {
		found = append(found, WarnCertificateLevel)
	}
	return found
}

// certificateForm is ^[A-Z]\d{14}[1-9A-Z]\d{6}$, or the same with a second letter (特级技师) in place of the first digit.
func certificateForm(no string) bool {
	if len(no) != 22 || !isLetter(no[0]) || !isDigit(no[1]) && !isLetter(no[1]) || no[15] == '0' {
		return false
	}
	return allDigits(no[2:15]) && allDigits(no[16:])
}
