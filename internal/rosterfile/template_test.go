package rosterfile

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/sheet"
	"huisheng/models"
)

var templateOptions = TemplateOptions{Levels: []string{"五级/初级工", "四级/中级工"}, Methods: []string{"考试", "过程化考核"}}

func TestTemplateIsReadBackWithoutItsExamples(t *testing.T) {
	for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		t.Run(string(kind), func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, WriteTemplate(&b, kind, templateOptions))
			p := mustParse(t, b.Bytes(), kind)
			require.Empty(t, p.rows, "nobody writes to a made-up person")
			require.Equal(t, 2, p.summary.Skipped)
			require.Equal(t, "人员名册", p.summary.Sheet)
			require.Equal(t, headingRow, p.summary.HeaderRow)

			f, err := excelize.OpenReader(&b)
			require.NoError(t, err)
			for row, name := range map[string]string{"A3": "张三", "A4": "李四"} {
				require.NoError(t, f.SetCellStr("人员名册", row, name))
			}
			var filled bytes.Buffer
			require.NoError(t, f.Write(&filled))
			p = mustParse(t, filled.Bytes(), kind)
			require.Len(t, p.rows, 2)
			require.Empty(t, p.all(), "the examples are right in every cell")
		})
	}
	require.ErrorIs(t, WriteTemplate(&bytes.Buffer{}, "x", templateOptions), ErrKind)
}

func TestTemplateProtectsDigits(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteTemplate(&b, models.OrgEnterprise, templateOptions))
	f, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	require.Equal(t, []string{"人员名册", "填写说明"}, f.GetSheetList())
	head, err := f.GetRows("人员名册")
	require.NoError(t, err)
	require.Equal(t, []string{"*姓名", "证件类型", "*证件号码", "*手机号码", "部门", "岗位", "*职业(工种)", "职业编码", "*技能等级", "证书编号", "发证日期", "评价方式", "评价日期"}, head[1])
	for i := range head[1] {
		style, err := f.GetColStyle("人员名册", letters(i))
		require.NoError(t, err)
		s, err := f.GetStyle(style)
		require.NoError(t, err)
		require.Equal(t, 49, s.NumFmt, "the text format")
	}
	lists, err := f.GetDataValidations("人员名册")
	require.NoError(t, err)
	require.Len(t, lists, 3)
	require.Equal(t, `"五级/初级工,四级/中级工"`, lists[1].Formula1)
	panes, err := f.GetPanes("人员名册")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	guide, err := f.GetRows("填写说明")
	require.NoError(t, err)
	require.Greater(t, len(guide), len(head[1]))
}

func TestRejectedRowsCanBeCorrectedAndUploadedAgain(t *testing.T) {
	bad := with(with(person(1), "姓名", "=HYPERLINK(\"http://example.com\")"), "手机号码", "+86138")
	data := book(t, []any{"标题"}, enterpriseHead, person(2), bad, with(person(3), "发证日期", "26.5.3"))
	r, err := sheet.Open(bytes.NewReader(data), int64(len(data)), "", sheet.Options{})
	require.NoError(t, err)
	var out bytes.Buffer
	var w *RejectedWriter
	opt := testOptions()
	opt.OnHeader = func(headings []string) (err error) {
		w, err = NewRejectedWriter(&out, headings)
		return err
	}
	_, err = Parse(t.Context(), r, models.OrgEnterprise, opt, func(row Row, issues []Issue) error { return w.Write(row, issues) })
	require.NoError(t, err)
	require.NoError(t, w.Close())

	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	rows, err := f.GetRows("未导入的行")
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, []string{"行号", "问题", "姓名", "证件类型"}, rows[0][:4])
	require.Equal(t, "4", rows[1][0])
	require.Contains(t, rows[1][1], "姓名：")
	require.Contains(t, rows[1][1], "手机号码：")
	require.Equal(t, "=HYPERLINK(\"http://example.com\")", rows[1][2])
	formula, err := f.GetCellFormula("未导入的行", "C2")
	require.NoError(t, err)
	require.Empty(t, formula, "written as text")

	require.NoError(t, f.SetCellStr("未导入的行", "C2", "张三"))
	require.NoError(t, f.SetCellStr("未导入的行", "F2", "13800000001"))
	require.NoError(t, f.SetCellStr("未导入的行", "L3", "2026-05-03"))
	var corrected bytes.Buffer
	require.NoError(t, f.Write(&corrected))
	p := mustParse(t, corrected.Bytes(), models.OrgEnterprise)
	require.Empty(t, p.all())
	require.Empty(t, p.summary.Notes)
	require.Len(t, p.rows, 2)
}
