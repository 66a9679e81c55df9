package models

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNameRunes is generous: names of Uyghur and of foreign people in full are long.
const maxNameRunes = 50

// What can be wrong with a person's name.
var (
	ErrNameMissing   = &ValueError{"name_missing", "没有填写姓名，请补上。"}
	ErrNameLength    = &ValueError{"name_length", "姓名太短或太长（应为2至50个字），请核对。"}
	ErrNameCharacter = &ValueError{"name_character", "姓名里有数字或不该有的符号，请只填写姓名。"}
)

// ParsePersonName gives a name as it should be written: outer spaces and spaces between Chinese characters removed (张 三), runs of spaces in
// a Latin name made one, full-width letters made half-width, the middle dots · ・ • ‧ ∙ ． unified to ·. It refuses digits, control characters and
// signs other than the middle dot, hyphen, apostrophe and full stop.
func ParsePersonName(raw string) (string, error) {
	name := cleanName(raw)
	if name == "" {
		return "", ErrNameMissing
	}
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r) || r == '〇' || privateUse(r):
			letters++
		case r != '·' && r != ' ' && r != '-' && r != '\'' && r != '.':
			return "", ErrNameCharacter
		}
	}
	if letters < 2 || utf8.RuneCountInString(name) > maxNameRunes {
		return "", ErrNameLength
	}
	return name, nil
}

// privateUse accepts characters outside Unicode: rare characters in names are still typed with vendors' fonts.
func privateUse(r rune) bool { return unicode.Is(unicode.Co, r) }

func cleanName(raw string) string {
	if allHan(raw) {
		return raw
	}
	runes := make([]rune, 0, len(raw))
	for _, r := range raw {
		switch r = nameRune(r); {
		case r == ' ' && (len(runes) == 0 || runes[len(runes)-1] == ' '):
		case r >= 0:
			runes = append(runes, r)
		}
	}
	return string(withoutNeedlessSpaces(runes))
}

// withoutNeedlessSpaces drops the spaces at the end and beside Chinese characters, and makes a full stop between those a middle dot:
// 买买提.艾力 was typed for want of one.
func withoutNeedlessSpaces(runes []rune) []rune {
	kept := make([]rune, 0, len(runes))
	for i, r := range runes {
		last := i == len(runes)-1
		if r == ' ' && (last || wide(runes[i-1]) || wide(runes[i+1])) {
			continue
		}
		if r == '.' && i > 0 && !last && wide(runes[i-1]) && wide(runes[i+1]) {
			r = '·'
		}
		kept = append(kept, r)
	}
	return kept
}

// nameRune unifies one character; negative drops it.
func nameRune(r rune) rune {
	switch r {
	case '・', '•', '‧', '∙', '⋅', '･', '．', '●', '˙', '\u0387':
		return '·'
	case '’', '‘', 'ʼ', '＇':
		return '\''
	}
	if r = halfWidthRune(r); unicode.IsSpace(r) {
		return ' '
	}
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// wide is a character beside which a space means nothing.
func wide(r rune) bool { return unicode.Is(unicode.Han, r) || r == '·' || privateUse(r) }

// allHan is the case of nearly every name; such a name is clean as it stands.
func allHan(s string) bool {
	for _, r := range s {
		if r < 0x4e00 || r > 0x9fff {
			return false
		}
	}
	return s != ""
}

// NormalizeName gives the form in which two ways of writing one name are equal: cleaned, without middle dots, hyphens, apostrophes, full stops
// and spaces, in upper case. It is for comparing only (and refuses nothing); ParsePersonName gives the form to show.
func NormalizeName(raw string) string {
	name := cleanName(raw)
	if allHan(name) {
		return name
	}
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch r {
		case '·', '-', '\'', '.', ' ':
			return -1
		}
		return r
	}, name))
}

// MaskName shows the surname only: 张三 gives 张*, 欧阳修文 gives 欧阳**. Never more than two stars, so that long names stay hidden too;
// a Latin name shows its first letter.
func MaskName(name string) string {
	runes := []rune(cleanName(name))
	if len(runes) < 2 {
		return "*"
	}
	shown := 1
	if len(runes) > 2 && compoundSurname(string(runes[:2])) {
		shown = 2
	}
	return string(runes[:shown]) + strings.Repeat("*", min(2, len(runes)-shown))
}

func compoundSurname(s string) bool {
	switch s {
	case "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫",
		"宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇",
		"巫马", "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐", "段干", "百里", "呼延", "东郭", "南门",
		"羊舌", "微生", "梁丘", "左丘", "东门", "西门", "歐陽", "諸葛", "司馬", "長孫", "公孫", "鍾離", "聞人", "淳于", "单于", "纳兰", "完颜":
		return true
	}
	return false
}
