package models

import "strings"

// usccAlphabet has no I, O, S, V, Z: they look like digits (GB 32100-2015).
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// What can be wrong with a unified social credit code.
var (
	ErrUSCCLength     = &ValueError{"uscc_length", "统一社会信用代码应为18位，请对照营业执照或登记证书核对。"}
	ErrUSCCCharacter  = &ValueError{"uscc_character", "统一社会信用代码只用数字和大写字母，且不含 I、O、S、V、Z，请核对是否把 0 写成 O、1 写成 I、2 写成 Z。"}
	ErrUSCCCheckDigit = &ValueError{"uscc_check_digit", "统一社会信用代码的校验位不对，多半是输错了，请对照营业执照或登记证书核对。"}
)

// usccOrganisationWarning is a warning only: codes taken over from before 2015 may carry an old organisation number.
const usccOrganisationWarning = "统一社会信用代码第17位（组织机构代码的校验位）与前面不符，请再核对一次。"

// ParseUSCC checks a unified social credit code (GB 32100-2015) and gives it in upper case without spaces. The check character of the
// organisation number inside it (position 17, GB 11714) only gives a warning in Chinese, which is empty when all is well.
func ParseUSCC(raw string) (code, warning string, err error) {
	code = strings.ToUpper(compact(raw))
	if len(code) != 18 {
		return "", "", ErrUSCCLength
	}
	weight, sum := 1, 0
	for i := range 17 {
		v := strings.IndexByte(usccAlphabet, code[i])
		if v < 0 {
			return "", "", ErrUSCCCharacter
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	if strings.IndexByte(usccAlphabet, code[17]) < 0 {
		return "", "", ErrUSCCCharacter
	}
	// The outer remainder matters: sum % 31 == 0 gives the character "0", not one beyond the alphabet.
	if code[17] != usccAlphabet[(31-sum%31)%31] {
		return "", "", ErrUSCCCheckDigit
	}
	if code[16] != organisationCheck(code[8:16]) {
		warning = usccOrganisationWarning
	}
	return code, warning, nil
}

// organisationCheck gives the check character of an organisation number (GB 11714): digits count as themselves, A–Z as 10–35.
func organisationCheck(body string) byte {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := int(body[i] - '0')
		if isLetter(body[i]) {
			v = int(body[i]-'A') + 10
		}
		sum += v * w
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}
