package rosterfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"huisheng/internal/sheet"
	"huisheng/models"
)

var enterpriseHead = []any{"姓名", "证件类型", "证件号码", "手机号码", "部门", "职业(工种)", "职业编码", "技能等级", "证书编号", "发证日期", "评价方式", "评价日期"}

// person is a row in the order of enterpriseHead without a fault.
func person(n int) []any {
	return []any{
		"张三", "居民身份证", syntheticID(n), fmt.Sprintf("138%08d", n), "装配车间", "电工", "6-31-01-03", "四级/中级工",
		fmt.Sprintf("Y000044000001264%06d", n), "2026-05-20", "考试", "2026-05-03",
	}
}

// with puts v into a column of a row.
func with(row []any, heading string, v any) []any {
	for i, h := range enterpriseHead {
		if h == heading {
			row[i] = v
			return row
		}
	}
	panic("no column " + heading)
}

func TestCleanRow(t *testing.T) {
	p := mustParse(t, book(t, enterpriseHead, person(1)), models.OrgEnterprise)
	require.Empty(t, p.all())
	row := p.rows[0]
	row.Cells = nil
	require.Equal(t, Row{
		Line: 2, Name: "张三", DocType: "resident_id", Document: syntheticID(1), Phone: "+8613800000001", Department: "装配车间",
		Occupation: "电工", OccupationCode: "6-31-01-03", Level: "4", Certificate: "Y000044000001264000001", IssuedOn: "2026-05-20", Method: "EXAM", AssessedOn: "2026-05-03",
	}, row)
	require.Equal(t, 1, p.summary.Rows)
	require.Zero(t, p.summary.Rejected+p.summary.Repaired+p.summary.Warned+p.summary.Skipped)
}

