package models

import (
	"strings"
	"time"
)

// DocumentType is the kind of identity document (证件类型). Claimants include residents of Hong Kong, Macao and Taiwan and foreigners.
type DocumentType string

// The kinds of identity document.
const (
	DocResidentID       DocumentType = "resident_id"       // 居民身份证
	DocHMTResidence     DocumentType = "hmt_residence"     // 港澳居民居住证, 台湾居民居住证
	DocForeignPermanent DocumentType = "foreign_permanent" // 外国人永久居留身份证
	DocHKMacaoPass      DocumentType = "hk_macao_pass"     //nolint:gosec // 港澳居民来往内地通行证; kinds of travel documents, not passwords
	DocTaiwanPass       DocumentType = "taiwan_pass"       // 台湾居民来往大陆通行证
	DocPassport         DocumentType = "passport"          // 护照
)

// Document is an identity document that passed its checks. Number is upper case without spaces.
type Document struct {
	Type   DocumentType
	Number string
}

// What can be wrong with an identity document.
var (
	ErrDocumentMissing    = &ValueError{"document_missing", "没有填写证件号码，请补上。"}
	ErrDocumentType       = &ValueError{"document_type", "不认识这种证件类型，请填：居民身份证、港澳居民居住证、台湾居民居住证、外国人永久居留身份证、港澳居民来往内地通行证、台湾居民来往大陆通行证或护照。"}
	ErrDocumentFormat     = &ValueError{"document_format", "证件号码的位数或字符不对，请对照证件原件核对。"}
	ErrDocumentCheckDigit = &ValueError{"document_check_digit", "证件号码的校验位不对，多半是输错或漏了数字，请对照证件原件核对。"}
	ErrDocumentBirthDate  = &ValueError{"document_birth_date", "证件号码中的出生日期不存在或晚于今天，请对照证件原件核对。"}
	ErrDocumentOldForm    = &ValueError{"document_old_form", "这是15位的旧身份证号码，请填写现在的18位号码。"}
	ErrDocumentMismatch   = &ValueError{"document_type_mismatch", "证件号码与证件类型不一致，请核对“证件类型”和号码。"}
	ErrDocumentDigitsLost = &ValueError{"document_digits_lost", "表格软件把证件号码当成数字，后几位已经丢失，无法恢复。请先把这一列的单元格格式设为“文本”，再重新填写号码。"}
)

// ParseDocument checks an identity document as of today; see ParseDocumentAt.
func ParseDocument(typ, raw string) (Document, error) { return ParseDocumentAt(typ, raw, time.Now()) }

// ParseDocumentAt checks an identity document. typ is a DocumentType or one of its names in Chinese; empty means 居民身份证. Spaces,
// full-width characters, a leading apostrophe and a small x are repaired. Numbers of 18 characters are checked by GB 11643-1999 (the
// residence permits and the permanent residence card of 2023 follow it): the date is real and not after today, the last character fits. A
// division code that no table knows is accepted, because a number keeps the division of its first registration. The type that comes back
// follows the number where the number tells it (81/82/83: residence permit, 9: permanent residence), so that one person is one person
// however the type was filled in.
func ParseDocumentAt(typ, raw string, today time.Time) (Document, error) {
	t, ok := ParseDocumentType(typ)
	if !ok {
		return Document{}, ErrDocumentType
	}
	no := strings.ToUpper(compact(raw))
	if no == "" {
		return Document{}, ErrDocumentMissing
	}
	if scientific(no) {
		return Document{}, ErrDocumentDigitsLost
	}
	switch t {
	case DocResidentID, DocHMTResidence, DocForeignPermanent:
		return parseCard(t, no, today)
	case DocHKMacaoPass:
		return parsePass(t, no, len(no) == 9 && (no[0] == 'H' || no[0] == 'M') && allDigits(no[1:]))
	case DocTaiwanPass:
		return parsePass(t, no, len(no) == 8 && allDigits(no))
	default:
		return parsePass(t, no, passportForm(no))
	}
}

