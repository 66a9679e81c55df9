package phone

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/respond"
	"huisheng/models"
)

// sessionCookie holds the respondent's token, so that plain forms work. Only the pages under /r get it, never the API and never a script.
const sessionCookie = "huisheng_respondent"

func (h *Phone) cookieName() string {
	if h.d.Secure {
		return "__Secure-" + sessionCookie
	}
	return sessionCookie
}

func (h *Phone) setSession(c *fiber.Ctx, token string) {
	c.Cookie(&fiber.Cookie{
		Name: h.cookieName(), Value: token, Path: "/r", HTTPOnly: true, Secure: h.d.Secure, SameSite: fiber.CookieSameSiteStrictMode,
		MaxAge: int(respond.SessionTTL / time.Second),
	})
}

// Leave ends the session of a browser, for people on somebody else's phone.
func (h *Phone) Leave(c *fiber.Ctx) error {
	if err := ownForm(c); err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{
		Name: h.cookieName(), Path: "/r", HTTPOnly: true, Secure: h.d.Secure, SameSite: fiber.CookieSameSiteStrictMode, Expires: time.Unix(1, 0),
	})
	return goTo(c, "/f")
}

// SessionToken is the respondent's token of a browser, for the guard; empty without one.
func (h *Phone) SessionToken(c *fiber.Ctx) string { return c.Cookies(h.cookieName()) }

// ownForm refuses a form that no page of ours sent. A page elsewhere cannot send the cookie (it is SameSite=Strict); this also stops one that tries to open a
// session of its choosing.
func ownForm(c *fiber.Ctx) error {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		if site != "same-origin" && site != "none" {
			return errForeignForm
		}
		return nil
	}
	origin := c.Get(fiber.HeaderOrigin) // browsers from before Sec-Fetch-Site; "null" because pages send no referrer
	if u, err := url.Parse(origin); origin != "" && origin != "null" && (err != nil || u.Host != string(c.Request().Host())) {
		return errForeignForm
	}
	return nil
}

var errForeignForm = models.NewError(models.KindForbidden, "csrf", "页面已过期，请刷新后再试。", "The page is out of date; reload it and try again.")
