package browser_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/internal/token"
	"huisheng/models"
)

// english checks that the page has no Chinese left but names, and fits in large letters.
func (b *tab) english(name string) {
	b.t.Helper()
	text := eval[string](b, `document.title + ' ' + document.body.innerText + ' ' + [...document.querySelectorAll('[aria-label],[data-sending]')].map(e => (e.getAttribute('aria-label') || '') + Object.values(e.dataset).join(' ')).join(' ')`)
	for _, data := range []string{"中文", "示例机电有限公司", "钳工", "电工", "焊工", "车工"} {
		text = strings.ReplaceAll(text, data, "")
	}
	require.Empty(b.t, regexp.MustCompile(`.{0,20}\p{Han}.{0,20}`).FindAllString(text, -1), name)
	b.shot("phone-english-" + strings.ReplaceAll(name, " ", "-"))
	b.accessible(name + ", English, large")
}

func TestPhoneInEnglishAndLarge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.open(r.link(0) + "?lang=en&size=large")
	b.english("entry")
	b.typeIn("#tail", "0000")
	b.tapText("Next")
	b.sees("4 tries left")
	b.english("entry, wrong")
	for _, page := range []string{r.printed(0), r.poster(token.Poster), r.poster(token.Staff), s.url + "/f", s.url + "/c", s.url + "/i/x", s.url + "/r/done"} {
		b.open(page)
		b.english(strings.ReplaceAll(page[len(s.url)+1:min(len(page), len(s.url)+4)], "/", " "))
	}
	b.open(r.poster(token.Poster))
	b.typeIn("#name", "Somebody")
	b.typeIn("#tail", "1")
	b.tapText("Send me a code")
	b.css(".bad")
	b.english("poster, wrong")
	b.typeIn("#tail", "123456")
	b.tapText("Send me a code")
	b.css("#otp")
	b.english("one-time code")

	b.open(r.link(0))
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("Next")
	b.sees("Before you start")
	b.english("notice")
	b.agree()
	for _, a := range happy {
		b.css(`.step.on[data-step="` + a[0] + `"]`)
		b.english("question " + a[0])
		b.answer(a[0], a[1])
	}
	b.css(`.step.on[data-step="comment"]`)
	b.english("comment")
	b.toReview()
	b.english("review")
	b.tap("#send")
	b.sees("Received, thank you")
	b.english("receipt")
	b.tapText("Make a complaint")
	b.sees("What is it about?")
	b.english("complaint")
	b.tap(`[name=category][value=OTHER] + span`)
	b.run(chromedp.SendKeys("#text", "x", chromedp.ByQuery), chromedp.Evaluate(`document.querySelector('#text').removeAttribute('minlength')`, nil))
	b.tap(`[name=visibility][value=real_name] + span`)
	b.tapText("Send the complaint")
	b.css(".bad:not([hidden])")
	b.english("complaint, wrong")
	b.typeIn("#text", "Nobody scored us.")
	b.tapText("Send the complaint")
	b.sees("shown only once")
	b.english("filed")
	no, pass := b.css("#case-no"), b.css("#passphrase")
	b.open(s.url + "/c")
	b.typeIn("#case_no", no)
	b.typeIn("#pass", pass)
	b.tapText("Look")
	b.sees("What happened so far")
	b.english("case")
}
