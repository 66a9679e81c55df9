package browser_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/demo"
	"huisheng/models"
)

// A newcomer's way from an empty platform with one account of the province to the first answered batch, by what the screens say alone.
func TestDeskNewcomer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	p := s.desk("province", deskPassword, deskScreen)
	p.sees("还没有机构。先登记一家")
	p.tapText("登记机构")
	p.typeIn("#f-name", "示例新来企业")
	p.typeIn("#f-uscc", "91440101MA5TE5T07H")
	p.typeIn("#f-region", "440100")
	var filed []string
	for _, o := range demo.Filing().Occupations {
		filed = append(filed, o.Code+" "+o.Name+" "+strings.Join(o.Levels, "、"))
	}
	eval[any](p, `document.querySelector('#f-occ').value = `+quote(strings.Join(filed, "\n")))
	eval[any](p, `(() => { document.querySelector('[name="filing.valid_from"]').value = '2020-01-01'; document.querySelector('[name="filing.valid_to"]').value = '2035-12-31' })()`)
	p.tapText("登记")
	p.sees("还没有账号。开一个，机构才能登录。")
	p.typeIn("#f-account", "newcomer")
	p.typeIn("#f-name", "李四")
	p.tapText("开账号")
	initial := strings.TrimSpace(p.css(".secret"))

	o := s.desk("newcomer", initial, deskScreen)
	o.sees("您用的是初始密码")
	o.typeIn("#f-current_password", initial)
	o.typeIn("#f-new_password", deskPassword)
	o.typeIn("#f-again", deskPassword)
	o.tapText("保存新密码")
	o.sees("先上传参加评价的人的名册")
	o.tapText("上传名册")
	o.sees("名册还是空的")
	people := demo.People(61, 6)
	o.choose(fillTemplate(t, o, people))
	o.tapText("先检查，不导入")
	o.sees("检查完了，还没有导入")
	o.tapText("导入这 6 行")
	o.sees("导入完了")
	o.claim("SL-NEW-1")
	o.sees("6\n人将收到邀请")
	o.tapText("看进度、打印海报")
	org := models.OrgID(strings.Split(p.at(), "/")[3])
	r := s.follow(org, people)
	o.until(func() bool { return strings.Contains(o.css(`[data-count=sent]`), "6 人") }, "not sent")
	for i := range 6 {
		r.answer(i)
	}
	o.tapText("指标")
	o.until(func() bool {
		o.open(s.url + "/console/indicators")
		return strings.Contains(o.text(), "样本 6")
	}, "no figure came of six answers")
}

// fillTemplate fills the template that the page offers, as a person would in a spreadsheet program.
func fillTemplate(t *testing.T, b *tab, people []demo.Person) string {
	t.Helper()
	link := eval[string](b, `document.querySelector('a[href*="roster-templates"]').getAttribute('href')`)
	raw := evalAsync(b, `fetch(`+quote(link)+`).then(r => r.arrayBuffer()).then(a => Array.from(new Uint8Array(a)).map(x => String.fromCharCode(x)).join(''))`)
	file := filepath.Join(t.TempDir(), "名册.xlsx")
	bytes := make([]byte, 0, len(raw))
	for _, c := range raw {
		bytes = append(bytes, byte(c))
	}
	require.NoError(t, os.WriteFile(file, bytes, 0o600))
	book, err := excelize.OpenFile(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, book.Close()) }()
	sheet := book.GetSheetName(0)
	have, err := book.GetRows(sheet)
	require.NoError(t, err)
	head := 0
	for i, row := range have {
		if len(row) > 0 && row[0] == "*姓名" {
			head = i
			break
		}
	}
	rows := demo.RosterRows(models.OrgEnterprise, people)
	for i := range people {
		for j, name := range have[head] {
			name = strings.TrimPrefix(name, "*")
			for k, h := range rows[0] {
				if h != name {
					continue
				}
				at, err := excelize.CoordinatesToCellName(j+1, len(have)+i+1)
				require.NoError(t, err)
				require.NoError(t, book.SetCellValue(sheet, at, rows[i+1][k]))
			}
		}
	}
	require.NoError(t, book.Save())
	return file
}
