package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/models"
)

// Tokens are what a login gives. Refresh is empty when the one the browser has stays valid.
type Tokens struct {
	Access, Refresh       string
	AccessTTL, RefreshTTL time.Duration
}

// The console's cookies. In production they carry the __Host- prefix, which a browser accepts only over https, for this host and the whole of it.
const (
	accessCookie  = "huisheng_access"
	refreshCookie = "huisheng_refresh"
)

// SetSession logs a browser in.
func SetSession(c *fiber.Ctx, t Tokens) {
	setCookie(c, accessCookie, t.Access, t.AccessTTL)
	if t.Refresh != "" {
		setCookie(c, refreshCookie, t.Refresh, t.RefreshTTL)
	}
}

// ClearSession makes a browser forget its tokens; ending the session itself is the account service's.
func ClearSession(c *fiber.Ctx) {
	setCookie(c, accessCookie, "", -1)
	setCookie(c, refreshCookie, "", -1)
}

func setCookie(c *fiber.Ctx, name, value string, ttl time.Duration) {
	production := stateOf(c).frame.o.Production
	k := &fiber.Cookie{
		Name: cookieName(name, production), Value: value, Path: "/", HTTPOnly: true, Secure: production, SameSite: fiber.CookieSameSiteStrictMode,
		MaxAge: int(ttl / time.Second),
	}
	if ttl < 0 {
		k.MaxAge, k.Expires = 0, time.Unix(1, 0)
	}
	c.Cookie(k)
}

func cookieName(name string, production bool) string {
	if production {
		return "__Host-" + name
	}
	return name
}

// identify finds out who is logged in: by the Authorization header, or by the console's cookies. An access cookie that has run out is replaced
// with the refresh cookie, so that a person never notices.
func (f *Frame) identify(c *fiber.Ctx, st *state) error {
	ctx := c.UserContext()
	if token, ok := bearer(c); ok {
		p, err := f.o.Authenticate(ctx, token)
		st.principal = p
		return err
	}
	access, refresh := f.cookie(c, accessCookie), f.cookie(c, refreshCookie)
	if access == "" && refresh == "" {
		return models.ErrUnauthenticated
	}
	st.cookie = true
	err := error(models.ErrUnauthenticated)
	if access != "" {
		st.principal, err = f.o.Authenticate(ctx, access)
	}
	if refresh == "" || !isKind(err, models.KindUnauthenticated) {
		return err
	}
	st.principal, err = f.renew(ctx, c, refresh)
	return err
}

func (f *Frame) renew(ctx context.Context, c *fiber.Ctx, refresh string) (models.Principal, error) {
	t, err := f.o.Renew(ctx, refresh)
	if err != nil {
		if isKind(err, models.KindUnauthenticated) {
			ClearSession(c)
		}
		return models.Principal{}, err
	}
	SetSession(c, t)
	return f.o.Authenticate(ctx, t.Access)
}

// Identify says who is looking at a public page, if anybody is logged in.
func Identify(c *fiber.Ctx) (models.Principal, bool) {
	st := stateOf(c)
	if st.frame == nil || st.frame.identify(c, st) != nil {
		return models.Principal{}, false
	}
	return st.principal, true
}

// RefreshToken is the refresh token of the browser, for logging out; empty without one.
func RefreshToken(c *fiber.Ctx) string {
	if f := stateOf(c).frame; f != nil {
		return f.cookie(c, refreshCookie)
	}
	return ""
}

func (f *Frame) cookie(c *fiber.Ctx, name string) string {
	return c.Cookies(cookieName(name, f.o.Production))
}

func bearer(c *fiber.Ctx) (string, bool) {
	scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// BearerToken is the token of the Authorization header; empty without one.
func BearerToken(c *fiber.Ctx) string {
	token, _ := bearer(c)
	return token
}

// Names of the token against forged forms, as a field of a form or as a header of a script's request.
const (
	CSRFField  = "_csrf"
	csrfHeader = "X-CSRF-Token"
	nonceLen   = 16
)

// CSRF is the token that a page puts into its forms. It is bound to the session, and differs each time so that a compressed page does not give
// it away.
func CSRF(c *fiber.Ctx) string {
	st := stateOf(c)
	nonce := make([]byte, nonceLen, 2*nonceLen)
	_, _ = rand.Read(nonce) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(append(nonce, st.frame.csrfMAC(st.principal.Session, nonce)...))
}

func (f *Frame) csrfMAC(session string, nonce []byte) []byte {
	m := hmac.New(sha256.New, f.o.CSRFKey)
	_, _ = fmt.Fprintf(m, "%s|%x", session, nonce) // a hash never fails to write
	return m.Sum(nil)[:nonceLen]
}

// errCrossSite is the cause of a refused form, for the log.
var errCrossSite = errors.New("form sent from another site")

// refuseForgery stops a request that another site made the browser send: a form from elsewhere, or an unsafe request on the strength of
// cookies without the page's token.
func (f *Frame) refuseForgery(c *fiber.Ctx, st *state) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return nil
	}
	if isForm(c) && c.Get("Sec-Fetch-Site") == "cross-site" {
		return errForgery.Because(errCrossSite)
	}
	if !st.cookie {
		return nil
	}
	token := c.Get(csrfHeader)
	if token == "" && isForm(c) && c.Context().RequestBodyStream() == nil {
		token = c.FormValue(CSRFField)
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 2*nonceLen || !hmac.Equal(raw[nonceLen:], f.csrfMAC(st.principal.Session, raw[:nonceLen])) {
		return errForgery
	}
	return nil
}

func isForm(c *fiber.Ctx) bool {
	ct := c.Get(fiber.HeaderContentType)
	return strings.HasPrefix(ct, fiber.MIMEApplicationForm) || strings.HasPrefix(ct, fiber.MIMEMultipartForm)
}

// langTime is how long a choice of language is kept.
const langTime = 365 * 24 * time.Hour

// SetLang remembers the language that a person chose on a page.
func SetLang(c *fiber.Ctx, lang string) {
	c.Cookie(&fiber.Cookie{
		Name: LangCookie, Value: lang, Path: "/", MaxAge: int(langTime.Seconds()), Secure: stateOf(c).frame.o.Production, SameSite: fiber.CookieSameSiteLaxMode,
		HTTPOnly: true,
	})
}
