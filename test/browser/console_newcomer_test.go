package browser_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huisheng/internal/demo"
	"huisheng/models"
)

// renew changes a first password, as the page asks.
func (b *tab) renew(initial string) {
	b.t.Helper()
	b.sees("您用的是初始密码")
	b.typeIn("#f-current_password", initial)
	b.typeIn("#f-new_password", deskPassword)
	b.typeIn("#f-again", deskPassword)
	b.tapText("保存新密码")
}

// A newcomer's way from an empty platform, with the account that `huisheng seed --admin` makes, to the first answered batch: by what the screens say alone, and on the phone by
// what the message says.
func TestDeskNewcomer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const first = "the first password of all"
	_, err := s.app.Accounts.Ensure(context.Background(), models.Account{Login: "admin", Name: "省级管理员", Role: models.RoleProvince, Region: models.Province, MustChange: true}, first)
	require.NoError(t, err)
	p := s.desk("admin", first, deskScreen)
	p.renew(first)
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
	o.renew(initial)
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
	s.answerOnPhone(o, r)
	for i := range 6 {
		if _, err := r.response(i); err != nil { // not the one who has answered on a phone
			r.answer(i)
		}
	}
	o.until(func() bool {
		return !strings.Contains(o.css(`[data-count=submitted]`), "暂不显示") || o.ready("/console/indicators", "样本")
	}, "no answer is counted")
	o.until(func() bool { return o.ready("/console", "本单位指标") }, "no figure came of six answers")
	o.sees("参评人员满意率")
	o.tapText("SL-NEW-1")
	o.tapText("提前截止…")
	o.sees("确定提前截止吗")
	o.tapText("确定截止")
	o.sees("已截止")
}

// ready opens a page anew and says whether it says something by now.
func (b *tab) ready(path, text string) bool {
	b.t.Helper()
	b.open(eval[string](b, "location.origin") + path)
	return strings.Contains(b.text(), text)
}

// answerOnPhone opens the link of the newest message and answers as its receiver, by what the phone says.
func (s *site) answerOnPhone(b *tab, r *round) {
	s.t.Helper()
	link := eval[string](b.outbox(s), `document.querySelector('a[href*="/i/"]').href`)
	i := 0
	for r.link(i) != link {
		i++
		require.Less(s.t, i, len(r.people), "a link of nobody")
	}
	phone := openTab(s.t, phoneScreen)
	phone.open(link)
	phone.sees("示例新来企业")
	phone.typeIn("#tail", r.tail(i, 4))
	phone.tapText("下一步")
	phone.sees("填写前请看一下")
	phone.agree()
	phone.answerTo("")
	phone.tap("#send")
	phone.sees("已收到，谢谢您")
	_, err := r.response(i)
	require.NoError(s.t, err)
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
