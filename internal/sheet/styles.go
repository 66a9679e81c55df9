package sheet

import "strings"

type stylesXML struct {
	Formats []struct {
		ID   int    `xml:"numFmtId,attr"`
		Code string `xml:"formatCode,attr"`
	} `xml:"numFmts>numFmt"`
	Cells []struct {
		Format int `xml:"numFmtId,attr"`
	} `xml:"cellXfs>xf"`
}

// dateStyles says for each cell style whether it shows a number as a date.
func (b *workbook) dateStyles(part string) ([]bool, error) {
	var styles stylesXML
	if err := b.decode(part, &styles); err != nil {
		return nil, err
	}
	custom := make(map[int]bool, len(styles.Formats))
	for _, f := range styles.Formats {
		custom[f.ID] = dateFormat(f.Code)
	}
	dates := make([]bool, len(styles.Cells))
	for i, c := range styles.Cells {
		isDate, known := custom[c.Format]
		dates[i] = isDate || !known && builtInDate(c.Format)
	}
	return dates, nil
}

// builtInDate knows the date formats without a code in the file: 14–17 and 22 everywhere, 27–36 and 50–58 in East Asian editions.
func builtInDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// dateFormat says whether a format code shows the day: y, d, or the Chinese words for them, outside of quotes and brackets. Minutes and
// months share a letter, so m alone does not count.
func dateFormat(code string) bool {
	inQuote, inBracket, escaped := false, false, false
	for _, r := range strings.ToLower(code) {
		switch {
		case escaped:
			escaped = false
		case inQuote:
			inQuote = r != '"'
		case inBracket:
			inBracket = r != ']'
		case r == '\\' || r == '_' || r == '*':
			escaped = true
		case r == '"':
			inQuote = true
		case r == '[':
			inBracket = true
		case r == 'y' || r == 'd' || r == '年' || r == '日':
			return true
		}
	}
	return false
}
