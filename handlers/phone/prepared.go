package phone

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"sync"
)

// prepared is a page rendered in advance and compressed once, when somebody first asks for it, cut where values go in. The pieces between are deflate blocks that end on a byte boundary and
// look back at nothing outside themselves, so a compressed page is made by joining them with the values as stored blocks: one copy, no compression. That is
// what lets opening a link cost little more than its one read.
type prepared struct {
	pieces   []piece
	deflated func() [][]byte // of the pieces
}

// piece is fixed text followed by a value; the last piece has none (value -1).
type piece struct {
	plain []byte
	value int
}

// prepare cuts a rendered page at the marks, each of which stands for the value of its position.
func prepare(html string, marks []string) *prepared {
	p := &prepared{}
	p.deflated = sync.OnceValue(p.deflate)
	for {
		at, which := len(html), -1
		for i, m := range marks {
			if j := strings.Index(html, m); j >= 0 && j < at {
				at, which = j, i
			}
		}
		p.pieces = append(p.pieces, piece{plain: []byte(html[:at]), value: which})
		if which < 0 {
			return p
		}
		html = html[at+len(marks[which]):]
	}
}

// deflate compresses each piece to blocks of which none is the last, ended on a byte boundary.
func (p *prepared) deflate() (all [][]byte) {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression) // the level is one, and memory takes all that is written
	for _, x := range p.pieces {
		out.Reset()
		w.Reset(&out)
		_, _ = w.Write(x.plain)
		_ = w.Flush()
		all = append(all, bytes.Clone(out.Bytes()))
	}
	return all
}

// html is the page with its values, which are HTML already.
func (p *prepared) html(values ...string) []byte {
	var out []byte
	for _, x := range p.pieces {
		out = append(out, x.plain...)
		if x.value >= 0 {
			out = append(out, values[x.value]...)
		}
	}
	return out
}

// gzip is html as a gzip file (RFC 1952).
func (p *prepared) gzip(values ...string) []byte {
	out := make([]byte, 0, 8<<10)
	out = append(out, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
	var sum, size uint32
	deflated := p.deflated()
	for i, x := range p.pieces {
		out = append(out, deflated[i]...)
		sum, size = crc32.Update(sum, crc32.IEEETable, x.plain), size+uint32(len(x.plain)) //nolint:gosec // the format counts modulo 2³²
		if x.value < 0 {
			continue
		}
		for v := values[x.value]; v != ""; {
			part := v[:min(len(v), 0xffff)]
			v = v[len(part):]
			out = stored(out, part)
			sum, size = crc32.Update(sum, crc32.IEEETable, []byte(part)), size+uint32(len(part)) //nolint:gosec // the format counts modulo 2³²
		}
	}
	out = append(out, 1, 0, 0, 0xff, 0xff) // the last block, empty
	out = binary.LittleEndian.AppendUint32(out, sum)
	return binary.LittleEndian.AppendUint32(out, size)
}

// stored appends a stored block (RFC 1951, 3.2.4) of at most 65 535 bytes.
func stored(out []byte, s string) []byte {
	n := uint16(len(s)) //nolint:gosec // callers cut at 65 535
	out = append(out, 0)
	out = binary.LittleEndian.AppendUint16(out, n)
	out = binary.LittleEndian.AppendUint16(out, ^n)
	return append(out, s...)
}
