package browser_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huisheng/app/complaint"
	"huisheng/app/registry"
	"huisheng/app/report"
	"huisheng/app/roster"
	"huisheng/app/supervise"
	"huisheng/app/webhook"
	"huisheng/internal/demo"
	"huisheng/models"
	"huisheng/models/store"
)

// deskRoute is one page of the console in the table of routes.
type deskRoute struct {
	path  string // with :parameters
	roles []string
}

var (
	routeLine  = regexp.MustCompile(`get\("(/console[^"]*)", web\.(Any|Public|Roles\(([^)]*)\))`)
	parameter  = regexp.MustCompile(`:[a-z_]+`)
	hanRun     = regexp.MustCompile(`[^\n]*\p{Han}[^\n]*`)
	allRoles   = []string{"province", "city", "alliance", "operator"}
	publicPage = "/console/login"
)

// deskRoutes reads the table of routes, so that a new page is walked without anybody thinking of it.
func deskRoutes(t *testing.T) (list []deskRoute) {
	t.Helper()
	raw, err := os.ReadFile("../../handlers/routes.go")
	require.NoError(t, err)
	for _, m := range routeLine.FindAllStringSubmatch(string(raw), -1) {
		r := deskRoute{path: m[1], roles: allRoles}
		if m[3] != "" {
			r.roles = strings.Split(strings.ReplaceAll(m[3], " ", ""), ",")
		}
		list = append(list, r)
	}
	require.Greater(t, len(list), 25)
	return list
}

// notPages are addresses under /console that give a file.
var notPages = []string{".xlsx", ".csv", ".pdf", ".png", ".svg", ".json", ".html"}

// framed is a page of the phone in a frame of the desk: it has a phone's size and a phone's ways.
const framed = "/console/questionnaires/:code/:version/phone"

// walkers are who walks. An organisation's kind decides a few of its pages: those are walked by that kind alone.
var walkers = []struct {
	login, role string
	only        []string // beside the start page; nil: everything but what is another kind's
	thorough    bool
}{
	{"operator", "operator", nil, true},
	{"school", "operator", []string{"/console/schedule"}, true},
	{"social", "operator", []string{"/console/prices"}, true},
	{"province", "province", nil, true},
	{"city", "city", nil, false}, // its pages are the province's
	{"alliance", "alliance", nil, true},
}

func (r deskRoute) page() bool {
	return !slices.ContainsFunc(notPages, func(ext string) bool { return strings.HasSuffix(r.path, ext) })
}

// matches says whether an address is one of this route's.
func (r deskRoute) matches(address string) bool {
	pattern := regexp.MustCompile("^" + parameter.ReplaceAllString(regexp.QuoteMeta(r.path), `[^/?#]+`) + "$")
	path, _, _ := strings.Cut(address, "?")
	return pattern.MatchString(path) && (!strings.Contains(r.path, ":") || !strings.HasSuffix(path, "/new"))
}

// Every page of the console, as every role that may see it, in both languages, light and dark, on a laptop and on a tablet held upright: accessible,
// nothing sideways, and no Chinese left in English but data. But for the start page they are found by the links that lead to them, as people find them:
// a page that no link leads to fails the walk.
func TestDeskEveryPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	data := s.furnish()
	routes := deskRoutes(t)
	for _, who := range walkers {
		t.Run(who.login, func(t *testing.T) {
			t.Parallel()
			at := *s
			at.t = t
			w := &walk{tab: at.desk(who.login, deskPassword, deskScreen), s: s, data: data, links: map[string]bool{"/console": true}, thorough: who.thorough}
			var own []deskRoute
			for _, r := range routes {
				if r.path != publicPage && r.page() && slices.Contains(r.roles, who.role) && walks(who.only, r.path) {
					own = append(own, r)
				}
			}
			sort.SliceStable(own, func(i, j int) bool { return strings.Count(own[i].path, ":") < strings.Count(own[j].path, ":") })
			w.all(who.login, own)
		})
	}
}

// walks says whether a page is one of those that a walker looks at.
func walks(only []string, path string) bool {
	if only != nil {
		return path == "/console" || slices.Contains(only, path)
	}
	for _, w := range walkers {
		if slices.Contains(w.only, path) {
			return false
		}
	}
	return true
}

