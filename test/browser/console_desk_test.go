package browser_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// open shows the form of a step that is folded up.
func (b *tab) unfold(action string) {
	b.t.Helper()
	eval[any](b, `document.querySelector('input[name=action][value=`+action+`]').closest('details').open = true`)
}

// step takes a step on the page of a case.
func (b *tab) step(action, reason string) {
	b.t.Helper()
	b.unfold(action)
	b.typeIn("#n-"+action, reason)
	eval[any](b, `(() => { const s = document.querySelector('#n-`+action+`').form.querySelector('[name=sure]'); if (s) s.checked = true })()`)
	b.tap(`form:has(#n-` + action + `) button:not([type=button])`)
}

// A complaint goes through the desk: sorted, accepted, the organisation asked and heard, decided, told; each step with its reason, those that cannot be
// undone with a tick.
func TestDeskComplaint(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	s.account("city-440100", models.Account{Role: models.RoleCity, Region: "440100"})
	s.account("desk", models.Account{Role: models.RoleOperator, Org: r.org})
	filed := s.complain(r, "打分的时候没有别人在场。<script>alert(1)</script>")
	b := s.desk("city-440100", deskPassword, deskScreen)
	b.sees("有投诉要办")
	b.sees("还剩5个工作日")
	b.tidy("home-official")
	b.tapText(filed.CaseNo)
	b.sees("<script>alert(1)</script>")
	b.sees("匿名，平台没有保存是谁")
	require.NotContains(t, b.text(), r.people[0].Name)
	b.tidy("complaint")
	b.step("triage", "已看过，由技能评价科核查。")
	b.sees("已分办，待受理")
	b.step("accept", "已收到，我们会派人核查。")
	b.sees("作出结论：")
	b.unfold("ask_org")
	b.words("#t-ask_org", "请说明十月考评时有几名考评员在场。")
	b.step("ask_org", "已请单位说明情况。")
	b.sees("等待答复")
	s.replyAsOrg(r)
	b.open(b.current())
	b.sees("单位已答复")
	b.sees("当天有三名考评员")
	b.unfold("decide")
	b.words("#n-decide", "查到了评分表。")
	eval[any](b, `document.querySelector('form:has(#n-decide)').noValidate = true`)
	b.tap(`form:has(#n-decide) button`)
	b.sees("先勾选确认")
	require.Equal(t, "查到了评分表。", eval[string](b, `document.querySelector('#n-decide').value`))
	b.tidy("complaint-unsure")
	eval[any](b, `document.querySelector('#o-decide').value = 'SUBSTANTIATED'; document.querySelector('[name=measure_RECTIFY]').checked = true`)
	b.step("decide", "查到只有班组长一人打分，属实。")
	b.sees("已作出结论")
	b.step("notify", "已要求机构重新评分。")
	b.sees("已告知投诉人")
	b.step("close", "投诉人没有异议。")
	b.sees("已办结")
	b.sees("责令整改")
	b.tidy("complaint-closed")
	b.tapText("投诉处理")
	b.sees("没有要办的投诉")
	b.tapText("全部")
	b.sees(filed.CaseNo)
	b.tidy("complaints")
	b.tapText("统计")
	b.sees("各类投诉的件数")
	b.tidy("complaint-stats")
}

// replyAsOrg answers the question as the organisation's operator, who learns nothing about the complainant.
func (s *site) replyAsOrg(r *round) {
	s.t.Helper()
	o := s.desk("desk", deskPassword, deskScreen)
	o.sees("监管部门请本单位说明情况")
	o.tidy("home-asked")
	o.tapText("去答复")
	o.sees("请说明十月考评时有几名考评员在场")
	for _, hidden := range []string{"打分的时候没有别人在场", r.people[0].Name, "TS26"} {
		require.NotContains(s.t, o.text(), hidden)
	}
	o.words("#f-text", "当天有三名考评员，名单见附件。")
	file := filepath.Join(s.t.TempDir(), "名单.pdf")
	require.NoError(s.t, os.WriteFile(file, []byte("%PDF-1.4 synthetic"), 0o600))
	o.choose(file)
	o.tidy("ask")
	o.tap("input[name=sure]")
	o.tapText("提交答复")
	o.sees("答复已提交")
	o.sees("附了1个文件")
	o.tapText("需要我们答复的投诉")
	o.sees("已答复")
	o.tidy("asks")
}

// current is the address without what was just done.
func (b *tab) current() string { return eval[string](b, "location.origin + location.pathname") }

// Who complained is opened with a reason only, and the page says what has been recorded.
func TestDeskIdentity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	s.account("city-440100", models.Account{Role: models.RoleCity, Region: "440100"})
	no := s.complainByName(r, "证书一直没有发下来。")
	b := s.desk("city-440100", deskPassword, tabletScreen)
	b.tapText(no)
	require.NotContains(t, b.text(), r.people[0].Name)
	b.tapText("查看身份（先写理由，会留下记录）")
	eval[any](b, `document.querySelector('#f-look').value = 'contact'`)
	b.words("#f-why", "打电话核实证书编号")
	b.tapText("查看并记录")
	b.sees("投诉人身份，只显示这一次")
	b.sees(r.people[0].Name)
	b.sees("审计日志已记录")
	b.sees("打电话核实证书编号")
	b.tidy("identity")
	b.open(b.at2())
	require.NotContains(t, b.text(), r.people[0].Name, "shown once")
}

// at2 is the case's own page after a POST to a part of it.
func (b *tab) at2() string {
	return eval[string](b, `location.origin + location.pathname.replace(/\/identity$/, '')`)
}

// The province pastes the notice of a year, looks, and imports it; slips are found.
func TestDeskCalendar(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	b := s.desk("province", deskPassword, deskScreen)
	missing := s.app.Calendar.Current(context.Background()).CalendarWarning(s.app.Clock())
	if missing != 0 {
		b.sees("年的放假安排还没有导入")
	}
	b.open(s.url + "/console/calendar")
	b.sees("已有的年份")
	b.words("#f-text", "一、元旦：1月1日（周六）放假，共1天。")
	b.words("#f-year", "2027")
	b.tapText("先看一看")
	b.sees("写着周六，实际是星期五")
	b.tidy("calendar-wrong")
	eval[any](b, `document.querySelector('#f-text').value = ''`)
	b.words("#f-text", notice2027)
	eval[any](b, `document.querySelector('#f-number').value = '国办发明电〔2026〕9号'`)
	b.tapText("先看一看")
	b.sees("2027年：请核对")
	b.tidy("calendar-look")
	b.tapText("确认导入")
	b.sees("放假安排已导入")
	b.sees("现在确定到 2027-12-31")
	b.tidy("calendar")
}

// An invented notice for 2027.
const notice2027 = `一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至12日（周五）放假调休，共8天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假，共1天。
六、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。`