// parseCard reads the three cards whose numbers have 18 characters.
func parseCard(t DocumentType, no string, today time.Time) (Document, error) {
	if t == DocForeignPermanent && oldPermanentForm(no) {
		return Document{t, no}, nil
	}
	if len(no) != 18 || !allDigits(no[:17]) || !isDigit(no[17]) && no[17] != 'X' {
		return Document{}, cardFormError(t, no)
	}
	if actual := cardType(no); actual != t {
		if t != DocResidentID { // the type was written down on purpose, so one of the two is wrong
			return Document{}, ErrDocumentMismatch
		}
		t = actual
	}
	if !birthDateOK(no[6:14], today) {
		return Document{}, ErrDocumentBirthDate
	}
	if no[17] != documentCheck(no[:17]) {
		return Document{}, ErrDocumentCheckDigit
	}
	return Document{t, no}, nil
}

// cardType tells the card by the beginning of its number: citizens' begin with 1–8, residence permits have division codes of their own.
func cardType(no string) DocumentType {
	switch {
	case no[0] == '9':
		return DocForeignPermanent
	case no[:2] == "81" || no[:2] == "82" || no[:2] == "83":
		return DocHMTResidence
	}
	return DocResidentID
}

func cardFormError(t DocumentType, no string) error {
	switch {
	case t == DocResidentID && len(no) == 15 && allDigits(no):
		return ErrDocumentOldForm
	case t == DocResidentID && (oldPermanentForm(no) || len(no) == 9 && isLetter(no[0]) && allDigits(no[1:])):
		return ErrDocumentMismatch
	}
	return ErrDocumentFormat
}

// oldPermanentForm is the permanent residence number before December 2023: three letters of the country and 12 digits.
func oldPermanentForm(no string) bool {
	return len(no) == 15 && isLetter(no[0]) && isLetter(no[1]) && isLetter(no[2]) && allDigits(no[3:])
}

func parsePass(t DocumentType, no string, ok bool) (Document, error) {
	switch {
	case ok:
		return Document{t, no}, nil
	case len(no) == 18 && allDigits(no[:17]):
		return Document{}, ErrDocumentMismatch
	}
	return Document{}, ErrDocumentFormat
}

// passportForm is wide on purpose: every country numbers its own. It asks for a digit, so that a name in the wrong column is noticed.
func passportForm(no string) bool {
	return len(no) >= 5 && len(no) <= 15 && isTokenASCII(no) && strings.ContainsAny(no, "0123456789")
}

// Ages that matter.
const (
	AgeOfConsent = 14 // under it a guardian consents (PIPL article 31), and nobody is asked
	AgeOfWages   = 18 // under it nobody is asked for an exact wage
)

// YoungerThan says whether the holder of a document has not reached an age at a moment. Only numbers of 18 characters tell the birthday (GB 11643-1999);
// other documents tell none, which is held against nobody.
func YoungerThan(document string, age int, at time.Time) bool {
	if len(document) != 18 {
		return false
	}
	born, err := time.ParseInLocation("20060102", document[6:14], Shanghai())
	return err == nil && born.AddDate(age, 0, 0).After(at)
}

func birthDateOK(s string, today time.Time) bool {
	d, err := time.ParseInLocation("20060102", s, shanghai)
	return err == nil && d.Year() >= 1850 && !d.After(today)
}

// documentCheck gives the last character of an 18-character number (ISO 7064 MOD 11-2 as in GB 11643-1999).
func documentCheck(first17 string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(first17[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// Mask shows the beginning of the number only. The end is what a respondent proves himself with (Tail), so no page may show it.
func (d Document) Mask() string {
	shown := 6
	if len(d.Number) < 15 {
		shown = min(2, len(d.Number))
	}
	return d.Number[:shown] + strings.Repeat("*", len(d.Number)-shown)
}

// Tail gives the last n characters, or the whole number if it is shorter.
func (d Document) Tail(n int) string { return d.Number[max(0, len(d.Number)-n):] }
