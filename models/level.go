package models

import (
	"slices"
	"strings"
)

// Level is a skill level (职业技能等级) of the new eight-level scheme (人社部发〔2022〕14号). Codes do not sort by skill: compare Rank.
type Level struct {
	Code     string    `json:"code"` // A 5 4 3 2 1 T C
	Name     LocalText `json:"name"`
	Rank     int       `json:"rank"` // 0 for an apprentice up to 7
	Synonyms []string  `json:"-"`    // other ways of writing it in a roster
}

// HighlySkilled says whether the level counts as 高技能人才: 三级 and up.
func (l Level) HighlySkilled() bool { return l.Rank >= 3 }

// OrgSubtype is a finer kind of organisation (高级技工学校, 龙头企业 …).
type OrgSubtype struct {
	Kind   OrgKind   `json:"kind"`
	Code   string    `json:"code"`
	Name   LocalText `json:"name"`
	Levels []string  `json:"levels"` // the levels it may assess; empty: as its filing letter says
}

// Allows says whether the subtype may assess at the level; the filing letter is judged apart.
func (s OrgSubtype) Allows(level string) bool {
	return len(s.Levels) == 0 || slices.Contains(s.Levels, level)
}

// AssessmentMethod is a way of assessing (评价方式).
type AssessmentMethod struct {
	Code     string    `json:"code"` // GRADING …
	Name     LocalText `json:"name"`
	Synonyms []string  `json:"-"`
	Levels   []string  `json:"levels"` // the levels it may be used for; empty: every level
}

// Allows says whether the method may be used for the level.
func (m AssessmentMethod) Allows(level string) bool {
	return len(m.Levels) == 0 || slices.Contains(m.Levels, level)
}

// FoldName makes two ways of writing a roster's keyword equal: no spaces, full-width letters and digits as ASCII, upper case.
func FoldName(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\u3000' || r == '\u00a0' || r == '\n' || r == '\r':
			return -1
		case r >= '！' && r <= '～': // U+FF01–U+FF5E stand 0xFEE0 above their ASCII forms
			return r - 0xfee0
		}
		return r
	}, s))
}
