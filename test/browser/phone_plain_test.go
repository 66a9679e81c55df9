package browser_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/internal/token"
	"huisheng/models"
)

// pick ticks an answer on the long form.
func (b *tab) pick(id, value string) {
	b.t.Helper()
	b.tap(`#q-` + id + ` input[value="` + value + `"] + span`)
}

func TestPhoneWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.noScript()
	b.open(r.link(0))
	b.accessible("entry without a script")
	b.typeIn("#tail", "0000")
	b.tapText("下一步")
	b.sees("还可以试4次")
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("下一步")
	b.sees("填写前请看一下")
	b.shot("phone-plain-form")
	b.accessible("form without a script")
	b.tap("[name=notice] + span")
	for _, a := range happy[:9] {
		if a[0] != "fair" {
			b.pick(a[0], a[1])
		}
	}
	b.tap(`[name=wage][value=yes] + span`)
	b.pick("pay_change", "not_raised")
	b.pick("pay_rise", "from_300") // not asked after that answer, and without a script nothing hides it
	b.pick("charged", "no")
	b.pick("overall", "satisfied")
	b.run(chromedp.SendKeys(`#q-comment textarea`, evil, chromedp.ByQuery))
	b.tapText("提交")
	b.sees("第6题：这一题还没有回答。")
	b.shot("phone-plain-wrong")
	b.accessible("form without a script, wrong")
	require.Equal(t, evil, eval[string](b, `document.querySelector('#q-comment textarea').value`))
	b.pick("fair", "very_fair")
	b.tapText("提交")
	b.sees("已收到，谢谢您")
	b.accessible("receipt without a script")
	stored, err := r.response(0)
	require.NoError(t, err)
	require.Equal(t, "not_raised", stored.Answers["pay_change"])
	require.NotContains(t, stored.Answers, "pay_rise")

	b.tapText("修改回答")
	b.sees("修改您的反馈")
	b.css("#q-comment textarea")
	require.Equal(t, evil, eval[string](b, `document.querySelector('#q-comment textarea').value`))
	require.True(t, eval[bool](b, `document.querySelector('#q-fair [value=very_fair]').checked`))
	b.tapText("English")
	b.sees("Was the scoring fair?")
	b.tapText("Large text")
	b.sees("Normal text")
	require.Equal(t, "22px", eval[string](b, `getComputedStyle(document.documentElement).fontSize`))
	b.pick("fair", "so_so")
	b.tapText("Send the changes")
	b.sees("Your changes are saved")
	b.tapText("Withdraw my answers")
	b.tapText("Yes, withdraw")
	b.sees("Your answers are withdrawn")
	b.accessible("withdrawn, English, large")
}

// Words with scripts in them come back as words: in the review, after a correction, and in every field of the first pages.
func TestPhoneScriptsInWordsNeverRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	for _, page := range []string{r.link(0), r.printed(0), r.poster(token.Poster), r.poster(token.Staff), s.url + "/f", s.url + "/c"} {
		b.open(page)
		fields := eval[[]string](b, `[...document.querySelectorAll('main input:not([type=hidden])')].map(e => '#' + e.id)`)
		require.NotEmpty(t, fields)
		b.run(chromedp.Evaluate(`document.querySelectorAll('main input:not([type=hidden])').forEach(e => { e.removeAttribute('maxlength'); e.type = 'text'; e.value = `+quote(evil)+`; })`, nil))
		b.tap("main form button.main")
		b.css("main form .bad, main .card[role=alert]")
		require.Zero(t, eval[int](b, `document.querySelectorAll('main img, main script').length`), page)
	}
	o := openTab(t, phoneScreen)
	o.enter(r, 0)
	o.agree()
	o.answerTo("wage")
	o.answer("wage", "no")
	o.answer("charged", "no")
	o.answer("overall", "satisfied")
	o.css(`.step.on[data-step="comment"]`)
	o.run(chromedp.SendKeys(`.step.on textarea`, evil, chromedp.ByQuery))
	o.toReview()
	o.sees(evil)
	o.tap("#send")
	o.sees("已收到，谢谢您")
	o.tapText("修改回答")
	o.sees(evil)
	require.Zero(t, eval[int](o, `document.querySelectorAll('main img, main script').length`))
}

