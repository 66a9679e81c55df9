package models

// In says what is wrong in a language. The Chinese message stands where the rule is; the English is looked up by field and code, or by code alone.
func (f FieldError) In(lang string) string {
	if lang != LangEnglish {
		return f.Message
	}
	if s, ok := wrongEnglish[f.Code]; ok {
		return s
	}
	return "Please check this field."
}

var wrongEnglish = map[string]string{
	"required":           "Please fill this in.",
	"wrong_format":       "This is not in the right form.",
	"length":             "This is too short or too long.",
	"too_long":           "This is too long.",
	"unknown":            "This is not one of the choices.",
	"unknown_region":     "There is no such region; use the six-digit code of a city, such as 440100.",
	"not_a_number":       "Please write a number.",
	"file_missing":       "Please choose a file first.",
	"wrong_date":         "Write the date as 2026-11-23.",
	"level_unknown":      "There is no such level.",
	"wrong_password":     "The current password is wrong.",
	"password_unchanged": "The new password must differ from the old one.",
	"password_too_long":  "The password is too long.",
	"account_taken":      "This account name is taken.",
	"phone_invalid":      "Please write an 11-digit mobile number.",
}
