// Package seal keeps personal data unreadable in the database: authenticated encryption for values, keyed hashes for
// look-ups, and keys derived for every other use. Every sealed value begins with the id of its key, so that keys can be changed while
// serving. Callers see two small types; what encrypts stands behind Provider: Tink's AES-256-GCM, SM4-GCM, or a hardware module to come.
package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"sync/atomic"
)

// Box seals and opens values and derives keys. It is safe for concurrent use, also while its keys change beneath it.
type Box struct {
	hash HashAlgorithm
	root []byte

	ring atomic.Pointer[ring]
	file *watched // nil: keys from memory, which nobody changes
}

// Open makes a Box from keys.
func Open(k Keys) (*Box, error) {
	r, err := newRing(k)
	if err != nil {
		return nil, err
	}
	root, err := k.root()
	if err != nil {
		return nil, err
	}
	b := &Box{hash: k.Hash, root: root}
	b.ring.Store(r)
	return b, nil
}

// Seal encrypts plain; it opens again only with the same ad, which names where the value belongs ("record/<id>"), so that a sealed
// value cannot be moved to another document.
func (b *Box) Seal(plain []byte, ad string) ([]byte, error) {
	c, err := b.ring.Load().primary.Seal(plain, []byte(ad))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return c, nil
}

// Open decrypts what Seal gave.
func (b *Box) Open(sealed []byte, ad string) ([]byte, error) {
	id, ok := KeyOf(sealed)
	if !ok {
		return nil, fmt.Errorf("open seal: %w", errNotSealed)
	}
	key := b.ring.Load().keys[id]
	if key == nil { // another process may have sealed with a key that was made since this one read the file
		if b.file.stale() {
			if err := b.Reload(); err != nil {
				return nil, fmt.Errorf("open seal: %w", err)
			}
		}
		key = b.ring.Load().keys[id] // also when another goroutine has just read the file
	}
	if key == nil {
		return nil, fmt.Errorf("open seal: key %s is not in the key file", id)
	}
	p, err := key.Open(sealed, []byte(ad))
	if err != nil {
		return nil, fmt.Errorf("open seal: %w", err)
	}
	return p, nil
}

// SealJSON seals the JSON of v.
func (b *Box) SealJSON(v any, ad string) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal: encode: %w", err)
	}
	return b.Seal(raw, ad)
}

// OpenJSON opens what SealJSON sealed into v.
func (b *Box) OpenJSON(sealed []byte, ad string, v any) error {
	raw, err := b.Open(sealed, ad)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("open seal: decode: %w", err)
	}
	return nil
}

// Primary is the key that Seal uses now.
func (b *Box) Primary() KeyID { return b.ring.Load().primaryID }

// Keys lists the keys that values may be sealed with, the primary one among them, in the order of the file.
func (b *Box) Keys() []KeyID { return b.ring.Load().order }

// Reseal opens a value and seals it with the primary key; changed is false when it is sealed with that already.
func (b *Box) Reseal(sealed []byte, ad string) (out []byte, changed bool, err error) {
	if id, ok := KeyOf(sealed); ok && id == b.Primary() {
		return sealed, false, nil
	}
	plain, err := b.Open(sealed, ad)
	if err != nil {
		return nil, false, err
	}
	out, err = b.Seal(plain, ad)
	return out, err == nil, err
}

// Key derives a 32-byte key for one purpose (HKDF over the deployment's hash); the same purpose always gives the same key.
func (b *Box) Key(purpose string) []byte {
	k, err := hkdf.Key(b.hash.new(), b.root, nil, "huisheng/"+purpose, 32)
	if err != nil { // only for impossible lengths
		panic("seal: derive key: " + err.Error())
	}
	return k
}

// Hasher gives the keyed hash for one purpose. Hashers of different purposes are unrelated. Make it once, it derives a key.
func (b *Box) Hasher(purpose string) Hasher {
	return Hasher{key: b.Key("hash/" + purpose), hash: b.hash.new()}
}

// Hasher is a keyed one-way hash: HMAC-SHA256, or HMAC-SM3 in a deployment that was made with it.
type Hasher struct {
	key  []byte
	hash func() hash.Hash
}

// Sum hashes parts, each framed by its length so that ("ab","c") and ("a","bc") differ, cut to 16 bytes.
func (h Hasher) Sum(parts ...string) []byte {
	m := hmac.New(h.hash, h.key)
	var frame [4]byte
	for _, p := range parts {
		n := len(p)
		frame = [4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} //nolint:gosec // the four bytes of a length, one by one
		m.Write(frame[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)[:16]
}

// ID is Sum in base64url without padding: 22 characters, fit for an _id, a URL and a token.
func (h Hasher) ID(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(h.Sum(parts...))
}
