package sheet

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestTextEncodings(t *testing.T) {
	const table = "姓名,证件号码\n张三,440100199001010015\n𠮷田,1\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(table)
	require.NoError(t, err)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("姓名,证件号码\n张三,440100199001010015\n")
	require.NoError(t, err)
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(table)
	require.NoError(t, err)
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(table)
	require.NoError(t, err)
	for name, data := range map[string]string{
		"UTF-8": table, "UTF-8 with mark": "\ufeff" + table, "GB18030": gb, "GBK": gbk, "UTF-16 little": little, "UTF-16 big": big,
		"UTF-8 with a stray byte": table + strings.Repeat("李四,2\n", 50) + "\xff,3\n",
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := readAll([]byte(data), Options{})
			require.NoError(t, err)
			require.Equal(t, []string{"姓名", "证件号码"}, texts(rows)[0])
			require.Equal(t, []string{"张三", "440100199001010015"}, texts(rows)[1])
		})
	}
}

func TestEncodingIsJudgedAcrossBlocks(t *testing.T) {
	// A character that lies over the border of two reads must not look like a wrong byte.
	for shift := range 4 {
		data := strings.Repeat("x", shift) + "," + strings.Repeat("三", 100_000)
		data = strings.ReplaceAll(data, strings.Repeat("三", 1000), strings.Repeat("三", 1000)+"\n")
		rows, err := readAll([]byte(data), Options{})
		require.NoError(t, err)
		for _, r := range rows {
			for _, c := range r.Cells {
				require.NotContains(t, c.Text, "\ufffd")
			}
		}
	}
}

func TestTextRows(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       [][]string
		numbers    []int
	}{
		{"commas", "a,b\n1,2\n", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		{"semicolons", "a;b\n1;2,5\n", [][]string{{"a", "b"}, {"1", "2,5"}}, []int{1, 2}},
		{"tabs, no line end", "a\tb\r\n1\t2", [][]string{{"a", "b"}, {"1", "2"}}, []int{1, 2}},
		{"Excel's hint", "sep=;\r\na;b,c,d,e\r\n", [][]string{{"a", "b,c,d,e"}}, []int{2}},
		{"quotes", "\"a,\"\"b\"\"\",\"x\ny\"\nc,d\n", [][]string{{"a,\"b\"", "x\ny"}, {"c", "d"}}, []int{1, 2}},
		{"a quote inside", "a\"b,\"c\" d,e\n", [][]string{{"a\"b", "c\" d,e\n"}}, []int{1}},
		{"blank lines count", "a,b\n\n,\n c,d\n", [][]string{{"a", "b"}, {" c", "d"}}, []int{1, 4}},
		{"old Macs", "a,b\rc,d\r", [][]string{{"a", "b"}, {"c", "d"}}, []int{1, 2}},
		{"text kept from becoming a number", "a,b\n=\"13800000001\",\"=\"\"0\"\"\"\n", [][]string{{"a", "b"}, {"13800000001", "0"}}, []int{1, 2}},
		{"a delimiter in quotes does not count", "\"a;b;c;d\",e\n", [][]string{{"a;b;c;d", "e"}}, []int{1}},
		{"one column", "a\nb\n", [][]string{{"a"}, {"b"}}, []int{1, 2}},
		{"a quote at the end", "a,\"", [][]string{{"a", ""}}, []int{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := readAll([]byte(c.data), Options{})
			require.NoError(t, err)
			require.Equal(t, c.want, texts(rows))
			for i, r := range rows {
				require.Equal(t, c.numbers[i], r.Number)
			}
		})
	}
}

func TestTextColumnsAreLimited(t *testing.T) {
	rows, err := readAll([]byte(strings.Repeat("x,", 1000)+"\na,b\n"), Options{MaxColumns: 3})
	require.NoError(t, err)
	require.Equal(t, [][]string{{"x", "x", "x"}, {"a", "b"}}, texts(rows))
}

// On well-formed files the reader agrees with the standard library's.
func FuzzTextRows(f *testing.F) {
	f.Add("a,b\n\"c,\"\"d\",e\n")
	f.Add("a\r\nb,,\r\n\"x\ny\",z")
	f.Fuzz(func(t *testing.T, data string) {
		rows, err := readAll([]byte(data), Options{MaxColumns: 1 << 20})
		if err != nil || strings.ContainsAny(data, "\r;\t|=") || !isASCII(data) {
			return // the standard library does not know these
		}
		r := csv.NewReader(strings.NewReader(data))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil {
			return
		}
		var filled [][]string
		for _, line := range want {
			if strings.Join(line, "") != "" {
				filled = append(filled, line)
			}
		}
		require.Equal(t, filled, texts(rows))
	})
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 126 || r == 0 }) < 0
}

func FuzzOpen(f *testing.F) {
	f.Add(raw(f, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells></worksheet>`, "<si><t>甲</t></si>"))
	f.Add([]byte("sep=,\na,b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := readAll(data, Options{MaxUnzipped: 1 << 20, MaxStrings: 1 << 20})
		if err == nil {
			for _, r := range rows {
				require.Positive(t, r.Number)
			}
		}
	})
}

// FuzzWorksheet looks for panics in the reader of markup, which a zip around it would hide from the fuzzer.
func FuzzWorksheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a&#65;_x0041_<![CDATA[x]]></t></is></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells></worksheet>`)
	f.Add(`<?xml version="1.0"?><!-- --><a b='>'/><row/><row><c r="B2" s="1" t="s"><v>0</v><f/></c>`)
	f.Fuzz(func(t *testing.T, markup string) {
		w := &worksheet{scan: newXMLScanner(strings.NewReader(markup), 100), book: &workbook{}, columns: 10}
		var row Row
		for w.next(&row) == nil {
			require.LessOrEqual(t, len(row.Cells), 10)
		}
		_, _ = readMerges(newXMLScanner(strings.NewReader(markup), 0), 10)      // must not panic
		_, _ = readStrings(strings.NewReader(markup), 1000)                     // must not panic
		_, _ = readStrings(strings.NewReader("<si><t>"+markup+"</t></si>"), 99) // must not panic
	})
}