// Every repair, warning and refusal of a cell: what stands in the file, what comes of it, and what is said.
func TestCells(t *testing.T) {
	lost := 440100199001010015.0 // a spreadsheet keeps 15 digits of it
	for _, c := range []struct {
		name, heading string
		value         any
		got           func(Row) string
		want          string
		code          string
		severity      Severity
	}{
		{"name with spaces", "姓名", " 张 三\u3000", func(r Row) string { return r.Name }, "张三", "name_repaired", SeverityRepaired},
		{"name with another dot", "姓名", "买买提・艾力", func(r Row) string { return r.Name }, "买买提·艾力", "name_repaired", SeverityRepaired},
		{"name of digits", "姓名", "13800000001", nil, "", "name_character", SeverityError},
		{"no name", "姓名", "", nil, "", "name_missing", SeverityError},
		{"a dash for a name", "姓名", "—", nil, "", "name_missing", SeverityError},

		{"document as a number", "证件号码", lost, nil, "", "document_digits_lost", SeverityError},
		{"document in scientific notation", "证件号码", "4.401E+17", nil, "", "document_digits_lost", SeverityError},
		{"document that was a number before", "证件号码", "440100199001010000", nil, "", "document_digits_lost", SeverityError},
		{"document with wrong check digit", "证件号码", "440106199001011230", nil, "", "document_check_digit", SeverityError},
		{"document of 15 digits", "证件号码", "440100900101001", nil, "", "document_old_form", SeverityError},
		{"document of 15 digits as a number", "证件号码", 440100900101001, nil, "", "document_old_form", SeverityError},
		{"document with small x", "证件号码", "44030020080615002x", func(r Row) string { return r.Document }, "44030020080615002X", "document_repaired", SeverityRepaired},
		{"document with apostrophe", "证件号码", "'440100199001010015", func(r Row) string { return r.Document }, "440100199001010015", "document_repaired", SeverityRepaired},
		{"document with spaces", "证件号码", "440100 19900101 0015 ", func(r Row) string { return r.Document }, "440100199001010015", "document_repaired", SeverityRepaired},
		{"document in full width", "证件号码", "４４０１００１９９００１０１００１５", func(r Row) string { return r.Document }, "440100199001010015", "document_repaired", SeverityRepaired},
		{"no document", "证件号码", nil, nil, "", "document_missing", SeverityError},
		{"unknown type", "证件类型", "军官证", nil, "", "document_type", SeverityError},
		{"type and number disagree", "证件类型", "护照", nil, "", "document_type_mismatch", SeverityError},
		{"no type", "证件类型", nil, func(r Row) string { return r.DocType }, "resident_id", "", ""},

		{"phone as a number", "手机号码", 13800000001, func(r Row) string { return r.Phone }, "+8613800000001", "", ""},
		{"phone with country code", "手机号码", "+86 138-0000-0001", func(r Row) string { return r.Phone }, "+8613800000001", "phone_repaired", SeverityRepaired},
		{"phone with 0086", "手机号码", "008613800000001", func(r Row) string { return r.Phone }, "+8613800000001", "phone_repaired", SeverityRepaired},
		{"phone as a number with 86", "手机号码", 8613800000001, func(r Row) string { return r.Phone }, "+8613800000001", "phone_repaired", SeverityRepaired},
		{"phone in scientific notation", "手机号码", "1.38E+10", nil, "", "phone_digits_lost", SeverityError},
		{"phone with a fraction", "手机号码", 13800000001.5, nil, "", "phone_digits_lost", SeverityError},
		{"phone of ten digits", "手机号码", "1380000000", nil, "", "phone_format", SeverityError},
		{"landline", "手机号码", "020-83000000", nil, "", "phone_landline", SeverityError},
		{"two phones", "手机号码", "13800000001/13800000002", nil, "", "phone_several", SeverityError},
		{"no phone", "手机号码", "无", nil, "", "phone_missing", SeverityError},

		{"level by a synonym", "技能等级", "初级工", func(r Row) string { return r.Level }, "5", "certificate_level", SeverityWarning},
		{"level as a number", "技能等级", 4, func(r Row) string { return r.Level }, "4", "", ""},
		{"level in full width", "技能等级", "四级／中级工", func(r Row) string { return r.Level }, "4", "", ""},
		{"unknown level", "技能等级", "九级", nil, "", "level_unknown", SeverityError},
		{"no level", "技能等级", nil, nil, "", "value_missing", SeverityError},
		{"no occupation", "职业(工种)", " ", nil, "", "value_missing", SeverityError},
		{"occupation with a line break", "职业(工种)", "电工\n（低压）", func(r Row) string { return r.Occupation }, "电工 （低压）", "", ""},
		{"occupation too long", "职业(工种)", strings.Repeat("工", 101), nil, "", "text_too_long", SeverityError},
		{"garbled text", "部门", "装配\ufffd", nil, "", "text_garbled", SeverityError},
		{"a number for a department", "部门", 3, func(r Row) string { return r.Department }, "3", "", ""},
		{"a stroke for no department", "部门", "/", func(r Row) string { return r.Department }, "", "", ""},
		{"occupation code in full width", "职业编码", "６－31－01－03", func(r Row) string { return r.OccupationCode }, "6-31-01-03", "code_repaired", SeverityRepaired},
		{"wrong occupation code", "职业编码", "6310103", nil, "", "occupation_code", SeverityError},
		{"unknown method", "评价方式", "面试", func(r Row) string { return r.Method }, "", "method_unknown", SeverityWarning},

		{"certificate with spaces", "证书编号", "y0000 44000001 26 4 000001", func(r Row) string { return r.Certificate }, "Y000044000001264000001", "code_repaired", SeverityRepaired},
		{"certificate as a number", "证书编号", 1944001005400001.0, nil, "", "certificate_digits_lost", SeverityError},
		{"old certificate", "证书编号", "1944001005400001", func(r Row) string { return r.Certificate }, "1944001005400001", "certificate_form", SeverityWarning},
		{"certificate of another year", "证书编号", "Y000044000001254000001", nil, "", "certificate_year", SeverityWarning},
		{"certificate of another province", "证书编号", "Y000045000001264000001", nil, "", "certificate_province", SeverityWarning},
		{"certificate of the other kind of body", "证书编号", "S000044000001264000001", nil, "", "certificate_letter", SeverityWarning},
		{"certificate of words", "证书编号", "正在制作当中请稍候", nil, "", "certificate_format", SeverityError},
		{"no certificate", "证书编号", nil, func(r Row) string { return r.Certificate }, "", "", ""},

		{"date with dots", "发证日期", "2026.5.3", func(r Row) string { return r.IssuedOn }, "2026-05-03", "date_repaired", SeverityRepaired},
		{"date cell", "发证日期", time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC), func(r Row) string { return r.IssuedOn }, "2026-05-03", "", ""},
		{"date as a bare number", "发证日期", 46145, func(r Row) string { return r.IssuedOn }, "2026-05-03", "date_repaired", SeverityRepaired},
		{"year of two digits", "发证日期", "26.5.3", nil, "", "date_two_digit_year", SeverityError},
		{"no such day", "发证日期", "2026-02-30", nil, "", "date_impossible", SeverityError},
		{"issued in the future", "发证日期", "2026-12-31", func(r Row) string { return r.IssuedOn }, "2026-12-31", "date_future", SeverityWarning},

		{"true", "部门", true, nil, "", "cell_boolean", SeverityError},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustParse(t, book(t, enterpriseHead, with(person(1), c.heading, c.value)), models.OrgEnterprise)
			require.Len(t, p.rows, 1)
			if c.got != nil {
				require.Equal(t, c.want, c.got(p.rows[0]))
			}
			if c.code == "" {
				require.Empty(t, p.all())
				return
			}
			require.Len(t, p.all(), 1, "%v", p.all())
			issue := p.all()[0]
			require.Equal(t, c.code, issue.Code)
			require.Equal(t, c.severity, issue.Severity)
			require.Equal(t, 2, issue.Row)
			require.NotEmpty(t, issue.Message)
			require.Equal(t, c.severity == SeverityError, Refused(p.issues[0]))
			require.Equal(t, map[string]int{c.code: 1}, p.summary.Counts)
		})
	}
}