// all looks at pages in rounds, because one page may be what leads to another.
func (w *walk) all(role string, pages []deskRoute) {
	for {
		var left []deskRoute
		for _, r := range pages {
			if address := w.find(r); address != "" {
				w.look(role, r.path, address)
			} else {
				left = append(left, r)
			}
		}
		if len(left) < len(pages) && len(left) > 0 {
			pages = left
			continue
		}
		for _, r := range left {
			w.t.Errorf("no page of %s links to %s: link it, or furnish what it shows", role, r.path)
		}
		return
	}
}

type walk struct {
	*tab
	s        *site
	data     []string        // what may be Chinese in English
	links    map[string]bool // seen on pages
	thorough bool
}

func (w *walk) find(r deskRoute) string {
	var found []string
	for l := range w.links {
		if r.matches(l) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// look opens a page in both languages.
func (w *walk) look(role, route, address string) {
	w.t.Helper()
	if route == framed {
		w.lookFramed(role+" "+route, address)
		return
	}
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	name := role + " " + route
	w.open(w.s.url + address + sep + "lang=zh&paper=zh")
	require.NotContains(w.t, w.text(), "没有找到，或您无权查看", name)
	assert.NotContains(w.t, eval[string](w.tab, `document.body.textContent`), "%!", "%s: a text does not fit its values", name) // also what is folded up
	for _, l := range eval[[]string](w.tab, `[...document.querySelectorAll('a[href^="/console"], iframe[src^="/console"]')].map(a => a.getAttribute('href') || a.getAttribute('src'))`) {
		w.links[l] = true
	}
	w.level(name)
	if !w.thorough {
		return
	}
	w.axe(name)
	w.shot("sweep-" + role + strings.NewReplacer("/", "-", ":", "").Replace(route))
	w.run(emulation.SetDeviceMetricsOverride(768, 1024, 1, false))
	w.run(w.media(&emulation.MediaFeature{Name: "prefers-color-scheme", Value: "dark"}))
	w.open(w.s.url + address + sep + "lang=en&paper=en")
	assert.Equal(w.t, "en", eval[string](w.tab, `document.documentElement.lang`), name)
	w.level(name + ", tablet")
	w.axe(name + ", English, dark")
	w.shot("sweep-en-" + role + strings.NewReplacer("/", "-", ":", "").Replace(route))
	w.english(name)
	w.run(emulation.SetDeviceMetricsOverride(deskScreen.width, deskScreen.height, 1, false))
	w.run(w.media())
}

// lookFramed opens the page that a frame shows, in the size of the frame.
func (w *walk) lookFramed(name, address string) {
	w.t.Helper()
	w.run(emulation.SetDeviceMetricsOverride(360, 640, 1, true))
	address, _, _ = strings.Cut(address, "?")
	for _, lang := range []string{"zh", "en"} {
		w.open(w.s.url + address + "?lang=" + lang)
		assert.True(w.t, strings.HasPrefix(eval[string](w.tab, `document.documentElement.lang`), lang), name)
		assert.LessOrEqual(w.t, eval[int](w.tab, `document.documentElement.scrollWidth`), 360, "%s scrolls sideways", name)
		w.axe(name + " " + lang)
	}
	w.run(emulation.SetDeviceMetricsOverride(deskScreen.width, deskScreen.height, 1, false))
}

// axe runs the accessibility checker on the page as it is now.
func (b *tab) axe(name string) {
	b.t.Helper()
	b.settled()
	if b.plain {
		b.run(emulation.SetScriptExecutionDisabled(false))
		defer b.noScript()
	}
	source, err := axeSource()
	require.NoError(b.t, err, "run scripts/prepare-test first")
	b.run(chromedp.Evaluate(string(source)+"\n;0", nil))
	assert.Empty(b.t, b.violations(`{resultTypes: ['violations']}`), name)
}

// level checks that the page does not scroll sideways, and that buttons can be hit.
func (b *tab) level(name string) {
	b.t.Helper()
	assert.LessOrEqual(b.t, eval[int](b, `document.documentElement.scrollWidth`), eval[int](b, `innerWidth`), "%s scrolls sideways", name)
	assert.Empty(b.t, eval[[]string](b, `[...document.querySelectorAll('main button, main .btn, nav a, main input:not([type=hidden],[type=radio],[type=checkbox],.unseen), main select')]
		.filter(e => e.getClientRects().length).filter(e => { const r = e.getBoundingClientRect(); return r.height < 40 || r.width < 40; })
		.map(e => e.outerHTML.slice(0, 120))`), "%s: too small to hit", name)
}

// english fails when Chinese is left on an English page that is not data.
func (w *walk) english(name string) {
	w.t.Helper()
	text := eval[string](w.tab, `(() => { const c = document.body.cloneNode(true);
		c.querySelectorAll('[lang^=zh], textarea, script').forEach(e => e.remove());
		const attrs = [...c.querySelectorAll('[aria-label], [placeholder], [title], [alt]')].map(e => ['aria-label', 'placeholder', 'title', 'alt'].map(a => e.getAttribute(a) || '').join(' '));
		return c.textContent + '\n' + attrs.join('\n') + '\n' + document.title; })()`)
	for _, d := range w.data {
		text = strings.ReplaceAll(text, d, "")
	}
	if left := hanRun.FindAllString(text, 5); len(left) > 0 {
		w.t.Errorf("%s: Chinese in English: %q", name, left) // and on: one walk finds all
	}
}

// furnish fills a site with one of everything that pages show, and gives the texts in it that are Chinese in any language.
func (s *site) furnish() []string {
	s.t.Helper()
	r := s.invite(models.OrgEnterprise, 8)
	s.asked(s.complain(r, "打分的时候没有别人在场。"))
	for i := range 6 {
		r.answer(i + 1)
	}
	require.NoError(s.t, s.app.Indicators.RefreshBatch(context.Background(), r.batch))
	s.account("operator", models.Account{Name: "Operator", Role: models.RoleOperator, Org: r.org, Region: "440100"})
	s.account("province", models.Account{Name: "Province", Role: models.RoleProvince, Region: models.Province})
	s.account("city", models.Account{Name: "City", Role: models.RoleCity, Region: "440100"})
	s.account("alliance", models.Account{Name: "Alliance", Role: models.RoleAlliance, Region: models.Province})
	school := s.school()
	s.social()
	s.supervised(r.org)
	s.report(r.org)
	bad := demo.RosterRows(models.OrgEnterprise, demo.People(31, 3))
	bad[1][column(s.t, bad, "手机号码")] = "12345"
	raw, err := os.ReadFile(workbook(s.t, "list.xlsx", bad))
	require.NoError(s.t, err)
	operator := models.Principal{Account: "test", Role: models.RoleOperator, Org: r.org}
	_, err = s.app.Roster.Import(context.Background(), operator, r.org, roster.File{Content: bytes.NewReader(raw), Size: int64(len(raw)), Name: "list.xlsx"}, true, nil)
	require.NoError(s.t, err)

	data := []string{"示例机电有限公司", school, "示例职业能力评价中心", "质量监管办法", "粤人社函〔2026〕1号", "发证不规范，责令整改。", "接收系统", "打分的时候没有别人在场。", "正在核查。", "请说明有几名考评员在场。", "手机号码", "中文", "粤技评备〔2025〕001号", "广东技能评价"}
	for _, p := range r.people {
		masked := []rune(p.Name)
		data = append(data, string(masked[:1])+strings.Repeat("*", len(masked)-1), p.Department, p.Occupation)
	}
	for _, o := range demo.Filing().Occupations {
		data = append(data, o.Name)
	}
	sort.Slice(data, func(i, j int) bool { return len(data[i]) > len(data[j]) })
	return data
}

// asked takes a case to where the organisation is asked.
func (s *site) asked(filed complaint.Filed) {
	s.t.Helper()
	ctx := context.Background()
	city := models.Principal{Account: "test", Role: models.RoleCity, Region: "440100"}
	list, _, err := s.app.Complaints.List(ctx, city, store.ComplaintFilter{CaseNo: filed.CaseNo}, "", 1)
	require.NoError(s.t, err)
	for _, step := range []complaint.Transition{
		{Action: models.ActionAccept, Reason: "正在核查。"}, {Action: models.ActionAskOrg, Reason: "正在核查。", Facts: "请说明有几名考评员在场。"},
	} {
		_, err := s.app.Complaints.Take(ctx, city, list[0].ID, step)
		require.NoError(s.t, err)
	}
}

// school registers a school, which the alliance may see.
func (s *site) school() string {
	s.t.Helper()
	made, err := s.app.Registry.Create(context.Background(), models.Principal{Account: "test", Role: models.RoleProvince}, registry.NewOrg{
		Kind: models.OrgSchool, Name: "示例技师学院", USCC: "12440000MB2TE5T3XR", Division: "440100", Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	})
	require.NoError(s.t, err)
	s.account("school", models.Account{Name: "School", Role: models.RoleOperator, Org: made.Org.ID, Region: "440100"})
	return made.Org.Name
}

// social registers a social organisation, which publishes prices.
func (s *site) social() {
	s.t.Helper()
	made, err := s.app.Registry.Create(context.Background(), models.Principal{Account: "test", Role: models.RoleProvince}, registry.NewOrg{
		Kind: models.OrgSocial, Name: "示例职业能力评价中心", USCC: "52440000MJ8TE5T21H", Division: "440100", Affiliation: models.AffiliationCity, Filing: demo.Filing(),
	})
	require.NoError(s.t, err)
	s.account("social", models.Account{Name: "Social", Role: models.RoleOperator, Org: made.Org.ID, Region: "440100"})
}

// supervised makes a policy's draft, a measure that is proposed, and an address that messages are pushed to.
func (s *site) supervised(org models.OrgID) {
	s.t.Helper()
	ctx := context.Background()
	province := models.Principal{Account: "test", Role: models.RoleProvince, Region: models.Province}
	rule := models.Rule{ID: "r1", Kind: models.OrgEnterprise, Indicator: "E1b", PeriodKind: models.PeriodQuarter, Comparison: models.Below, Threshold: 60, MinN: 30, MinResponse: 20, Measure: models.MeasureSuspend}
	for _, code := range []string{"draft", "quality"} { // one stays a draft, one is in force
		x, err := s.app.Supervise.DraftPolicy(ctx, province, supervise.PolicyInput{Code: code, Name: "质量监管办法", Basis: "粤人社函〔2026〕1号", WaitDays: supervise.DefaultWait, Rules: []models.Rule{rule}})
		require.NoError(s.t, err)
		if code == "quality" {
			_, err = s.app.Supervise.PublishPolicy(ctx, province, x.ID, x.Revision, models.DateOf(time.Now()))
			require.NoError(s.t, err)
		}
	}
	city := models.Principal{Account: "test", Role: models.RoleCity, Region: "440100"}
	made, err := s.app.Supervise.Propose(ctx, city, supervise.Proposal{Org: org, Kind: models.MeasureRectify, Reason: "发证不规范，责令整改。"})
	require.NoError(s.t, err)
	_, err = s.app.Supervise.Take(ctx, city, made.ID, supervise.Step{Action: models.ActionNotice, Text: "发证不规范，责令整改。"})
	require.NoError(s.t, err)
	_, _, err = s.app.Webhooks.Create(ctx, province, webhook.Input{URL: "https://hooks.example.com/huisheng", Note: "接收系统", Events: []models.WebhookType{models.WebhookBatchClosed}})
	require.NoError(s.t, err)
}

// report makes a report of an organisation's last quarter, which its operator and its supervisors may read.
func (s *site) report(org models.OrgID) {
	s.t.Helper()
	ctx := context.Background()
	province := models.Principal{Account: "test", Role: models.RoleProvince, Region: models.Province}
	_, err := s.app.Reports.Ask(ctx, province, report.Request{Org: org, Period: models.QuarterOf(time.Now().AddDate(0, -3, 0))})
	require.NoError(s.t, err)
	operator := models.Principal{Account: "test", Role: models.RoleOperator, Org: org}
	require.Eventually(s.t, func() bool {
		_, err := s.app.Reports.MakeDue(ctx)
		require.NoError(s.t, err)
		list, err := s.app.Reports.List(ctx, operator, store.ReportFilter{}, models.Page{Limit: 1})
		require.NoError(s.t, err)
		return len(list.Items) > 0
	}, waitLong, waitShort, "no report was made")
}
