package token

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const someID = "AAECAwQFBgcICQoLDA0ODw"

func TestTokenRoundTripAndForgery(t *testing.T) {
	m := NewMaker([]byte("one key"))
	s := m.Make(Direct, someID)
	require.Len(t, s, 36)
	kind, id, err := m.Read(s)
	require.NoError(t, err)
	require.Equal(t, Direct, kind)
	require.Equal(t, someID, id)
	for i := range s { // no single changed character passes
		for _, c := range []byte{'A', 'z', '-', '!'} {
			if s[i] == c {
				continue
			}
			_, _, err := m.Read(s[:i] + string(c) + s[i+1:])
			require.ErrorIs(t, err, ErrInvalid)
		}
	}
	for _, bad := range []string{"", "x", s + "A", s[1:], strings.Repeat("A", 36)} {
		_, _, err := m.Read(bad)
		require.ErrorIs(t, err, ErrInvalid)
	}
	_, _, err = NewMaker([]byte("another")).Read(s)
	require.ErrorIs(t, err, ErrInvalid)
}

func TestCodeIsForgiving(t *testing.T) {
	m := NewMaker([]byte("k"))
	c := m.Code(someID, 0)
	require.Len(t, c, CodeLength)
	require.NotEqual(t, c, m.Code(someID, 1))
	for _, typed := range []string{c, strings.ToLower(c), " " + c[:3] + " " + c[3:] + " ", c[:3] + "-" + c[3:]} {
		got, ok := CleanCode(typed)
		require.True(t, ok, typed)
		require.Equal(t, c, got)
	}
	got, ok := CleanCode("７ｋ３ｍ９ｑ")
	require.True(t, ok)
	require.Equal(t, "7K3M9Q", got)
	for _, bad := range []string{"", "7K3M9", "7K3M9QQ", "7K3M9O", "7K3M9中"} {
		_, ok := CleanCode(bad)
		require.False(t, ok, bad)
	}
	require.Len(t, m.OneTime("x", "1"), 6)
	require.NotEqual(t, m.OneTime("x", "1"), m.OneTime("x", "2"))
}
