package account

import (
	_ "embed"
	"strings"
	"unicode"
)

// commonWords are what leaked passwords are mostly made of, a word a line.
//
//go:embed common.txt
var commonWords string

// minOwn is how many characters a password must have of its own once everything that guessing programs try first is taken out of it.
const minOwn = 6

// tooCommon says whether a password is put together from what guessing programs try first: common words (also with 0 for o, @ for a …), runs along the
// alphabet, the digits or a keyboard, years, and repetitions.
func tooCommon(password string) bool {
	plain := strings.ToLower(password)
	if distinct(plain) < 5 {
		return true
	}
	for n := 1; n <= 6; n++ {
		if repeats(plain, n) {
			return true
		}
	}
	return ownPart(plain) < minOwn || ownPart(unleet(plain)) < minOwn
}

// ownPart counts the characters that are left when everything common is taken out.
func ownPart(left string) (own int) {
	for w := range strings.Lines(commonWords) {
		if w = strings.TrimSpace(w); w != "" && w[0] != '#' {
			left = strings.ReplaceAll(left, w, "\x00")
		}
	}
	var before rune
	for _, r := range left {
		if r != 0 && r != before && r != before+1 && r != before-1 && !unicode.IsPunct(r) {
			own++
		}
		before = r
	}
	return own
}

// unleet undoes the usual replacements of letters in words; digits among digits stay.
func unleet(s string) string {
	r := []rune(s)
	out := make([]rune, len(r))
	swap := map[rune]rune{'0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i'}
	for i, x := range r {
		out[i] = x
		to, ok := swap[x]
		if ok && (i > 0 && unicode.IsLetter(r[i-1]) && i+1 < len(r) && unicode.IsLetter(r[i+1])) {
			out[i] = to
		}
	}
	return string(out)
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// repeats says whether s is one piece of n characters again and again.
func repeats(s string, n int) bool {
	r := []rune(s)
	if len(r) < 2*n {
		return false
	}
	for i := n; i < len(r); i++ {
		if r[i] != r[i-n] {
			return false
		}
	}
	return true
}
