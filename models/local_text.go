package models

// LocalText is a text in the two languages that every text of the catalog has.
type LocalText struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// In gives the text in lang; Chinese for every language but English.
func (t LocalText) In(lang string) string {
	if lang == LangEnglish && t.En != "" {
		return t.En
	}
	return t.Zh
}
