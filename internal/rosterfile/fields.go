package rosterfile

import (
	"errors"
	"strings"
	"unicode/utf8"

	"huisheng/internal/sheet"
	"huisheng/models"
)

func (j *judge) name(b *binding, raw string) {
	name, err := models.ParsePersonName(raw)
	if err != nil {
		j.fail(b, err)
		return
	}
	if name != raw {
		j.report(b.heading, repairedName, SeverityRepaired)
	}
	j.row.Name = name
}

func (j *judge) docType(b *binding, text string) {
	j.row.DocType = text
	if t, ok := models.ParseDocumentType(text); ok {
		j.row.DocType = string(t)
		return
	}
	j.report(b.heading, models.ErrDocumentType, SeverityError)
}

// document refuses numbers of 16 digits and more in number cells: spreadsheets keep 15, the rest became zeros, whatever the file shows.
func (j *judge) document(b *binding, c sheet.Cell) {
	if lostDigits(c) {
		j.report(b.heading, models.ErrDocumentDigitsLost, SeverityError)
		return
	}
	raw, docType := cellNumber(c), j.row.DocType
	j.row.DocType = ""
	d, err := models.ParseDocumentAt(docType, raw, j.now)
	switch {
	case errors.Is(err, models.ErrDocumentType): // said of its own cell already
		return
	case err != nil:
		j.fail(b, lostZeros(c, docType, err))
		return
	}
	switch {
	case c.Kind == sheet.Number || c.Kind == sheet.Date:
		j.report(b.heading, repairedNumber, SeverityRepaired)
	case d.Number != raw:
		j.report(b.heading, repairedDocument, SeverityRepaired)
	}
	if len(d.Number) == 18 && strings.HasSuffix(d.Number, "000") {
		j.report(b.heading, warnZeros, SeverityWarning)
	}
	j.row.DocType, j.row.Document = string(d.Type), d.Number
}

// lostZeros names the cause of a wrong number where it shows: text that was a number before ends in 000, a number cell drops leading zeros.
func lostZeros(c sheet.Cell, docType string, err error) error {
	number := strings.TrimSpace(c.Text)
	trailing := errors.Is(err, models.ErrDocumentCheckDigit) && strings.HasSuffix(number, "000")
	leading := c.Kind == sheet.Number && docType == string(models.DocTaiwanPass) && len(number) < 8
	if trailing || leading {
		return models.ErrDocumentDigitsLost
	}
	return err
}

func (j *judge) phone(b *binding, c sheet.Cell) {
	if lostDigits(c) {
		j.report(b.heading, models.ErrPhoneDigitsLost, SeverityError)
		return
	}
	raw := cellNumber(c)
	phone, err := models.ParsePhone(raw)
	if err != nil {
		j.fail(b, err)
		return
	}
	if len(raw) != 11 {
		j.report(b.heading, repairedPhone, SeverityRepaired)
	}
	j.row.Phone = phone
}

// lostDigits says that a number cell cannot hold what was typed: more than 15 digits, or a fraction where there can be none.
func lostDigits(c sheet.Cell) bool {
	if c.Kind != sheet.Number && c.Kind != sheet.Date {
		return false
	}
	text := cellNumber(c)
	return len(text) > 15 || strings.ContainsAny(text, ".eE")
}

// cellNumber gives the digits of a number cell, also of one that shows as a date.
func cellNumber(c sheet.Cell) string {
	if c.Kind == sheet.Date {
		return c.Raw
	}
	return c.Text
}

func (j *judge) date(b *binding, c sheet.Cell) {
	date, repaired, err := ParseDate(c, j.date1904)
	if err != nil {
		j.fail(b, err)
		return
	}
	if repaired {
		j.report(b.heading, repairedDate, SeverityRepaired)
	}
	if date > j.today && (b.field == fIssuedOn || b.field == fAssessedOn) {
		j.report(b.heading, warnFuture, SeverityWarning)
	}
	*j.row.at(b.field) = date
}

// coded reads what the catalog has a list for. An unknown level refuses the row, since the record hangs on it; the others are left empty.
func (j *judge) coded(b *binding, text string) {
	list, e, severity := &j.levels, errLevel, SeverityError
	switch b.field {
	case fMethod:
		list, e, severity = &j.methods, warnMethod, SeverityWarning
	case fExamRegion:
		list, e, severity = &j.regions, warnRegion, SeverityWarning
	}
	code, ok := list.get(text)
	if !ok {
		j.report(b.heading, e, severity)
		return
	}
	*j.row.at(b.field) = code
}

// number reads certificate numbers and occupation codes.
func (j *judge) number(b *binding, c sheet.Cell) {
	parse, lost := models.ParseCertificate, models.ErrCertificateDigitsLost
	if b.field == fOccupationCode {
		parse, lost = models.ParseOccupationCode, models.ErrOccupationCode
	}
	if lostDigits(c) {
		j.report(b.heading, lost, SeverityError)
		return
	}
	value, err := parse(cellNumber(c))
	if err != nil {
		j.fail(b, err)
		return
	}
	if value != cellNumber(c) {
		j.report(b.heading, repairedCode, SeverityRepaired)
	}
	*j.row.at(b.field) = value
}

func (j *judge) text(b *binding, c sheet.Cell, text string) {
	switch {
	case b.field == fStudentNo && (lostDigits(c) || strings.Contains(text, "E+")):
		j.report(b.heading, errDigitsLost, SeverityError)
	case len(text) > 100 && utf8.RuneCountInString(text) > 100:
		j.report(b.heading, errTooLong, SeverityError)
	case strings.ContainsRune(text, utf8.RuneError):
		j.report(b.heading, errGarbled, SeverityError)
	default:
		*j.row.at(b.field) = text
	}
}
