package sheet

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
)

// Options are the limits of a Reader; zero means the default in brackets.
type Options struct {
	MaxSize     int64 // bytes of the file [64 MiB]
	MaxUnzipped int64 // bytes of each unpacked part of a workbook that is read [256 MiB]
	MaxStrings  int   // bytes of the texts that a workbook shares between cells, which stay in memory [64 MiB]
	MaxRows     int   // rows that are not blank [200 000]
	MaxColumns  int   // columns; what lies further right is not read [200]
}

// maxCell is the longest cell in bytes: spreadsheets hold 32 767 characters.
const maxCell = 4 * 32767

func (o Options) withDefaults() Options {
	o.MaxSize = cmp.Or(o.MaxSize, 64<<20)
	o.MaxUnzipped = cmp.Or(o.MaxUnzipped, 256<<20)
	o.MaxStrings = cmp.Or(o.MaxStrings, 64<<20)
	o.MaxRows = cmp.Or(o.MaxRows, 200_000)
	o.MaxColumns = cmp.Or(o.MaxColumns, 200)
	return o
}

// Sheet is a table of the file.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// Reader gives the tables of one file. It is not safe for concurrent use and holds nothing that must be closed.
type Reader struct {
	opt    Options
	name   string
	sheets []Sheet
	book   *workbook // nil: delimited text
	text   *textFile
}

// Open looks at what the file is and reads its directory; rows are read by Rows. filename serves as the name of the table of a text file, it
// decides nothing. Errors are *models.Error values of this package, with the cause wrapped.
func Open(r io.ReaderAt, size int64, filename string, opt Options) (*Reader, error) {
	opt = opt.withDefaults()
	switch {
	case size == 0:
		return nil, ErrEmpty
	case size > opt.MaxSize:
		return nil, ErrTooLarge
	}
	head := make([]byte, min(size, 4096))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), head); err != nil {
		return nil, fmt.Errorf("read the head of the file: %w", err)
	}
	file := &Reader{opt: opt, name: filename}
	var err error
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		err = file.openBook(r, size)
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}):
		err = oleError(r, size)
	case looksLikeMarkup(head):
		err = ErrWebPage
	default:
		file.text, err = openText(r, size)
		file.sheets = []Sheet{{Name: filename}}
	}
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (r *Reader) openBook(at io.ReaderAt, size int64) error {
	if err := checkDirectory(at, size); err != nil {
		return err
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return ErrBroken.Because(err)
	}
	r.book, err = openWorkbook(z, r.opt)
	if err != nil {
		return err
	}
	r.sheets = r.book.sheets
	return nil
}

// checkDirectory counts what looks like a directory entry before the zip package makes an object of each: a file can name a million of them.
func checkDirectory(at io.ReaderAt, size int64) error {
	const most = 20_000
	n, err := countPattern(at, size, []byte("PK\x01\x02"), most+1)
	if err != nil {
		return fmt.Errorf("read the directory of the file: %w", err)
	}
	if n > most {
		return ErrTooLarge
	}
	return nil
}

// oleError tells an encrypted workbook (which is wrapped in the old container) from an old one.
func oleError(at io.ReaderAt, size int64) error {
	name := []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
	n, err := countPattern(at, size, name, 1)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	if n > 0 {
		return ErrEncrypted
	}
	return ErrOldExcel
}

// countPattern counts pattern in the file and stops at most.
func countPattern(at io.ReaderAt, size int64, pattern []byte, most int) (n int, err error) {
	r := io.NewSectionReader(at, 0, size)
	buf, kept := make([]byte, 256<<10), 0
	for {
		got, err := io.ReadFull(r, buf[kept:])
		if n += bytes.Count(buf[:kept+got], pattern); n >= most {
			return n, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		kept = copy(buf, buf[len(buf)-len(pattern)+1:])
	}
}

// looksLikeMarkup recognises the web pages and XML that many systems export under the name of an Excel file.
func looksLikeMarkup(head []byte) bool {
	head = bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	for _, start := range []string{"<?xml", "<html", "<!doctype", "<table", "<meta", "<head", "<style", "<workbook", "mime-version:"} {
		if bytes.HasPrefix(head, []byte(start)) {
			return true
		}
	}
	return false
}

// Date1904 says whether the workbook counts its days from 1904, as Excel for Mac did.
func (r *Reader) Date1904() bool { return r.book != nil && r.book.date1904 }

// Sheets lists the visible tables in their order; all of them if every one is hidden.
func (r *Reader) Sheets() []Sheet {
	visible := slices.DeleteFunc(slices.Clone(r.sheets), func(s Sheet) bool { return s.Hidden })
	if len(visible) == 0 {
		return r.sheets
	}
	return visible
}

// Rows starts reading a table from its first row. Close it when done.
func (r *Reader) Rows(ctx context.Context, s Sheet) (*Rows, error) {
	if r.book == nil {
		source, err := r.text.rows(r.opt)
		if err != nil {
			return nil, err
		}
		return &Rows{ctx: ctx, source: source, max: r.opt.MaxRows}, nil
	}
	merges, err := r.book.merges(s, r.opt)
	if err != nil {
		return nil, err
	}
	source, err := r.book.rows(s, r.opt)
	if err != nil {
		return nil, err
	}
	return &Rows{ctx: ctx, source: source, max: r.opt.MaxRows, merges: merges}, nil
}
