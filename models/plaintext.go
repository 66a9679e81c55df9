package models

import (
	"strings"
	"unicode"
)

// HalfWidth turns full-width letters, digits and signs (U+FF01–U+FF5E) and the ideographic space into their ASCII forms, as Chinese input
// methods and copied web pages leave them behind. Other characters stay.
func HalfWidth(s string) string {
	if isPlainASCII(s) {
		return s
	}
	return strings.Map(halfWidthRune, s)
}

func halfWidthRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - 0xfee0
	case r == '\u3000':
		return ' '
	}
	return r
}

// compact is for values without meaningful spaces (numbers, codes): half-width, no white space, no invisible characters, no quotes or
// apostrophes around it (Excel users type 'one in front to make a number text).
func compact(s string) string {
	if isTokenASCII(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r = halfWidthRune(r); invisible(r) {
			return -1
		}
		return r
	}, s)
	return strings.Trim(s, "'\"`’‘“”")
}

// invisible says whether r leaves no ink: white space, controls, zero-width characters, marks of writing direction, the byte order mark.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r)
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isTokenASCII says that compact has nothing to do, which holds for nearly every cell of a roster and saves copying it.
func isTokenASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && !isLetter(c) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// scientific says whether s is a number as a spreadsheet shows a long one, 4.401E+17: its last digits are gone.
func scientific(s string) bool {
	at := strings.IndexAny(s, "Ee")
	if at < 1 || at == len(s)-1 || strings.Count(s[:at], ".") > 1 {
		return false
	}
	exponent := strings.TrimPrefix(s[at+1:], "+")
	return (strings.Contains(s[:at], ".") || len(exponent) < len(s)-at-1) &&
		allDigits(strings.ReplaceAll(s[:at], ".", "")) && allDigits(exponent)
}
