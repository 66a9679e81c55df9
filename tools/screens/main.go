// Command screens takes the screenshots of the documentation from a running demo server.
//
//	screens BASE_URL SHOTS_FILE OUT_DIR        (the demo password in HUISHENG_DEMO_PASSWORD)
//
// Each line of the shots file is: file name, device (phone, desk for the length of a page, screen for what a screen shows of it, each also with
// -dark), account ("-" for none), path. The path "@link" stands for the newest link that the demo sent to a phone, "@first:PATH" for what
// the first line of a list leads to.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience bounds one screenshot, the start of the browser and the wait for a link included.
const patience = 60 * time.Second

type shot struct{ name, device, account, path string }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "screens:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: screens BASE_URL SHOTS_FILE OUT_DIR")
	}
	shots, err := readShots(args[1])
	if err != nil {
		return err
	}
	for _, s := range shots {
		png, err := take(args[0], s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		file := filepath.Join(args[2], s.name+".png")
		if err := os.WriteFile(file, png, 0o644); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("%s (%d KB)\n", file, len(png)/1024)
	}
	return nil
}

func readShots(file string) ([]shot, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the list of shots: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	var shots []shot
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		switch len(fields) {
		case 0:
		case 4:
			shots = append(shots, shot{fields[0], fields[1], fields[2], fields[3]})
		default:
			return nil, fmt.Errorf("%s:%d: want name, device, account and path", file, n)
		}
	}
	return shots, lines.Err()
}

// take opens the page in a fresh browser, so that the shots do not log each other in or out.
func take(base string, s shot) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(os.Getenv("CHROME_PATH")), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it refuses to run as root otherwise
	}
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	address := base + s.path
	if s.path == "@link" {
		var err error
		if address, err = newestLink(ctx, base); err != nil {
			return nil, err
		}
	}
	device, err := deviceFor(s.device)
	if err != nil {
		return nil, err
	}
	list, inList := strings.CutPrefix(s.path, "@first:")
	if inList {
		address = base + list
	}
	steps := []chromedp.Action{device, chromedp.Navigate(address)}
	if s.account != "-" {
		steps = append(steps, logIn(s.account), chromedp.Navigate(address))
	}
	if inList {
		steps = append(steps, followFirst)
	}
	steps = append(steps, chromedp.WaitReady("body"), chromedp.Sleep(300*time.Millisecond)) // fonts and transitions settle
	var png []byte
	if strings.HasPrefix(s.device, "desk") {
		steps = append(steps, chromedp.FullScreenshot(&png, 100)) // 100 means PNG
	} else {
		steps = append(steps, chromedp.CaptureScreenshot(&png))
	}
	if err := chromedp.Run(ctx, steps...); err != nil {
		return nil, err
	}
	return small(png)
}

func deviceFor(name string) (chromedp.Action, error) {
	kind, dark := strings.CutSuffix(name, "-dark")
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	var size chromedp.Action
	switch kind {
	case "phone":
		size = chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch)
	case "desk":
		size = chromedp.EmulateViewport(1280, 800)
	case "screen":
		size = chromedp.EmulateViewport(1366, 768)
	default:
		return nil, fmt.Errorf("no device %q: phone, desk or screen, with -dark or without", name)
	}
	return chromedp.Tasks{size, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}})}, nil
}

// followFirst goes to what the first line of a page's list leads to.
var followFirst = chromedp.ActionFunc(func(ctx context.Context) error {
	var to string
	if err := chromedp.Evaluate(`document.querySelector('main tbody th a').href`, &to).Do(ctx); err != nil {
		return err
	}
	return chromedp.Navigate(to).Do(ctx)
})

// logIn fills the form that a page behind a login leads to: the one with a password. It knows no names of fields.
func logIn(account string) chromedp.Action {
	const form = `form:has(input[type=password])`
	return chromedp.Tasks{
		chromedp.WaitVisible(form),
		chromedp.SendKeys(form+` input:not([type=hidden]):not([type=password])`, account),
		chromedp.SendKeys(form+` input[type=password]`, os.Getenv("HUISHENG_DEMO_PASSWORD")),
		chromedp.Submit(form),
		chromedp.WaitNotPresent(form),
	}
}

// newestLink waits until the demo has sent a message with a link.
func newestLink(ctx context.Context, base string) (string, error) {
	for {
		link, err := lookForLink(ctx, base)
		if link != "" {
			return link, nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("no message with a link in the outbox: %w", cmp.Or(err, ctx.Err()))
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func lookForLink(ctx context.Context, base string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/dev/outbox.json", nil)
	if err != nil {
		return "", fmt.Errorf("ask for the outbox: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask for the outbox: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // only read
	var list struct {
		Items []struct {
			Link string `json:"link"`
			At   string `json:"at"`
		} `json:"items"`
	}
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil {
		return "", fmt.Errorf("read the outbox: %w", err)
	}
	newest, at := "", ""
	for _, m := range list.Items {
		if m.Link != "" && m.At >= at {
			newest, at = m.Link, m.At
		}
	}
	return newest, nil
}