func TestIssueNamesItsCell(t *testing.T) {
	head := append([]any{}, enterpriseHead...)
	head[2] = "*身份证\n号码（必填）"
	p := mustParse(t, book(t, head, with(person(1), "证件号码", "440106199001011230")), models.OrgEnterprise)
	require.Equal(t, []Issue{{2, "*身份证 号码（必填）", "document_check_digit", models.ErrDocumentCheckDigit.Message, SeverityError}}, p.all())
}

func TestTaiwanPassWithLeadingZeroAsNumber(t *testing.T) {
	row := with(with(person(1), "证件类型", "台胞证"), "证件号码", 1234567)
	require.Equal(t, []string{"document_digits_lost"}, mustParse(t, book(t, enterpriseHead, row), models.OrgEnterprise).codes())
	row = with(with(person(1), "证件类型", "台胞证"), "证件号码", 12345678)
	p := mustParse(t, book(t, enterpriseHead, row), models.OrgEnterprise)
	require.Equal(t, []string{"document_number_cell"}, p.codes())
	require.Equal(t, "12345678", p.rows[0].Document)
	require.Equal(t, "taiwan_pass", p.rows[0].DocType)
}

func TestTextEndingInZerosIsDoubtful(t *testing.T) {
	id := ""
	for n := 0; id == ""; n++ {
		if _, err := models.ParseDocument("", fmt.Sprintf("4401001990%04d0000", n)); err == nil {
			id = fmt.Sprintf("4401001990%04d0000", n)
		}
	}
	p := mustParse(t, book(t, enterpriseHead, with(person(1), "证件号码", id)), models.OrgEnterprise)
	require.Equal(t, []string{"document_trailing_zeros"}, p.codes())
	require.False(t, Refused(p.issues[0]))
}

func TestFormulasAndErrors(t *testing.T) {
	worksheet := `<worksheet><sheetData><row r="1">%s</row><row r="2"><c r="A2" t="str"><f>B9</f><v>张三</v></c><c r="B2" t="str"><f>T(1)</f><v>%s</v></c><c r="C2"><f>13800000000+1</f><v>1.3800000001E10</v></c>` +
		`<c r="D2" t="e"><v>#N/A</v></c><c r="E2"><f>1+3</f></c></row></sheetData></worksheet>`
	head := ""
	for i, h := range []string{"姓名", "证件号码", "手机号码", "职业", "等级"} {
		head += fmt.Sprintf(`<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>`, sheet.ColumnName(i), h)
	}
	p := mustParse(t, rawBook(t, fmt.Sprintf(worksheet, head, syntheticID(1)), "<sst/>"), models.OrgEnterprise)
	require.Equal(t, []string{"cell_fault", "formula_without_result"}, p.codes())
	require.Equal(t, "张三", p.rows[0].Name)
	require.Equal(t, syntheticID(1), p.rows[0].Document)
	require.Equal(t, "+8613800000001", p.rows[0].Phone)
}

