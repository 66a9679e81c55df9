package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// readAll reads a table; cells are copied.
func readAll(data []byte, opt Options) ([]Row, error) {
	r, err := Open(bytes.NewReader(data), int64(len(data)), "f", opt)
	if err != nil {
		return nil, err
	}
	rows, err := r.Rows(context.Background(), r.Sheets()[0])
	if err != nil {
		return nil, err
	}
	var all []Row
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			if _, again := rows.Next(); !errors.Is(again, io.EOF) {
				return all, errors.New("the end is not the end")
			}
			return all, rows.Close()
		}
		if err != nil {
			return all, errors.Join(err, rows.Close())
		}
		all = append(all, Row{row.Number, append([]Cell(nil), row.Cells...)})
	}
}

func texts(rows []Row) (all [][]string) {
	for _, r := range rows {
		var line []string
		for _, c := range r.Cells {
			line = append(line, c.Text)
		}
		all = append(all, line)
	}
	return all
}

func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		require.NoError(t, err)
		_, err = io.WriteString(w, parts[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

const testRels = `<Relationships><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`

// raw makes a workbook out of the inside of its worksheet.
func raw(t testing.TB, worksheet, shared string) []byte {
	t.Helper()
	return zipped(t, "_rels/.rels", testRels,
		"xl/workbook.xml", `<workbook xmlns:r="urn:r"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="http://x/worksheet" Target="/xl/worksheets/one.xml"/><Relationship Id="b" Type="http://x/sharedStrings" Target="strings.xml"/></Relationships>`,
		"xl/worksheets/one.xml", worksheet, "xl/strings.xml", "<sst>"+shared+"</sst>")
}

func TestWorksheetMarkup(t *testing.T) {
	for _, c := range []struct {
		name, sheet, shared string
		want                [][]string
	}{
		{
			"shared, inline and number", `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="inlineStr"><is><t>乙</t></is></c><c r="C1"><v>12</v></c></row></sheetData></worksheet>`,
			`<si><t>x</t></si><si><t>甲</t></si>`,
			[][]string{{"甲", "乙", "12"}},
		},
		{
			"rich text without its phonetic guide", `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`,
			`<si><r><rPr><b/></rPr><t>张</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh><r><t xml:space="preserve"> 三</t></r><phoneticPr fontId="1"/></si>`,
			[][]string{{"张 三"}},
		},
		{
			"references and CDATA", `<worksheet><sheetData><row r="1"><c r="A1" t="str"><f>A&amp;B</f><v>a&lt;b&#65;&#x4e2d;&unknown;</v></c><c r="B1" t="inlineStr"><is><t><![CDATA[<&amp;>]]></t></is></c></row></sheetData></worksheet>`,
			``,
			[][]string{{"a<bA中&unknown;", "<&amp;>"}},
		},
		{
			"prefixes, comments, quotes in attributes", `<?xml version="1.0" encoding="utf-8"?><!-- <row> --><x:worksheet note="a>b" o='"'><x:sheetData><x:row r="3"><x:c t="n" r="B3"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`,
			``,
			[][]string{{"", "7"}},
		},
		{
			"no references at all", `<worksheet><sheetData><row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row></sheetData></worksheet>`,
			``,
			[][]string{{"1", "", "3"}, {"4"}},
		},
		{"cells out of order", `<worksheet><sheetData><row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row></sheetData></worksheet>`, ``, [][]string{{"1", "", "3"}}},
		{
			"true, false and errors", `<worksheet><sheetData><row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="e"><v>#N/A</v></c></row></sheetData></worksheet>`,
			``,
			[][]string{{"TRUE", "FALSE", "#N/A"}},
		},
		{"characters that XML cannot hold", `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_b_x0041_c_xyz_</t></is></c></row></sheetData></worksheet>`, ``, [][]string{{"a\rbAc_xyz_"}}},
		{"bytes that are no text", "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>a\xffb</v></c></row></sheetData></worksheet>", ``, [][]string{{"a\ufffdb"}}},
		{"an empty table", `<worksheet><sheetData/></worksheet>`, ``, nil},
		{
			"exact numbers lose their exponent", `<worksheet><sheetData><row r="1"><c r="A1"><v>1.3800000001E10</v></c><c r="B1"><v>4.4010019900101E+17</v></c><c r="C1"><v>-2.0</v></c><c r="D1"><v>0.5</v></c></row></sheetData></worksheet>`,
			``,
			[][]string{{"13800000001", "4.4010019900101E+17", "-2", "0.5"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := readAll(raw(t, c.sheet, c.shared), Options{})
			require.NoError(t, err)
			require.Equal(t, c.want, texts(rows))
		})
	}
}

func TestWorksheetKinds(t *testing.T) {
	f := excelize.NewFile()
	style := func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		require.NoError(t, err)
		return id
	}
	for at, v := range map[string]any{"A1": "字", "B1": 3, "C1": 44319, "D1": 44319.5, "E1": 0.5, "F1": true, "G1": 44319, "H1": 2.5} {
		require.NoError(t, f.SetCellValue("Sheet1", at, v))
	}
	require.NoError(t, f.SetCellStyle("Sheet1", "C1", "C1", style("yyyy/m/d")))
	require.NoError(t, f.SetCellStyle("Sheet1", "D1", "D1", style(`yyyy"年"m"月"d"日" h:mm`)))
	require.NoError(t, f.SetCellStyle("Sheet1", "E1", "E1", style("h:mm")))
	require.NoError(t, f.SetCellStyle("Sheet1", "H1", "H1", style(`[Red]0.00_d"day"\y`)))
	fourteen, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	require.NoError(t, f.SetCellStyle("Sheet1", "G1", "G1", fourteen))
	require.NoError(t, f.SetCellFormula("Sheet1", "I1", "1+1"))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	rows, err := readAll(b.Bytes(), Options{})
	require.NoError(t, err)
	require.Equal(t, []Cell{
		{Text: "字", Kind: Text},
		{Text: "3", Raw: "3", Kind: Number},
		{Text: "2021-05-03", Raw: "44319", Kind: Date},
		{Text: "2021-05-03 12:00:00", Raw: "44319.5", Kind: Date},
		{Text: "0.5", Raw: "0.5", Kind: Number},
		{Text: "TRUE", Kind: Bool},
		{Text: "2021-05-03", Raw: "44319", Kind: Date},
		{Text: "2.5", Raw: "2.5", Kind: Number},
		{Kind: NoResult},
	}, rows[0].Cells)
}

func TestBrokenWorksheets(t *testing.T) {
	for name, sheet := range map[string]string{
		"cut off":                   `<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>`,
		"no end":                    `<worksheet><sheetData><row r="1"></row>`,
		"a document type":           `<!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>`,
		"another encoding":          `<?xml version="1.0" encoding="GBK"?><worksheet><sheetData/></worksheet>`,
		"a row number out of range": `<worksheet><sheetData><row r="9999999"><c><v>1</v></c></row></sheetData></worksheet>`,
		"a row number of letters":   `<worksheet><sheetData><row r="x"><c><v>1</v></c></row></sheetData></worksheet>`,
		"a column of four letters":  `<worksheet><sheetData><row r="1"><c r="ABCD1"><v>1</v></c></row></sheetData></worksheet>`,
		"no such shared string":     `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>9</v></c></row></sheetData></worksheet>`,
		"UTF-16":                    "\xff\xfe<\x00w\x00",
		"empty":                     ``,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(raw(t, sheet, ""), Options{})
			require.ErrorIs(t, err, ErrBroken)
		})
	}
}

