package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// tab is one page in a browser profile of its own: no cookie and no draft comes in from another test.
type tab struct {
	t       *testing.T
	ctx     context.Context
	profile cdp.BrowserContextID
	mu      sync.Mutex // protects the two below
	faults  []string   // what the page's scripts and its policy complained about
	alerts  int        // dialogs: an injected script would open one
	taps    int
	plain   bool // without scripts
	screen  size
	// How the person has set up their phone.
	features []*emulation.MediaFeature
}

// size is a screen.
type size struct {
	width, height int64
	mobile        bool
}

// A small phone, which everything must fit on.
var phoneScreen = size{360, 640, true}

func openTab(t *testing.T, sz size) *tab {
	t.Helper()
	chromeRuns.Store(true)
	parent, _ := chrome()
	browser := cdp.WithExecutor(parent, chromedp.FromContext(parent).Browser)
	profile, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(browser)
	require.NoError(t, err)
	b := openIn(t, profile, sz)
	t.Cleanup(func() {
		require.Empty(t, b.faults, "the page's scripts failed or broke its policy")
		require.Zero(t, b.alerts, "an injected script ran")
	})
	return b
}

// openIn opens a window in a profile.
func openIn(t *testing.T, profile cdp.BrowserContextID, sz size) *tab {
	t.Helper()
	parent, _ := chrome()
	browser := cdp.WithExecutor(parent, chromedp.FromContext(parent).Browser)
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(browser)
	require.NoError(t, err)
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithTargetID(id))
	t.Cleanup(cancel)
	b := attach(t, ctx, sz)
	b.profile = profile
	return b
}

// attach makes a tab of a browser's context.
func attach(t *testing.T, ctx context.Context, sz size) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, screen: sz, features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}}
	chromedp.ListenTarget(ctx, b.hear)
	require.NoError(t, chromedp.Run(ctx)) // attaches; the tab would end with a shorter context
	b.run(emulation.SetFocusEmulationEnabled(true), b.media())
	b.run(emulation.SetDeviceMetricsOverride(sz.width, sz.height, 1, sz.mobile))
	if sz.mobile {
		b.run(emulation.SetTouchEmulationEnabled(true))
	}
	return b
}

// another opens a second tab of the same person: cookies and drafts are shared.
func (b *tab) another(sz size) *tab {
	b.t.Helper()
	return openIn(b.t, b.profile, sz)
}

// hear notes what went wrong inside the page.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		b.faults = append(b.faults, e.ExceptionDetails.Error())
	case *cdpruntime.EventConsoleAPICalled:
		if e.Type == cdpruntime.APITypeError {
			b.faults = append(b.faults, fmt.Sprint(e.Args))
		}
	case *page.EventJavascriptDialogOpening:
		b.alerts++
		go func() { _ = chromedp.Run(b.ctx, page.HandleJavaScriptDialog(true)) }() // the page hangs until somebody answers
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitLong)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.shot("failed")
		b.t.Fatalf("browser: %v\n%s", err, b.peek())
	}
}

// peek is the page's text, for a failing test.
func (b *tab) peek() string {
	ctx, cancel := context.WithTimeout(b.ctx, 3*time.Second)
	defer cancel()
	var s string
	_ = chromedp.Run(ctx, chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &s)) // best effort
	return s
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.run(chromedp.Navigate(url))
}

// settled waits until all of a page is there. What a page says is read, and what is on it is tapped, only then: half of it shows before that, without its
// scripts.
func (b *tab) settled() {
	b.t.Helper()
	b.until(b.whole, "the page does not come to its end")
}