func TestDates1904(t *testing.T) {
	data := bookWith(t, func(f *excelize.File) {
		yes := true
		require.NoError(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	}, enterpriseHead, with(person(1), "发证日期", 44683))
	require.Equal(t, "2026-05-03", mustParse(t, data, models.OrgEnterprise).rows[0].IssuedOn)
}

func TestHeadings(t *testing.T) {
	id := syntheticID(1)
	for _, c := range []struct {
		name string
		rows [][]any
		line int
	}{
		{"title rows above", [][]any{{"××公司职业技能等级认定人员名册"}, {"填报单位：××公司", nil, nil, "2026年5月"}, nil, {"姓名", "证件号码", "手机号码", "职业(工种)", "技能等级"}, {"张三", id, "13800000001", "电工", "四级"}}, 4},
		{"another order and other names", [][]any{{"认定等级", "申报职业", "联系电话", "身份证号", "姓名"}, {"四级", "电工", "13800000001", id, "张三"}}, 1},
		{"stars, brackets, spaces", [][]any{{"*姓 名", "*证件号码（必填）", "联系 电话\n(手机)", "＊职业（工种）", "技能等级【下拉选择】"}, {"张三", id, "13800000001", "电工", "四级"}}, 1},
		{"columns in between", [][]any{{"序号", "姓名", "性别", "证件号码", nil, "手机", "工种", "级别", "备注"}, {1, "张三", "男", id, nil, "13800000001", "电工", "四级", "x"}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustParse(t, book(t, c.rows...), models.OrgEnterprise)
			require.Empty(t, p.all())
			require.Len(t, p.rows, 1)
			require.Equal(t, c.line, p.summary.HeaderRow)
			require.Equal(t, c.line+1, p.rows[0].Line)
			require.Equal(t, []string{"张三", id, "+8613800000001", "电工", "4"}, []string{p.rows[0].Name, p.rows[0].Document, p.rows[0].Phone, p.rows[0].Occupation, p.rows[0].Level})
		})
	}
}

func TestHeadingOfTwoRowsWithMergedCells(t *testing.T) {
	data := bookWith(t, func(f *excelize.File) {
		for _, r := range [][2]string{{"A1", "A2"}, {"B1", "C1"}, {"D1", "D2"}, {"E1", "E2"}, {"F1", "F2"}, {"D3", "D4"}} {
			require.NoError(t, f.MergeCell("Sheet1", r[0], r[1]))
		}
	}, []any{"姓名", "证件", nil, "部门", "职业(工种)", "技能等级"}, []any{nil, "证件号码", "手机号码"},
		[]any{"张三", syntheticID(1), "13800000001", "装配车间", "电工", "四级"}, []any{"李四", syntheticID(2), "13800000002", nil, "电工", "四级"},
		[]any{"王五", syntheticID(3), "13800000003", nil, "电工", "四级"})
	p := mustParse(t, data, models.OrgEnterprise)
	require.Empty(t, p.all())
	require.Equal(t, 2, p.summary.HeaderRow)
	require.Equal(t, "装配车间", p.rows[0].Department)
	require.Equal(t, "装配车间", p.rows[1].Department, "merged with the cell above")
	require.Empty(t, p.rows[2].Department, "not merged, so nothing is guessed")
}

func TestColumnsAreMissing(t *testing.T) {
	_, err := parse(book(t, []any{"姓名", "手机", "工龄"}, []any{"张三", "13800000001", 3}), models.OrgEnterprise, testOptions())
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, ErrColumnsMissing)
	require.Contains(t, e.Message, "证件号码")
	require.Contains(t, e.Message, "职业(工种)")
	require.Contains(t, e.Message, "工龄")
	require.Equal(t, []string{"证件号码", "职业(工种)", "技能等级"}, e.Extra["missing"])
	require.Equal(t, []string{"姓名", "手机", "工龄"}, e.Extra["found"])

	_, err = parse(book(t, []any{"姓名", "证件号码", "手机", "专业"}), models.OrgSchool, testOptions())
	require.ErrorAs(t, err, &e)
	require.Equal(t, []string{"实习结束日期或毕业日期"}, e.Extra["missing"])

	for _, data := range [][]byte{book(t, []any{"张三", syntheticID(1)}), book(t), []byte("你好\n")} {
		_, err = parse(data, models.OrgSocial, testOptions())
		require.ErrorIs(t, err, ErrNoHeader)
	}
	_, err = parse(book(t), "company", testOptions())
	require.ErrorIs(t, err, ErrKind)
	_, err = parse(book(t, append(make([][]any, 0), manyTitles(20)...)...), models.OrgEnterprise, testOptions())
	require.ErrorIs(t, err, ErrNoHeader, "a heading below the 20th row is not searched for")
}

