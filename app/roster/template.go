package roster

import (
	"io"

	"huisheng/internal/rosterfile"
	"huisheng/models"
)

// WriteTemplate writes the workbook (xlsx) that an organisation of the kind fills in, with the catalog's levels and methods to choose from.
func (s *Service) WriteTemplate(w io.Writer, kind models.OrgKind) error {
	var opt rosterfile.TemplateOptions
	for _, l := range s.catalog.Levels() {
		opt.Levels = append(opt.Levels, l.Name.Zh)
	}
	for _, m := range s.catalog.Methods() {
		opt.Methods = append(opt.Methods, m.Name.Zh)
	}
	return rosterfile.WriteTemplate(w, kind, opt)
}
