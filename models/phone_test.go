package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParsePhone(t *testing.T) {
	for _, c := range []struct {
		raw, want string
		err       error
	}{
		{"13800000001", "+8613800000001", nil},
		{"+8613800000001", "+8613800000001", nil},
		{"+86 138-0000-0001", "+8613800000001", nil},
		{"008613800000001", "+8613800000001", nil},
		{"8613800000001", "+8613800000001", nil},
		{"(+86)13800000001", "+8613800000001", nil},
		{"（８６）１３８００００００01", "+8613800000001", nil},
		{"138 0000 0001", "+8613800000001", nil},
		{"138.0000.0001", "+8613800000001", nil},
		{"'13800000001", "+8613800000001", nil},
		{"138—0000—0001", "+8613800000001", nil},
		{"\u202d13800000001\u202c", "+8613800000001", nil}, // copied from a phone's address book
		{"19200000001", "+8619200000001", nil},
		{"17000000001", "+8617000000001", nil},
		{"12800000001", "", ErrPhoneFormat},
		{"1380000000", "", ErrPhoneFormat},
		{"138000000012", "", ErrPhoneFormat},
		{"13800000001a", "", ErrPhoneFormat},
		{"无", "", ErrPhoneFormat},
		{"", "", ErrPhoneMissing},
		{" \u3000", "", ErrPhoneMissing},
		{"1.38E+10", "", ErrPhoneDigitsLost},
		{"13800000001/13800000002", "", ErrPhoneSeveral},
		{"13800000001、13800000002", "", ErrPhoneSeveral},
		{"13800000001 13800000002", "", ErrPhoneSeveral},
		{"020-83000000", "", ErrPhoneLandline},
		{"83000000", "", ErrPhoneLandline},
		{"+85291234567", "", ErrPhoneForeign},
		{"0085291234567", "", ErrPhoneForeign},
	} {
		t.Run(c.raw, func(t *testing.T) {
			got, err := ParsePhone(c.raw)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestMaskPhone(t *testing.T) {
	require.Equal(t, "138****0001", MaskPhone("+8613800000001"))
	require.Equal(t, "138****0001", MaskPhone("13800000001"))
	require.Equal(t, "***********", MaskPhone("83000000"))
	require.Equal(t, "***********", MaskPhone(""))
}