func manyTitles(n int) (rows [][]any) {
	for range n {
		rows = append(rows, []any{"标题"})
	}
	return append(rows, enterpriseHead, person(1))
}

func TestNotes(t *testing.T) {
	p := mustParse(t, book(t, []any{"序号", "姓名", "证件号码", "手机号码", "联系电话", "职业", "技能等级", "工龄"},
		[]any{1, "张三", syntheticID(1), "13800000001", "020", "电工", "四级", 3}), models.OrgEnterprise)
	require.Equal(t, []Issue{
		{1, "工龄", "column_ignored", "系统用不到这一列，已忽略。", SeverityNote},
		{1, "联系电话", "column_repeated", "已有另一列表示同样的内容，这一列已忽略。", SeverityNote},
	}, p.summary.Notes)
	require.Empty(t, p.all())
}

func TestRowsThatAreNoPeople(t *testing.T) {
	id := syntheticID(1)
	rows := [][]any{
		{"序号", "姓名", "证件号码", "手机号码", "职业", "技能等级"},
		{1, "示例张三", id, "13800000001", "电工", "四级"},
		{2, "张三", id, "13800000001", "电工", "四级"},
		nil,
		{3},
		{4, " ", "/"},
		{"序号", "姓名", "证件号码", "手机号码", "职业", "技能等级"},
		{5, "李四", syntheticID(2), "13800000002", "电工", "四级"},
		{"合计", "2人"},
		{"填表人：王五", nil, nil, nil, "审核人：赵六"},
		{nil, "注：本表一式两份"},
		{6, "孙七", nil, nil, "电工", "四级"},
	}
	p := mustParse(t, book(t, rows...), models.OrgEnterprise)
	require.Equal(t, []int{3, 8, 12}, []int{p.rows[0].Line, p.rows[1].Line, p.rows[2].Line})
	require.Equal(t, []string{"document_missing", "phone_missing"}, p.codes())
	var notes []string
	for _, n := range p.summary.Notes {
		notes = append(notes, fmt.Sprint(n.Row, " ", n.Code))
	}
	require.Equal(t, []string{"2 row_example", "7 row_heading", "9 row_footer", "10 row_footer", "11 row_footer"}, notes)
	require.Equal(t, 5, p.summary.Skipped)
	require.Equal(t, 3, p.summary.Rows)
	require.Equal(t, 1, p.summary.Rejected)
}

func TestDuplicates(t *testing.T) {
	first, other := person(1), person(2)
	again := with(with(person(1), "证书编号", nil), "手机号码", "13800009999")
	spaced := with(with(person(1), "证件号码", " "+syntheticID(1)), "证书编号", nil)
	otherLevel := with(with(with(person(1), "技能等级", "五级"), "证书编号", nil), "姓名", "张三")
	sameCertificate := with(person(3), "证书编号", person(1)[8])
	samePhone := with(person(4), "手机号码", person(1)[3])
	refused := with(person(5), "姓名", "")
	p := mustParse(t, book(t, enterpriseHead, first, other, again, spaced, otherLevel, sameCertificate, samePhone, refused, person(5)), models.OrgEnterprise)
	got := map[int][]string{}
	for _, i := range p.all() {
		got[i.Row] = append(got[i.Row], i.Code)
	}
	require.Equal(t, map[int][]string{
		4: {"duplicate_row"}, 5: {"document_repaired", "duplicate_row"}, 7: {"certificate_duplicate"}, 8: {"shared_phone"}, 9: {"name_missing"},
	}, got, "the same person's other level and a row after a refused one are fine")
	for _, i := range p.all() {
		switch i.Code {
		case "duplicate_row", "certificate_duplicate", "shared_phone":
			require.Contains(t, i.Message, "第2行")
		}
	}
	require.Equal(t, 4, p.summary.Rejected)
	require.Equal(t, 1, p.summary.Warned)
}

