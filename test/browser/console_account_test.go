package browser_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// An official's account from its making to its end: what is wrong with the form, the first password shown once, its change at the first login, being logged out
// everywhere, a new first password, and the end, which can be taken back.
func TestDeskAccounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	p := s.desk("province", deskPassword, deskScreen)
	p.tapText("账号")
	p.typeIn("#f-account", "大写 X")
	p.typeIn("#f-name", "赵六")
	eval[any](p, `document.querySelector('#f-role').value = 'city'`)
	p.tapText("开账号")
	p.until(func() bool { return eval[bool](p, `!!document.querySelector('#f-account[aria-invalid]')`) }, "the wrong login is not marked")
	require.Equal(t, "赵六", eval[string](p, `document.querySelector('#f-name').value`), "what was typed is lost")
	p.tidy("account-wrong")
	p.typeIn("#f-account", "city-440100")
	eval[any](p, `document.querySelector('#f-region').value = '440100'`)
	p.tapText("开账号")
	p.sees("city-440100 的初始密码")
	initial := strings.TrimSpace(p.css(".secret"))
	p.tidy("account-made")
	p.tapText("账号")
	p.gone(".secret") // shown once

	c := s.desk("city-440100", initial, deskScreen)
	c.renew(initial)
	c.sees("密码已修改")
	second := s.desk("city-440100", deskPassword, tabletScreen)
	c.tapText("账号安全")
	c.tapText("退出其他所有设备")
	c.sees("其他设备上的登录都已退出")
	second.open(s.url + "/console/orgs")
	second.sees("登录")
	require.Contains(t, second.at(), "/console/login")
	c.open(s.url + "/console/orgs")
	c.sees("评价机构")

	p.pressBeside("city-440100", "logout")
	p.sees("已在所有设备上退出")
	c.open(s.url + "/console/orgs")
	require.Contains(t, c.at(), "/console/login")
	p.pressBeside("city-440100", "disable")
	p.sees("确定停用吗")
	p.tidy("account-disable")
	p.tapText("返回")
	p.pressBeside("city-440100", "disable")
	p.tapText("确定")
	p.sees("已停用")
	c.typeIn("#f-account", "city-440100")
	c.typeIn("#f-password", deskPassword)
	c.tapText("登录")
	c.sees("停用")
	p.pressBeside("city-440100", "enable")
	p.sees("账号已更新")
	p.pressBeside("city-440100", "reset")
	p.sees("确定重置吗")
	p.tapText("确定")
	p.sees("city-440100 的初始密码")
	c.open(s.url + "/console")
	c.logIn("city-440100", strings.TrimSpace(p.css(".secret")))
	c.sees("您用的是初始密码")
}

// pressBeside presses a button beside an account in a list.
func (b *tab) pressBeside(login, do string) {
	b.t.Helper()
	b.until(func() bool {
		return eval[bool](b, `!![...document.querySelectorAll('tbody tr')].find(r => r.querySelector('th').innerText.trim().startsWith(`+quote(login)+`))?.querySelector('button[value=`+do+`]')`)
	}, "no button "+do+" beside "+login)
	eval[any](b, `(() => { document.querySelectorAll('[data-test-press]').forEach(e => e.removeAttribute('data-test-press'));
		[...document.querySelectorAll('tbody tr')].find(r => r.querySelector('th').innerText.trim().startsWith(`+quote(login)+`)).querySelector('button[value=`+do+`]').setAttribute('data-test-press', '') })()`)
	b.tap("[data-test-press]")
}

// gone waits until an element is not there.
func (b *tab) gone(selector string) {
	b.t.Helper()
	b.until(func() bool { return eval[bool](b, `!document.querySelector(`+quote(selector)+`)`) }, selector+" is still there")
}

// The accounts of an organisation come page by page.
func TestDeskAccountsByPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	org := s.enterprise("示例机电有限公司", "op-1")
	for _, login := range []string{"op-2", "op-3"} {
		s.account(login, models.Account{Role: models.RoleOperator, Org: org, Region: "440100"})
	}
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	p := s.desk("province", deskPassword, deskScreen)
	p.open(s.url + "/console/orgs/" + string(org) + "?limit=2")
	p.sees("op-1")
	p.sees("op-2")
	require.NotContains(t, p.text(), "op-3")
	p.tapText("下一页")
	p.sees("op-3")
	require.NotContains(t, p.text(), "op-1")
	p.tapText("回到第一页")
	p.sees("op-1")
}

// The log of what was done is searched by what, by whom and by day, and comes page by page.
func TestDeskAudit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.enterprise("示例机电有限公司", "op-1")
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	s.desk("op-1", deskPassword, deskScreen)
	p := s.desk("province", deskPassword, deskScreen)
	p.tapText("操作记录")
	p.until(func() bool { return p.at() == "/console/audit" }, "not at the log")
	eval[any](p, `document.querySelector('#f-action').value = 'org_created'`)
	p.tapText("查找")
	p.until(func() bool { return strings.Contains(p.at(), "action=org_created") }, "not searched")
	require.Equal(t, 1, eval[int](p, `document.querySelectorAll('tbody tr').length`), "one organisation was registered")
	require.Contains(t, p.css("tbody tr"), "登记机构")
	p.tidy("audit")
	p.open(s.url + "/console/audit?action=login&limit=1")
	require.Equal(t, 1, eval[int](p, `document.querySelectorAll('tbody tr').length`))
	first := p.css("tbody tr")
	p.tapText("下一页")
	p.until(func() bool { return strings.Contains(p.at(), "after=") }, "not at the second page")
	require.NotEqual(t, first, p.css("tbody tr"))
	require.Contains(t, p.css("tbody tr"), "登录")
	p.open(s.url + "/console/audit?from=2020-01-01&until=2020-01-02")
	require.Zero(t, eval[int](p, `document.querySelectorAll('tbody tr').length`), "nothing was done on that day")
}
