package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseUSCC(t *testing.T) {
	for _, c := range []struct {
		name, raw, want string
		err             error
	}{
		{"the standard's example", "91350100M000100Y43", "91350100M000100Y43", nil},
		{"the standard's wrong example", "91350100M000100Y4Z", "", ErrUSCCCharacter},
		{"enterprise", "91440101MA5TE5T07H", "91440101MA5TE5T07H", nil},
		{"enterprise of Shenzhen", "91440300MA5TE5T158", "91440300MA5TE5T158", nil},
		{"private non-enterprise", "52440000MJ8TE5T21H", "52440000MJ8TE5T21H", nil},
		{"public institution", "12440000MB2TE5T3XR", "12440000MB2TE5T3XR", nil},
		{"association", "51440000MJ8TE5T48C", "51440000MJ8TE5T48C", nil},
		{"small letters, spaces, full width", " 91440101ma5te5t０7h ", "91440101MA5TE5T07H", nil},
		{"one character wrong", "91440101MA5TE5T08H", "", ErrUSCCCheckDigit},
		{"two characters swapped", "91440110MA5TE5T07H", "", ErrUSCCCheckDigit},
		{"letter O", "91440101MA5TE5TO7H", "", ErrUSCCCharacter},
		{"not a letter", "91440101MA5TE5T0中H", "", ErrUSCCLength},
		{"short", "91440101MA5TE5T07", "", ErrUSCCLength},
		{"empty", "", "", ErrUSCCLength},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, warning, err := ParseUSCC(c.raw)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, code)
			require.Empty(t, warning)
		})
	}
}

func TestParseUSCCWarnsOnly(t *testing.T) {
	// The check of the organisation number (position 17) is 0; make it 1 and put the last character right again.
	body := "91440101MA5TE5T01"
	for i := range len(usccAlphabet) {
		code, warning, err := ParseUSCC(body + usccAlphabet[i:i+1])
		if err == nil {
			require.Equal(t, body, code[:17])
			require.NotEmpty(t, warning)
			return
		}
	}
	t.Fatal("no check character fits")
}

func TestParseUSCCRemainderZero(t *testing.T) {
	// A sum divisible by 31 gives "0", where a plain 31-sum%31 would run off the alphabet.
	found := false
	for i := range len(usccAlphabet) {
		for j := range len(usccAlphabet) {
			body := "91440101MA5TE5T" + usccAlphabet[i:i+1] + usccAlphabet[j:j+1]
			if _, _, err := ParseUSCC(body + "0"); err == nil {
				found = true
			}
		}
	}
	require.True(t, found)
}
