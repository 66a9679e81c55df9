package rosterfile

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/sheet"
	"huisheng/models"
)

// testNow is the day of every test: dates before it are past.
var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, models.Shanghai())

func testOptions() Options {
	return Options{
		Now: testNow,
		ParseLevel: func(s string) (string, bool) {
			code, ok := map[string]string{
				"五级/初级工": "5", "五级": "5", "初级工": "5", "5": "5", "四级/中级工": "4", "四级": "4", "中级工": "4", "4": "4", "三级": "3", "3": "3",
			}[models.FoldName(s)]
			return code, ok
		},
		ParseMethod: func(s string) (string, bool) {
			code, ok := map[string]string{"考试": "EXAM", "过程化考核": "PROCESS"}[s]
			return code, ok
		},
	}
}

// syntheticID makes the n-th made-up identity number with a right check digit.
func syntheticID(n int) string {
	first17 := fmt.Sprintf("440100%04d%02d%02d%03d", 1960+n%45, 1+n/45%12, 1+n/540%28, 1+n/15120%99)
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(first17[i]-'0') * w
	}
	return first17 + string("10X98765432"[sum%11])
}

// book makes a workbook; cells are anything excelize takes, nil leaves one out.
func book(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	return bookWith(t, nil, rows...)
}

func bookWith(t testing.TB, change func(*excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { require.NoError(t, f.Close()) }()
	for i, row := range rows {
		for j, v := range row {
			if v == nil {
				continue
			}
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			require.NoError(t, err)
			require.NoError(t, f.SetCellValue("Sheet1", at, v))
		}
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

type parsed struct {
	summary Summary
	rows    []Row
	issues  [][]Issue
}

// all flattens the issues of every row.
func (p parsed) all() (list []Issue) {
	for _, i := range p.issues {
		list = append(list, i...)
	}
	return list
}

func (p parsed) codes() (codes []string) {
	for _, i := range p.all() {
		codes = append(codes, i.Code)
	}
	return codes
}

func parse(data []byte, kind models.OrgKind, opt Options) (parsed, error) {
	r, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "名册.xlsx", sheet.Options{})
	if err != nil {
		return parsed{}, err
	}
	var p parsed
	p.summary, err = Parse(context.Background(), r, kind, opt, func(row Row, issues []Issue) error {
		row.Cells = append([]string(nil), row.Cells...)
		p.rows = append(p.rows, row)
		p.issues = append(p.issues, append([]Issue(nil), issues...))
		return nil
	})
	return p, err
}

func mustParse(t testing.TB, data []byte, kind models.OrgKind) parsed {
	t.Helper()
	p, err := parse(data, kind, testOptions())
	require.NoError(t, err)
	return p
}

// zipped packs parts given as name, content, name, content ….
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

const (
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	rootRels     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookXML      = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>`
	bookRels     = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
)

// rawBook packs a workbook out of the XML of its one worksheet and its shared strings.
func rawBook(t testing.TB, worksheet, shared string) []byte {
	t.Helper()
	return zipped(t, "[Content_Types].xml", contentTypes, "_rels/.rels", rootRels, "xl/workbook.xml", bookXML, "xl/_rels/workbook.xml.rels", bookRels,
		"xl/worksheets/sheet1.xml", worksheet, "xl/sharedStrings.xml", shared)
}

// bigBook makes an enterprise's roster of n people as Excel itself would store it: with shared strings.
func bigBook(t testing.TB, n int) []byte {
	t.Helper()
	var ws, ss bytes.Buffer
	index := map[string]int{}
	ws.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	ss.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
	row := func(line int, cells ...string) {
		fmt.Fprintf(&ws, `<row r="%d" spans="1:13">`, line)
		for i, c := range cells {
			id, ok := index[c]
			if !ok {
				id = len(index)
				index[c] = id
				fmt.Fprintf(&ss, `<si><t>%s</t></si>`, c)
			}
			fmt.Fprintf(&ws, `<c r="%s%d" s="0" t="s"><v>%d</v></c>`, sheet.ColumnName(i), line, id)
		}
		ws.WriteString(`</row>`)
	}
	row(1, "姓名", "证件类型", "证件号码", "手机号码", "部门", "岗位", "职业(工种)", "职业编码", "技能等级", "证书编号", "发证日期", "评价方式", "评价日期")
	for i := range n {
		row(i+2, "张"+string(rune(0x4e00+i%3000)), "居民身份证", syntheticID(i), fmt.Sprintf("138%08d", i), fmt.Sprintf("车间%d", i%40), "电工", "电工", "6-31-01-03",
			"四级/中级工", fmt.Sprintf("Y0000440000012640%05d", i)[:22], "2026-05-20", "考试", "2026-05-03")
	}
	ws.WriteString(`</sheetData></worksheet>`)
	ss.WriteString(`</sst>`)
	return rawBook(t, ws.String(), ss.String())
}
