package sheet

import "context"

// rowSource reads one kind of file. next fills row with the next row that is not blank, or gives io.EOF.
type rowSource interface {
	next(row *Row) error
	close() error
}

// Rows goes through a table once.
type Rows struct {
	ctx    context.Context
	source rowSource
	max    int
	count  int
	row    Row
	merges *merges
	err    error // what ended it
}

// Next gives the next row that is not blank; it is valid until the next call. The error is io.EOF after the last row, ErrTooManyRows beyond
// the limit, or what is wrong with the file; it is given again by every further call. A cell merged with the one above it comes with that one's content, as the reader of the table
// sees it; cells merged sideways do not repeat their content.
func (r *Rows) Next() (*Row, error) {
	if r.err == nil {
		r.err = r.advance()
	}
	if r.err != nil {
		return nil, r.err
	}
	return &r.row, nil
}

func (r *Rows) advance() error {
	if r.count&0xff == 0 {
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	if err := r.source.next(&r.row); err != nil {
		return err
	}
	if r.count++; r.count > r.max {
		return ErrTooManyRows
	}
	if r.merges != nil {
		r.merges.apply(&r.row)
	}
	return nil
}

// Close releases what reading the table holds.
func (r *Rows) Close() error { return r.source.close() }