func TestPhoneIsLight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	var mu sync.Mutex // protects the two below
	size, requests := map[string]float64{}, []string{}
	urls := map[network.RequestID]string{}
	chromedp.ListenTarget(b.ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "data:") {
				requests = append(requests, e.Request.URL)
				urls[e.RequestID] = e.Request.URL
			}
		case *network.EventLoadingFinished:
			size[urls[e.RequestID]] += e.EncodedDataLength
		}
	})
	total := func() (n float64) {
		mu.Lock()
		defer mu.Unlock()
		for _, v := range size {
			n += v
		}
		return n
	}
	b.run(network.Enable())
	b.open(r.link(0))
	b.css("#tail")
	require.Len(t, requests, 2, "the page and one script")
	require.Less(t, total(), 25_000.0, "bytes of the first view, headers and all")
	t.Logf("first view: %.0f bytes", total())
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("下一步")
	b.agree()
	b.answerTo("")
	b.tap("#send")
	b.sees("已收到，谢谢您")
	require.Less(t, total(), 60_000.0, "bytes from the link to the receipt")
	t.Logf("link to receipt: %.0f bytes in %d requests", total(), len(requests))
	for _, u := range requests {
		require.True(t, strings.HasPrefix(u, s.url), "asks somebody else: %s", u)
	}
}

func TestPhoneInTheDark(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.features = append(b.features, &emulation.MediaFeature{Name: "prefers-color-scheme", Value: "dark"})
	b.run(b.media())
	b.open(r.link(0))
	require.NotEqual(t, "rgb(255, 255, 255)", eval[string](b, `getComputedStyle(document.querySelector('.card')).backgroundColor`))
	b.shot("phone-dark-entry")
	b.accessible("entry, dark")
	b.enter(r, 0)
	b.agree()
	b.answer("took_part", "yes")
	b.css(`.step.on[data-step="info_right"]`)
	b.shot("phone-dark-question")
	b.accessible("question, dark")
	b.tapText("投诉")
	b.sees("投诉、举报")
	b.accessible("complaint, dark")
}

// The answer to a link is the same with and without compression, allows nothing inline but its own styles, and is kept by nobody.
func TestPhonePageHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	get := func(url, encoding string) (*http.Response, string) {
		req, err := http.NewRequest(http.MethodGet, url, http.NoBody)
		require.NoError(t, err)
		if encoding != "" {
			req.Header.Set("Accept-Encoding", encoding)
		}
		res, err := (&http.Transport{DisableCompression: encoding != ""}).RoundTrip(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res, string(body)
	}
	plain, want := get(r.link(0), "identity")
	require.Equal(t, 200, plain.StatusCode)
	_, got := get(r.link(0), "") // asks for gzip and unpacks it
	require.Equal(t, want, got)
	require.Equal(t, "no-store", plain.Header.Get("Cache-Control"))
	policy := plain.Header.Get("Content-Security-Policy")
	require.NotContains(t, policy, "unsafe")
	require.Equal(t, 2, strings.Count(policy, "'sha256-"))

	src := regexp.MustCompile(`src="(/static/[^"]+)"`).FindStringSubmatch(want)
	require.NotNil(t, src)
	for _, encoding := range []string{"br", "gzip", "identity"} {
		res, _ := get(s.url+src[1], encoding)
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, "public, max-age=31536000, immutable", res.Header.Get("Cache-Control"))
		if encoding != "identity" {
			require.Equal(t, encoding, res.Header.Get("Content-Encoding"))
		}
	}
	res, _ := get(s.url+"/static/phone/phone.0000000000.js", "")
	require.Equal(t, 404, res.StatusCode)
}
