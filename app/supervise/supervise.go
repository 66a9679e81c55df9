// Package supervise is what follows from the figures: policies with thresholds, cases that a rule proposes and a person decides, the list of
// organisations that have left, and the directory of enterprises that recognise them.
//
// A rule only ever proposes. Between the proposal and the decision the organisation is told and heard; a named official of the authority that
// filed it decides; every step is one write of the case's document, after the audit log has it.
package supervise

import (
	"log/slog"
	"strings"
	"unicode/utf8"

	"huisheng/app/audit"
	"huisheng/app/calendar"
	"huisheng/app/indicator"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/photo"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store      *store.Store
	catalog    *catalog.Catalog
	calendar   *calendar.Service
	box        *seal.Box
	ident      *ident.Idents
	audit      *audit.Log
	indicators *indicator.Service
	photos     *photo.Cleaner
	now        port.Clock
	log        *slog.Logger
}

// Deps is what the service needs.
type Deps struct {
	Store      *store.Store
	Catalog    *catalog.Catalog
	Calendar   *calendar.Service
	Box        *seal.Box
	Ident      *ident.Idents
	Audit      *audit.Log
	Indicators *indicator.Service
	Clock      port.Clock
	Log        *slog.Logger
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store: d.Store, catalog: d.Catalog, calendar: d.Calendar, box: d.Box, ident: d.Ident, audit: d.Audit, indicators: d.Indicators, now: d.Clock, log: d.Log,
		photos: photo.NewCleaner(1),
	}
}

// official admits the province and the cities.
func official(p models.Principal) error {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.ErrForbidden
	}
	return nil
}

// authority is the region that an official decides for.
func authority(p models.Principal) string {
	switch p.Role {
	case models.RoleProvince:
		return models.Province
	case models.RoleCity:
		return p.Region
	}
	return ""
}

func (s *Service) today() models.Date { return models.DateOf(s.now()) }

// The bounds of words that people write.
const (
	minWords = 2
	maxWords = 2000
	maxNo    = 60
)

// words tidies a text of several lines and says what is wrong with it.
func words(field, text string, required bool) (string, []models.FieldError) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	n := utf8.RuneCountInString(text)
	if n == 0 && !required {
		return "", nil
	}
	if n < minWords || n > maxWords || !models.Printable(strings.NewReplacer("\n", " ", "\t", " ").Replace(text)) {
		return text, []models.FieldError{{Field: field, Code: "length", Message: "请用2到2000个字写明。"}}
	}
	return text, nil
}

// line tidies a text of one line, such as a document's number.
func line(field, text string, required bool) (string, []models.FieldError) {
	text = strings.TrimSpace(text)
	n := utf8.RuneCountInString(text)
	if n == 0 && !required {
		return "", nil
	}
	if n == 0 || n > maxNo || !models.Printable(text) {
		return text, []models.FieldError{{Field: field, Code: "length", Message: "请填写，不超过60个字，不要换行。"}}
	}
	return text, nil
}
