package browser_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/token"
	"huisheng/models"
)

func TestPhonePoster(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.open(r.poster(token.Poster))
	require.Contains(t, b.css(".about"), "示例机电有限公司")
	b.shot("phone-poster")
	b.accessible("poster")

	// Whoever is not listed sees the same pages.
	b.typeIn("#name", "某某某")
	b.typeIn("#tail", "123456")
	b.tapText("发送验证码")
	b.sees("如果您在名单上")
	b.tapText("信息填错了，重新填")

	b.typeIn("#name", r.people[0].Name)
	b.typeIn("#tail", "12")
	b.tapText("发送验证码")
	b.sees("最后6位")
	b.accessible("poster, wrong")
	b.typeIn("#tail", r.tail(0, 6))
	b.tapText("发送验证码")
	b.sees("如果您在名单上，验证码已发到尾号 " + r.people[0].Phone[9:])
	b.shot("phone-otp")
	b.accessible("one-time code")
	code := s.oneTime(r.people[0].Phone)
	b.typeIn("#otp", wrong(code))
	b.tapText("下一步")
	b.sees("验证码不对或已过期")
	b.accessible("one-time code, wrong")
	b.typeIn("#otp", code)
	b.tapText("下一步")
	b.sees("填写前请看一下")
	b.agree()
	b.answer("took_part", "no")
	b.css(`.step.on[data-step="review"]`)
	b.tap("#send")
	b.sees("已收到，谢谢您")
	stored, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, models.ChannelPoster, stored.Channel)
}

// wrong is another code than this one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestPhonePrintedQR(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.open(r.printed(0))
	b.sees("下一步会发一条验证码")
	b.accessible("printed")
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("发送验证码")
	b.sees("验证码已发到尾号 " + r.people[0].Phone[9:])
	code := s.oneTime(r.people[0].Phone)
	b.tapText("没收到？重新发送")
	b.sees("验证码刚发过")
	b.typeIn("#otp", code)
	b.tapText("下一步")
	b.sees("填写前请看一下")
	b.agree()
	b.answer("took_part", "no")
	b.css(`.step.on[data-step="review"]`)
	b.tap("#send")
	b.sees("已收到，谢谢您")
	stored, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, models.ChannelPrinted, stored.Channel)
}

func TestPhoneStaffPoster(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	const phone = "13800009001"
	b := openTab(t, phoneScreen)
	b.open(r.poster(token.Staff))
	b.sees("您来监督")
	b.shot("phone-staff")
	b.accessible("staff")
	b.typeIn("#phone", "138000")
	b.tapText("发送验证码")
	b.sees("请填写11位手机号码")
	b.typeIn("#phone", "138 0000 9001")
	b.tapText("发送验证码")
	b.sees("验证码已发到尾号 01")
	b.typeIn("#otp", s.oneTime(phone))
	b.tapText("下一步")
	b.sees("填写前请看一下")
	b.agree()
	b.answer("employed", "yes")
	b.answer("assessed_self", "no")
	b.answer("plan_seen", "yes")
	b.answer("notice_seen", "yes")
	b.answer("notice_days", "full_5_days")
	b.answer("can_object", "yes")
	b.answer("deserved", "all")
	b.answer("cert_without_assessment", "not_heard")
	b.answer("money_demanded", "no")
	b.answer("pay_linked", "written")
	b.answer("overall", "satisfied")
	b.toReview()
	b.tap("#send")
	b.sees("已收到，谢谢您")
	stored, err := s.store.FindResponse(context.Background(), s.ids.StaffResponse(r.batch, s.ids.PhoneMAC("+86"+phone)))
	require.NoError(t, err)
	require.Equal(t, "ENT_STAFF", stored.Questionnaire.Code)
}

func TestPhoneDepartmentHead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 20)
	ctx := context.Background()
	departments, err := s.store.ListDepartments(ctx, r.batch)
	require.NoError(t, err)
	d := departments[0]
	people, err := s.store.ListInvitationsToRate(ctx, r.batch, d.ID, "")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(people), 2)

	b := openTab(t, phoneScreen)
	b.open(s.url + "/d/" + s.ids.Tokens.Make(token.Department, d.ID))
	require.Contains(t, b.css("#rated"), "已评 0 人")
	b.shot("phone-department")
	b.accessible("department")
	b.tap(".people li:nth-child(1) a")
	b.css("[data-rules]")
	b.shot("phone-rate")
	b.accessible("rating")
	b.tapText("保存，评下一位")
	b.sees("有几题需要再看一下")
	b.accessible("rating, wrong")
	b.rate("here")
	b.tapText("保存，评下一位")
	b.until(func() bool { return !eval[bool](b, `!!document.querySelector('input[type=radio]:checked')`) }, "the next person comes")

	b.tap(`[name="a.still_here"][value="left"] + span`) // somebody who has left: nothing more is asked
	require.Equal(t, 1, eval[int](b, `[...document.querySelectorAll('[data-rules] .step')].filter(e => e.getClientRects().length).length`))
	here := eval[string](b, `location.href`)
	b.tapText("保存，评下一位")
	b.until(func() bool { return eval[string](b, `location.href`) != here }, "the next person comes")
	b.open(s.url + "/d/" + s.ids.Tokens.Make(token.Department, d.ID))
	b.sees("已评 2 人")
	b.shot("phone-department-progress")
	b.accessible("department, begun")

	// Without a script, and changed later.
	o := openTab(t, phoneScreen)
	o.noScript()
	o.open(s.url + "/d/" + s.ids.Tokens.Make(token.Department, d.ID))
	o.tap(".people li:nth-child(1) a")
	o.rate("transferred")
	o.tapText("保存，评下一位")
	o.until(func() bool {
		found, err := s.store.FindRatings(ctx, invitationIDs(people))
		require.NoError(t, err)
		for _, x := range found {
			if x.Answers["still_here"] == "transferred" && x.Revision == 1 {
				return true
			}
		}
		return false
	}, "the change is not saved")

	operator := models.Principal{Account: "t", Role: models.RoleOperator, Org: r.org}
	_, err = s.app.Ratings.HandIn(ctx, operator, r.batch)
	require.NoError(t, err)
	b.open(s.url + "/d/" + s.ids.Tokens.Make(token.Department, d.ID))
	b.sees("已经统一提交，不能再修改")
	b.accessible("department, handed in")
}

func invitationIDs(list []models.Invitation) (ids []models.InvitationID) {
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	return ids
}

// rate answers every question about one person, the first of them as told and the others with their first answer.
func (b *tab) rate(still string) {
	b.t.Helper()
	b.tap(`[name="a.still_here"][value="` + still + `"] + span`)
	for _, id := range eval[[]string](b, `[...document.querySelectorAll('[data-rules] .step[data-required]')].filter(e => e.getClientRects().length).map(e => e.dataset.step)`) {
		if id != "still_here" {
			b.tap(`#q-` + id + ` label:first-of-type input + span`)
		}
	}
}
