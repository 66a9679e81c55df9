package browser_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/complaint"
	"huisheng/app/respond"
	"huisheng/internal/token"
	"huisheng/models"
)

// Ratings by sheet: download, fill in, upload, hand in once.
func TestDeskRatingsAndFigures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 6)
	s.account("desk", models.Account{Role: models.RoleOperator, Org: r.org})
	b := s.desk("desk", deskPassword, deskScreen)
	b.open(s.url + "/console/batches/" + string(r.batch) + "/ratings")
	b.sees("已评 0 人，共 6 人")
	b.tidy("ratings")

	var raw bytes.Buffer
	operator := models.Principal{Account: "test", Role: models.RoleOperator, Org: r.org}
	require.NoError(t, s.app.Ratings.WriteSheet(context.Background(), operator, r.batch, &raw))
	form, ok := s.app.Catalog.Latest("ENT_DEPT")
	require.True(t, ok)
	var choices []string
	for _, q := range form.Questions {
		choice := "5"
		if len(q.Options) > 0 {
			choice = q.Options[0].Text
		}
		choices = append(choices, choice)
	}
	b.choose(fillIn(t, raw.Bytes(), choices))
	b.tapText("上传")
	b.sees("上传结果")
	b.sees("已评 6 人，共 6 人")
	b.tapText("统一提交")
	b.sees("请先勾选")
	b.tap("input[name=sure]")
	b.tapText("统一提交")
	b.sees("已统一提交")
	require.NotContains(t, b.text(), "下载评价表")
	b.tidy("ratings-in")

	b.tapText("申报数据")
	b.typeIn(`input[name="values.headcount"]`, "一百")
	b.typeIn("#f-source", "人事系统在岗名册")
	b.tapText("保存")
	b.sees("请填数字")
	b.typeIn(`input[name="values.headcount"]`, "1,200")
	b.tapText("保存")
	b.sees("申报数据已保存")
	b.sees("应参评职工数（人） 1,200")
	b.tidy("figures")
	b.paper(s, r)
}

// paper looks at everything that is printed: it must say who asks, and its codes must lead to the right place.
func (b *tab) paper(s *site, r *round) {
	b.t.Helper()
	batch := s.url + "/console/batches/" + string(r.batch)
	for path, text := range map[string]string{
		"/poster/people": "填姓名和身份证号后 6 位", "/poster/staff": "没参加评价的职工也能填", "/sheet": "剪开，交给本人", "/ratings/heads": "交给各部门负责人",
	} {
		b.open(batch + path)
		b.sees(text)
		require.NotZero(b.t, eval[int](b, `document.querySelectorAll('svg path').length`), path)
		b.tidy("paper" + strings.ReplaceAll(path, "/", "-"))
	}
}

// A city files an organisation and gives it an account; the other city sees none of it.
func TestDeskOfACity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.account("city-440100", models.Account{Role: models.RoleCity, Region: "440100"})
	s.account("city-440300", models.Account{Role: models.RoleCity, Region: "440300"})
	b := s.desk("city-440100", deskPassword, deskScreen)
	b.sees("还没有机构")
	b.tapText("登记机构")
	b.typeIn("#f-name", "示例<script>alert(1)</script>机电")
	b.typeIn("#f-uscc", "91440101MA5TE5T07J")
	b.typeIn("#f-occ", "6-18-01-01 车工 五级、四级")
	b.tapText("登记")
	b.until(func() bool { return eval[bool](b, `!!document.querySelector('#f-uscc[aria-invalid]')`) }, "the wrong code is not marked")
	require.Equal(t, "6-18-01-01 车工 五级、四级", strings.TrimSpace(eval[string](b, `document.querySelector('#f-occ').value`)))
	b.tidy("org-wrong")
	b.typeIn("#f-uscc", "91440101MA5TE5T07H")
	b.tapText("登记")
	b.sees("机构信息已保存。")
	b.sees("车工")
	b.typeIn("#f-account", "new-operator")
	b.typeIn("#f-name", "李四")
	b.tapText("开账号")
	initial := strings.TrimSpace(b.css(".secret"))
	b.tidy("org")
	address := b.at()
	org := strings.Split(address, "/")[3]

	o := s.desk("new-operator", initial, deskScreen)
	o.sees("您用的是初始密码")
	o.open(s.url + "/console/roster")
	o.sees("您用的是初始密码")
	o.tidy("password")
	o.typeIn("#f-current_password", initial)
	o.typeIn("#f-new_password", deskPassword)
	o.typeIn("#f-again", deskPassword)
	o.tapText("保存新密码")
	o.sees("密码已修改")

	other := s.desk("city-440300", deskPassword, deskScreen)
	for _, path := range []string{"", "/edit", "/indicators"} {
		other.open(s.url + "/console/orgs/" + org + path)
		other.sees("没有找到，或您无权查看。")
	}
	b.open(s.url + "/console/orgs/" + org + "/indicators")
	b.sees("参评人员满意率")
	b.tapText("指标对比")
	b.sees("广州市合计")
	b.tidy("compare")
	b.open(s.url + "/console/regions?indicator=E1b&level=4&worse=1")
	b.sees("这个网址包含以上条件")
	require.Contains(t, eval[string](b, `document.querySelector('a[href*="regions.xlsx"]').href`), "level=4")
	b.tidy("compare-filtered")
}

