package phone

import "fmt"

// T gives a text of the pages in the page's language, with args filled in. The texts are data of the catalog; a key that is not there stops the page,
// and a test shows every page.
func (p page) T(key string, args ...any) (string, error) {
	text, ok := p.h.d.App.Catalog.Text(p.Lang, key)
	if !ok {
		return "", fmt.Errorf("phone: no text %q", key)
	}
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return text, nil
}

// text gives a text that is known to exist.
func (p page) text(key string, args ...any) string {
	s, err := p.T(key, args...)
	if err != nil {
		return key
	}
	return s
}
