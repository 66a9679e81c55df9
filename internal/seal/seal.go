// Package seal keeps personal data unreadable in the database: authenticated encryption for values, keyed hashes for
// look-ups, and keys derived for every other use. Callers see two small types, so that another provider (SM4 and SM3, or a
// hardware module) can stand behind them.
package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keys is the content of a key file. AEAD is a Tink keyset (it names its keys and can be rotated); Root feeds every
// keyed hash and derived key and stays for the life of the data, because ids are derived from it.
type Keys struct {
	Version int             `json:"version"`
	AEAD    json.RawMessage `json:"aead"`
	Root    string          `json:"root"` // base64, 32 bytes
}

// Box seals and opens values and derives keys. It is safe for concurrent use.
type Box struct {
	aead tink.AEAD
	root []byte
}

// NewKeys makes a fresh set of keys.
func NewKeys() (Keys, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return Keys{}, fmt.Errorf("make keyset: %w", err)
	}
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
		return Keys{}, fmt.Errorf("write keyset: %w", err)
	}
	root := make([]byte, 32)
	_, _ = rand.Read(root) // never fails: it ends the program instead
	return Keys{Version: 1, AEAD: buf.Bytes(), Root: base64.StdEncoding.EncodeToString(root)}, nil
}

// Open makes a Box from keys.
func Open(k Keys) (*Box, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(k.AEAD)))
	if err != nil {
		return nil, fmt.Errorf("read keyset: %w", err)
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("open keyset: %w", err)
	}
	root, err := base64.StdEncoding.DecodeString(k.Root)
	if err != nil || len(root) < 32 {
		return nil, errors.New("keys: root must be at least 32 bytes in base64")
	}
	return &Box{aead: a, root: root}, nil
}

// Load reads a key file. With create, a missing file is made with fresh keys, readable by its owner alone; several
// processes may race for that and all end with the same keys.
func Load(path string, create bool) (*Box, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && create {
		if err = createFile(path); err == nil {
			raw, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	var k Keys
	if err := json.Unmarshal(raw, &k); err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return Open(k)
}

// createFile writes the file beside its place and links it in: link fails if another process was first, so nobody ever
// reads half a file or replaces keys that are in use.
func createFile(path string) error {
	k, err := NewKeys()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make key folder: %w", err)
	}
	raw, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encode keys: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	tmp := f.Name()
	defer func() { _ = os.Remove(tmp) }() // the link keeps the content
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write keys: %w", err)
	}
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("place keys: %w", err)
	}
	return nil
}

// Seal encrypts plain; it opens again only with the same ad, which names where the value belongs ("record/<id>"), so that a sealed
// value cannot be moved to another document.
func (b *Box) Seal(plain []byte, ad string) ([]byte, error) {
	c, err := b.aead.Encrypt(plain, []byte(ad))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return c, nil
}

// Open decrypts what Seal gave.
func (b *Box) Open(sealed []byte, ad string) ([]byte, error) {
	p, err := b.aead.Decrypt(sealed, []byte(ad))
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

// Key derives a 32-byte key for one purpose (HKDF-SHA256); the same purpose always gives the same key.
func (b *Box) Key(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, b.root, nil, "huisheng/"+purpose, 32)
	if err != nil { // only for impossible lengths
		panic("seal: derive key: " + err.Error())
	}
	return k
}

// Hasher gives the keyed hash for one purpose. Hashers of different purposes are unrelated. Make it once, it derives a key.
func (b *Box) Hasher(purpose string) Hasher { return Hasher{key: b.Key("hash/" + purpose)} }

// Hasher is a keyed one-way hash (HMAC-SHA256).
type Hasher struct{ key []byte }

// Sum hashes parts, each framed by its length so that ("ab","c") and ("a","bc") differ, cut to 16 bytes.
func (h Hasher) Sum(parts ...string) []byte {
	m := hmac.New(sha256.New, h.key)
	var frame [4]byte
	for _, p := range parts {
		n := len(p)
		frame = [4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
		m.Write(frame[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)[:16]
}

// ID is Sum in base64url without padding: 22 characters, fit for an _id, a URL and a token.
func (h Hasher) ID(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(h.Sum(parts...))
}
