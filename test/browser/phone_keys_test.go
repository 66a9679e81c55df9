package browser_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// press presses a key.
func (b *tab) press(key string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(key))
}

// tabTo presses Tab until the focus is where a selector says, and sees to it that it shows.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 25 {
		b.press(kb.Tab)
		if eval[bool](b, `document.activeElement.matches(`+quote(selector)+`)`) {
			require.True(b.t, eval[bool](b, `[document.activeElement, document.activeElement.nextElementSibling].some(e => e && getComputedStyle(e).outlineStyle !== 'none')`),
				"the focus on %s does not show", selector)
			return
		}
	}
	b.t.Fatalf("Tab does not lead to %s\n%s", selector, b.peek())
}

// From the link to the receipt without touching the screen, in high contrast.
func TestPhoneByKeyboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.features = append(b.features, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	b.run(b.media())
	b.open(r.link(0))
	b.accessible("entry, forced colours")
	b.tabTo("#tail")
	b.run(chromedp.KeyEvent(r.tail(0, 4)))
	b.press(kb.Enter)
	b.css("#form .step.on")
	b.tabTo("[name=notice]")
	b.press(" ")
	b.press(kb.Tab)
	b.press(kb.Enter)
	for n, a := range happy {
		b.css(`.step.on[data-step="` + a[0] + `"]`)
		require.True(t, eval[bool](b, `document.activeElement.matches('.step.on')`), "the question is where reading goes on")
		b.tabTo(`.step.on input`)
		if n == 5 {
			b.accessible("question, forced colours")
			b.shot("phone-forced-colours")
		}
		if eval[string](b, `document.activeElement.value`) != a[1] { // arrows choose, Enter goes on
			for eval[string](b, `document.activeElement.value`) != a[1] {
				b.press(kb.ArrowDown)
			}
			b.css(`.step.on[data-step="` + a[0] + `"]`)
			b.press(kb.Enter)
			continue
		}
		b.press(" ") // Space answers, as a tap does
	}
	b.css(`.step.on[data-step="comment"]`)
	b.tabTo(".step.on textarea")
	b.run(chromedp.KeyEvent("都好"))
	b.tabTo(".steer [data-next-step]")
	b.press(kb.Enter)
	b.css(`.step.on[data-step="review"]`)
	b.tabTo("#send")
	b.press(kb.Enter)
	b.sees("已收到，谢谢您")
	stored, err := r.response(0)
	require.NoError(t, err)
	for _, a := range happy {
		if a[0] != "wage" {
			require.Equal(t, a[1], stored.Answers[a[0]])
		}
	}
}
