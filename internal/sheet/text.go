package sheet

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// textFile is delimited text whose encoding and delimiter are known.
type textFile struct {
	at        io.ReaderAt
	size      int64
	skip      int64             // bytes of the byte order mark
	decoder   encoding.Encoding // nil: UTF-8
	delimiter byte
	hint      bool // the first line is Excel's sep=; and no row of the table
}

func openText(at io.ReaderAt, size int64) (*textFile, error) {
	t := &textFile{at: at, size: size}
	if err := t.detectEncoding(); err != nil {
		return nil, err
	}
	return t, t.detectDelimiter()
}

// detectEncoding goes by the byte order mark, then by what the bytes can be. GB18030 contains GBK and GB2312.
func (t *textFile) detectEncoding() error {
	head := make([]byte, min(t.size, 4))
	if _, err := t.at.ReadAt(head, 0); err != nil && err != io.EOF {
		return fmt.Errorf("read the head of the file: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		t.skip, t.decoder = 2, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		return nil
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		t.skip, t.decoder = 2, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
		return nil
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		t.skip = 3
	}
	seen, err := inspect(io.NewSectionReader(t.at, t.skip, t.size-t.skip))
	switch {
	case err != nil:
		return fmt.Errorf("read the file: %w", err)
	case seen.nul:
		return ErrNotTable
	case seen.invalid == 0 || t.skip == 3 || seen.multibyte > 50*seen.invalid: // a stray byte does not make a UTF-8 file another one
		return nil
	}
	t.decoder = simplifiedchinese.GB18030
	return t.checkGB18030()
}

// checkGB18030 refuses what is no Chinese text either: signs that cannot be decoded are rare in a real file.
func (t *textFile) checkGB18030() error {
	sample, err := t.sample(1 << 20)
	if err != nil {
		return err
	}
	if bad := bytes.Count(sample, []byte("\ufffd")); bad*200 > utf8.RuneCount(sample) {
		return ErrEncoding
	}
	return nil
}

// seen is what a file's bytes are like if read as UTF-8.
type seen struct {
	nul                bool
	multibyte, invalid int
}

func inspect(r io.Reader) (s seen, err error) {
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return s, err
		}
		rest := s.count(buf[:kept+n], last)
		if last || s.nul {
			return s, nil
		}
		kept = copy(buf, rest)
	}
}

// count goes through b and gives back a beginning of a character at its end, unless it is the end of the file.
func (s *seen) count(b []byte, last bool) []byte {
	for len(b) > 0 {
		if c := b[0]; c < utf8.RuneSelf {
			s.nul = s.nul || c == 0
			b = b[1:]
			continue
		}
		if !last && len(b) < utf8.UTFMax && !utf8.FullRune(b) {
			return b
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			s.invalid++
		} else {
			s.multibyte++
		}
		b = b[n:]
	}
	return nil
}

func (t *textFile) reader() io.Reader {
	var r io.Reader = io.NewSectionReader(t.at, t.skip, t.size-t.skip)
	if t.decoder != nil {
		r = transform.NewReader(r, t.decoder.NewDecoder())
	}
	return r
}

// sample gives the first n decoded bytes, or all.
func (t *textFile) sample(n int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(t.reader(), int64(n)))
	if err != nil {
		return nil, fmt.Errorf("decode the file: %w", err)
	}
	return b, nil
}

// detectDelimiter takes the sign that splits the first lines into most cells; a line sep=; by Excel decides by itself.
func (t *textFile) detectDelimiter() error {
	sample, err := t.sample(64 << 10)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(sample), "\n")
	if first = strings.TrimSpace(first); len(first) == 5 && strings.EqualFold(first[:4], "sep=") {
		t.delimiter, t.hint = first[4], true
		return nil
	}
	best := 0
	for _, d := range []byte{',', '\t', ';', '|'} {
		if n := splits(sample, d); n > best || t.delimiter == 0 {
			best, t.delimiter = n, d
		}
	}
	return nil
}

// splits counts a delimiter outside of quotes over the first 20 lines.
func splits(sample []byte, delimiter byte) (n int) {
	quoted, lines := false, 0
	for _, c := range sample {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == delimiter:
			n++
		case c == '\n':
			if lines++; lines == 20 {
				return n
			}
		}
	}
	return n
}

func (t *textFile) rows(opt Options) (rowSource, error) {
	rows := &textRows{r: bufio.NewReaderSize(t.reader(), 64<<10), delimiter: t.delimiter, columns: opt.MaxColumns}
	if !t.hint {
		return rows, nil
	}
	if _, err := rows.r.ReadBytes('\n'); err != nil && err != io.EOF {
		return nil, broken(err)
	}
	rows.number = 1
	return rows, nil
}
