package phone

import (
	"bytes"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huisheng/models"
)

// The cookies that remember how a person wants to read. They hold nothing else, and the script may write them too.
const (
	langCookie = "huisheng_lang"
	sizeCookie = "huisheng_size"
	large      = "large"
)

// page is what every phone page knows; views embed it.
type page struct {
	h     *Phone
	Title string // key of the text
	Lang  string
	Large bool
	Self  string // the address that shows this page again by GET, for the switches
	Now   bool   // the script must run before the page is painted

	Preview bool // shown to an official in a frame: nothing is kept or sent
}

// newPage reads how the person wants to read: by the address, else by the cookie, else Chinese in the normal size. A choice by address is remembered.
func (h *Phone) newPage(c *fiber.Ctx, title, self string) page {
	p := page{h: h, Title: title, Self: self, Lang: chinese}
	language := func(v string) bool { _, ok := h.language(v); return ok }
	if code := h.choice(c, "lang", langCookie, language); language(code) {
		p.Lang = code
	}
	p.Large = h.choice(c, "size", sizeCookie, func(v string) bool { return v == large || v == "normal" }) == large
	return p
}

// choice keeps only what is a choice: an address is no way to put words into a cookie. The page's script sets the size by itself, so scripts may read that one.
func (h *Phone) choice(c *fiber.Ctx, query, cookie string, known func(string) bool) string {
	v := c.Query(query)
	if !known(v) {
		return c.Cookies(cookie)
	}
	c.Cookie(&fiber.Cookie{
		Name: cookie, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: fiber.CookieSameSiteLaxMode, Secure: h.d.Secure, HTTPOnly: cookie != sizeCookie,
	})
	return v
}

// HTMLLang is the page's language for its root element.
func (p page) HTMLLang() string {
	l, _ := p.h.language(p.Lang) // a page's language is one of them
	return l.HTML
}

func (h *Phone) language(code string) (models.Language, bool) {
	list := h.d.App.Catalog.Languages()
	i := slices.IndexFunc(list, func(l models.Language) bool { return l.Code == code })
	if i < 0 {
		return models.Language{}, false
	}
	return list[i], true
}

// switchTo is the address of this page in another language.
type switchTo struct {
	models.Language
	Address string
}

// Others lists this page in the other languages.
func (p page) Others() (list []switchTo) {
	for _, l := range p.h.d.App.Catalog.Languages() {
		if l.Code != p.Lang {
			list = append(list, switchTo{l, p.with("lang=" + l.Code)})
		}
	}
	return list
}

// Resize is the address of this page with the other size of letters.
func (p page) Resize() string {
	if p.Large {
		return p.with("size=normal")
	}
	return p.with("size=" + large)
}

func (p page) with(query string) string {
	if strings.Contains(p.Self, "?") {
		return p.Self + "&" + query
	}
	return p.Self + "?" + query
}

// Host is the address that people should see.
func (p page) Host() string { return p.h.d.Host }

// Day writes a day in words, Beijing time.
func (p page) Day(t time.Time) string {
	return t.In(models.Shanghai()).Format(p.text("format.day"))
}

// Moment writes a moment in words, Beijing time.
func (p page) Moment(t time.Time) string {
	return t.In(models.Shanghai()).Format(p.text("format.moment"))
}

// Deadline writes the last day of a term that ends at a moment: a term until 24:00 is until that day, not until 0:00 of the next.
func (p page) Deadline(t time.Time) string { return p.Day(t.Add(-time.Second)) }

// words writes a day of the catalog (2006-01-02) in words; anything else stays as it is.
func (p page) words(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, models.Shanghai())
	if err != nil {
		return day
	}
	return p.Day(t)
}

// about writes which assessment a page is about, as rows of a description list. It is used on prepared pages too, so it is not a template of its own.
func (p page) about(a models.About, kind models.OrgKind) (template.HTML, error) {
	level := a.Level
	if l, ok := p.h.d.App.Catalog.Level(level); ok {
		level = l.Name.In(p.Lang)
	}
	var b strings.Builder
	b.WriteString(`<dl class="about">`)
	for _, row := range [][2]string{
		{"about." + string(kind), a.OrgName},
		{"about.occupation", a.Occupation},
		{"about.level", level},
		{"about.date", p.words(a.AssessedOn)},
		{"about.company", a.Company},
	} {
		if row[1] == "" {
			continue
		}
		label, err := p.T(row[0])
		if err != nil {
			return "", err
		}
		b.WriteString("<div><dt>" + template.HTMLEscapeString(label) + "</dt><dd>" + template.HTMLEscapeString(row[1]) + "</dd></div>")
	}
	b.WriteString("</dl>")
	return template.HTML(b.String()), nil //nolint:gosec // every value is escaped above
}

// kindOf tells for which kind of organisation a questionnaire is; an unknown one counts as an enterprise's.
func (h *Phone) kindOf(ref models.QuestionnaireRef) models.OrgKind {
	if q, ok := h.d.App.Catalog.Questionnaire(ref.Code, ref.Version); ok && q.Kind.Valid() {
		return q.Kind
	}
	return models.OrgEnterprise
}

// show renders a page, compressed where the browser takes it.
func (h *Phone) show(c *fiber.Ctx, status int, name string, view any) error {
	var b bytes.Buffer
	if err := h.d.Site.Render(&b, "phone/"+name, view); err != nil {
		return err
	}
	h.pageHeaders(c)
	c.Status(status)
	if takesGzip(c) {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(fasthttp.AppendGzipBytesLevel(nil, b.Bytes(), fasthttp.CompressDefaultCompression))
	}
	return c.Send(b.Bytes())
}

func (h *Phone) pageHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentSecurityPolicy, h.policyFor(c))
	c.Vary(fiber.HeaderAcceptEncoding)
}

func takesGzip(c *fiber.Ctx) bool { return strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") }

// goTo sends the browser on after a form. The script asks for the address instead, so that it can tell a page that failed from one to go to.
func goTo(c *fiber.Ctx, address string) error {
	if c.Get(swapHeader) != "" {
		c.Set(nextHeader, address)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(address, fiber.StatusSeeOther)
}

// Headers between the script and goTo.
const (
	swapHeader = "X-Swap"
	nextHeader = "X-Next"
)
