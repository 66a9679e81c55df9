package rosterfile

import (
	"strings"
	"unicode"
)

// cleanText trims, makes every run of white space one space and drops what cannot be seen.
func cleanText(s string) string {
	if tidy(s) {
		return s
	}
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == '\u3000':
			space = b.Len() > 0
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// tidy is the case of nearly every cell: ASCII letters, digits and signs, and Chinese characters.
func tidy(s string) bool {
	for _, r := range s {
		if (r <= ' ' || r >= 0x7f) && (r < 0x4e00 || r > 0x9fff) {
			return false
		}
	}
	return true
}
