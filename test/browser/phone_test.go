package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// enter goes from the link to the questionnaire.
func (b *tab) enter(r *round, i int) {
	b.t.Helper()
	b.open(r.link(i))
	b.typeIn("#tail", r.tail(i, 4))
	b.tapText("下一步")
	b.css("#form .step.on")
}

// answer taps one answer of a question, on its own screen.
func (b *tab) answer(id, value string) {
	b.t.Helper()
	b.tap(`.step.on[data-step="` + id + `"] input[value="` + value + `"] + span`)
}

// happy are a satisfied worker's answers to ENT_PARTICIPANT, in the order of the screens.
var happy = [][2]string{
	{"took_part", "yes"},
	{"info_right", "yes"},
	{"plan_disclosed", "yes"},
	{"raters", "three_or_more"},
	{"relevant", "fully"},
	{"fair", "very_fair"},
	{"notice_posted", "full_5_days"},
	{"certificate", "received"},
	{"post_change", "promoted"},
	{"wage", "yes"},
	{"pay_change", "raised"},
	{"pay_rise", "from_300"},
	{"charged", "no"},
	{"overall", "very_satisfied"},
}

// agree goes past the notice.
func (b *tab) agree() {
	b.t.Helper()
	b.tap("[name=notice] + span")
	b.tap(`[data-step="notice"] [data-next-step]`)
}

// answerTo answers up to, and not with, the question of an id; an empty id means all of them, up to the list of answers.
func (b *tab) answerTo(id string) {
	b.t.Helper()
	for _, a := range happy {
		if a[0] == id {
			b.css(`.step.on[data-step="` + id + `"]`)
			return
		}
		b.answer(a[0], a[1])
	}
	b.toReview()
}

// toReview goes from the last question, which may be left out, to the list of answers.
func (b *tab) toReview() {
	b.t.Helper()
	b.css(`.step.on[data-step="comment"]`)
	b.tap(".steer [data-next-step]")
	b.css(`.step.on[data-step="review"]`)
}

func TestPhoneFromLinkToReceipt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.open(r.link(0))
	require.Contains(t, b.css(".about"), "示例机电有限公司")
	b.shot("phone-entry")
	b.accessible("entry")
	b.typeIn("#tail", "0000")
	b.tapText("下一步")
	b.sees("还可以试4次")
	b.shot("phone-entry-wrong")
	b.accessible("entry, wrong digits")

	b.taps = 0
	b.run(chromedp.KeyEvent(r.tail(0, 4))) // without a tap: what was wrong is selected, and typed over
	b.tapText("下一步")
	b.sees("填写前请看一下")
	b.shot("phone-notice")
	b.accessible("notice")
	b.agree()
	for _, a := range happy {
		b.css(`.step.on[data-step="` + a[0] + `"]`)
		switch a[0] {
		case "info_right", "fair", "notice_posted", "wage", "pay_rise":
			b.shot("phone-question-" + a[0])
			b.accessible(a[0])
		}
		require.LessOrEqual(t, eval[float64](b, `document.querySelector('.steer').getBoundingClientRect().bottom`), 640.0, "the buttons are within a thumb's reach")
		b.answer(a[0], a[1])
	}
	b.css(`.step.on[data-step="comment"]`)
	b.shot("phone-question-comment")
	b.accessible("comment")
	b.toReview()
	b.css(`.step.on[data-step="review"]`)
	b.shot("phone-review")
	b.accessible("review")
	b.tap("#send")
	b.sees("已收到，谢谢您")
	require.LessOrEqual(t, b.taps, 20, "taps from the link to the receipt")
	b.shot("phone-done")
	b.accessible("receipt")
	require.Zero(t, eval[int](b, `Object.keys(localStorage).length`), "the draft is gone")

	b.tapText("用完了，退出") // on a workmate's phone
	b.css("#code")
	b.open(s.url + "/r/done")
	b.sees("请重新验证一下")

	stored, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, "promoted", stored.Answers["post_change"])
	require.Equal(t, "from_300", stored.Answers["pay_rise"])
	require.True(t, stored.Consents.Wage)
	require.Positive(t, stored.Seconds)
}

func TestPhoneSkipsWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 2)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.tap(`[data-step="notice"] [data-next-step]`)
	b.sees("请先勾选同意")
	b.agree()
	b.answer("took_part", "no")
	require.Equal(t, "没参加过", b.css(`.step.on[data-step="review"] dd span`))
	b.tap("#send")
	b.sees("已收到，谢谢您")
	stored, err := r.response(0)
	require.NoError(t, err)
	require.Len(t, stored.Answers, 1)

	o := openTab(t, phoneScreen)
	o.enter(r, 1)
	o.agree()
	o.answerTo("wage")
	o.answer("wage", "no")
	o.answer("charged", "no")
	o.answer("overall", "satisfied")
	o.run(chromedp.SendKeys(`.step.on textarea`, "食堂不错", chromedp.ByQuery))
	o.sees("还可以写 296 个字")
	o.toReview()
	o.css(`.step.on[data-step="review"]`)
	o.tap(`#review div:nth-child(2) button`) // change an answer and come back
	o.answer("info_right", "no")
	o.css(`.step.on[data-step="review"]`)
	o.tap("#send")
	o.sees("已收到，谢谢您")
	stored, err = r.response(1)
	require.NoError(t, err)
	require.False(t, stored.Consents.Wage)
	require.NotContains(t, stored.Answers, "pay_change")
	require.Equal(t, "no", stored.Answers["info_right"])
	require.NotEmpty(t, stored.Texts)
}

func TestPhoneForgetsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("fair")

	b.run(chromedp.Reload())
	b.css(`.step.on[data-step="fair"]`)
	require.Equal(t, "第 6 题，共 12 题", b.css("#progress-text"), "the money questions come when they are agreed to")

	b.run(chromedp.NavigateBack()) // the phone's back button
	b.css(`.step.on[data-step="relevant"]`)
	b.tap("[data-prev]")
	b.css(`.step.on[data-step="raters"]`)
	require.Equal(t, "three_or_more", eval[string](b, `document.querySelector('[name="a.raters"]:checked').value`))
	b.tap(".steer [data-next-step]")
	b.tap(".steer [data-next-step]")
	b.css(`.step.on[data-step="fair"]`)

	b.tapText("English")
	require.Contains(t, b.css(`.step.on[data-step="fair"]`), "Was the scoring fair?")
	require.Equal(t, "en", eval[string](b, `document.documentElement.lang`))
	b.shot("phone-question-english")
	b.accessible("English")
	b.tapText("Large text")
	require.Equal(t, "22px", eval[string](b, `getComputedStyle(document.documentElement).fontSize`))
	b.shot("phone-question-large")
	b.accessible("large")
	b.tapText("中文")
	b.css(`.step.on[data-step="fair"]`)
	require.Equal(t, "22px", eval[string](b, `getComputedStyle(document.documentElement).fontSize`), "the size is remembered")

	// The tab is closed, the battery dies: the link and the digits lead back to the same question.
	o := b.another(phoneScreen)
	o.enter(r, 0)
	o.css(`.step.on[data-step="fair"]`)
	o.answer("fair", "fairly_fair")
	o.css(`.step.on[data-step="notice_posted"]`)
	require.Eventually(t, func() bool {
		return eval[string](b, `(document.querySelector('[name="a.fair"]:checked') || {}).value || ''`) == "fairly_fair"
	}, waitLong, waitShort,
		"the first tab learns of it")
}
