package token

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// No text but the one that was made reads as a token, and what reads is made the same way again.
func FuzzRead(f *testing.F) {
	m := NewMaker([]byte("key"))
	f.Add(m.Make(Direct, "AAAAAAAAAAAAAAAAAAAAAA"))
	f.Add(m.Make(Poster, "AAAAAAAAAAAAAAAAAAAAAA") + "=")
	f.Add("")
	f.Add(strings.Repeat("A", 100))
	f.Fuzz(func(t *testing.T, s string) {
		kind, id, err := m.Read(s)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalid)
			return
		}
		require.Equal(t, s, m.Make(kind, id))
	})
}

// A code is read the same however it is typed.
func FuzzCleanCode(f *testing.F) {
	for _, s := range []string{"7K3M9Q", "7k3 m9q", "７Ｋ３Ｍ９Ｑ", "7K-3M-9Q", "O0I1LL", "", "７K3M9Q7", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := CleanCode(s)
		if !ok {
			return
		}
		require.Len(t, code, CodeLength)
		again, ok := CleanCode(strings.ToLower(code[:3]) + " " + code[3:])
		require.True(t, ok)
		require.Equal(t, code, again)
	})
}
