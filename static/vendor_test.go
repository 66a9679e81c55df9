package static

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// Third-party files are what their registry gave, unchanged.
func TestVendoredFilesAreTheirAuthors(t *testing.T) {
	t.Parallel()
	site, err := New(nil)
	require.Error(t, err, "the console's pages need their functions")
	require.Nil(t, site)
	s := &Site{assets: map[string]Asset{}, byURL: map[string]Asset{}}
	require.NoError(t, s.loadAssets())
	for name, sum := range map[string]string{
		"vendor/uplot/uplot.js":  "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
		"vendor/uplot/uplot.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
	} {
		a, ok := s.Asset(name)
		require.True(t, ok, name)
		got := sha256.Sum256(a.Data)
		require.Equal(t, sum, hex.EncodeToString(got[:]), name)
	}
	_, ok := s.Asset("vendor/uplot/LICENSE.txt")
	require.True(t, ok)
}
