// Package roster takes in the lists of assessed people that organisations upload, shows the records made of them, and corrects phone numbers.
//
// An import is a stream of four stages: read and judge rows, derive ids and seal, compare with what is stored, write. Ids are derived from
// organisation, person, occupation and level, and a digest of all columns tells whether anything changed. So the same file again changes
// nothing, an import that was killed is completed by importing again, and two imports at once are harmless. Good rows are imported even when
// others are rejected; a file that cannot be read to its end imports nothing.
package roster

import (
	"context"
	"io"
	"log/slog"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	ident   *ident.Idents
	audit   Auditor
	now     port.Clock
	log     *slog.Logger
	slots   chan struct{} // one for each import under way
}

// Auditor records who did what; *audit.Log is one.
type Auditor interface {
	Record(ctx context.Context, e audit.Entry) error
}

// Deps is what the service needs.
type Deps struct {
	Store   *store.Store
	Catalog *catalog.Catalog
	Box     *seal.Box
	Ident   *ident.Idents
	Audit   Auditor
	Clock   port.Clock
	Log     *slog.Logger
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store: d.Store, catalog: d.Catalog, box: d.Box, ident: d.Ident, audit: d.Audit, now: d.Clock, log: d.Log,
		slots: make(chan struct{}, maxImports),
	}
}

// File is an uploaded file. What it is, its content decides; the name is only shown.
type File struct {
	Content io.ReaderAt
	Size    int64
	Name    string
}

// identityPlace names where a sealed identity belongs, so that it opens nowhere else.
func identityPlace(id models.RecordID) string { return "record/" + string(id) }