func TestSchool(t *testing.T) {
	head := []any{"姓名", "证件号码", "手机号码", "学号", "专业", "班级", "实习单位", "实习开始时间", "实习结束日期", "毕业时间", "技能等级"}
	row := func(n int, start, end, graduation any) []any {
		return []any{"张三", syntheticID(n), fmt.Sprintf("138%08d", n), "2023010001", "数控加工", "23数控1班", "某某公司", start, end, graduation, nil}
	}
	twoInternships := row(1, "2026-03-01", "2026-04-01", nil)
	twoInternships[6] = "另一公司"
	lostNumber := row(6, nil, nil, "2026-07-10")
	lostNumber[3] = "2.02301E+15"
	p := mustParse(t, book(t, head, row(1, "2026-01-05", "2026-06-30", nil), row(2, nil, nil, "2026年7月10日"), row(3, nil, nil, nil),
		row(4, "2026-06-30", "2026-01-05", nil), row(5, nil, nil, "2026年7月"), twoInternships, lostNumber), models.OrgSchool)
	got := map[int][]string{}
	for _, i := range p.all() {
		got[i.Row] = append(got[i.Row], i.Column+" "+i.Code)
	}
	require.Equal(t, map[int][]string{
		3: {"毕业时间 date_repaired"}, 4: {"实习结束日期 end_date_missing"}, 5: {"实习结束日期 date_order"}, 6: {"毕业时间 date_incomplete"}, 8: {"学号 digits_lost"},
	}, got)
	require.Equal(t, "2026-07-10", p.rows[1].GraduatesOn)
	require.Equal(t, "数控加工", p.rows[0].Major)
	require.Equal(t, "2023010001", p.rows[0].StudentNo)
	require.Equal(t, "某某公司", p.rows[0].InternCompany)
	require.Equal(t, "2026-01-05", p.rows[0].InternStart)
}

func TestSocialOrg(t *testing.T) {
	head := []any{"姓名", "证件类型", "证件号码", "手机号码", "职业", "技能等级", "证书编号", "考试地点", "考点区划", "课程名称"}
	row := func(n int, region any) []any {
		return []any{"张三", "", syntheticID(n), fmt.Sprintf("138%08d", n), "中式烹调师", "四级", fmt.Sprintf("S000044000002264%06d", n), "某某学校", region, "烹调（四级）"}
	}
	p := mustParse(t, book(t, head, row(1, 440100), row(2, "月球")), models.OrgSocial)
	require.Equal(t, []string{"region_unknown"}, p.codes())
	require.Equal(t, "440100", p.rows[0].ExamSiteRegion)
	require.Equal(t, "某某学校", p.rows[0].ExamSite)
	require.Equal(t, "烹调（四级）", p.rows[0].Course)
	require.Empty(t, p.rows[1].ExamSiteRegion)
}

func TestFirstTableThatFits(t *testing.T) {
	data := bookWith(t, func(f *excelize.File) {
		for _, name := range []string{"隐藏", "名册", "第二份"} {
			_, err := f.NewSheet(name)
			require.NoError(t, err)
			if name == "隐藏" || name == "名册" {
				for i, row := range [][]any{enterpriseHead, person(1)} {
					require.NoError(t, f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row))
				}
			}
		}
		require.NoError(t, f.SetSheetVisible("隐藏", false))
	}, []any{"说明"}, []any{"姓名", "手机"})
	p := mustParse(t, data, models.OrgEnterprise)
	require.Equal(t, "名册", p.summary.Sheet)
	require.Len(t, p.rows, 1)
}