// claims are what the session of a round's first person says.
func (s *site) claims(r *round) respond.Claims {
	s.t.Helper()
	a, err := s.app.Respond.Enter(context.Background(), respond.Entry{Token: s.ids.Tokens.Make(token.Direct, string(r.ids[0])), IDTail: r.tail(0, 4), Addr: "test"})
	require.NoError(s.t, err)
	c, err := s.app.Respond.Session(a.RespondentToken)
	require.NoError(s.t, err)
	return c
}

// complain files an anonymous complaint of the first person.
func (s *site) complain(r *round, text string) complaint.Filed {
	s.t.Helper()
	filed, err := s.app.Complaints.File(context.Background(), s.claims(r), complaint.Submission{
		Category: "UNFAIR_SCORING", Text: text, Visibility: models.VisibilityAnonymous, Key: "browser-test-1",
	})
	require.NoError(s.t, err)
	return filed
}

// complainByName files a complaint of the first person under the real name.
func (s *site) complainByName(r *round, text string) string {
	s.t.Helper()
	ctx := context.Background()
	a, err := s.app.Respond.Enter(ctx, respond.Entry{Token: s.ids.Tokens.Make(token.Direct, string(r.ids[0])), IDTail: r.tail(0, 4), Addr: "test"})
	require.NoError(s.t, err)
	c, err := s.app.Respond.Session(a.RespondentToken)
	require.NoError(s.t, err)
	filed, err := s.app.Complaints.File(ctx, c, complaint.Submission{Category: "CERT_ISSUE", Text: text, Visibility: models.VisibilityReal, Key: "browser-test-2"})
	require.NoError(s.t, err)
	return filed.CaseNo
}

// A reminder is sent from the batch's page, as often as there are rounds left.
func TestDeskReminds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 6)
	s.account("desk", models.Account{Role: models.RoleOperator, Org: r.org})
	b := s.desk("desk", deskPassword, deskScreen)
	b.open(s.url + "/console/batches/" + string(r.batch))
	for range 2 {
		b.tapText("发提醒")
		b.sees("提醒已安排")
		b.open(s.url + "/console/batches/" + string(r.batch))
	}
	require.True(t, eval[bool](b, `document.querySelector('button[value=remind]').disabled`), "two rounds and no more")
	b.tidy("reminded")
}

// A school registers a company's contact; taking one off the list is asked about, and a contact can come back.
func TestDeskContacts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.school()
	b := s.desk("school", deskPassword, deskScreen)
	b.tapText("学生批次")
	register := func(phone string) {
		b.typeIn("#f-company", "示例电器有限公司")
		b.typeIn("#f-name", "王师傅")
		b.typeIn("#f-phone", phone)
		b.tapText("登记")
	}
	register("123")
	b.until(func() bool { return eval[bool](b, `!!document.querySelector('#f-phone[aria-invalid]')`) }, "the wrong number is not marked")
	register("13800009998")
	b.sees("联系人已登记")
	b.tidy("contact")
	b.tapText("移除")
	b.sees("确定移除吗")
	b.tidy("contact-remove")
	b.tapText("返回")
	b.sees("示例电器有限公司")
	b.tapText("移除")
	b.tapText("确定")
	b.sees("联系人已移除")
	require.NotContains(t, b.text(), "示例电器有限公司")
	register("13800009998")
	b.sees("联系人已登记")
}
