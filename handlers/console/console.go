// Package console is the desk of operators and officials in a browser: pages made on the server from the same use cases as the API. It holds no rule and reads no
// database; what a page may show, the use case has decided. Everything works without scripts, which only make it pleasanter.
package console

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app"
	"huisheng/config/catalog"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/static"
)

// Console has the handlers of /console.
type Console struct {
	app     *app.App
	site    *static.Site
	preview Preview
}

// New makes the handlers. The site must have been made with Funcs.
func New(a *app.App, site *static.Site, preview Preview) *Console {
	return &Console{app: a, site: site, preview: preview}
}

// page is what the layout shows around every page's own Data.
type page struct {
	Title string // in the page's language: say(c, …)
	Bare  bool   // without header and menu: logging in
	Sheet bool   // for paper: posters
	Who   string
	Place string // organisation or region
	Menu  []link
	CSRF  string
	Field string // the name of the field that carries CSRF
	Note  string // what has just been done
	Self  string // where a page that answered a POST is to be seen by GET, if not at the same address
	Lang  string // for the root element
	Other string // this page in the other language
	Form  form
	Data  any
}

type link struct {
	URL, Text string
	Here      bool
}

// render answers with a page in the reader's language for whoever is logged in.
func (h *Console) render(c *fiber.Ctx, name string, p page) error {
	who, l := web.Principal(c), langOf(c)
	if p.Sheet {
		l = paperLang(c)
	}
	p.CSRF, p.Field = web.CSRF(c), web.CSRFField
	p.Lang, p.Other = l.root(), otherLang(c, p.Self)
	if who.Account != "" {
		place, kind := h.place(c, who)
		p.Who, p.Menu = who.Name, menu(l, who.Role, kind, c.Path())
		if p.Place == "" {
			p.Place = place
		}
	}
	if p.Note == "" {
		p.Note = note(l, c.Query("done"))
	}
	var buf bytes.Buffer
	if err := h.site.RenderIn(&buf, string(l), "console/"+name, p); err != nil {
		return err
	}
	keepLang(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(buf.Bytes())
}

// place says in words whose desk it is, and an organisation's kind. Failing to find them is no reason to fail the page.
func (h *Console) place(c *fiber.Ctx, who models.Principal) (string, models.OrgKind) {
	switch who.Role {
	case models.RoleOperator:
		if o, err := h.app.Registry.Find(c.UserContext(), who, who.Org); err == nil {
			return o.Name, o.Kind
		}
	case models.RoleAlliance:
		return say(c, "高技能人才培养联盟", "Skilled Talent Alliance"), ""
	default:
		return h.regionName(langOf(c), who.Region), ""
	}
	return "", ""
}

// menu lists where a role may go. The guards decide; this only spares people closed doors.
func menu(l lang, r models.Role, kind models.OrgKind, path string) []link {
	items := places(l, r, kind)
	best := 0
	for i, l := range items {
		if (path == l.URL || strings.HasPrefix(path, l.URL+"/")) && len(l.URL) >= len(items[best].URL) {
			best = i
		}
	}
	section := path != "/console/password" && (best > 0 || path == "/console")
	section = section && path != "/console/security"
	items[best].Here = section
	return items
}

// places are the sections of the desk that a role has; some are for one kind of organisation.
func places(l lang, r models.Role, kind models.OrgKind) []link {
	items := []link{{URL: "/console", Text: l.say("首页", "Start")}}
	add := func(url, zh, en string) { items = append(items, link{URL: url, Text: l.say(zh, en)}) }
	switch r {
	case models.RoleOperator:
		add("/console/roster", "名册", "Roster")
		add("/console/claims/new", "发起申领", "New claim")
		add("/console/batches", "反馈批次", "Feedback batches")
		if kind == models.OrgSchool {
			add("/console/schedule", "学生批次", "Students' rounds")
		}
		add("/console/asks", "投诉答复", "Complaint replies")
		add("/console/figures", "申报数据", "Declared figures")
		if kind == models.OrgSocial {
			add("/console/prices", "课程价格", "Course prices")
		}
		add("/console/indicators", "指标", "Indicators")
		add("/console/reports", "报告", "Reports")
		add("/console/measures", "监管措施", "Supervision")
		add("/console/directory", "认可企业目录", "Directory")
	case models.RoleProvince, models.RoleCity:
		add("/console/overview", "总览", "Overview")
		add("/console/orgs", "评价机构", "Organisations")
		add("/console/batches", "反馈批次", "Feedback batches")
		add("/console/regions", "指标对比", "Compare")
		add("/console/reports", "报告", "Reports")
		add("/console/complaints", "投诉处理", "Complaints")
		add("/console/measures", "监管措施", "Supervision")
		add("/console/policies", "监管政策", "Policies")
		add("/console/directory", "认可企业目录", "Directory")
		add("/console/alerts", "情况提醒", "Alerts")
		add("/console/accounts", "账号", "Accounts")
		add("/console/questionnaires", "问卷", "Questionnaires")
		add("/console/templates", "短信模板", "Message templates")
		add("/console/sending", "短信通道", "Message channel")
		if r == models.RoleProvince {
			add("/console/webhooks", "推送地址", "Webhooks")
			add("/console/clients", "系统对接", "Machine clients")
		}
		add("/console/calendar", "工作日历", "Working days")
		add("/console/audit", "操作记录", "Audit log")
	case models.RoleAlliance:
		add("/console/orgs", "院校", "Schools")
		add("/console/figures/sheet", "填报数据", "Declare figures")
		add("/console/regions", "指标对比", "Compare")
		add("/console/complaints/statistics", "投诉统计", "Complaints")
	}
	return items
}

// note gives the words for what has just been done. The address carries the key alone, so that nobody can put words into our mouth with a link.
func note(l lang, done string) string {
	n, ok := notes[done]
	if !ok {
		return ""
	}
	return l.text(n)
}

var notes = map[string]models.LocalText{
	"password":      {Zh: "密码已修改，其他设备上的登录已退出。", En: "Your password is changed. Other devices have been logged out."},
	"remind":        {Zh: "提醒已安排：只发给还没填写的人，不在夜间发送。", En: "Reminders are on their way: only to people who have not answered yet, and not at night."},
	"close":         {Zh: "这一批已截止，不再接受填写，也不再发短信。", En: "This batch is closed. It takes no more answers and sends no more messages."},
	"pause":         {Zh: "已暂停发送短信，已收到短信的人仍可填写。", En: "Sending is paused. People who already have a message can still answer."},
	"resume":        {Zh: "已恢复发送。", En: "Sending goes on."},
	"resend":        {Zh: "号码已更正，短信已重新安排发送。", En: "The number is corrected and the message will be sent again."},
	"figures":       {Zh: "申报数据已保存，指标会在几秒内更新。", En: "The figures are saved. Indicators follow within seconds."},
	"ratings":       {Zh: "部门评价已统一提交，之后不能再修改。", En: "The department ratings are handed in and can no longer be changed."},
	"org":           {Zh: "机构信息已保存。", En: "The organisation is saved."},
	"step":          {Zh: "这一步已记录，投诉人查询时可以看到您写的话。", En: "The step is recorded. The complainant will see what you wrote."},
	"aside":         {Zh: "已登记回避，由别人办理。", En: "Recorded; somebody else handles the case."},
	"reply":         {Zh: "答复已提交。", En: "The reply is sent."},
	"proposed":      {Zh: "已提出。", En: "Proposed."},
	"measure":       {Zh: "这一步已记录。", En: "The step is recorded."},
	"policy":        {Zh: "政策已保存。", En: "The policy is saved."},
	"directory":     {Zh: "目录已更新。", En: "The directory is updated."},
	"webhook":       {Zh: "已完成。", En: "Done."},
	"account":       {Zh: "账号已更新。", En: "The account is updated."},
	"calendar":      {Zh: "放假安排已导入。涉及的办理期限会在一分钟内重新推算，已经告知的期限不会缩短。", En: "The year is imported. Deadlines that it touches are reckoned anew within a minute; none that a person was told gets shorter."},
	"questionnaire": {Zh: "新版本已发布，一分钟内新批次开始使用。", En: "The new version is published. New batches use it within a minute."},
	"verify":        {Zh: "已开始核对，几秒后会在这里看到结果。", En: "Verification has begun; the outcome appears here in a few seconds."},
	"alert":         {Zh: "已记下，这条提醒标为已处理。", En: "Noted; the alert is marked as seen."},
	"contact":       {Zh: "联系人已登记，平台会在可以发短信的时间请其评价。", En: "The contact is registered and will be asked when messages may go out."},
	"uncontact":     {Zh: "联系人已移除，不再发短信。", En: "The contact is removed and gets no more messages."},
	"security":      {Zh: "已更新。", En: "Done."},
	"others":        {Zh: "其他设备上的登录都已退出。", En: "All other devices have been logged out."},
	"logout":        {Zh: "这个账号已在所有设备上退出，可以用原密码再登录。", En: "The account is logged out everywhere. Its password still works."},
	"client":        {Zh: "这个接口已停用，它的密钥立即失效。", En: "The client is revoked; its keys open nothing from now on."},
}

// back sends the browser to a page after something was done there, so that reloading does not do it again.
func back(c *fiber.Ctx, to, done string) error {
	if done != "" {
		to += "?done=" + url.QueryEscape(done)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// lookupTime is how long the page of an error may take to find out whose desk it is on.
const lookupTime = 2 * time.Second

// Error is the page for a request that failed. Whoever is not logged in is led to the login and back again.
func (h *Console) Error(c *fiber.Ctx, status int, e *models.Error) error {
	if e.Kind == models.KindUnauthenticated {
		q := url.Values{}
		if c.Method() == fiber.MethodGet && c.Path() != "/console" {
			q.Set("next", c.OriginalURL())
		}
		if e.Code == models.ErrIdle.Code {
			q.Set("why", "idle")
		}
		return c.Redirect(strings.TrimSuffix("/console/login?"+q.Encode(), "?"), fiber.StatusSeeOther)
	}
	if errors.Is(e, models.ErrMustChange) {
		return c.Redirect("/console/password", fiber.StatusSeeOther)
	}
	if errors.Is(e, models.ErrMustEnrol) {
		return c.Redirect("/console/security", fiber.StatusSeeOther)
	}
	// The request's own context is over; finding out who is looking still needs one.
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	c.SetUserContext(ctx)
	_, known := web.Identify(c)
	l := langOf(c)
	message := l.text(models.LocalText{Zh: e.Message, En: e.English})
	return h.render(c, "error", page{Title: message, Bare: !known, Data: map[string]any{
		"Status": status, "Message": message, "Fields": l.wrongs(e.Fields), "ID": web.RequestID(c), "Ours": status >= fiber.StatusInternalServerError,
	}})
}

// Funcs are the functions that the console's pages use, in a language.
func Funcs(cat *catalog.Catalog) func(string) template.FuncMap {
	return func(language string) template.FuncMap {
		l := lang(language)
		f := template.FuncMap{"dict": dict, "levelName": func(code string) string { return levelName(cat, l, code) }}
		for _, words := range []template.FuncMap{l.words(), l.caseWords(), l.superviseWords()} {
			for name, fn := range words {
				if _, taken := f[name]; taken {
					panic("two functions of pages are called " + name)
				}
				f[name] = fn
			}
		}
		return f
	}
}

func levelName(cat *catalog.Catalog, l lang, code string) string {
	if level, ok := cat.Level(code); ok {
		return l.text(level.Name)
	}
	return code
}

// dict lets a page hand several values to a partial. What a partial may do without is there as nil, because pages refuse unknown keys.
func dict(pairs ...any) map[string]any {
	m := map[string]any{"T": nil, "H": nil, "Auto": nil, "Mode": nil, "Max": nil, "Req": nil, "First": nil, "Next": nil}
	for i := 0; i+1 < len(pairs); i += 2 {
		if key, ok := pairs[i].(string); ok {
			m[key] = pairs[i+1]
		}
	}
	return m
}

// newer gives the address of a list's next page; empty when there is none.
func newer(c *fiber.Ctx, next string) string {
	if next == "" {
		return ""
	}
	return here(c, next)
}

// newerAt is newer on another page than the one that was asked for, which may have been a POST.
func newerAt(c *fiber.Ctx, path, next string) string {
	if next == "" {
		return ""
	}
	return path + strings.TrimPrefix(here(c, next), c.Path())
}

// here gives the address of this page with the same filters, at another place of its list.
func here(c *fiber.Ctx, after string) string {
	q := url.Values{}
	c.Request().URI().QueryArgs().VisitAll(func(k, v []byte) { q.Set(string(k), string(v)) })
	q.Del("done")
	q.Del("lang") // it has been kept
	q.Del("after")
	if after != "" {
		q.Set("after", after)
	}
	return c.Path() + "?" + q.Encode()
}
