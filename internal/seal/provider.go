package seal

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/emmansun/gmsm/sm4"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// AEAD seals and opens under one key. What it seals begins with the key's id.
type AEAD interface {
	Seal(plain, ad []byte) ([]byte, error)
	Open(sealed, ad []byte) ([]byte, error)
}

// Provider makes keys of one kind and works with them. Material is what the key file keeps of a key, as JSON: here the key itself, for a hardware
// module or a key service the label under which it holds the key.
type Provider interface {
	// Make draws a new key.
	Make() (KeyID, json.RawMessage, error)
	// Use gives a key to work with.
	Use(KeyID, json.RawMessage) (AEAD, error)
}

// The names of providers, as the key file and `keys rotate --provider` have them.
const (
	ProviderTink = "tink-aes256-gcm"
	ProviderSM4  = "sm4-gcm"
)

func providers() map[string]Provider {
	return map[string]Provider{ProviderTink: tinkProvider{}, ProviderSM4: sm4Provider{}}
}

// The first byte of a sealed value says whose it is; Tink's own format begins with 1.
const (
	markTink = 0x01
	markSM4  = 0x02
	prefix   = 5 // the mark and four bytes of key id
)

// KeyID names a key: the mark of its provider and its number, in hex. It is no secret.
type KeyID string

func keyID(mark byte, n uint32) KeyID { return KeyID(fmt.Sprintf("%02x%08x", mark, n)) }

// KeyOf reads from a sealed value which key opens it; false when it is no sealed value.
func KeyOf(sealed []byte) (KeyID, bool) {
	if len(sealed) <= prefix || sealed[0] != markTink && sealed[0] != markSM4 {
		return "", false
	}
	return keyID(sealed[0], binary.BigEndian.Uint32(sealed[1:prefix])), true
}

var errNotSealed = errors.New("not a sealed value")

// tinkProvider works with Tink's AES-256-GCM. A key's material is a Tink keyset with that one key.
type tinkProvider struct{}

func (tinkProvider) Make() (KeyID, json.RawMessage, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return "", nil, fmt.Errorf("make keyset: %w", err)
	}
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
		return "", nil, fmt.Errorf("write keyset: %w", err)
	}
	return keyID(markTink, h.KeysetInfo().GetPrimaryKeyId()), buf.Bytes(), nil
}

func (tinkProvider) Use(id KeyID, material json.RawMessage) (AEAD, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(material)))
	if err != nil {
		return nil, fmt.Errorf("read keyset: %w", err)
	}
	if got := keyID(markTink, h.KeysetInfo().GetPrimaryKeyId()); got != id {
		return nil, fmt.Errorf("keyset holds key %s", got)
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("open keyset: %w", err)
	}
	return tinkAEAD{a}, nil
}

type tinkAEAD struct{ a tink.AEAD }

func (t tinkAEAD) Seal(plain, ad []byte) ([]byte, error) { return t.a.Encrypt(plain, ad) }

func (t tinkAEAD) Open(sealed, ad []byte) ([]byte, error) { return t.a.Decrypt(sealed, ad) }

// sm4Provider works with SM4 (GB/T 32907) in GCM. A sealed value is mark ‖ key id ‖ nonce ‖ text ‖ tag; mark and id are authenticated too.
type sm4Provider struct{}

func (sm4Provider) Make() (KeyID, json.RawMessage, error) {
	var raw [4 + 16]byte
	_, _ = rand.Read(raw[:]) // never fails: it ends the program instead
	material, err := json.Marshal(base64.StdEncoding.EncodeToString(raw[4:]))
	return keyID(markSM4, binary.BigEndian.Uint32(raw[:4])), material, err
}

func (sm4Provider) Use(id KeyID, material json.RawMessage) (AEAD, error) {
	var text string
	if err := json.Unmarshal(material, &text); err != nil {
		return nil, fmt.Errorf("read SM4 key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("read SM4 key: %w", err)
	}
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("SM4: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("SM4-GCM: %w", err)
	}
	var mark byte
	var n uint32
	if _, err := fmt.Sscanf(string(id), "%02x%08x", &mark, &n); err != nil || mark != markSM4 {
		return nil, fmt.Errorf("key id %s is no SM4 key's", id)
	}
	return sm4AEAD{gcm: gcm, head: binary.BigEndian.AppendUint32([]byte{markSM4}, n)}, nil
}

type sm4AEAD struct {
	gcm  cipher.AEAD
	head []byte
}

func (s sm4AEAD) Seal(plain, ad []byte) ([]byte, error) {
	out := make([]byte, prefix+s.gcm.NonceSize(), prefix+s.gcm.NonceSize()+len(plain)+s.gcm.Overhead())
	copy(out, s.head)
	_, _ = rand.Read(out[prefix:]) // never fails: it ends the program instead
	return s.gcm.Seal(out, out[prefix:], plain, s.bound(ad)), nil
}

func (s sm4AEAD) Open(sealed, ad []byte) ([]byte, error) {
	if len(sealed) < prefix+s.gcm.NonceSize()+s.gcm.Overhead() {
		return nil, errNotSealed
	}
	nonce := sealed[prefix : prefix+s.gcm.NonceSize()]
	return s.gcm.Open(nil, nonce, sealed[prefix+len(nonce):], s.bound(ad))
}

// bound joins the head and the additional data.
func (s sm4AEAD) bound(ad []byte) []byte { return append(bytes.Clone(s.head), ad...) }