func TestMergedCells(t *testing.T) {
	cell := func(ref, text string) string { return `<c r="` + ref + `" t="str"><v>` + text + `</v></c>` }
	sheet := `<worksheet><sheetData><row r="1">` + cell("A1", "title") + `</row><row r="2">` + cell("A2", "d") + cell("B2", "x") + `</row><row r="3">` + cell("B3", "y") +
		`</row><row r="4">` + cell("B4", "z") + `</row><row r="5">` + cell("A5", "e") + `</row></sheetData><mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A2:A3"/><mergeCell ref="B5:B6"/><mergeCell ref="bad"/></mergeCells></worksheet>`
	rows, err := readAll(raw(t, sheet, ""), Options{})
	require.NoError(t, err)
	require.Equal(t, [][]string{{"title"}, {"d", "x"}, {"d", "y"}, {"", "z"}, {"e"}}, texts(rows))
	require.False(t, rows[1].Cells[0].Merged)
	require.True(t, rows[2].Cells[0].Merged)
}

func TestSheetsAndRelations(t *testing.T) {
	f := excelize.NewFile()
	for _, name := range []string{"二", "三"} {
		_, err := f.NewSheet(name)
		require.NoError(t, err)
	}
	require.NoError(t, f.SetCellValue("二", "A1", "here"))
	f.SetActiveSheet(1)
	require.NoError(t, f.SetSheetVisible("Sheet1", false))
	yes := true
	require.NoError(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	r, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), "", Options{})
	require.NoError(t, err)
	require.True(t, r.Date1904())
	require.Len(t, r.Sheets(), 2)
	require.Equal(t, "二", r.Sheets()[0].Name)
}

