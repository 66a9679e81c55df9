package seal

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func box(t *testing.T) *Box {
	t.Helper()
	k, err := NewKeys()
	require.NoError(t, err)
	b, err := Open(k)
	require.NoError(t, err)
	return b
}

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	b := box(t)
	c, err := b.Seal([]byte("张三"), "record/1")
	require.NoError(t, err)
	require.NotContains(t, string(c), "张三")
	p, err := b.Open(c, "record/1")
	require.NoError(t, err)
	require.Equal(t, "张三", string(p))
	_, err = b.Open(c, "record/2")
	require.Error(t, err)
	c[len(c)-1] ^= 1
	_, err = b.Open(c, "record/1")
	require.Error(t, err)
}

func TestHashesDifferByKeyPurposeAndFraming(t *testing.T) {
	a, b := box(t), box(t)
	require.Equal(t, a.Hasher("x").ID("ab", "c"), a.Hasher("x").ID("ab", "c"))
	require.NotEqual(t, a.Hasher("x").ID("ab", "c"), a.Hasher("x").ID("a", "bc"))
	require.NotEqual(t, a.Hasher("x").ID("a"), a.Hasher("y").ID("a"))
	require.NotEqual(t, a.Hasher("x").ID("a"), b.Hasher("x").ID("a"))
	require.Len(t, a.Hasher("x").ID("a"), 22)
}

func TestRacingProcessesEndWithTheSameKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k", "keys.json")
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			b, err := Load(path, true)
			if err == nil {
				ids[i] = b.Hasher("x").ID("a")
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		require.NotEmpty(t, id)
		require.Equal(t, ids[0], id)
	}
	_, err := Load(filepath.Join(t.TempDir(), "none.json"), false)
	require.Error(t, err)
}
