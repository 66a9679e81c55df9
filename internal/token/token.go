// Package token makes and reads the tokens in links and QR codes: base64url(kind ‖ 16-byte id ‖ 10-byte MAC). A forged token
// is refused by arithmetic alone, before any look-up.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// Kind says what a token opens and how much it proves.
type Kind byte

// The kinds. Only Direct travels in a message to the phone, so only it counts as possession; the others pass through
// other hands and are followed by a one-time code.
const (
	Direct     Kind = 'i' // personal link of an invitation
	Printed    Kind = 'q' // personal QR on paper, same invitation
	Poster     Kind = 'p' // batch poster
	Staff      Kind = 's' // staff supervision poster of a batch
	Department Kind = 'd' // department head's list
)

const (
	idLen  = 16
	macLen = 10
)

// ErrInvalid says that a text is not a token of ours.
var ErrInvalid = errors.New("token: invalid")

// Maker makes and reads tokens under one key.
type Maker struct{ key []byte }

// NewMaker takes the key to sign with.
func NewMaker(key []byte) Maker { return Maker{key: key} }

// Make gives the token for an id of 16 bytes in base64url. Another length is a programming error and panics.
func (m Maker) Make(kind Kind, id string) string {
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(raw) != idLen {
		panic("token: id is not 16 bytes in base64url")
	}
	b := append(make([]byte, 0, 1+idLen+macLen), byte(kind))
	b = append(b, raw...)
	return base64.RawURLEncoding.EncodeToString(append(b, m.mac(b)...))
}

// Read checks a token in constant time and gives its kind and id.
func (m Maker) Read(s string) (Kind, string, error) {
	var buf [1 + idLen + macLen]byte
	if len(s) != base64.RawURLEncoding.EncodedLen(len(buf)) { // the decoder overlooks line breaks: a token has one spelling
		return 0, "", ErrInvalid
	}
	if n, err := base64.RawURLEncoding.Strict().Decode(buf[:], []byte(s)); err != nil || n != len(buf) {
		return 0, "", ErrInvalid
	}
	if !hmac.Equal(m.mac(buf[:1+idLen]), buf[1+idLen:]) {
		return 0, "", ErrInvalid
	}
	return Kind(buf[0]), base64.RawURLEncoding.EncodeToString(buf[1 : 1+idLen]), nil
}

func (m Maker) mac(b []byte) []byte {
	h := hmac.New(sha256.New, m.key)
	h.Write(b)
	return h.Sum(nil)[:macLen]
}
