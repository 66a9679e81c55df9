package browser_test

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// battery starts a browser of its own on a profile that outlives it, and gives a tab and the way to let it die.
func battery(t *testing.T, profile string) (b *tab, die func()) {
	t.Helper()
	ctx, stop, err := startChrome(chromedp.UserDataDir(profile))
	require.NoError(t, err)
	b = attach(t, ctx, phoneScreen)
	process := chromedp.FromContext(ctx).Browser.Process()
	return b, func() {
		require.NoError(t, process.Kill())
		stop()
		require.NoError(t, os.RemoveAll(filepath.Join(profile, "SingletonLock"))) // as after a power cut
	}
}

// The battery dies right after a tap: that tap is not lost either.
func TestPhoneBatteryDies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	profile, err := os.MkdirTemp("", "huisheng-phone-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // the dying browser may still write
	b, die := battery(t, profile)
	b.enter(r, 0)
	b.agree()
	b.answerTo("fair")
	b.answer("fair", "fairly_fair")
	b.css(`.step.on[data-step="notice_posted"]`)
	die()

	b, die = battery(t, profile)
	defer die()
	b.enter(r, 0)
	if b.css(`.step.on`); eval[bool](b, `!!document.querySelector('.step.on[data-step="notice_posted"]')`) { // that this screen was reached may not be on the disk yet
		b.tap("[data-prev]")
	}
	b.css(`.step.on[data-step="fair"]`)
	require.Equal(t, "fairly_fair", eval[string](b, `document.querySelector('[name="a.fair"]:checked').value`))
}

// deployment is the program as a process, which a test may kill.
type deployment struct {
	t      *testing.T
	binary string
	env    []string
	url    string
}

func deploy(t *testing.T) *deployment {
	t.Helper()
	d := &deployment{t: t, binary: filepath.Join(t.TempDir(), "huisheng")}
	out, err := exec.Command("go", "build", "-o", d.binary, "../..").CombinedOutput()
	require.NoError(t, err, "%s", out)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr, database := l.Addr().String(), "restart_"+models.NewID()
	require.NoError(t, l.Close())
	d.url = "http://" + addr
	d.env = append(os.Environ(), "HUISHENG_ADDR="+addr, "HUISHENG_DATABASE="+database, "HUISHENG_ENV=dev", "HUISHENG_BASE_URL="+d.url,
		"HUISHENG_KEYS_FILE="+filepath.Join(t.TempDir(), "keys.json"), "HUISHENG_LOG_LEVEL=error",
		"MONGODB_URI="+testkit.MongoURI(t), "REDIS_URL="+testkit.RedisURL(t))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if db, err := store.Open(ctx, testkit.MongoURI(t), database); err == nil {
			_ = db.DropDatabase(ctx)
			_ = db.Close(ctx)
		}
	})
	return d
}

func (d *deployment) command(args ...string) *exec.Cmd {
	c := exec.Command(d.binary, args...)
	c.Env, c.SysProcAttr = d.env, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// serve starts the server and gives the way to kill it.
func (d *deployment) serve() (kill func()) {
	d.t.Helper()
	c := d.command("serve")
	c.Stderr = os.Stderr
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()         // Pdeathsig follows the thread that forked
		defer runtime.UnlockOSThread() // or the thread would end as well, and with it a browser that was once started from it
		started <- c.Start()
		_ = c.Wait() // killed: the test knows
		close(ended)
	}()
	require.NoError(d.t, <-started)
	return func() {
		_ = c.Process.Kill() // gone already is fine
		<-ended
	}
}

// The server is killed before the answers are sent, comes back, and the phone sends them by itself.
func TestPhoneServerRestarts(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	out, err := d.command("seed", "--demo").Output()
	require.NoError(t, err)
	link := regexp.MustCompile(regexp.QuoteMeta(d.url) + `/i/[\w-]+`).Find(out)
	_, after, _ := bytes.Cut(out, []byte("last 4 of the document are "))
	require.NotEmpty(t, link)
	kill := d.serve()
	b := openTab(t, phoneScreen)
	b.until(func() bool {
		c, err := net.Dial("tcp", d.url[len("http://"):])
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, "the server does not start")
	b.open(string(link))
	b.typeIn("#tail", string(after[:4]))
	b.tapText("下一步")
	b.css("#form .step.on")
	b.agree()
	b.answerTo("")
	kill()
	b.tap("#send")
	b.sees("没有网络")
	kill = d.serve()
	defer kill()
	b.sees("已收到，谢谢您") // nobody taps anything
	require.NotEmpty(t, b.css("#receipt"))
}
