package sheet

import (
	"errors"
	"io"
	"strings"
)

// sharedStrings holds the texts that cells refer to by number, end to end in one string: a hundred thousand names cost their letters and
// four bytes each, and a cell's text is a part of it without a copy.
type sharedStrings struct {
	blob string
	ends []uint32
}

func (s *sharedStrings) at(i int) (string, bool) {
	if s == nil || i < 0 || i >= len(s.ends) {
		return "", false
	}
	start := uint32(0)
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.blob[start:s.ends[i]], true
}

// loadStrings reads the shared strings once, when the first table is read.
func (b *workbook) loadStrings() error {
	if b.strings != nil || b.shared == "" {
		return nil
	}
	r, err := b.open(b.shared, b.unzipped)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	b.strings, err = readStrings(r, b.maxText)
	return err
}

func readStrings(r io.Reader, most int) (*sharedStrings, error) {
	s := newXMLScanner(r, maxCell)
	var blob strings.Builder
	ends := make([]uint32, 0, 1024)
	for {
		e, err := s.next()
		if errors.Is(err, io.EOF) {
			return &sharedStrings{blob: blob.String(), ends: ends}, nil
		}
		if err != nil {
			return nil, broken(err)
		}
		if string(e.name) != "si" || e.end {
			continue
		}
		if !e.closed {
			text, err := s.richText("si")
			if err != nil {
				return nil, broken(err)
			}
			blob.Write(text)
		}
		// Four bytes per text count too, or a file of empty ones would have no limit.
		if blob.Len()+4*len(ends) > most {
			return nil, ErrTooLarge
		}
		ends = append(ends, uint32(blob.Len())) //nolint:gosec // MaxStrings is far below 4 GiB
	}
}

// richText collects the t elements up to the end of the element named parent, without the phonetic guide (rPh). The result holds until the
// next call of next.
func (s *xmlScanner) richText(parent string) ([]byte, error) {
	s.text = s.text[:0]
	for {
		e, err := s.next()
		if err != nil {
			return nil, err
		}
		switch {
		case e.end && string(e.name) == parent:
			s.keep = false
			return unescapeOOXML(unescape(s.text)), nil
		case string(e.name) == "rPh" && !e.closed:
			if err := s.skip("rPh"); err != nil {
				return nil, err
			}
		case string(e.name) == "t":
			s.keep = !e.end && !e.closed
		}
	}
}

func (s *xmlScanner) skip(name string) error {
	s.keep = false
	for {
		e, err := s.next()
		if err != nil {
			return err
		}
		if e.end && string(e.name) == name {
			return nil
		}
	}
}
