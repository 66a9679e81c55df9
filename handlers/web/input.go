package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// How many items a page of a list has.
const (
	defaultLimit = 50
	maxLimit     = 200
	maxAfter     = 200 // bytes of ?after=
)

// Page reads ?limit= (1 to 200, default 50) and ?after= (what the previous page gave as next).
func Page(c *fiber.Ctx) (models.Page, error) {
	p := models.Page{Limit: defaultLimit, After: c.Query("after")}
	if s := c.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxLimit {
			return models.Page{}, invalid("limit", "out_of_range", "limit 应为 1 到 200 的整数。")
		}
		p.Limit = n
	}
	if len(p.After) > maxAfter {
		return models.Page{}, invalid("after", "too_long", "after 请原样填写上一页的 next。")
	}
	return p, nil
}

// LangCookie holds the language that a person has chosen on a page, and nothing else.
const LangCookie = "huisheng_lang"

// Lang is the reader's language, zh or en: what was chosen on a page, else by Accept-Language, where en counts only if it is asked for before Chinese.
func Lang(c *fiber.Ctx) string {
	if chosen := c.Cookies(LangCookie); chosen == models.LangChinese || chosen == models.LangEnglish {
		return chosen
	}
	lang, best := models.LangChinese, 0.0
	for part := range strings.SplitSeq(c.Get(fiber.HeaderAcceptLanguage), ",") {
		tag, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(weight), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64) // an unreadable weight counts as 0
		}
		tag = strings.ToLower(tag)
		if primary, _, _ := strings.Cut(tag, "-"); (primary == "zh" || primary == "en") && q > best {
			lang, best = primary, q
		}
	}
	return lang
}

// Time is a moment as callers see it: RFC 3339 in Beijing time, whole seconds, null for the zero time.
type Time time.Time

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return []byte(time.Time(t).In(models.Shanghai()).Format(`"2006-01-02T15:04:05Z07:00"`)), nil
}
