package phone

import "fmt"

// text is one text of the pages in both languages: words that a factory worker uses, short sentences, what happens next. %s and %d are filled in by the
// page. A kind of organisation at the end of a key (enterprise, school, social_org) chooses the words for it.
type text struct{ key, zh, en string }

// texts is the table by key; [0] Chinese, [1] English.
type texts map[string][2]string

// loadTexts makes the table. A key twice or without a language is a mistake that stops the start.
func loadTexts() (texts, error) {
	t := texts{}
	for _, list := range [][]text{textsBefore(), textsAfter()} {
		for _, x := range list {
			if _, twice := t[x.key]; twice || x.zh == "" || x.en == "" {
				return nil, fmt.Errorf("phone: text %q is there twice or lacks a language", x.key)
			}
			t[x.key] = [2]string{x.zh, x.en}
		}
	}
	return t, nil
}

// find gives a text in a language, with args filled in.
func (t texts) find(lang, key string, args ...any) (string, error) {
	both, ok := t[key]
	if !ok {
		return "", fmt.Errorf("phone: no text %q", key)
	}
	s := both[0]
	if lang == english {
		s = both[1]
	}
	if len(args) > 0 {
		s = fmt.Sprintf(s, args...)
	}
	return s, nil
}