// whole says whether the page is complete and nobody is about to leave it.
func (b *tab) whole() bool {
	var yes bool
	_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.readyState === 'complete' && !window.testLeaving`, &yes)) // between two pages there is nobody to answer
	return yes
}

// follow taps what may send the tab to another page, and waits until that is there. Otherwise a test looks at the old page and takes it for the new one.
func (b *tab) follow(selector string) {
	b.t.Helper()
	b.settled()
	b.run(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Evaluate(watchLeaving(selector, b.plain), nil), chromedp.Click(selector, chromedp.ByQuery))
	b.settled()
}

// watchLeaving makes the page note in testLeaving that a tap leaves it. Without scripts nothing hears the tap, and what will come of it is foretold.
func watchLeaving(selector string, plain bool) string {
	return fmt.Sprintf(`((e, plain) => {
		const away = a => a && a.href && !a.download && !a.target && a.href.split('#')[0] !== location.href.split('#')[0];
		const here = (form, button) => !(button && button.formTarget || form.target); // not in a frame
		if (plain) {
			const b = e.closest('button,input[type=submit]'), form = b && b.type === 'submit' && b.form;
			window.testLeaving = away(e.closest('a')) || !!form && here(form, b) && (form.noValidate || b.formNoValidate || form.checkValidity());
		} else if (!window.testWatched) {
			window.testWatched = true;
			addEventListener('pageshow', () => { window.testLeaving = false; }); // somebody came back
			addEventListener('submit', s => { if (!s.defaultPrevented && here(s.target, s.submitter)) window.testLeaving = true; });
			addEventListener('click', c => { if (!c.defaultPrevented && c.target.closest && away(c.target.closest('a'))) window.testLeaving = true; });
		}
	})(document.querySelector(%s), %t)`, quote(selector), plain)
}

// css waits until an element is there to be seen and gives its text.
func (b *tab) css(selector string) string {
	b.t.Helper()
	b.settled()
	var s string
	b.run(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Evaluate(`document.querySelector(`+quote(selector)+`).innerText`, &s))
	return s
}

// tap taps the element that a selector finds, scrolled into view if need be.
func (b *tab) tap(selector string) {
	b.t.Helper()
	b.taps++
	b.follow(selector)
}

// tapText taps the visible button, link or label with exactly this text.
func (b *tab) tapText(text string) {
	b.t.Helper()
	b.taps++
	b.settled()
	var marked bool
	b.until(func() bool {
		b.run(chromedp.Evaluate(fmt.Sprintf(`(() => {
			document.querySelectorAll('[data-test-tap]').forEach(e => e.removeAttribute('data-test-tap'));
			const e = [...document.querySelectorAll('button,a,label,summary')].find(e => e.innerText.trim().replace(/\s+/g, ' ') === %s && e.getClientRects().length);
			if (e) e.setAttribute('data-test-tap', '');
			return !!e;
		})()`, quote(text)), &marked))
		return marked
	}, "no %q to tap", text)
	b.follow("[data-test-tap]")
}

// typeIn types into a field, in place of what is there.
func (b *tab) typeIn(selector, text string) {
	b.t.Helper()
	b.settled()
	b.run(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Focus(selector, chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector(`+quote(selector)+`).select()`, nil), chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(text))
}

// eval evaluates an expression in the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	b.settled()
	var v T
	b.run(chromedp.Evaluate(expression, &v))
	return v
}

// sees waits until the page shows a text.
func (b *tab) sees(text string) {
	b.t.Helper()
	b.until(func() bool { return strings.Contains(b.text(), text) }, "the page does not say %q", text)
}

// text is what the page shows, once all of it is there.
func (b *tab) text() string {
	b.t.Helper()
	var s *string
	b.until(func() bool {
		_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.readyState === 'complete' && !window.testLeaving ? document.body.innerText : null`, &s)) // as in whole
		return s != nil
	}, "the page does not come to its end")
	return *s
}

func (b *tab) until(ok func() bool, format string, args ...any) {
	b.t.Helper()
	deadline := time.Now().Add(waitLong)
	for !ok() {
		if time.Now().After(deadline) {
			b.shot("failed")
			b.t.Fatalf(format+"\n%s", append(args, b.peek())...)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// offline takes the phone's network away, or gives it back.
func (b *tab) offline(off bool) {
	b.t.Helper()
	rules := network.EmulateNetworkConditionsByRule(off, []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1}})
	b.run(network.Enable(), network.OverrideNetworkState(off, 0, -1, -1), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := rules.Do(ctx)
		return err
	}))
}

// noScript turns scripts off, as in an old phone or a strict browser.
func (b *tab) noScript() {
	b.t.Helper()
	b.plain = true
	b.run(emulation.SetScriptExecutionDisabled(true))
}

// shots is where HUISHENG_SHOTS asks for pictures; empty: none but of failures.
func shots() string { return os.Getenv("HUISHENG_SHOTS") }

// shot takes a picture of the screen for people to look at.
func (b *tab) shot(name string) {
	dir := shots()
	if dir == "" {
		if name != "failed" {
			return
		}
		dir = os.TempDir()
	}
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	var png []byte
	if err := chromedp.Run(ctx, chromedp.CaptureScreenshot(&png)); err != nil {
		b.t.Logf("picture %s: %v", name, err)
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png")
	if name == "failed" {
		file = filepath.Join(dir, "failed-"+strings.ReplaceAll(b.t.Name(), "/", "-")+".png")
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		b.t.Logf("picture %s: %v", name, err)
	}
	if name == "failed" {
		b.t.Logf("picture: %s", file)
	}
}

// evalAsync evaluates a promise of a text.
func evalAsync(b *tab, expression string) string {
	b.t.Helper()
	var s string
	b.run(chromedp.Evaluate(expression, &s, func(p *cdpruntime.EvaluateParams) *cdpruntime.EvaluateParams { return p.WithAwaitPromise(true) }))
	return s
}

func quote(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}

// How long tests wait for what must come, which only a failure uses up, and how often they look.
const (
	waitLong  = 90 * time.Second
	waitShort = 50 * time.Millisecond
)
