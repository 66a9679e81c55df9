package console

import (
	"fmt"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
)

// lang is the language of a page. Every text of the console stands in the code or the page in both languages, side by side, so that whoever changes one sees
// the other; a test refuses Chinese that has no English beside it.
type lang string

const english lang = models.LangEnglish

// langOf is the language a page is wanted in: as the address says, else what was chosen before, else what the browser asks for.
func langOf(c *fiber.Ctx) lang {
	if l, ok := chosenLang(c); ok {
		return l
	}
	return lang(web.Lang(c))
}

func chosenLang(c *fiber.Ctx) (lang, bool) {
	l := c.Query("lang")
	return lang(l), l == models.LangChinese || l == models.LangEnglish
}

// say picks the text of the page's language; args fill in its verbs.
func say(c *fiber.Ctx, zh, en string, args ...any) string { return langOf(c).say(zh, en, args...) }

func (l lang) say(zh, en string, args ...any) string {
	s := zh
	if l == english {
		s = en
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// text is a text of the catalog in the page's language.
func (l lang) text(t models.LocalText) string { return t.In(string(l)) }

// root is the language as the page's root element has it.
func (l lang) root() string { return l.say("zh-CN", "en") }

// keepLang remembers the language that the address chose. It is a preference of this browser and changes nothing that is stored.
func keepLang(c *fiber.Ctx) {
	if l, ok := chosenLang(c); ok {
		web.SetLang(c, string(l))
	}
}

// paperLang is the language of what is printed: it is for workers, so Chinese unless asked otherwise.
func paperLang(c *fiber.Ctx) lang {
	if c.Query("paper") == models.LangEnglish {
		return english
	}
	return models.LangChinese
}

// otherLang is the address of the same page in the other language. self is where the page of a POST is to be seen again by GET.
func otherLang(c *fiber.Ctx, self string) string {
	q := url.Values{}
	if self == "" {
		self = c.Path()
		c.Request().URI().QueryArgs().VisitAll(func(k, v []byte) { q.Add(string(k), string(v)) })
		q.Del("done")
	}
	q.Set("lang", langOf(c).say(models.LangEnglish, models.LangChinese))
	return self + "?" + q.Encode()
}
