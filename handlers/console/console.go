// Package console is the desk of operators and officials in a browser: pages made on the server from the same use cases as the API. It holds no rule and reads no
// database; what a page may show, the use case has decided. Everything works without scripts, which only make it pleasanter.
package console

import (
	"bytes"
	"context"
	"html/template"
	"maps"
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
	app  *app.App
	site *static.Site
}

// New makes the handlers. The site must have been made with Funcs.
func New(a *app.App, site *static.Site) *Console { return &Console{app: a, site: site} }

// page is what the layout shows around every page's own Data.
type page struct {
	Title string
	Bare  bool // without header and menu: logging in
	Sheet bool // for paper: posters
	Who   string
	Place string // organisation or region
	Menu  []link
	CSRF  string
	Field string // the name of the field that carries CSRF
	Note  string // what has just been done
	Form  form
	Data  any
}

type link struct {
	URL, Text string
	Here      bool
}

// render answers with a page for whoever is logged in.
func (h *Console) render(c *fiber.Ctx, name string, p page) error {
	who := web.Principal(c)
	p.CSRF, p.Field = web.CSRF(c), web.CSRFField
	if who.Account != "" {
		p.Who, p.Menu = who.Name, menu(who.Role, c.Path())
		if p.Place == "" {
			p.Place = h.place(c, who)
		}
	}
	if p.Note == "" {
		p.Note = notes[c.Query("done")]
	}
	var buf bytes.Buffer
	if err := h.site.Render(&buf, "console/"+name, p); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(buf.Bytes())
}

// place says in words whose desk it is. Failing to find the name is no reason to fail the page.
func (h *Console) place(c *fiber.Ctx, who models.Principal) string {
	switch who.Role {
	case models.RoleOperator:
		if o, err := h.app.Registry.Find(c.UserContext(), who, who.Org); err == nil {
			return o.Name
		}
	case models.RoleAlliance:
		return "高技能人才培养联盟"
	default:
		if r, ok := h.app.Catalog.Region(who.Region); ok {
			return r.Name
		}
	}
	return ""
}

// menu lists where a role may go. The guards decide; this only spares people closed doors.
func menu(r models.Role, path string) []link {
	items := []link{{URL: "/console", Text: "首页"}}
	switch r {
	case models.RoleOperator:
		items = append(items, link{URL: "/console/roster", Text: "名册"}, link{URL: "/console/claims/new", Text: "发起申领"},
			link{URL: "/console/batches", Text: "反馈批次"}, link{URL: "/console/figures", Text: "申报数据"}, link{URL: "/console/indicators", Text: "指标"})
	case models.RoleProvince, models.RoleCity:
		items = append(items, link{URL: "/console/orgs", Text: "评价机构"}, link{URL: "/console/batches", Text: "反馈批次"},
			link{URL: "/console/regions", Text: "指标对比"}, link{URL: "/console/complaints", Text: "投诉处理"})
	case models.RoleAlliance:
		items = append(items, link{URL: "/console/orgs", Text: "院校"}, link{URL: "/console/regions", Text: "指标对比"})
	}
	best := 0
	for i, l := range items {
		if (path == l.URL || strings.HasPrefix(path, l.URL+"/")) && len(l.URL) >= len(items[best].URL) {
			best = i
		}
	}
	section := path != "/console/password" && (best > 0 || path == "/console")
	items[best].Here = section
	return items
}

// notes are the words for what has just been done. The address carries the key alone, so that nobody can put words into our mouth with a link.
var notes = map[string]string{
	"password": "密码已修改，其他设备上的登录已退出。",
	"remind":   "提醒已安排：只发给还没填写的人，不在夜间发送。",
	"close":    "这一批已截止，不再接受填写，也不再发短信。",
	"pause":    "已暂停发送短信，已收到短信的人仍可填写。",
	"resume":   "已恢复发送。",
	"resend":   "号码已更正，短信已重新安排发送。",
	"figures":  "申报数据已保存，指标会在几秒内更新。",
	"ratings":  "部门评价已统一提交，之后不能再修改。",
	"org":      "机构信息已保存。",
	"step":     "这一步已记录，投诉人查询时可以看到您写的话。",
	"account":  "账号已更新。",
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
		to := "/console/login"
		if c.Method() == fiber.MethodGet && c.Path() != "/console" {
			to += "?next=" + url.QueryEscape(c.OriginalURL())
		}
		return c.Redirect(to, fiber.StatusSeeOther)
	}
	// The request's own context is over; finding out who is looking still needs one.
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	c.SetUserContext(ctx)
	_, known := web.Identify(c)
	return h.render(c, "error", page{Title: e.Message, Bare: !known, Data: map[string]any{
		"Status": status, "Message": e.Message, "Fields": e.Fields, "ID": web.RequestID(c), "Ours": status >= fiber.StatusInternalServerError,
	}})
}

// Funcs are the functions that the console's pages use.
func Funcs(cat *catalog.Catalog) template.FuncMap {
	f := template.FuncMap{"dict": dict, "levelName": func(code string) string {
		if l, ok := cat.Level(code); ok {
			return l.Name.Zh
		}
		return code
	}}
	maps.Copy(f, words())
	return f
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

// here gives the address of this page with the same filters, at another place of its list.
func here(c *fiber.Ctx, after string) string {
	q := url.Values{}
	c.Request().URI().QueryArgs().VisitAll(func(k, v []byte) { q.Set(string(k), string(v)) })
	q.Del("done")
	q.Del("after")
	if after != "" {
		q.Set("after", after)
	}
	return c.Path() + "?" + q.Encode()
}
