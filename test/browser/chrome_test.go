package browser_test

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
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

// chromePath is the browser that everything here uses.
func chromePath() string {
	path, err := exec.Command("../../scripts/browser").Output()
	if err != nil {
		panic("no Chromium is installed: scripts/prepare-test installs it")
	}
	return strings.TrimSpace(string(path))
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
