package seal

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
	"github.com/stretchr/testify/require"
)

// A key file, a sealed value and an id of the first format, as a deployment may have them.
const (
	firstFile   = `{"version":1,"aead":{"primaryKeyId":1740605448,"key":[{"keyData":{"typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"GiBAiBUrkA/jLtRc7H1Z1pEPPDAs6Lqsq18tJDogPaIJxQ==","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":1740605448,"outputPrefixType":"TINK"}]},"root":"ZVgdE1zRxGdSu/gsrTxTf7g769JP69tOc/26oD/HG3Q="}` // secret-scan:allow: made for this test
	firstSealed = "AWe/iAjx1az/S61n3DZK+EfrRKSzddoevMS8Y56kmWH4jOnC7kSB"                                                                                                                                                                                                                                                                                               // 张三, at record/1
	firstID     = "yHQ1BvVzc3CNdHgh5RzWnw"
)

func TestFirstFormatStillOpensAndCanBeRotated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(path, []byte(firstFile), 0o600))
	sealed, err := base64.StdEncoding.DecodeString(firstSealed)
	require.NoError(t, err)
	b, err := Load(path, false)
	require.NoError(t, err)
	plain, err := b.Open(sealed, "record/1")
	require.NoError(t, err)
	require.Equal(t, "张三", string(plain))
	require.Equal(t, firstID, b.Hasher("person").ID("a", "b"))

	require.NoError(t, EditFile(path, func(k *Keys) error {
		id, err := k.Add(ProviderSM4, time.Now())
		require.NoError(t, err)
		return k.Promote(id, time.Now())
	}))
	require.NoError(t, b.Reload())
	again, changed, err := b.Reseal(sealed, "record/1")
	require.NoError(t, err)
	require.True(t, changed)
	id, ok := KeyOf(again)
	require.True(t, ok)
	require.Equal(t, b.Primary(), id)
	_, changed, err = b.Reseal(again, "record/1")
	require.NoError(t, err)
	require.False(t, changed, "once is enough")
	require.Equal(t, firstID, b.Hasher("person").ID("a", "b"), "ids stay")
}

func TestBothProvidersKeepTheirPromises(t *testing.T) {
	for _, provider := range []string{ProviderTink, ProviderSM4} {
		for _, h := range []HashAlgorithm{HashSHA256, HashSM3} {
			k, err := MakeKeys(provider, h, time.Now())
			require.NoError(t, err)
			b, err := Open(k)
			require.NoError(t, err)
			c, err := b.Seal([]byte("张三"), "record/1")
			require.NoError(t, err)
			other, err := b.Seal([]byte("张三"), "record/1")
			require.NoError(t, err)
			require.NotEqual(t, c, other, "the same value never looks the same twice")
			id, ok := KeyOf(c)
			require.True(t, ok)
			require.Equal(t, k.Primary, id)
			p, err := b.Open(c, "record/1")
			require.NoError(t, err)
			require.Equal(t, "张三", string(p))
			_, err = b.Open(c, "record/2")
			require.Error(t, err)
			for i := range c {
				c[i] ^= 1
				_, err = b.Open(c, "record/1")
				require.Error(t, err, "byte %d", i)
				c[i] ^= 1
			}
			for _, short := range [][]byte{nil, {}, c[:1], c[:prefix], c[:prefix+4], c[:len(c)-1]} {
				_, err = b.Open(short, "record/1")
				require.Error(t, err)
			}
		}
	}
	_, err := MakeKeys("rot13", HashSHA256, time.Now())
	require.Error(t, err)
	_, err = MakeKeys(ProviderTink, "md5", time.Now())
	require.Error(t, err)
}

// The examples of GB/T 32905 and GB/T 32907: the library computes the national algorithms, not something like them.
func TestNationalAlgorithmsMatchTheirStandards(t *testing.T) {
	sum := sm3.Sum([]byte("abc"))
	require.Equal(t, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", hex.EncodeToString(sum[:]))
	key, err := hex.DecodeString("0123456789abcdeffedcba9876543210")
	require.NoError(t, err)
	block, err := sm4.NewCipher(key)
	require.NoError(t, err)
	out := make([]byte, 16)
	block.Encrypt(out, key)
	require.Equal(t, "681edf34d206965e86b3e94f536e4246", hex.EncodeToString(out))
}

func TestRotatingWhileOthersSeal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	serving, err := Load(path, true)
	require.NoError(t, err)
	late, err := Load(path, false)
	require.NoError(t, err)
	old := serving.Primary()

	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				c, err := serving.Seal([]byte("x"), "a")
				if err == nil {
					_, err = late.Open(c, "a")
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	wg.Go(func() { serving.Watch(ctx, 5*time.Millisecond, nil, slog.New(slog.DiscardHandler)) })
	var made KeyID
	require.NoError(t, EditFile(path, func(k *Keys) (err error) {
		if made, err = k.Add(ProviderTink, time.Now()); err != nil {
			return err
		}
		return k.Promote(made, time.Now())
	}))
	require.Eventually(t, func() bool { return serving.Primary() == made }, time.Minute, 10*time.Millisecond)
	close(stop)
	cancel()
	wg.Wait()

	c, err := serving.Seal([]byte("new"), "a")
	require.NoError(t, err)
	p, err := late.Open(c, "a")
	require.NoError(t, err, "a process that did not look meets the new key and reads the file")
	require.Equal(t, "new", string(p))
	require.NotEqual(t, old, late.Primary())
}

func TestWhatARotationRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	b, err := Load(path, true)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(path, 0o400))
	require.ErrorIs(t, CreateFile(path, Keys{}), os.ErrExist)
	require.Error(t, EditFile(path, func(k *Keys) error { return k.Retire(k.Primary) }))
	require.Error(t, EditFile(path, func(k *Keys) error { return k.Promote("01deadbeef", time.Now()) }))
	require.Error(t, EditFile(path, func(k *Keys) error { k.Primary = "01deadbeef"; return nil }), "keys that do not work are not written")

	old := b.Primary()
	c, err := b.Seal([]byte("x"), "a")
	require.NoError(t, err)
	require.NoError(t, EditFile(path, func(k *Keys) error {
		id, err := k.Add(ProviderTink, time.Now())
		if err != nil {
			return err
		}
		return k.Promote(id, time.Now())
	}))
	st, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o400), st.Mode().Perm())
	require.NoError(t, EditFile(path, func(k *Keys) error { return k.Retire(old) }))
	require.NoError(t, b.Reload())
	_, err = b.Open(c, "a")
	require.ErrorContains(t, err, "not in the key file")

	other, err := NewKeys()
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	require.NoError(t, CreateFile(path, other))
	primary := b.Primary()
	require.ErrorContains(t, b.Reload(), "root", "another deployment's file")
	require.Equal(t, primary, b.Primary())
}
