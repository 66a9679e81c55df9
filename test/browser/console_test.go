package browser_test

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/roster"
	"huisheng/internal/demo"
	"huisheng/models"
	"huisheng/models/store"
)

// An operator's main job from the first login to the first figures, with a roster that has bad rows and people who try to slip in a script.
func TestDeskMainJob(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enterprise("示例<script>alert(1)</script>公司", "desk")
	b := s.desk("desk", deskPassword, deskScreen)
	b.sees("<script>alert(1)</script>")
	b.sees("还没有反馈批次")
	b.tidy("home")

	people := demo.People(9, 14)
	rows := demo.RosterRows(models.OrgEnterprise, people)
	rows[1][column(t, rows, "证件号码")] = "44010019900101123X" // a wrong check character
	rows[2][column(t, rows, "手机号码")] = "12345"
	rows[3][column(t, rows, "部门")] = `<img src=x onerror=alert(2)>`
	good := people[2:]
	b.tapText("名册")
	b.sees("名册还是空的")
	b.choose(workbook(t, "名册.xlsx", rows))
	b.tapText("先检查，不导入")
	b.sees("检查完了，还没有导入")
	b.sees("有错的格子")
	require.Contains(t, b.css("#outcome tbody tr"), "2")
	b.tidy("dry-run")
	operator := models.Principal{Role: models.RoleOperator, Org: org}
	stored := func() int {
		list, err := s.app.Roster.ListRecords(context.Background(), operator, org, roster.Query{}, models.Page{Limit: 100})
		require.NoError(t, err)
		return len(list.Items)
	}
	require.Zero(t, stored(), "checking stores nothing")
	b.tapText("导入这 12 行")
	b.sees("导入完了")
	require.Equal(t, 12, stored())
	b.tapText("名册")
	b.sees(good[0].Certificate)
	require.NotContains(t, b.text(), good[0].Document)
	require.NotContains(t, b.text(), good[0].Name)
	b.tidy("roster")

	b.claim("SL-2026-001")
	b.sees("12\n人将收到邀请")
	b.tidy("claimed")
	b.tapText("看进度、打印海报")
	b.sees("实时更新")
	b.sees("进行中")
	r := s.follow(org, good)
	b.until(func() bool { return strings.Contains(b.css(`[data-count=sent]`), "12 人") }, "not sent")
	require.Contains(t, b.css(`[data-count=submitted]`), "暂不显示")
	b.tidy("batch")
	s.openFromOutbox(b)

	for i := range 6 {
		r.answer(i)
	}
	b.until(func() bool { return strings.Contains(b.css(`[data-count=submitted]`), "5 人") }, "the page does not follow the answers")
	require.NoError(t, s.app.Indicators.RefreshBatch(context.Background(), r.batch))
	b.tapText("指标")
	b.sees("参评人员满意率")
	require.Contains(t, b.css("#E1a .value"), "100")
	require.Regexp(t, "样本 [56]", b.css("#E1a"), "an organisation's own figures move in steps of five: the sixth may still be held back")
	require.Contains(t, b.css("#E2a"), "暂不显示")
	b.follow("#E1a summary")
	b.sees("粤技服〔2021〕17号")
	b.tidy("indicators")
	b.follow("#E1a h2 a")
	b.sees("与本市、全省相比")
	b.sees("最近8个季度")
	b.sees("大家怎么答的")
	b.sees("这个数字怎么来的")
	require.Contains(t, b.css(".figure.one .value"), "100")
	b.tidy("indicator")
	b.tapText("全部指标")
	b.sees("参评人员满意率")
}

// claim posts a claim for everybody on the page.
func (b *tab) claim(no string) {
	b.t.Helper()
	b.tapText("发起申领")
	b.typeIn("#f-claim_no", no)
	eval[any](b, `document.querySelector('input[data-all]').scrollIntoView({block: 'center'})`)
	b.tap("input[data-all]")
	b.sees("已勾选")
	b.tidy("claim")
	b.tapText("核对名单")
	b.sees("还没有提交")
	b.tapText("提交申领并邀请")
	b.sees("申领已受理")
}

