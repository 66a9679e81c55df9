package channel

import (
	"strings"

	"huisheng/models"
)

// safeCode lets a provider's error code pass if it looks like one: short, plain characters, and no run of digits long enough
// to be a phone number. Anything else becomes empty, because providers also put free text where a code belongs.
func safeCode(s string) string {
	if len(s) > 80 {
		return ""
	}
	run := 0
	for _, r := range s {
		if !plain(r, "._:-") {
			return ""
		}
		if r < '0' || r > '9' {
			run = 0
			continue
		}
		if run++; run >= 8 {
			return ""
		}
	}
	return s
}

// safeID lets a provider's message id pass if it is made of plain characters.
func safeID(s string) string {
	if len(s) > 128 {
		return ""
	}
	for _, r := range s {
		if !plain(r, "._:-^@=/+") {
			return ""
		}
	}
	return s
}

func plain(r rune, extra string) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(extra, r)
}

// clean is the last check of every result: whatever a provider echoed of this very message is dropped.
func clean(m models.Message, r models.Result) models.Result {
	phone := national(m.Phone)
	if phone != "" && strings.Contains(r.ProviderID, phone) {
		r.ProviderID = ""
	}
	if phone != "" && strings.Contains(r.Code, phone) || m.Code != "" && strings.Contains(r.Code, m.Code) {
		r.Code = ""
	}
	return r
}

// national is a mainland number without its country code, the form that Aliyun's queries want.
func national(phone string) string { return strings.TrimPrefix(phone, "+86") }
