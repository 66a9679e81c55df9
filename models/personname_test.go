package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParsePersonName(t *testing.T) {
	for _, c := range []struct {
		raw, want string
		err       error
	}{
		{"张三", "张三", nil},
		{" 张 三\u3000", "张三", nil},
		{"张\u00a0三\n", "张三", nil},
		{"欧阳修文", "欧阳修文", nil},
		{"买买提・艾力", "买买提·艾力", nil},
		{"买买提•艾力", "买买提·艾力", nil},
		{"买买提 · 艾力", "买买提·艾力", nil},
		{"买买提.艾力", "买买提·艾力", nil},
		{"ＪＯＨＮ  Smith", "JOHN Smith", nil},
		{"Mary-Jane O’Neil Jr.", "Mary-Jane O'Neil Jr.", nil},
		{"李〇", "李〇", nil},
		{"\u200b王五\ufeff", "王五", nil},
		{"𠮷田", "𠮷田", nil},
		{"", "", ErrNameMissing},
		{"\u3000 ", "", ErrNameMissing},
		{"张", "", ErrNameLength},
		{strings.Repeat("张", 51), "", ErrNameLength},
		{"张三1", "", ErrNameCharacter},
		{"440100199001010015", "", ErrNameCharacter},
		{"张三（组长）", "", ErrNameCharacter},
		{"张\x00三", "", ErrNameCharacter},
		{"=张三", "", ErrNameCharacter},
		{"张三、李四", "", ErrNameCharacter},
	} {
		t.Run(c.raw, func(t *testing.T) {
			got, err := ParsePersonName(c.raw)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestNormalizeNameMatchesWaysOfWriting(t *testing.T) {
	for _, same := range [][]string{
		{"张三", "张 三", " 张三\u3000", "张\u200b三"},
		{"买买提·艾力", "买买提・艾力", "买买提•艾力", "买买提.艾力", "买买提艾力", "买买提 艾力"},
		{"John Smith", "JOHN SMITH", "ｊｏｈｎ　ｓｍｉｔｈ", "John-Smith"},
	} {
		for _, s := range same {
			require.Equal(t, NormalizeName(same[0]), NormalizeName(s), s)
		}
	}
	require.NotEqual(t, NormalizeName("张三"), NormalizeName("张山"))
	require.Empty(t, NormalizeName(" \u3000"))
}

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{
		"张三": "张*", "张三丰": "张**", "欧阳修文": "欧阳**", "欧阳锋": "欧阳*", "欧阳": "欧*", "张": "*", "": "*",
		"买买提·艾力": "买**", "John Smith": "J**", " 张 三 ": "张*",
	} {
		require.Equal(t, want, MaskName(name), name)
	}
}

func TestHalfWidth(t *testing.T) {
	require.Equal(t, "A1 (x)~", HalfWidth("Ａ１　（ｘ）～"))
	require.Equal(t, "abc", HalfWidth("abc"))
	require.Equal(t, "张三。", HalfWidth("张三。"))
}
