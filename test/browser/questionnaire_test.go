package browser_test

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
)

// An official looks at a questionnaire on a phone, changes a text, publishes it, and a worker reads the new words.
func TestQuestionnaireIsPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	s.account("forms-province", models.Account{Role: models.RoleProvince, Region: models.Province})
	b := s.desk("forms-province", deskPassword, deskScreen)
	b.tapText("问卷")
	b.sees("参评职工反馈")
	b.shot("console-questionnaires")
	b.tidy("questionnaires")
	b.tapText("参评职工反馈")
	b.inPhone(func(phone string) bool {
		return eval[bool](b, phone+`.querySelector('.step.on[data-step="notice"]') !== null`)
	}, "the phone shows the notice")
	b.shot("console-questionnaire")
	b.tidy("questionnaire")
	b.inPhone(func(phone string) bool {
		return eval[bool](b, `(() => { const d = `+phone+`, n = d?.querySelector('[name=notice]'); if (!n) return false; if (!n.checked) n.click(); d.querySelector('[data-step=notice] [data-next-step]').click();
			return !!d.querySelector('.step.on[data-step="took_part"]'); })()`)
	}, "the phone can be used")

	b.tapText("修改文字，发布新版本")
	b.typeIn(`[name="questions.fair.text.zh"]`, "考的内容跟您平时在车间里干的活到底对得上对不上？")
	b.tapText("核对改动")
	b.sees("题目最多22个字")
	b.tidy("draft, wrong")
	b.run(chromedp.Evaluate(`document.querySelector('[name="questions.fair.text.zh"]').value = ""`, nil))
	b.words(`[name="questions.fair.text.zh"]`, "打分公平吗（选填）？"+evil[:5])
	b.tapText("核对改动")
	b.sees("括号里的话请写到提示里")
	b.typeIn(`[name="questions.fair.text.zh"]`, "<b>打分</b>公不公平？")
	b.tapText("按现在写的看一看")
	b.inPhone(func(phone string) bool {
		return eval[bool](b, phone+`.querySelector('#q-fair legend')?.textContent.includes('<b>打分</b>公不公平？') === true`) // as words
	}, "the phone shows the draft")
	b.tapText("核对改动")
	b.sees("请核对改动")
	require.Equal(t, 1, eval[int](b, `document.querySelectorAll('.card.flush tbody tr').length`))
	b.shot("console-questionnaire-draft")
	b.tidy("draft, changes")
	b.tapText("发布这个版本")
	b.sees("新版本已发布")
	b.sees("一分钟内启用")

	s.probe.Set("invitations", string(r.ids[0]), testkit.Doc{"questionnaire": models.QuestionnaireRef{Code: "ENT_PARTICIPANT", Version: "2"}})
	w := openTab(t, phoneScreen)
	w.enter(r, 0)
	w.agree()
	w.answerTo("fair")
	w.sees("<b>打分</b>公不公平？")
	w.answer("fair", "very_fair")
	for _, a := range happy[6:] {
		w.answer(a[0], a[1])
	}
	w.toReview()
	w.tap("#send")
	w.sees("已收到，谢谢您")
	stored, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, "2", stored.Questionnaire.Version)
	entries := s.probe.Count("audit", testkit.Doc{"action": "questionnaire_published", "object": "questionnaire/ENT_PARTICIPANT/2"})
	require.Equal(t, 1, entries)
	list, err := s.store.QuestionnaireVersions(context.Background())
	require.NoError(t, err)
	require.Len(t, list, 1)

	b.open(s.url + "/console/templates")
	b.sees("68 / 70")
	b.typeIn("#f-text", "您好，请填写问卷调查。")
	require.Contains(t, b.css("[data-count]"), "19 个字，1 条")
	b.tapText("数一数")
	b.sees("运营商会拒绝这些词：问卷调查")
	b.shot("console-templates")
	b.tidy("templates")
}

// inPhone waits until something is true of the page inside the frame.
func (b *tab) inPhone(is func(phone string) bool, what string) {
	b.t.Helper()
	b.until(func() bool {
		var ready bool
		b.run(chromedp.Evaluate(`(() => { const d = (document.querySelector('iframe.phone') || {}).contentDocument; return !!d && d.readyState === 'complete' && !!d.querySelector('.step.on'); })()`, &ready))
		return ready && is(`(document.querySelector('iframe.phone')?.contentDocument ?? document.createDocumentFragment())`) // it may be loading again by now
	}, what)
}
