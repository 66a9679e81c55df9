package browser_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/internal/demo"
	"huisheng/internal/testkit"
	"huisheng/models"
)

// ask changes which questionnaire the i-th person is asked.
func (r *round) ask(i int, code string) *models.Questionnaire {
	r.s.t.Helper()
	q, ok := r.s.app.Catalog.Latest(code)
	require.True(r.s.t, ok, code)
	r.s.probe.Set("invitations", string(r.ids[i]), testkit.Doc{"questionnaire": q.Ref()})
	return q
}

// TestPhoneEveryQuestionnaire answers each form as its happiest reader would, with every kind of question there is: choices, bands, stars, numbers, names and
// free words; with the script and without. Both leave the same answers.
func TestPhoneEveryQuestionnaire(t *testing.T) {
	t.Parallel()
	for kind, codes := range map[models.OrgKind][]string{
		models.OrgSchool: {"SCH_INTERN", "SCH_GRADUATE", "SCH_EMPLOYER"},
		models.OrgSocial: {"SOC_TRAINEE"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			r := s.invite(kind, 2*len(codes))
			for n, code := range codes {
				q, want := r.ask(2*n, code), withWords(r.ask(2*n+1, code))
				withScript, plain := openTab(t, phoneScreen), openTab(t, phoneScreen)
				withScript.open(r.link(2 * n))
				withScript.shot("phone-entry-" + code)
				withScript.accessible(code)
				withScript.enter(r, 2*n)
				withScript.fillIn(q, want)
				plain.noScript()
				plain.open(r.link(2*n + 1))
				plain.typeIn("#tail", r.tail(2*n+1, 4))
				plain.tapText("下一步")
				plain.fillInPlain(q, want)
				for i := 2 * n; i <= 2*n+1; i++ {
					r.holds(i, q, want)
				}
			}
		})
	}
}

// withWords are the happiest reader's answers and some words wherever they may be.
func withWords(q *models.Questionnaire) models.Answers {
	want := demo.Happy(q)
	for i := range q.Questions {
		question := &q.Questions[i]
		asked := question.ShowIf == nil || slices.Contains(question.ShowIf.In, fmt.Sprint(want[question.ShowIf.Question]))
		if asked && len(question.Options) == 0 && want[question.ID] == nil {
			want[question.ID] = "示例电器厂"
		}
	}
	return want
}

// fillIn answers a form a screen at a time.
func (b *tab) fillIn(q *models.Questionnaire, want models.Answers) {
	b.t.Helper()
	b.agree()
	seen := map[models.QuestionType]bool{} // each kind of question is looked at once
	for {
		id := eval[string](b, `document.querySelector('.step.on').dataset.step`)
		if id == "review" {
			break
		}
		switch question := q.Question(id); {
		case id == "wage":
			b.answer("wage", "yes")
		case question.Type == models.QuestionRating || len(question.Options) > 0:
			if question.Type == models.QuestionRating && !seen[question.Type] {
				b.shot("phone-question-" + q.Code + "-" + id)
				b.accessible(id)
			}
			b.answer(id, fmt.Sprint(want[id]))
		default:
			b.fill(q, question, want[id], !seen[question.Type])
		}
		if question := q.Question(id); question != nil {
			seen[question.Type] = true
		}
		b.until(func() bool { return eval[string](b, `document.querySelector('.step.on').dataset.step`) != id }, "stuck at %s", id)
	}
	b.accessible(q.Code + ", review")
	b.tap("#send")
	b.sees("已收到，谢谢您")
}

// fill types an answer; a number that cannot be is told at once.
func (b *tab) fill(q *models.Questionnaire, question *models.Question, answer any, look bool) {
	b.t.Helper()
	field := `.step.on [name="a.` + question.ID + `"]`
	b.css(`.step.on[data-step="` + question.ID + `"]`)
	if question.Type == models.QuestionNumber {
		for _, no := range []string{"-1", "1e3", fmt.Sprint(*question.Max + 1)} {
			b.typeIn(field, no)
			b.tap(".steer [data-next-step]")
			require.Equal(b.t, fmt.Sprintf("请填%d到%d之间的整数。", *question.Min, *question.Max), b.css(".step.on [data-error]"))
		}
		b.accessible(question.ID + ", wrong")
	}
	if answer != nil {
		b.typeIn(field, fmt.Sprint(answer))
	}
	if look {
		b.shot("phone-question-" + q.Code + "-" + question.ID)
		b.accessible(question.ID)
	}
	b.tap(".steer [data-next-step]")
}

// fillInPlain answers the long form; what is not asked after the answers is left alone.
func (b *tab) fillInPlain(q *models.Questionnaire, want models.Answers) {
	b.t.Helper()
	b.tap("[name=notice] + span")
	if len(q.Consents) > 0 {
		b.tap("[name=wage][value=yes] + span")
	}
	for i := range q.Questions {
		question := &q.Questions[i]
		answer := want[question.ID]
		switch {
		case answer == nil:
		case question.Type == models.QuestionRating || len(question.Options) > 0:
			b.pick(question.ID, fmt.Sprint(answer))
		default:
			b.run(chromedp.SendKeys(`#q-`+question.ID+` [name]`, fmt.Sprint(answer), chromedp.ByQuery))
		}
	}
	b.tapText("提交")
	b.sees("已收到，谢谢您")
}

// holds checks what is stored as the i-th person's answers: words and exact wages sealed, the rest as given, and the proof of both consents.
func (r *round) holds(i int, q *models.Questionnaire, want models.Answers) {
	r.s.t.Helper()
	stored, err := r.response(i)
	require.NoError(r.s.t, err)
	words := 0
	for id, answer := range want {
		exactWage := q.Question(id).Type == models.QuestionNumber && q.Question(id).Consent == models.ConsentWage
		if kind := q.Question(id).Type; exactWage || kind == models.QuestionText || kind == models.QuestionPick && len(q.Question(id).Options) == 0 {
			words++
			require.NotContains(r.s.t, stored.Answers, id)
			continue
		}
		require.EqualValues(r.s.t, answer, stored.Answers[id], id)
	}
	require.Len(r.s.t, stored.Answers, len(want)-words)
	require.Equal(r.s.t, words > 0, len(stored.Texts) > 0)
	require.Equal(r.s.t, q.Notice.Hash(), stored.Consents.NoticeHash)
	require.Equal(r.s.t, len(q.Consents) > 0, stored.Consents.WageHash != "")
}
