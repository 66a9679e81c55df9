package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// HashAlgorithm names the hash under every keyed hash and derived key of a deployment. Ids are made with it, so it stays for the life of the data.
type HashAlgorithm string

// The hashes to choose from when a key file is made.
const (
	HashSHA256 HashAlgorithm = "hmac-sha256"
	HashSM3    HashAlgorithm = "hmac-sm3"
)

func (h HashAlgorithm) new() func() hash.Hash {
	if h == HashSM3 {
		return sm3.New
	}
	return sha256.New
}

// Keys is the content of a key file: the keys that seal values, which can be changed while serving, and the root of everything that cannot.
type Keys struct {
	Version int           `json:"version"`
	Hash    HashAlgorithm `json:"hash"`
	Root    string        `json:"root"` // base64, 32 bytes; ids, look-up hashes, links, codes and tokens are derived from it
	Primary KeyID         `json:"primary"`
	Sealing []Key         `json:"sealing"`
}

// Key is one key that seals values.
type Key struct {
	ID       KeyID           `json:"id"`
	Provider string          `json:"provider"`
	Made     time.Time       `json:"made"`
	Demoted  time.Time       `json:"demoted,omitzero"` // when it stopped being the primary one
	Material json.RawMessage `json:"material"`
}

const keysVersion = 2

// NewKeys makes a fresh set of keys: AES-256-GCM by Tink, and HMAC-SHA256.
func NewKeys() (Keys, error) { return MakeKeys(ProviderTink, HashSHA256, time.Now()) }

// MakeKeys makes a fresh set of keys of the given kinds.
func MakeKeys(provider string, h HashAlgorithm, now time.Time) (Keys, error) {
	if h != HashSHA256 && h != HashSM3 {
		return Keys{}, fmt.Errorf("no hash %q; there are %s and %s", h, HashSHA256, HashSM3)
	}
	root := make([]byte, 32)
	_, _ = rand.Read(root) // never fails: it ends the program instead
	k := Keys{Version: keysVersion, Hash: h, Root: base64.StdEncoding.EncodeToString(root)}
	id, err := k.Add(provider, now)
	k.Primary = id
	return k, err
}

// Add draws a further key. It opens what others seal with it, and seals nothing until it is promoted.
func (k *Keys) Add(provider string, now time.Time) (KeyID, error) {
	p := providers()[provider]
	if p == nil {
		return "", fmt.Errorf("no provider %q; there are %s and %s", provider, ProviderTink, ProviderSM4)
	}
	id, material, err := p.Make()
	if err != nil {
		return "", err
	}
	if k.find(id) != nil { // one chance in four billion
		return "", fmt.Errorf("key id %s is in use; try again", id)
	}
	k.Sealing = append(slices.Clone(k.Sealing), Key{ID: id, Provider: provider, Made: now.UTC().Truncate(time.Second), Material: material})
	return id, nil
}

// Promote makes a key the one that seals from now on.
func (k *Keys) Promote(id KeyID, now time.Time) error {
	next, old := k.find(id), k.find(k.Primary)
	if next == nil {
		return fmt.Errorf("there is no key %s", id)
	}
	if id == k.Primary {
		return fmt.Errorf("key %s is the primary one already", id)
	}
	if old != nil {
		old.Demoted = now.UTC().Truncate(time.Second)
	}
	next.Demoted, k.Primary = time.Time{}, id
	return nil
}

// Retire forgets a key. What is sealed with it can never be opened again.
func (k *Keys) Retire(id KeyID) error {
	switch {
	case id == k.Primary:
		return fmt.Errorf("key %s is the primary one: rotate first", id)
	case k.find(id) == nil:
		return fmt.Errorf("there is no key %s", id)
	}
	k.Sealing = slices.DeleteFunc(slices.Clone(k.Sealing), func(x Key) bool { return x.ID == id })
	return nil
}

// Find gives a key's line.
func (k *Keys) Find(id KeyID) (Key, bool) {
	if x := k.find(id); x != nil {
		return *x, true
	}
	return Key{}, false
}

func (k *Keys) find(id KeyID) *Key {
	if i := slices.IndexFunc(k.Sealing, func(x Key) bool { return x.ID == id }); i >= 0 {
		return &k.Sealing[i]
	}
	return nil
}

func (k *Keys) root() ([]byte, error) {
	root, err := base64.StdEncoding.DecodeString(k.Root)
	if err != nil || len(root) < 32 {
		return nil, errors.New("keys: root must be at least 32 bytes in base64")
	}
	if k.Hash != HashSHA256 && k.Hash != HashSM3 {
		return nil, fmt.Errorf("keys: no hash %q", k.Hash)
	}
	return root, nil
}

// parseKeys reads a key file of this or the first version.
func parseKeys(raw []byte) (Keys, error) {
	var k Keys
	if err := json.Unmarshal(raw, &k); err != nil {
		return Keys{}, err
	}
	switch k.Version {
	case 1:
		return parseFirst(raw)
	case keysVersion:
		return k, nil
	}
	return Keys{}, fmt.Errorf("version %d is not known", k.Version)
}

// parseFirst reads the first format, whose sealing keys were one Tink keyset: it becomes a line a key.
func parseFirst(raw []byte) (Keys, error) {
	var first struct {
		AEAD struct {
			Primary uint32            `json:"primaryKeyId"`
			Keys    []json.RawMessage `json:"key"`
		} `json:"aead"`
		Root string `json:"root"`
	}
	if err := json.Unmarshal(raw, &first); err != nil {
		return Keys{}, err
	}
	k := Keys{Version: keysVersion, Hash: HashSHA256, Root: first.Root, Primary: keyID(markTink, first.AEAD.Primary)}
	for _, one := range first.AEAD.Keys {
		var head struct {
			ID uint32 `json:"keyId"`
		}
		if err := json.Unmarshal(one, &head); err != nil {
			return Keys{}, err
		}
		material, err := json.Marshal(map[string]any{"primaryKeyId": head.ID, "key": []json.RawMessage{one}})
		if err != nil {
			return Keys{}, err
		}
		k.Sealing = append(k.Sealing, Key{ID: keyID(markTink, head.ID), Provider: ProviderTink, Material: material})
	}
	return k, nil
}

// ring is the sealing keys, ready for use.
type ring struct {
	primaryID KeyID
	primary   AEAD
	keys      map[KeyID]AEAD
	order     []KeyID
}

func newRing(k Keys) (*ring, error) {
	r := &ring{primaryID: k.Primary, keys: map[KeyID]AEAD{}}
	known := providers()
	for _, x := range k.Sealing {
		p := known[x.Provider]
		if p == nil {
			return nil, fmt.Errorf("key %s: no provider %q", x.ID, x.Provider)
		}
		a, err := p.Use(x.ID, x.Material)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", x.ID, err)
		}
		r.keys[x.ID], r.order = a, append(r.order, x.ID)
	}
	if r.primary = r.keys[k.Primary]; r.primary == nil {
		return nil, fmt.Errorf("keys: the primary key %q is missing", k.Primary)
	}
	return r, nil
}
