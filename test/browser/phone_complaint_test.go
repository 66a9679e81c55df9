package browser_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/app/complaint"
	"huisheng/models"
	"huisheng/models/store"
)

// evil is what somebody types who wants a script to run on another's screen.
const evil = `<img src=x onerror=alert(1)>"'><script>alert(2)</script>`

func TestPhoneComplaintOnTheWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	good, broken := pictures(t)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("fair")
	b.tapText("投诉")
	b.sees("投诉、举报")
	b.shot("phone-complaint")
	b.accessible("complaint")
	b.tap(`[name=category][value=UNFAIR_SCORING] + span`)
	b.run(chromedp.SendKeys("#text", "班组长给自己人打高分。"+evil, chromedp.ByQuery))
	b.run(chromedp.Reload()) // what was written is kept too
	b.until(func() bool {
		return strings.Contains(eval[string](b, `document.querySelector('#text').value`), "班组长给自己人打高分")
	}, "the words are lost")
	b.run(chromedp.SetUploadFiles("#photo", []string{broken}, chromedp.ByQuery))
	b.sees("只能上传 JPEG")
	b.run(chromedp.Evaluate(`window.sent = []; const send = window.fetch; window.fetch = (url, o) => { if (url === '/r/photo') sent.push(o.body); return send(url, o); }; 0`, nil))
	b.run(chromedp.SetUploadFiles("#photo", []string{good, good}, chromedp.ByQuery))
	b.until(func() bool { return eval[int](b, `document.querySelectorAll('.photo [name=file]').length`) == 2 }, "two photos go up")
	require.Equal(t, "image/jpeg 1600 × 1200", evalAsync(b, `createImageBitmap(sent[0]).then(i => sent[0].type + ' ' + i.width + ' × ' + i.height)`), "made small on the phone")
	require.Equal(t, 2, eval[int](b, `[...document.querySelectorAll('.photo img')].filter(e => e.naturalWidth > 0).length`), "both are shown")
	b.tap(".photo button")
	b.run(chromedp.Reload())
	b.until(func() bool { return eval[int](b, `document.querySelectorAll('.photo [name=file]').length`) == 1 }, "the photo is still with it")
	b.shot("phone-complaint-photo")
	b.accessible("complaint, photo")
	b.tap(`[name=visibility][value=anonymous] + span`)
	require.False(t, eval[bool](b, `!!document.querySelector('#contact').getClientRects().length`), "an anonymous complaint keeps no contact")
	b.shot("phone-complaint-who")

	b.offline(true)
	b.tapText("提交投诉")
	b.sees("网络不通")
	b.run(chromedp.SetUploadFiles("#photo", []string{good}, chromedp.ByQuery))
	b.sees("网络不好，会自动再传")
	b.tapText("提交投诉")
	b.sees("正在处理…")
	b.offline(false) // the photo goes up by itself, and the complaint after it
	b.sees("投诉已收到")
	no, pass := b.css("#case-no"), b.css("#passphrase")
	b.shot("phone-filed")
	b.accessible("filed")
	b.tapText("存成图片")
	b.css(".shot")
	require.Greater(t, eval[int](b, `document.querySelector('.shot').naturalWidth`), 300)
	b.shot("phone-filed-picture")
	b.accessible("filed, picture")

	list, _, err := s.app.Complaints.List(context.Background(), province(), store.ComplaintFilter{}, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1, "sent twice, filed once")
	require.Equal(t, no, list[0].CaseNo)
	detail, err := s.app.Complaints.Read(context.Background(), province(), list[0].ID)
	require.NoError(t, err)
	require.Equal(t, 2, detail.Files)

	b.tapText("回去继续填写")
	b.css(`.step.on[data-step="fair"]`) // no answer is lost
	b.answer("fair", "very_unfair")
	b.css(`.step.on[data-step="notice_posted"]`)

	b.followCase(s, no, pass, list[0].ID)
}

// Whoever has filed as many as one may is told that all have arrived, and keeps what they wrote.
func TestPhoneComplaintOneTooMany(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	claims := s.claims(r)
	for i := range 10 {
		_, err := s.app.Complaints.File(t.Context(), claims, complaint.Submission{
			Category: "UNFAIR_SCORING", Text: "打分的时候没有别人在场。", Visibility: models.VisibilityAnonymous, Key: fmt.Sprintf("complaint-%d", i),
		})
		require.NoError(t, err)
	}
	b.agree()
	b.tapText("投诉")
	b.tap(`[name=category][value=UNFAIR_SCORING] + span`)
	b.run(chromedp.SendKeys("#text", "还有一件别的事情。", chromedp.ByQuery))
	b.tap(`[name=visibility][value=anonymous] + span`)
	b.tapText("提交投诉")
	b.sees("前面的都已经收到")
	require.True(t, eval[bool](b, `(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('.card.bad').getBoundingClientRect())`), "it is on the screen")
	b.shot("phone-complaint-many")
	b.accessible("complaint, too many")
	require.Equal(t, "还有一件别的事情。", eval[string](b, `document.querySelector('#text').value`))
}