// openFromOutbox opens the link of a message as its receiver would.
func (s *site) openFromOutbox(b *tab) {
	s.t.Helper()
	link := eval[string](b.outbox(s), `document.querySelector('a[href*="/i/"]').href`)
	phone := openTab(s.t, phoneScreen)
	phone.open(link)
	phone.sees("示例<script>alert(1)</script>公司")
}

// outbox opens the developer's outbox in a second window.
func (b *tab) outbox(s *site) *tab {
	b.t.Helper()
	o := b.another(deskScreen)
	o.open(s.url + "/dev/outbox")
	return o
}

// The same job without any script: forms and links are enough.
func TestDeskWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enterprise("示例机电有限公司", "plain")
	b := openTab(t, deskScreen)
	b.open(s.url + "/console/roster")
	b.noScript()
	b.open(s.url + "/console/roster")
	b.logIn("plain", deskPassword)
	require.Equal(t, "/console/roster", b.at(), "the login leads to where one wanted to go")
	people := demo.People(11, 6)
	file := workbook(t, "名册.xlsx", demo.RosterRows(models.OrgEnterprise, people))
	b.choose(file)
	b.tapText("先检查，不导入")
	b.sees("检查完了，还没有导入")
	b.tapText("回到名册，选同一份文件导入")
	b.choose(file)
	b.tapText("直接导入")
	b.sees("导入完了")
	b.tapText("发起申领")
	b.typeIn("#f-claim_no", "SL-2")
	b.tap("input[value=numbers]")
	var numbers []string
	for _, p := range people {
		numbers = append(numbers, p.Certificate)
	}
	b.typeIn("#f-numbers", strings.Join(append(numbers, "Y000000000000000000000"), "，"))
	b.tapText("核对名单")
	b.sees("还没有提交")
	b.tapText("提交申领并邀请")
	b.sees("6\n人将收到邀请")
	b.sees("名册里没有这条评价记录")
	s.follow(org, people)
	b.tapText("看进度、打印海报")
	b.tapText("提前截止…")
	b.sees("确定提前截止吗")
	b.tapText("确定截止")
	b.sees("已截止")
	b.sees("不再接受填写")
}

// Wrong input is said at its field, and nothing typed is lost.
func TestDeskSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dead := demo.People(7, 6)[2].Phone // invite takes the same people
	require.NoError(t, s.store.SetPhoneUnreachable(context.Background(), s.ids.PhoneID("+86"+dead), true))
	r := s.invite(models.OrgEnterprise, 6)
	s.account("desk", models.Account{Role: models.RoleOperator, Org: r.org})
	b := openTab(t, tabletScreen)
	b.open(s.url + "/console")
	b.logInWrong("desk")
	b.logIn("desk", deskPassword)
	b.tapText("发起申领")
	b.tidy("claim-tablet")
	b.tap("input[value=numbers]")
	b.typeIn("#f-numbers", "Y1")
	b.tapText("核对名单")
	b.sees("请填写申领编号")
	require.Equal(t, "Y1", eval[string](b, `document.querySelector('#f-numbers').value`))
	b.typeIn("#f-claim_no", "SL-3")
	b.tapText("核对名单")
	b.sees("名单上的人都不能邀请")
	b.mendPhone(s, r)
	b.open(s.url + "/console/batches/nothing")
	b.sees("没有找到，或您无权查看。")
	b.sees("回到首页")
	b.tidy("missing")
	b.open(s.url + "/console/orgs")
	b.sees("您的账号没有这项权限。")
}

func (b *tab) logInWrong(login string) {
	b.t.Helper()
	b.tidy("login")
	b.typeIn("#f-account", login)
	b.typeIn("#f-password", "not the password")
	b.tapText("登录")
	b.sees("账号或密码不对。")
	require.Equal(b.t, login, eval[string](b, `document.querySelector('#f-account').value`))
}

