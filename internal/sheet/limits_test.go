package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOpenRefuses(t *testing.T) {
	ole := append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 2000)...)
	encrypted := append(bytes.Clone(ole), []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")...)
	for _, c := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, ErrEmpty},
		{"an old workbook", ole, ErrOldExcel},
		{"an encrypted workbook", encrypted, ErrEncrypted},
		{"a web page", []byte("\xef\xbb\xbf\n<HTML><table><tr><td>姓名</td></tr></table>"), ErrWebPage},
		{"an XML table", []byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`), ErrWebPage},
		{"bytes", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00"), ErrNotTable},
		{"a zip of something else", zipped(t, "a.txt", "x"), ErrNotTable},
		{"OpenDocument", zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>"), ErrOtherSheet},
		{"a binary workbook", zipped(t, "_rels/.rels", strings.ReplaceAll(testRels, "workbook.xml", "workbook.bin")), ErrOtherSheet},
		{"a Word document", zipped(t, "_rels/.rels", strings.ReplaceAll(testRels, "xl/workbook.xml", "word/document.xml")), ErrNotTable},
		{"a zip cut short", zipped(t, "xl/workbook.xml", "x")[:40], ErrBroken},
		{"a workbook without tables", zipped(t, "xl/workbook.xml", "<workbook/>"), ErrBroken},
		{"a workbook that is no XML", zipped(t, "xl/workbook.xml", "<workbook"), ErrBroken},
		{"Big5 or worse", bytes.Repeat([]byte{0xff, 0xfd, 0x80, '\n'}, 100), ErrEncoding},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(bytes.NewReader(c.data), int64(len(c.data)), "名册.xlsx", Options{})
			require.ErrorIs(t, err, c.want)
		})
	}
	_, err := Open(bytes.NewReader(nil), 100, "", Options{MaxSize: 99})
	require.ErrorIs(t, err, ErrTooLarge)
}

// bomb is a small file that unpacks to a worksheet of n bytes; declared is the size that its directory claims.
func bomb(t *testing.T, n int, declared uint64) []byte {
	t.Helper()
	var packed bytes.Buffer
	fw, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	_, err = io.WriteString(fw, "<worksheet><sheetData>")
	require.NoError(t, err)
	chunk := []byte(strings.Repeat(" ", 1<<20))
	for range n >> 20 {
		_, err = fw.Write(chunk)
		require.NoError(t, err)
	}
	require.NoError(t, fw.Close())
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range [][2]string{
		{"_rels/.rels", testRels},
		{"xl/workbook.xml", `<workbook xmlns:r="urn:r"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="http://x/worksheet" Target="one.xml"/></Relationships>`},
	} {
		w, err := z.Create(p[0])
		require.NoError(t, err)
		_, err = io.WriteString(w, p[1])
		require.NoError(t, err)
	}
	w, err := z.CreateRaw(&zip.FileHeader{Name: "xl/one.xml", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: declared})
	require.NoError(t, err)
	_, err = w.Write(packed.Bytes())
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

func TestZipBombIsRefusedAtOnce(t *testing.T) {
	data := bomb(t, 32<<20, 32<<20)
	require.Less(t, len(data), 1<<20)
	start := time.Now()
	_, err := readAll(data, Options{MaxUnzipped: 31 << 20})
	require.ErrorIs(t, err, ErrTooLarge)
	require.Less(t, time.Since(start), 200*time.Millisecond)
}

func TestZipBombThatLiesIsStopped(t *testing.T) {
	_, err := readAll(bomb(t, 16<<20, 1000), Options{MaxUnzipped: 8 << 20})
	require.Error(t, err)
}

func TestHostileDirectory(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 20_010 {
		_, err := z.CreateHeader(&zip.FileHeader{Name: string(rune('a' + i%26)), Method: zip.Store})
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	_, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), "", Options{})
	require.ErrorIs(t, err, ErrTooLarge)
}

func TestRowAndColumnLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString("<worksheet><sheetData>")
	for range 11 {
		b.WriteString(`<row><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row/>`)
	}
	b.WriteString("</sheetData></worksheet>")
	rows, err := readAll(raw(t, b.String(), ""), Options{MaxRows: 11, MaxColumns: 2})
	require.NoError(t, err)
	require.Len(t, rows, 11)
	require.Len(t, rows[0].Cells, 1)
	_, err = readAll(raw(t, b.String(), ""), Options{MaxRows: 10})
	require.ErrorIs(t, err, ErrTooManyRows)
}

func TestLongCells(t *testing.T) {
	long := strings.Repeat("x", maxCell+1)
	_, err := readAll(raw(t, `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>`+long+`</v></c></row></sheetData></worksheet>`, ""), Options{})
	require.ErrorIs(t, err, ErrCellTooLong)
	_, err = readAll(raw(t, `<worksheet><sheetData/></worksheet>`, "<si><t>"+long+"</t></si>"), Options{})
	require.ErrorIs(t, err, ErrCellTooLong)
	_, err = readAll(raw(t, `<worksheet><sheetData/></worksheet>`, strings.Repeat("<si><t>abcdefgh</t></si>", 1000)), Options{MaxStrings: 1000})
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = readAll([]byte("a,b\n\"never closed,"+long), Options{})
	require.ErrorIs(t, err, ErrCellTooLong)
}

func TestStopsWithItsContext(t *testing.T) {
	data := []byte(strings.Repeat("a,b\n", 1000))
	r, err := Open(bytes.NewReader(data), int64(len(data)), "", Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	rows, err := r.Rows(ctx, r.Sheets()[0])
	require.NoError(t, err)
	_, err = rows.Next()
	require.NoError(t, err)
	cancel()
	for err == nil {
		_, err = rows.Next()
	}
	require.ErrorIs(t, err, context.Canceled)
}
