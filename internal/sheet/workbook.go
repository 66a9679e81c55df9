package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// maxSmallPart limits the parts that are read whole: relations, the list of sheets, styles.
const maxSmallPart = 16 << 20

// workbook is an Office Open XML workbook (ISO/IEC 29500, transitional and strict).
type workbook struct {
	parts    map[string]*zip.File // by name in lower case, without the leading slash
	sheets   []Sheet
	dates    []bool // by cell style: shown as a date
	strings  *sharedStrings
	shared   string // name of the part with the shared strings
	date1904 bool
	unzipped int64
	maxText  int
}

type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

type workbookXML struct {
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name  string     `xml:"name,attr"`
		State string     `xml:"state,attr"`
		Attrs []xml.Attr `xml:",any,attr"`
	} `xml:"sheets>sheet"`
}

func openWorkbook(z *zip.Reader, opt Options) (*workbook, error) {
	b := &workbook{parts: make(map[string]*zip.File, len(z.File)), unzipped: opt.MaxUnzipped, maxText: opt.MaxStrings}
	for _, f := range z.File {
		b.parts[partName(f.Name)] = f
		if f.Flags&1 != 0 {
			return nil, ErrEncrypted
		}
	}
	main, err := b.mainPart()
	if err != nil {
		return nil, err
	}
	var book workbookXML
	if err := b.decode(main, &book); err != nil {
		return nil, err
	}
	relations, err := b.relations(main)
	if err != nil {
		return nil, err
	}
	b.date1904 = book.Properties.Date1904 == "1" || strings.EqualFold(book.Properties.Date1904, "true")
	for _, s := range book.Sheets {
		rel := relations[sheetRelation(s.Attrs)]
		if strings.HasSuffix(rel.Type, "/worksheet") && b.parts[rel.Target] != nil {
			b.sheets = append(b.sheets, Sheet{Name: s.Name, Hidden: strings.HasSuffix(strings.ToLower(s.State), "hidden"), part: rel.Target})
		}
	}
	if len(b.sheets) == 0 {
		return nil, ErrBroken.Because(errors.New("no worksheet"))
	}
	return b, b.openShared(relations)
}

func (b *workbook) openShared(relations map[string]relation) error {
	for _, rel := range relations {
		switch {
		case b.parts[rel.Target] == nil:
		case strings.HasSuffix(rel.Type, "/sharedStrings"):
			b.shared = rel.Target
		case strings.HasSuffix(rel.Type, "/styles"):
			var err error
			if b.dates, err = b.dateStyles(rel.Target); err != nil {
				return err
			}
		}
	}
	return nil
}

// mainPart finds the workbook's own part, and tells apart what else a zip file may be.
func (b *workbook) mainPart() (string, error) {
	relations, err := b.relations("")
	if err != nil {
		return "", err
	}
	for _, rel := range relations {
		if strings.HasSuffix(rel.Type, "/officeDocument") && strings.HasPrefix(rel.Target, "xl/") {
			if strings.HasSuffix(rel.Target, ".bin") {
				return "", ErrOtherSheet // xlsb
			}
			return rel.Target, nil
		}
	}
	switch {
	case b.parts["xl/workbook.xml"] != nil:
		return "xl/workbook.xml", nil
	case b.parts["mimetype"] != nil, b.parts["index/document.iwa"] != nil: // OpenDocument, Numbers
		return "", ErrOtherSheet
	}
	return "", ErrNotTable
}

// relations reads what a part refers to, by id; targets are names of parts. A part without relations has none.
func (b *workbook) relations(part string) (map[string]relation, error) {
	dir, file := path.Split(part)
	name := dir + "_rels/" + file + ".rels"
	if b.parts[name] == nil {
		return nil, nil
	}
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	if err := b.decode(name, &list); err != nil {
		return nil, err
	}
	byID := make(map[string]relation, len(list.Relations))
	for _, r := range list.Relations {
		target := r.Target
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		r.Target = partName(target)
		byID[r.ID] = r
	}
	return byID, nil
}

// sheetRelation finds r:id whatever its namespace: transitional and strict files differ in it.
func sheetRelation(attrs []xml.Attr) string {
	for _, a := range attrs {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

func partName(name string) string {
	return strings.TrimPrefix(path.Clean("/"+strings.ToLower(strings.ReplaceAll(name, "\\", "/"))), "/")
}

// open unpacks a part as a stream, never more than its limit. The size a file declares is refused at once, before anything is unpacked.
func (b *workbook) open(name string, limit int64) (io.ReadCloser, error) {
	f := b.parts[name]
	if f == nil {
		return nil, ErrBroken.Because(fmt.Errorf("part %s is missing", name))
	}
	if f.UncompressedSize64 > uint64(limit) { //nolint:gosec // a limit, never negative
		return nil, ErrTooLarge
	}
	rc, err := f.Open()
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	return &limited{rc, limit}, nil
}

func (b *workbook) decode(name string, into any) (err error) {
	r, err := b.open(name, min(maxSmallPart, b.unzipped))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	if err := xml.NewDecoder(r).Decode(into); err != nil {
		return broken(fmt.Errorf("decode %s: %w", name, err))
	}
	return nil
}

// limited stops a part that unpacks to more than it declared.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
