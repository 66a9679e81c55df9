package roster

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
)

// partSize is how much of the file of rejected rows is sealed into one document.
const partSize = 512 << 10

// RejectedTTL is how long the file of rejected rows is kept.
const RejectedTTL = 24 * time.Hour

// importTTL is how long the outcome of an import can be looked up.
const importTTL = 30 * 24 * time.Hour

// sealedWriter stores what is written to it as sealed pieces of an import: the rows that an organisation has to correct hold full names and
// numbers, so they lie nowhere in plain text.
type sealedWriter struct {
	ctx     context.Context
	s       *Service
	id      models.ImportID
	expires time.Time
	buf     []byte
	parts   int
}

// Write implements io.Writer.
func (w *sealedWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		take := min(len(p), partSize-len(w.buf))
		w.buf, p = append(w.buf, p[:take]...), p[take:]
		if len(w.buf) == partSize {
			if err := w.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// flush stores what has gathered.
func (w *sealedWriter) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	sealed, err := w.s.box.Seal(w.buf, partPlace(w.id, w.parts))
	if err != nil {
		return fmt.Errorf("seal rejected rows: %w", err)
	}
	if err := w.s.store.CreateImportPart(w.ctx, w.id, w.parts, sealed, w.expires); err != nil {
		return err
	}
	w.parts++
	w.buf = w.buf[:0]
	return nil
}

func partPlace(id models.ImportID, n int) string {
	return "import/" + string(id) + "/" + strconv.Itoa(n)
}

// Rejected opens the file of an upload's rejected rows (xlsx), or ErrNoRejected if there is none any more. The rows hold full names and
// numbers, so opening it is recorded. The file reads on when ctx has ended: an answer is sent after its handler has returned.
func (s *Service) Rejected(ctx context.Context, p models.Principal, org models.OrgID, id models.ImportID) (io.Reader, error) {
	imp, err := s.FindImport(ctx, p, org, id)
	if err != nil {
		return nil, err
	}
	if imp.Chunks == 0 || !s.now().Before(imp.CreatedAt.Add(RejectedTTL)) {
		return nil, ErrNoRejected
	}
	f := &rejectedFile{ctx: context.WithoutCancel(ctx), s: s, imp: imp}
	if err := f.next(); err != nil {
		return nil, err
	}
	err = s.audit.Record(ctx, audit.Entry{
		By: p, Action: models.AuditExport, Object: "import/" + string(id), Org: org, Region: imp.Region,
		Detail: map[string]string{"what": "rejected_rows", "rows": strconv.Itoa(imp.Result.Rejected)},
	})
	return f, err
}

// ErrNoRejected says that there is no file of rejected rows.
var ErrNoRejected = models.NewError(models.KindNotFound, "no_rejected_rows", "没有未导入的行，或文件已超过24小时被删除，请重新上传。", "There is no file of rejected rows, or its 24 hours are over; please upload again.")

// rejectedFile reads the sealed pieces one after the other.
type rejectedFile struct {
	ctx  context.Context
	s    *Service
	imp  models.Import
	part int
	rest []byte
}

// Read implements io.Reader.
func (f *rejectedFile) Read(p []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.part == f.imp.Chunks {
			return 0, io.EOF
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *rejectedFile) next() error {
	sealed, err := f.s.store.FindImportPart(f.ctx, f.imp.ID, f.part, f.s.now())
	if err != nil {
		return err
	}
	if f.rest, err = f.s.box.Open(sealed, partPlace(f.imp.ID, f.part)); err != nil {
		return fmt.Errorf("open rejected rows of import %s: %w", f.imp.ID, err)
	}
	f.part++
	return nil
}
