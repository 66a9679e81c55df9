package browser_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// chrome starts one browser for all tests; it ends with TestMain.
var chrome = sync.OnceValues(func() (context.Context, context.CancelFunc) {
	ctx, stop, err := startChrome()
	if err != nil {
		panic("start Chromium: " + err.Error())
	}
	return ctx, stop
})

// startChrome starts a browser. Chromedp lets it die with the thread that forked it, so that thread belongs to it until stop.
func startChrome(more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop context.CancelFunc, err error) {
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), append(chromeOptions(), more...)...)
	ctx, stopChrome := chromedp.NewContext(alloc)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		started <- chromedp.Run(ctx)
		<-alloc.Done()
	}()
	return ctx, func() { stopChrome(); stopAlloc() }, <-started
}

func chromeOptions() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromePath()),
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("accept-lang", "zh-CN"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"), chromedp.Flag("hide-scrollbars", true),
	}
}

// chromePath is the first browser that is installed: best one without the desktop around its pages, which takes two thirds of the time, and that itself, as
// Debian's command is a shell which outlives a kill.
func chromePath() string {
	for _, name := range []string{
		"/usr/lib/chromium/chromium-headless-shell", "headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	panic("no Chromium is installed: scripts/prepare-test installs it")
}

// chromeRuns says whether a test started it.
var chromeRuns atomic.Bool

func TestMain(m *testing.M) {
	code := m.Run()
	if chromeRuns.Load() {
		_, stop := chrome()
		stop()
	}
	os.Exit(code)
}
