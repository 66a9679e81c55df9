package models

import (
	"unicode"
	"unicode/utf8"
)

// Printable says whether s is text that can be stored, sorted and shown: valid UTF-8 without control characters, line breaks, or characters
// that turn the direction of writing and could make a name look like another.
func Printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
