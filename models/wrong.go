package models

// In says what is wrong in a language. The Chinese stands where the rule is; the English is looked up by code in wrong_english.go.
func (f FieldError) In(lang string) string { return wrongIn(lang, f.Code, f.Message) }

// In says what is wrong with a row of a file in a language.
func (i RowIssue) In(lang string) string { return wrongIn(lang, i.Code, i.Message) }

// In says why somebody is not on a claim in a language.
func (r Refusal) In(lang string) string {
	return wrongIn(lang, "refused_"+string(r.Code), r.Explain().Message)
}

// In says why an import failed in a language.
func (f ImportFault) In(lang string) string { return wrongIn(lang, f.Code, f.Message) }

func wrongIn(lang, code, chinese string) string {
	if lang != LangEnglish {
		return chinese
	}
	if s, ok := wrongEnglish[code]; ok {
		return s
	}
	return "Please check this: " + code
}

// In says what its author should know about a policy in a language.
func (w Warning) In(lang string) string { return wrongIn(lang, w.Code, w.Message) }
