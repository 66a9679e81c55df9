package browser_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

func TestPhoneWithoutNetworkSendsLater(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("charged")
	b.offline(true) // the workshop has no signal: answering goes on
	b.answer("charged", "no")
	b.answer("overall", "very_satisfied")
	b.toReview()
	b.tap("#send")
	b.sees("没有网络")
	b.shot("phone-offline")
	b.accessible("offline")
	b.tap("[data-retry]")
	b.sees("没有网络")
	_, err := r.response(0)
	require.ErrorIs(t, err, models.ErrNotFound)
	b.offline(false)
	b.sees("已收到，谢谢您")
	_, err = r.response(0)
	require.NoError(t, err)
}

func TestPhoneWaitsForTheServer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("")
	s.door.shut()
	b.tap("#send")
	b.sees("没有网络")
	s.door.unlock()
	b.sees("已收到，谢谢您") // nobody taps anything
	_, err := r.response(0)
	require.NoError(t, err)
}

// The answer arrives and the receipt is lost: sending again gives the receipt of the one answer.
func TestPhoneLosesTheReceipt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("")
	b.run(chromedp.Evaluate(`(() => { const send = window.fetch; let lost = 0;
		window.fetch = async (...a) => { const r = await send(...a); if (!lost++) throw new TypeError('lost'); return r; }; })()`, nil))
	b.tap("#send")
	b.sees("没有网络")
	first, err := r.response(0)
	require.NoError(t, err, "it arrived")
	b.sees("已收到，谢谢您")
	second, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, first.SubmittedAt, second.SubmittedAt)
}

// A hotel's or a factory's login page answers 200 with something of its own: that is no receipt.
func TestPhoneIsNotFooledByAPortal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("")
	b.run(chromedp.Evaluate(`(() => { const send = window.fetch; let n = 0;
		window.fetch = (...a) => n++ ? send(...a) : Promise.resolve(new Response('<html>wifi login</html>', {status: 200})); })()`, nil))
	b.tap("#send")
	b.sees("服务器正忙")
	b.sees("已收到，谢谢您")
	_, err := r.response(0)
	require.NoError(t, err)
}

func TestPhoneSessionEndsWhileAnswering(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("")
	b.run(network.ClearBrowserCookies()) // as after two hours
	b.tap("#send")
	b.sees("验证已过期")
	b.shot("phone-session-ended")
	b.accessible("session ended while sending")
	b.tap("[data-restart]")
	b.css("#tail")
	require.Equal(t, r.link(0), eval[string](b, `location.href`), "back to where this person came in")
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("下一步")
	b.sees("已收到，谢谢您") // it goes on sending by itself

	b.run(network.ClearBrowserCookies())
	b.open(s.url + "/r/form")
	b.sees("请重新验证一下")
	b.shot("phone-message-session")
	b.accessible("session ended")
}

func TestPhoneTwoTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("fair")
	o := b.another(phoneScreen)
	o.open(s.url + "/r/form")
	o.css(`.step.on[data-step="fair"]`)
	for _, a := range happy[5:] {
		o.answer(a[0], a[1])
	}
	o.toReview()
	o.tap("#send")
	o.sees("已收到，谢谢您")
	b.sees("已经在另一个页面提交了")
	b.tap("[data-receipt]")
	b.sees("已收到，谢谢您")
	require.Equal(t, o.css("#receipt"), b.css("#receipt"))
}

func TestPhoneOtherAnswerIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b, o := openTab(t, phoneScreen), openTab(t, phoneScreen) // two phones
	b.enter(r, 0)
	b.agree()
	b.answerTo("")
	o.enter(r, 0)
	o.agree()
	o.answer("took_part", "no")
	o.tap("#send")
	o.sees("已收到，谢谢您")
	b.tap("#send")
	b.sees("您已经提交过了")
	b.sees("同一个人只收一份")
	b.shot("phone-differs")
	b.accessible("already answered")

	// Looking, correcting, withdrawing.
	b.tapText("修改回答")
	b.css(`.step.on[data-step="review"]`)
	b.tap(`#review div:nth-child(1) button`)
	b.answer("took_part", "yes")
	for _, a := range happy[1:] {
		b.answer(a[0], a[1])
	}
	b.css(`.step.on[data-step="review"]`)
	b.tapText("提交修改")
	b.sees("已按您的修改保存")
	stored, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, 1, stored.Revision)
	require.Equal(t, "yes", stored.Answers["took_part"])

	o.open(r.link(0)) // the link of the message, opened again
	o.typeIn("#tail", r.tail(0, 4))
	o.tapText("下一步")
	o.sees("您已经提交过了")
	o.tapText("撤回反馈")
	o.sees("确定撤回反馈")
	o.shot("phone-withdraw")
	o.accessible("withdraw")
	o.tapText("确定撤回")
	o.sees("您的反馈已撤回")
	o.accessible("withdrawn")
	stored, err = r.response(0)
	require.NoError(t, err)
	require.True(t, stored.Withdrawn)
}

func TestPhonePagesThatSayWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 2)
	b := openTab(t, phoneScreen)
	b.open(s.url + "/i/" + "x")
	b.sees("链接打不开")
	b.shot("phone-message-link")
	b.accessible("bad link")
	b.tapText("输入填写码")
	b.css("#code")
	b.open(s.url + "/")
	b.css("#code") // the bare address leads to where a code is typed
	b.open(s.url + "/nothing")
	b.sees("没有这个页面")
	b.accessible("no such page")

	b.open(r.link(0))
	for range models.MaxTailAttempts {
		b.typeIn("#tail", "0000")
		b.tapText("下一步")
		b.until(func() bool {
			return eval[string](b, `document.querySelector('#tail') ? document.querySelector('button.main').textContent : 'x'`) != "正在处理…"
		}, "no answer")
	}
	b.sees("先锁住了")
	b.sees("12333")
	b.shot("phone-message-locked")
	b.accessible("locked")
	b.open(r.link(0))
	b.sees("先锁住了")

	_, err := s.app.Outreach.Close(context.Background(), models.Principal{Account: "t", Role: models.RoleProvince, Region: models.Province}, r.batch)
	require.NoError(t, err)
	b.until(func() bool { // an early close is known everywhere within two seconds
		b.open(r.link(1))
		return strings.Contains(b.text(), "截止，现在不能再填写，不影响您的补贴和证书")
	}, "the first page does not say that the round is closed")
	b.shot("phone-shut")
	b.accessible("the first page of a closed round")
	b.typeIn("#tail", r.tail(1, 4))
	b.tapText("下一步")
	b.sees("这一批反馈已经截止")
	b.shot("phone-message-closed")
	b.accessible("closed")
	b.tapText("我要投诉") // too late to answer, never too late to complain
	b.sees("投诉、举报")
	require.NotContains(t, b.text(), "返回继续填写")
}

func TestPhoneTypedCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	inv, err := s.store.FindInvitation(context.Background(), r.ids[0])
	require.NoError(t, err)
	code := s.ids.Tokens.Code(string(inv.ID), inv.CodeSalt)
	b := openTab(t, phoneScreen)
	b.open(s.url + "/f")
	b.shot("phone-code")
	b.accessible("code")
	b.typeIn("#code", "222222")
	b.typeIn("#tail", "1234")
	b.tapText("下一步")
	b.sees("填写码或证件号不对")
	b.typeIn("#code", " "+code[:3]+" "+code[3:]) // as people type
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("下一步")
	b.sees("填写前请看一下")
	require.Equal(t, "/r/form", eval[string](b, `location.pathname`))
}

// A page elsewhere cannot open a session or send a form in somebody's name.
func TestPhoneRefusesForeignForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	b.open("http://localhost:" + u.Port() + "/f") // another site for the browser
	got := evalAsync(b, `fetch(`+quote(s.url+"/r/withdraw")+`, {method: 'POST', mode: 'no-cors', credentials: 'include', headers: {'Content-Type': 'application/x-www-form-urlencoded'}, body: ''}).then(r => r.type, e => 'refused')`)
	require.Contains(t, []string{"opaque", "refused"}, got)
	_, err = r.response(0)
	require.ErrorIs(t, err, models.ErrNotFound)
}
