package roster

import (
	"encoding/base64"
	"fmt"
	"slices"

	"huisheng/internal/rosterfile"
)

// rejects writes the file of rejected rows while the import runs; without a rejected row there is no file.
type rejects struct {
	out      *sealedWriter
	headings []string
	file     *rosterfile.RejectedWriter
}

func (r *rejects) head(headings []string) error {
	r.headings = slices.Clone(headings)
	return nil
}

func (r *rejects) write(j *judged) (err error) {
	if r.file == nil {
		if r.file, err = rosterfile.NewRejectedWriter(r.out, r.headings); err != nil {
			return fmt.Errorf("start the file of rejected rows: %w", err)
		}
	}
	if err := r.file.Write(j.row, j.issues); err != nil {
		return fmt.Errorf("write rejected row: %w", err)
	}
	return nil
}

func (r *rejects) close() error {
	if r.file == nil {
		return nil
	}
	if err := r.file.Close(); err != nil {
		return fmt.Errorf("finish the file of rejected rows: %w", err)
	}
	return r.out.flush()
}

// twice finds rows of one file that would be the same record, which the file's own judge cannot see when only the way of writing differs.
// Without it the two would overwrite each other with every import, and the same file again would not be unchanged.
type twice struct{ lines map[[16]byte]int32 }

func newTwice() *twice { return &twice{lines: map[[16]byte]int32{}} }

// refuse refuses j if an earlier row is the same record.
func (t *twice) refuse(j *judged) bool {
	var key [16]byte
	if n, err := base64.RawURLEncoding.Decode(key[:], []byte(j.record.ID)); err != nil || n != len(key) {
		panic("roster: record id " + string(j.record.ID) + " is not 16 bytes") // ident makes no others
	}
	first, met := t.lines[key]
	if !met {
		t.lines[key] = int32(j.row.Line) //nolint:gosec // a line of a spreadsheet
		return false
	}
	j.refuse("", "duplicate_row", fmt.Sprintf("与第%d行重复：同一人、同一职业（专业）和等级。请删除其中一行。", first))
	return true
}