func province() models.Principal {
	return models.Principal{Account: "t", Role: models.RoleProvince, Region: models.Province}
}

// followCase looks a case up, before and after an official has taken it up with words that would be a script elsewhere.
func (b *tab) followCase(s *site, no, pass string, id models.ComplaintID) {
	b.t.Helper()
	b.open(s.url + "/c")
	b.shot("phone-case-form")
	b.accessible("case form")
	b.typeIn("#case_no", no)
	b.typeIn("#pass", "2222-2222-2222")
	b.tapText("查询")
	b.sees("编号或查询口令不对")
	b.accessible("case, wrong")
	b.typeIn("#pass", pass)
	b.tapText("查询")
	b.sees("已收到，等待受理")
	b.sees("会决定受不受理")
	_, err := s.app.Complaints.Take(context.Background(), province(), id, complaint.Transition{Action: models.ActionAccept, Reason: "我们来查。" + evil})
	require.NoError(b.t, err)
	b.tapText("查另一件")
	b.typeIn("#case_no", " "+no)
	b.typeIn("#pass", pass)
	b.tapText("查询")
	b.sees("已受理")
	b.sees("会给出结论")
	b.sees(evil) // as words
	b.shot("phone-case")
	b.accessible("case")

	for _, step := range []complaint.Transition{{Action: models.ActionDecide, Outcome: models.OutcomePartly, Reason: "已责令改正"}, {Action: models.ActionNotify, Reason: "已告知"}} {
		_, err := s.app.Complaints.Take(context.Background(), province(), id, step)
		require.NoError(b.t, err)
	}
	b.tapText("查另一件")
	b.typeIn("#case_no", no)
	b.typeIn("#pass", pass)
	b.tapText("查询")
	b.sees("部分属实")
	b.accessible("case, decided")
	b.tapText("提交评价")
	require.Zero(b.t, eval[int](b, `document.querySelectorAll('[name=satisfaction]:checked').length`))
	b.tap(`[name=satisfaction][value=satisfied] + span`)
	b.run(chromedp.SendKeys("#comment", evil, chromedp.ByQuery))
	b.shot("phone-case-rate")
	b.tapText("提交评价")
	b.sees("您的评价已收到")
	d, err := s.app.Complaints.Read(context.Background(), province(), id)
	require.NoError(b.t, err)
	require.Equal(b.t, evil, d.Rating.Comment)
}

// pictures makes a photo and a file that only says it is one.
func pictures(t *testing.T) (good, broken string) {
	t.Helper()
	dir := t.TempDir()
	good, broken = filepath.Join(dir, "good.jpg"), filepath.Join(dir, "broken.jpg")
	img := image.NewRGBA(image.Rect(0, 0, 2400, 1800))
	for i := range img.Pix {
		img.Pix[i] = byte(i / 7)
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	require.NoError(t, os.WriteFile(good, b.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(broken, []byte("no picture"), 0o600))
	return good, broken
}

func TestPhoneComplaintWithName(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	good, broken := pictures(t)
	b := openTab(t, phoneScreen)
	b.noScript()
	b.open(r.link(0))
	b.typeIn("#tail", r.tail(0, 4))
	b.tapText("不填反馈，直接投诉")
	b.sees("投诉、举报")
	b.tap(`[name=category][value=FEE_VIOLATION] + span`)
	b.run(chromedp.SendKeys("#text", "收了三百元。", chromedp.ByQuery))
	b.tap(`[name=visibility][value=anonymous] + span`)
	b.run(chromedp.SendKeys("#contact", evil, chromedp.ByQuery))
	b.tapText("提交投诉")
	b.sees("匿名投诉不保存联系方式") // and what was written is still there
	require.Equal(t, "收了三百元。", eval[string](b, `document.querySelector('#text').value`))
	require.Equal(t, evil, eval[string](b, `document.querySelector('#contact').value`))
	b.accessible("complaint, wrong, without a script")
	b.tap(`[name=visibility][value=real_name] + span`)
	b.run(chromedp.Evaluate(`document.querySelector('#contact').value = ''`, nil), chromedp.SetUploadFiles("#photo", []string{broken}, chromedp.ByQuery))
	b.tapText("提交投诉")
	b.sees("只能上传 JPEG")
	b.accessible("complaint, wrong photo, without a script")
	b.run(chromedp.SetUploadFiles("#photo", []string{good}, chromedp.ByQuery))
	b.tapText("提交投诉")
	b.sees("投诉已收到")
	no := b.css("#case-no")
	b.run(chromedp.Reload()) // sends the form again: the same case
	require.Equal(t, no, b.css("#case-no"))
	list, _, err := s.app.Complaints.List(context.Background(), province(), store.ComplaintFilter{}, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, models.VisibilityReal, list[0].Visibility)
	detail, err := s.app.Complaints.Read(context.Background(), province(), list[0].ID)
	require.NoError(t, err)
	require.Equal(t, 1, detail.Files)
}
