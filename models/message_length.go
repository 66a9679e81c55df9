package models

import "unicode/utf16"

const (
	// SMSSinglePart is the most characters that one short message holds, signature with its 【】 included.
	SMSSinglePart = 70
	// SMSLongPart is how many characters each part of a longer message holds; three are lost to the header that joins them.
	SMSLongPart = 67
	// SMSBodyLimit is the most characters that Chinese providers take in a template's body.
	SMSBodyLimit = 500
)

// SMSLength counts the characters of a text as operators do: every character is 1, whether Chinese, Latin, digit or space
// (an SMS with Chinese is UCS-2). A character outside the basic plane, such as 𠮷 in a name, takes two places.
func SMSLength(text string) int {
	n := 0
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

// SMSParts says how many messages a text is billed as: one up to 70 characters, else one for each started 67. An empty text
// is 0 parts.
func SMSParts(text string) int {
	n := SMSLength(text)
	switch {
	case n == 0:
		return 0
	case n <= SMSSinglePart:
		return 1
	default:
		return (n + SMSLongPart - 1) / SMSLongPart
	}
}
