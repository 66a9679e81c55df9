package models

import "strings"

// ErrOccupationCode says that a text is no code of the 职业分类大典.
var ErrOccupationCode = &ValueError{"occupation_code", "职业编码应写成 6-31-01-03 这样的四段数字，请对照《职业分类大典》核对，或留空。"}

// ParseOccupationCode reads a code of the 职业分类大典 (大类-中类-小类-细类), ^[1-8]-\d{2}-\d{2}-\d{2}$. Full-width characters and other
// dashes are repaired. Whether the occupation exists is not judged: codes changed between the editions of 2015 and 2022.
func ParseOccupationCode(raw string) (string, error) {
	s := strings.Map(func(r rune) rune {
		switch r {
		case '—', '–', '‐', '‑', '‒', '―', '−', '一': // the last is the numeral 一, which many take for a dash
			return '-'
		}
		return r
	}, compact(raw))
	if len(s) != 10 || s[0] < '1' || s[0] > '8' {
		return "", ErrOccupationCode
	}
	for i := 1; i < 10; i += 3 {
		if s[i] != '-' || !allDigits(s[i+1:i+3]) {
			return "", ErrOccupationCode
		}
	}
	return s, nil
}
