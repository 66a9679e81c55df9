package browser_test

import (
	"encoding/json"
	"os"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axeSource is the accessibility checker; scripts/prepare-test puts it there.
var axeSource = sync.OnceValues(func() ([]byte, error) { return os.ReadFile("node_modules/axe-core/axe.min.js") })

// accessible checks the page as it is now: no violation of WCAG 2.1 A or AA or of good practice, nothing wider than the screen, nothing too small to tap.
func (b *tab) accessible(name string) {
	b.t.Helper()
	if b.plain { // the checker is a script itself; the page's own have missed their moment
		b.run(emulation.SetScriptExecutionDisabled(false))
		defer b.noScript()
	}
	source, err := axeSource()
	require.NoError(b.t, err, "run scripts/prepare-test first")
	b.run(chromedp.Evaluate(string(source)+"\n;0", nil))
	raw := evalAsync(b, `axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => v.id + ': ' + v.help + ' → ' + v.nodes.map(n => n.html).join(' | '))))`)
	var list []string
	require.NoError(b.t, json.Unmarshal([]byte(raw), &list))
	require.Empty(b.t, list, name)
	require.LessOrEqual(b.t, eval[int](b, `document.documentElement.scrollWidth`), eval[int](b, `innerWidth`), "%s scrolls sideways", name)
	require.Empty(b.t, eval[[]string](b, `[...document.querySelectorAll('main button, main .button, main label.opt, main input.big, nav a, footer a')].filter(e => e.getClientRects().length).filter(e => {
		const r = e.getBoundingClientRect(); return r.height < 44 || r.width < 44; }).map(e => e.outerHTML.slice(0, 120))`), "%s: too small to tap", name)
}