// The reader agrees with excelize on what a workbook of excelize says.
func TestAgreesWithExcelize(t *testing.T) {
	f := excelize.NewFile()
	values := []any{"姓名", 1, 2.25, "a & b <c>", "", "  x ", "多\n行", true, "=1+1", "'x", 13800000001, "Ｆ", "\"q\"", strings.Repeat("长", 2000)}
	for i := range 300 {
		for j := range 12 {
			at, err := excelize.CoordinatesToCellName(j+1, i*2+1)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue("Sheet1", at, values[(i*7+j*3)%len(values)]))
		}
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	rows, err := readAll(b.Bytes(), Options{})
	require.NoError(t, err)
	want, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	require.Len(t, rows, 300)
	for _, row := range rows {
		for j := range 12 {
			expected := ""
			if line := want[row.Number-1]; j < len(line) {
				expected = line[j]
			}
			got := row.At(j).Text
			if row.At(j).Kind == Bool {
				expected = "TRUE"
			}
			require.Equal(t, expected, got, "row %d column %d", row.Number, j)
		}
	}
}

func TestWriterIsAWorkbook(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, "未导入<行>", []int{8, 60})
	require.NoError(t, err)
	lines := [][]string{{"行号", "问题"}, {"1", "=HYPERLINK(\"http://x\")", "", "+86 138", "-1", "@x", "\tt", "a\nb", "<&>"}, {}, {"最后"}}
	for _, l := range lines {
		require.NoError(t, w.WriteRow(l))
	}
	require.NoError(t, w.Close())

	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.Equal(t, []string{"未导入<行>"}, f.GetSheetList())
	got, err := f.GetRows("未导入<行>")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "=HYPERLINK(\"http://x\")", "", "+86 138", "-1", "@x", " t", "a\nb", "<&>"}, got[1])
	require.Equal(t, []string{"最后"}, got[3])
	for _, at := range []string{"B2", "D2", "E2", "F2"} {
		formula, err := f.GetCellFormula("未导入<行>", at)
		require.NoError(t, err)
		require.Empty(t, formula)
		kind, err := f.GetCellType("未导入<行>", at)
		require.NoError(t, err)
		require.Equal(t, excelize.CellTypeInlineString, kind)
		style, err := f.GetCellStyle("未导入<行>", at)
		require.NoError(t, err)
		require.True(t, *f.Styles.CellXfs.Xf[style].QuotePrefix, "stays text when it is edited")
	}
	own, err := readAll(b.Bytes(), Options{})
	require.NoError(t, err)
	require.Len(t, own, 3)
	require.Equal(t, 4, own[2].Number)
}

func TestWriterTellsItsErrors(t *testing.T) {
	w, err := NewWriter(&failing{left: 2000}, "x", nil)
	require.NoError(t, err)
	for range 100_000 {
		if err = w.WriteRow([]string{strings.Repeat("甲乙丙", 10)}); err != nil {
			break
		}
	}
	require.ErrorIs(t, errors.Join(err, w.Close()), io.ErrShortWrite)
}

// failing takes so many bytes and no more.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestSerialDate(t *testing.T) {
	for _, c := range []struct {
		serial   float64
		date1904 bool
		want     string
	}{
		{44319, false, "2021-05-03 00:00:00"},
		{44319.75, false, "2021-05-03 18:00:00"},
		{42857, true, "2021-05-03 00:00:00"},
		{61, false, "1900-03-01 00:00:00"},
		{44319.999999999, false, "2021-05-03 23:59:59"},
		{60, false, ""},
		{-1, false, ""},
		{2958466, false, ""},
		{2958465, false, "9999-12-31 00:00:00"},
	} {
		got, ok := SerialDate(c.serial, c.date1904)
		if require.Equal(t, c.want != "", ok, c.serial); ok {
			require.Equal(t, c.want, got.Format("2006-01-02 15:04:05"))
		}
	}
}

func TestColumnName(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		require.Equal(t, want, ColumnName(i))
		n, err := cellColumn([]byte(want + "7"))
		require.NoError(t, err)
		require.Equal(t, i, n)
	}
}
