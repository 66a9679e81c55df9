package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
)

// Alphabet is what SMS codes are made of: no 0 O 1 I L, which people confuse.
const Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// CodeLength is the length of an SMS code; 31⁶ is 887 million.
const CodeLength = 6

// Code derives the SMS code of an invitation from its id and a salt that is raised when two invitations meet in one code.
func (m Maker) Code(id string, salt int) string {
	n := m.number("code", id, salt)
	out := make([]byte, CodeLength)
	for i := range out {
		out[i] = Alphabet[n%uint64(len(Alphabet))]
		n /= uint64(len(Alphabet))
	}
	return string(out)
}

// OneTime derives the six digits of a one-time code from its id and nonce, so that nothing stored or queued holds them.
func (m Maker) OneTime(id, nonce string) string {
	return fmt.Sprintf("%06d", m.number("otp/"+nonce, id, 0)%1_000_000)
}

func (m Maker) number(use, id string, salt int) uint64 {
	h := hmac.New(sha256.New, m.key)
	_, _ = fmt.Fprintf(h, "%s|%d|%s", use, salt, id) // a hash never fails to write
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// CleanCode reads a code as people type it: lower case, spaces, dashes and full-width characters are forgiven. It reports false
// for what cannot be a code.
func CleanCode(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' { // full-width ASCII
			r -= '！' - '!'
		}
		if r == ' ' || r == '　' || r == '-' || r == '\t' {
			continue
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		if !strings.ContainsRune(Alphabet, r) || b.Len() == CodeLength {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), b.Len() == CodeLength
}
