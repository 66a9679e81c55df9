package browser_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/app/complaint"
	"huisheng/models"
	"huisheng/models/store"
)

// Words with scripts in them, typed into every text field of the phone, run on nobody's screen: neither on the phone's pages nor on any page of the
// console that an official or an organisation can reach from its start page.
func TestScriptsFromThePhoneRunNowhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 1)
	b := openTab(t, phoneScreen)
	b.enter(r, 0)
	b.agree()
	b.answerTo("")
	b.tap("[data-prev]")
	b.css(`.step.on[data-step="comment"]`)
	b.words(".step.on textarea", evil)
	b.tap(".steer [data-next-step]")
	b.css(`.step.on[data-step="review"]`)
	b.tap("#send")
	b.sees("已收到，谢谢您")
	b.tapText("我要投诉")
	b.tap(`[name=category][value=OTHER] + span`)
	b.words("#text", evil)
	b.tap(`[name=visibility][value=real_name] + span`)
	b.words("#contact", evil)
	b.tapText("提交投诉")
	b.sees("投诉已收到")
	no, pass := b.css("#case-no"), b.css("#passphrase")
	list, _, err := s.app.Complaints.List(context.Background(), province(), store.ComplaintFilter{}, "", 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	for _, step := range []complaint.Transition{
		{Action: models.ActionAccept, Reason: evil}, {Action: models.ActionDecide, Outcome: models.OutcomePartly, Reason: evil}, {Action: models.ActionNotify, Reason: evil},
	} {
		_, err := s.app.Complaints.Take(context.Background(), province(), list[0].ID, step)
		require.NoError(t, err)
	}
	_, err = s.app.Complaints.Rate(context.Background(), no, pass, complaint.Rating{Satisfaction: models.Satisfied, Comment: evil})
	require.NoError(t, err)
	b.open(s.url + "/c")
	b.typeIn("#case_no", no)
	b.typeIn("#pass", pass)
	b.tapText("查询")
	b.sees(evil) // the official's words, as words
	b.harmless("the case")

	s.account("scripts-province", models.Account{Role: models.RoleProvince, Region: models.Province})
	s.account("scripts-operator", models.Account{Role: models.RoleOperator, Org: r.org, Region: "440100"})
	official := s.desk("scripts-province", deskPassword, deskScreen)
	pages := official.walk(s.url)
	require.Contains(t, pages, "/console/complaints")
	official.open(s.url + "/console/complaints?show=all") // it is decided, so it is no longer on the desk
	official.sees(no)
	official.open(s.url + "/console/complaints/" + string(list[0].ID))
	official.sees(evil)
	s.desk("scripts-operator", deskPassword, deskScreen).walk(s.url)
}

// words puts words into a field at once, as pasting does.
func (b *tab) words(selector, text string) {
	b.t.Helper()
	b.run(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Focus(selector, chromedp.ByQuery), input.InsertText(text))
}

// harmless checks that no word became an element.
func (b *tab) harmless(name string) {
	b.t.Helper()
	require.Zero(b.t, eval[int](b, `document.querySelectorAll('img[src="x"], [onerror]').length + [...document.scripts].filter(e => e.textContent.includes('alert(2)')).length`), name)
}

// walk opens every page that links lead to from the console's start page, and gives their addresses.
func (b *tab) walk(base string) (seen []string) {
	b.t.Helper()
	next := []string{"/console"}
	for len(next) > 0 && len(seen) < 60 {
		page := next[0]
		next, seen = next[1:], append(seen, page)
		b.open(base + page)
		b.harmless(page)
		for _, link := range eval[[]string](b, `[...document.querySelectorAll('a[href]:not([download])')].filter(e => e.origin === location.origin).map(e => e.pathname)`) {
			isPage := strings.HasPrefix(link, "/console") && !strings.Contains(link[strings.LastIndex(link, "/"):], ".")
			if isPage && !slices.Contains(seen, link) && !slices.Contains(next, link) {
				next = append(next, link)
			}
		}
	}
	return seen
}
