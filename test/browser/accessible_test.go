package browser_test

import (
	"encoding/json"
	"os"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axeSource is the accessibility checker; scripts/prepare-test puts it there.
var axeSource = sync.OnceValues(func() ([]byte, error) { return os.ReadFile("node_modules/axe-core/axe.min.js") })

// accessible checks the page as it is now: no violation of WCAG 2.1 A or AA or of good practice, nothing wider than the screen, nothing cut off,
// nothing too small to tap. A phone's page is also looked at in large letters, on a tablet held upright, in dark colours and with more contrast.
func (b *tab) accessible(name string) {
	b.t.Helper()
	if b.plain { // the checker is a script itself; the page's own have missed their moment
		b.run(emulation.SetScriptExecutionDisabled(false))
		defer b.noScript()
	}
	source, err := axeSource()
	require.NoError(b.t, err, "run scripts/prepare-test first")
	b.run(chromedp.Evaluate(string(source)+"\n;0", nil))
	require.Empty(b.t, b.violations(`{resultTypes: ['violations']}`), name)
	b.fits(name)
	if b.screen != phoneScreen || !eval[bool](b, `!!document.querySelector('#main[data-slow]')`) {
		return
	}
	b.otherwise(name)
}

// violations runs the checker.
func (b *tab) violations(options string) (list []string) {
	b.t.Helper()
	raw := evalAsync(b, `axe.run(document, `+options+`).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.help + ' → ' + v.nodes.map(n => n.html).join(' | '))))`)
	require.NoError(b.t, json.Unmarshal([]byte(raw), &list))
	return list
}

// fits checks that nothing scrolls sideways or is too small to tap; on a phone's page also that no link is, and that nothing is cut off.
func (b *tab) fits(name string) {
	b.t.Helper()
	require.LessOrEqual(b.t, eval[int](b, `document.documentElement.scrollWidth`), eval[int](b, `innerWidth`), "%s scrolls sideways", name)
	taps, isPhone := `main button, main .button, nav a, footer a`, eval[bool](b, `!!document.querySelector('#main[data-slow]')`)
	if isPhone {
		taps = `a, button, label.opt, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea, select, summary`
	}
	require.Empty(b.t, eval[[]string](b, `[...document.querySelectorAll('`+taps+`')].filter(e => e.getClientRects().length && getComputedStyle(e).opacity > 0).filter(e => {
		const r = e.getBoundingClientRect(); return r.height < 44 || r.width < 44; }).map(e => e.outerHTML.slice(0, 120))`), "%s: too small to tap", name)
	if !isPhone {
		return
	}
	require.Empty(b.t, eval[[]string](b, `[...document.querySelectorAll('body *')].filter(e => e.getClientRects().length && e.childNodes.length && !/^(PROGRESS|TEXTAREA|INPUT|IMG)$/.test(e.tagName)).filter(e => {
		const r = e.getBoundingClientRect(), s = getComputedStyle(e);
		if (s.clipPath !== 'none' || r.width < 2) return false;
		return r.left < -1 || r.right > innerWidth + 1 || s.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1 || s.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1;
	}).map(e => e.outerHTML.slice(0, 120))`), "%s: cut off", name)
	require.Empty(b.t, eval[[]string](b, `[...document.querySelectorAll('legend')].filter(e => e.getClientRects().length && e.nextElementSibling).filter(e => {
		const below = [...e.parentElement.children].find(n => n !== e && n.getClientRects().length);
		return below && below.getBoundingClientRect().top < e.getBoundingClientRect().bottom - 1;
	}).map(e => e.outerHTML.slice(0, 120))`), "%s: a question lies on its answers", name)
}

// otherwise looks at a phone's page as others see it.
func (b *tab) otherwise(name string) {
	b.t.Helper()
	large := eval[bool](b, `document.documentElement.classList.contains('large')`)
	b.run(chromedp.Evaluate(`document.documentElement.classList.add('large')`, nil))
	b.fits(name + ", large letters")
	b.run(emulation.SetDeviceMetricsOverride(tabletUpright.width, tabletUpright.height, 1, true))
	b.fits(name + ", large letters, tablet")
	if !large {
		b.run(chromedp.Evaluate(`document.documentElement.classList.remove('large')`, nil))
		b.fits(name + ", tablet")
	}
	b.run(emulation.SetDeviceMetricsOverride(b.screen.width, b.screen.height, 1, b.screen.mobile))
	if slices.ContainsFunc(b.features, func(f *emulation.MediaFeature) bool { return f.Name == "forced-colors" }) {
		return // the colours are the phone's own
	}
	dark, more := emulation.MediaFeature{Name: "prefers-color-scheme", Value: "dark"}, emulation.MediaFeature{Name: "prefers-contrast", Value: "more"}
	for what, with := range map[string][]*emulation.MediaFeature{"in the dark": {&dark}, "with more contrast": {&more}, "with more contrast in the dark": {&dark, &more}} {
		b.run(b.media(with...))
		require.Empty(b.t, b.violations(`{runOnly: ['color-contrast']}`), "%s, %s", name, what)
	}
	b.run(b.media())
}

// A tablet held upright.
var tabletUpright = size{768, 1024, true}

// media is how a person has set up their phone, beside what the test has set.
func (b *tab) media(more ...*emulation.MediaFeature) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures(append(more, b.features...))
}