func TestCSV(t *testing.T) {
	table := "人员名册,,,,\r\n姓名,证件号码,手机号码,职业(工种),技能等级\r\n张三,\t" + syntheticID(1) + ",=\"13800000001\",\"电工,低压\",四级\r\n李四,4.401E+17,1.38E+10,电工,四级\r\n"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(table)
	require.NoError(t, err)
	for name, data := range map[string]string{"UTF-8": table, "UTF-8 with mark": "\ufeff" + table, "GBK": gbk, "semicolons": strings.NewReplacer("电工,低压", "电工,低压", ",", ";").Replace(table)} {
		t.Run(name, func(t *testing.T) {
			p := mustParse(t, []byte(data), models.OrgEnterprise)
			require.Equal(t, []string{"document_repaired", "document_digits_lost", "phone_digits_lost"}, p.codes())
			require.Equal(t, "电工,低压", p.rows[0].Occupation)
			require.Equal(t, 3, p.rows[0].Line)
			require.Equal(t, "+8613800000001", p.rows[0].Phone)
		})
	}
}

func TestEachCanStop(t *testing.T) {
	data := book(t, enterpriseHead, person(1), person(2))
	r, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "", sheet.Options{})
	require.NoError(t, err)
	stop := errors.New("stop")
	s, err := Parse(context.Background(), r, models.OrgEnterprise, testOptions(), func(Row, []Issue) error { return stop })
	require.Equal(t, stop, err)
	require.Equal(t, 1, s.Rows)
	opt := testOptions()
	opt.OnHeader = func([]string) error { return stop }
	_, err = Parse(context.Background(), r, models.OrgEnterprise, opt, nil)
	require.Equal(t, stop, err)
}

// Memory must not grow with the file: the parsed rows are let go, and what stays is some bytes per person.
func TestMemoryStaysBounded(t *testing.T) {
	const n = 20_000
	data := bigBook(t, n)
	r, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "", sheet.Options{})
	require.NoError(t, err)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, peak := heap(), uint64(0)
	seen := 0
	s, err := Parse(context.Background(), r, models.OrgEnterprise, testOptions(), func(Row, []Issue) error {
		if seen++; seen%5000 == 0 {
			peak = max(peak, heap())
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, n, s.Rows)
	require.Zero(t, s.Rejected)
	require.Less(t, peak-before, uint64(12<<20), "shared texts (some 3 MB) and hashes")
}

func FuzzParse(f *testing.F) {
	f.Add(book(f, enterpriseHead, person(1)), "enterprise")
	f.Add([]byte("姓名,证件号码,手机号码,专业,毕业日期\n张三,440100199001010015,13800000001,数控,2026.5.3\n合计\n"), "school")
	f.Add([]byte("姓名;证件号码;手机号码;职业;等级\n\"\n"), "social_org")
	f.Fuzz(func(t *testing.T, data []byte, kind string) {
		p, err := parse(data, models.OrgKind(kind), testOptions())
		if err != nil {
			var e *models.Error
			require.ErrorAs(t, err, &e, "every refusal of a file is one that can be shown")
		}
		for i, row := range p.rows {
			if !Refused(p.issues[i]) {
				require.NotEmpty(t, row.Name)
				require.NotEmpty(t, row.Document)
				require.Len(t, row.Phone, 14)
			}
		}
	})
}

func TestWithoutACatalog(t *testing.T) {
	data := book(t, enterpriseHead, with(person(1), "技能等级", "4"), person(2))
	p, err := parse(data, models.OrgEnterprise, Options{Now: testNow})
	require.NoError(t, err)
	require.Equal(t, []string{"level_unknown"}, p.codes(), "only codes are known")
	require.Equal(t, "4", p.rows[0].Level)
	require.Equal(t, "考试", p.rows[0].Method, "kept as it is")
}

func TestTheCatalogIsAskedOncePerText(t *testing.T) {
	asked := 0
	opt := testOptions()
	opt.ParseLevel = func(string) (string, bool) { asked++; return "4", true }
	_, err := parse(book(t, enterpriseHead, person(1), person(2), person(3)), models.OrgEnterprise, opt)
	require.NoError(t, err)
	require.Equal(t, 1, asked)
}
