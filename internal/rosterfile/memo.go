package rosterfile

import "strings"

// memo asks a function once per different text: a roster repeats a handful of levels and methods over all its rows.
type memo struct {
	parse func(string) (string, bool)
	known map[string]answer
}

type answer struct {
	code string
	ok   bool
}

// maxMemo keeps a file in which every cell differs from filling the memory.
const maxMemo = 512

func newMemo(parse, otherwise func(string) (string, bool)) memo {
	if parse == nil {
		parse = otherwise
	}
	return memo{parse, make(map[string]answer, 16)}
}

func (m *memo) get(text string) (string, bool) {
	if a, ok := m.known[text]; ok {
		return a.code, a.ok
	}
	code, ok := m.parse(text)
	if len(m.known) < maxMemo {
		m.known[strings.Clone(text)] = answer{code, ok} // the text may be a part of the whole file's strings
	}
	return code, ok
}

func keep(s string) (string, bool) { return s, true }

func levelCode(s string) (string, bool) {
	return s, len(s) == 1 && strings.Contains("A54321TC", s)
}

func regionCode(s string) (string, bool) { return s, len(s) == 6 && digits(s) }
