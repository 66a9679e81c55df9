package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// xmlScanner splits the XML of worksheets into tags and text without building anything, several times faster than a general decoder.
// It knows what such parts contain: elements, text, references, CDATA, comments, instructions. It refuses document types (they can
// define entities that grow without end) and encodings other than UTF-8.
type xmlScanner struct {
	r     *bufio.Reader
	spill []byte // a tag that did not lie in the buffer in one piece
	text  []byte // text seen while keep was on
	keep  bool
	max   int // longest text kept, in bytes
}

// element is a tag. Its slices hold until the next call of next.
type element struct {
	name   []byte // without its prefix
	attrs  []byte
	end    bool // </name>
	closed bool // <name/>
}

const maxTag = 1 << 20

var errMarkup = errors.New("unexpected markup")

func newXMLScanner(r io.Reader, maxText int) *xmlScanner {
	return &xmlScanner{r: bufio.NewReaderSize(r, 64<<10), max: maxText}
}

// next gives the next tag; text before it is added to text if keep is on.
func (s *xmlScanner) next() (element, error) {
	for {
		if err := s.skipText(); err != nil {
			return element{}, err
		}
		tag, err := s.readTag()
		if err != nil {
			return element{}, err
		}
		switch {
		case len(tag) == 0:
			return element{}, errMarkup
		case tag[0] == '?':
			if err := instruction(tag); err != nil {
				return element{}, err
			}
		case tag[0] == '!':
			if err := s.declaration(tag); err != nil {
				return element{}, err
			}
		default:
			return splitTag(tag), nil
		}
	}
}

func (s *xmlScanner) skipText() error {
	for {
		part, err := s.r.ReadSlice('<')
		if s.keep {
			if err == nil {
				part = part[:len(part)-1]
			}
			if len(s.text)+len(part) > s.max {
				return ErrCellTooLong
			}
			s.text = append(s.text, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// readTag gives what lies between < and >. A > inside a quoted value, a comment or CDATA does not end it.
func (s *xmlScanner) readTag() ([]byte, error) {
	part, err := s.r.ReadSlice('>')
	if err == nil && complete(part[:len(part)-1]) {
		return part[:len(part)-1], nil
	}
	s.spill = s.spill[:0]
	for {
		s.spill = append(s.spill, part...)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		if n := len(s.spill) - 1; err == nil && complete(s.spill[:n]) {
			return s.spill[:n], nil
		}
		if len(s.spill) > maxTag {
			return nil, errMarkup
		}
		part, err = s.r.ReadSlice('>')
	}
}

func complete(tag []byte) bool {
	switch {
	case bytes.HasPrefix(tag, []byte("!--")):
		return len(tag) >= 5 && bytes.HasSuffix(tag, []byte("--"))
	case bytes.HasPrefix(tag, []byte("![CDATA[")):
		return bytes.HasSuffix(tag, []byte("]]"))
	case len(tag) == 0 || tag[0] == '/':
		return true
	case tag[0] == '?':
		return len(tag) > 1 && tag[len(tag)-1] == '?'
	}
	var quote byte
	for _, c := range tag {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return quote == 0
}

func instruction(tag []byte) error {
	if !bytes.HasPrefix(tag, []byte("?xml ")) {
		return nil
	}
	for rest := tag[5:]; ; {
		name, value, more, ok := nextAttr(rest)
		if !ok {
			return nil
		}
		if string(name) == "encoding" && !bytes.EqualFold(value, []byte("utf-8")) {
			return fmt.Errorf("%w: encoding", errMarkup)
		}
		rest = more
	}
}

func (s *xmlScanner) declaration(tag []byte) error {
	if bytes.HasPrefix(tag, []byte("!--")) {
		return nil
	}
	if !bytes.HasPrefix(tag, []byte("![CDATA[")) {
		return fmt.Errorf("%w: document type", errMarkup)
	}
	if s.keep {
		if len(s.text)+len(tag) > s.max {
			return ErrCellTooLong
		}
		// References mean nothing inside CDATA, and the text is resolved later as a whole.
		s.text = append(s.text, bytes.ReplaceAll(tag[8:len(tag)-2], []byte("&"), []byte("&amp;"))...)
	}
	return nil
}

func splitTag(tag []byte) element {
	e := element{}
	if tag[0] == '/' {
		e.end, tag = true, tag[1:]
	} else if tag[len(tag)-1] == '/' {
		e.closed, tag = true, tag[:len(tag)-1]
	}
	e.name = tag
	for i, c := range tag {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			e.name, e.attrs = tag[:i], tag[i+1:]
			break
		}
	}
	if i := bytes.IndexByte(e.name, ':'); i >= 0 {
		e.name = e.name[i+1:]
	}
	return e
}

// nextAttr splits off the first attribute.
func nextAttr(b []byte) (name, value, rest []byte, ok bool) {
	i := 0
	for i < len(b) && b[i] <= ' ' {
		i++
	}
	start := i
	for i < len(b) && b[i] != '=' && b[i] > ' ' {
		i++
	}
	name = b[start:i]
	for i < len(b) && b[i] != '"' && b[i] != '\'' {
		i++
	}
	if i >= len(b) {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(b[i+1:], b[i])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, b[i+1 : i+1+end], b[i+2+end:], true
}

// unescape resolves references in place (they never grow) and makes the text valid UTF-8.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '&') >= 0 {
		b = resolve(b)
	}
	if !utf8.Valid(b) {
		b = bytes.ToValidUTF8(b, []byte("\ufffd"))
	}
	return b
}

func resolve(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == '&' {
			if end := bytes.IndexByte(b[i:min(len(b), i+12)], ';'); end > 0 {
				if r, ok := reference(string(b[i+1 : i+end])); ok {
					out = utf8.AppendRune(out, r)
					i += end
					continue
				}
			}
		}
		out = append(out, b[i])
	}
	return out
}

func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return utf8.RuneError, err == nil
	}
	return rune(n), true
}

// unescapeOOXML resolves _x000D_ and its like, by which workbooks write characters that XML cannot hold.
func unescapeOOXML(b []byte) []byte {
	if !bytes.Contains(b, []byte("_x")) {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if i+7 <= len(b) && b[i] == '_' && b[i+1] == 'x' && b[i+6] == '_' {
			if n, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16); err == nil {
				out = utf8.AppendRune(out, rune(n))
				i += 6
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}