// mendPhone corrects the number of somebody whose message failed.
func (b *tab) mendPhone(s *site, r *round) {
	b.t.Helper()
	people := s.url + "/console/batches/" + string(r.batch) + "/people"
	b.until(func() bool { b.open(people); return eval[bool](b, `!!document.querySelector('td .chip.bad')`) }, "nobody is unreachable")
	b.tidy("people")
	b.tapText("只看没送到的")
	b.typeIn("input[name=phone]", "123")
	b.tapText("更正并重发")
	b.until(func() bool { return eval[bool](b, `!!document.querySelector('input[name=phone][aria-invalid]')`) }, "the wrong number is not marked")
	b.tidy("people-failed")
	b.typeIn("input[name=phone]", "13800009999")
	b.tapText("更正并重发")
	b.sees("号码已更正")
	b.sees("没有发送失败的短信")
	require.Eventually(b.t, func() bool {
		list, err := s.app.Outreach.Outbox(context.Background(), store.OutboxFilter{To: "+8613800009999"})
		require.NoError(b.t, err)
		return len(list) == 1
	}, waitLong, 100*time.Millisecond, "nothing was sent to the new number")
}

// Ticks and what was typed survive a filter; "everybody found" is what the filter finds, on all pages.
func TestDeskPicksPeople(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 8)
	s.account("desk", models.Account{Role: models.RoleOperator, Org: r.org})
	more := demo.People(21, 9)
	operator := models.Principal{Account: "test", Role: models.RoleOperator, Org: r.org}
	var file bytes.Buffer
	require.NoError(t, demo.RosterXLSX(&file, models.OrgEnterprise, more))
	_, err := s.app.Roster.Import(context.Background(), operator, r.org,
		roster.File{Content: bytes.NewReader(file.Bytes()), Size: int64(file.Len()), Name: "名册.xlsx"}, false, nil)
	require.NoError(t, err)
	prefix := more[0].Certificate[:len(more[0].Certificate)-9] // of more than the first, of nobody invited before

	b := s.desk("desk", deskPassword, deskScreen)
	b.open(s.url + "/console/claims/new?limit=2&certificate=" + prefix)
	b.typeIn("#f-claim_no", "SL-9")
	eval[any](b, `document.querySelector('input[name=record]').scrollIntoView({block: 'center'})`)
	b.tap("input[name=record]")
	b.sees("已勾选 1 人")
	b.tapText("下一页")
	b.until(func() bool { return strings.Contains(b.at(), "after=") }, "not at the second page")
	b.until(func() bool { return eval[string](b, `document.querySelector('#f-claim_no').value`) == "SL-9" }, "the claim number was lost on the way")
	b.sees("已勾选 1 人")
	eval[any](b, `document.querySelector('input[name=record]').scrollIntoView({block: 'center'})`)
	b.tap("input[name=record]")
	b.sees("已勾选 2 人")
	b.tapText("核对名单")
	b.sees("还没有提交")
	b.tapText("提交申领并邀请")
	b.sees("2\n人将收到邀请")

	b.open(s.url + "/console/claims/new?limit=2&certificate=" + more[0].Certificate[:len(more[0].Certificate)-9])
	require.Empty(t, eval[string](b, `document.querySelector('#f-claim_no').value`), "a posted claim is forgotten")
	b.typeIn("#f-claim_no", "SL-10")
	b.tap("input[value=all]")
	b.tapText("核对名单")
	b.sees("还没有提交")
	b.tapText("提交申领并邀请")
	b.sees("申领已受理")
	list, err := s.app.Roster.ListRecords(context.Background(), operator, r.org, roster.Query{Certificate: prefix}, models.Page{Limit: 50})
	require.NoError(t, err)
	b.sees(strconv.Itoa(len(list.Items)-2) + "\n人将收到邀请")
	b.sees("已经邀请过")
}
