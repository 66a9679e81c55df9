package models

// LocalText is a text in the two languages that every text of the catalog has, and in those that were added.
type LocalText struct {
	Zh string `json:"zh"`
	En string `json:"en"`

	More Translations `json:"-"` // further languages
}

// In gives the text in lang; Chinese where there is none.
func (t LocalText) In(lang string) string {
	if lang == LangEnglish && t.En != "" {
		return t.En
	}
	return t.More.in(lang, t.Zh)
}
