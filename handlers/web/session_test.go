package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// desk is a site with a console: "good" is a valid access token, "fresh" a valid refresh token.
func desk(t *testing.T, production bool) *site {
	return open(t, func(o *Options) {
		o.Production = production
		o.Authenticate = func(_ context.Context, access string) (models.Principal, error) {
			if session, ok := strings.CutPrefix(access, "good-"); ok {
				return models.Principal{Account: "a1", Role: models.RoleCity, Region: "440100", Session: session}, nil
			}
			return models.Principal{}, models.ErrUnauthenticated
		}
		o.Renew = func(_ context.Context, refresh string) (Tokens, error) {
			switch refresh {
			case "fresh":
				return Tokens{Access: "good-s1", Refresh: "fresher", AccessTTL: time.Minute, RefreshTTL: time.Hour}, nil
			case "parallel":
				return Tokens{Access: "good-s1", AccessTTL: time.Minute, RefreshTTL: time.Hour}, nil
			case "away":
				return Tokens{}, models.ErrUnavailable
			}
			return Tokens{}, models.ErrRefresh
		}
	}, deskRoutes()...)
}

func deskRoutes() []Route {
	who := func(c *fiber.Ctx) error { return c.SendString(string(Principal(c).Account)) }
	return []Route{
		{Method: "GET", Path: "/desk", Guard: Any, Handler: func(c *fiber.Ctx) error { return c.SendString(CSRF(c)) }},
		{Method: "POST", Path: "/desk", Guard: Any, Handler: who},
		{Method: "POST", Path: "/city", Guard: Roles(models.RoleCity, models.RoleProvince), Handler: who},
		{Method: "POST", Path: "/province", Guard: Roles(models.RoleProvince), Handler: who},
		{Method: "POST", Path: "/login", Guard: Public, Handler: func(c *fiber.Ctx) error {
			SetSession(c, Tokens{Access: "good-s1", Refresh: "fresh", AccessTTL: 15 * time.Minute, RefreshTTL: time.Hour})
			return c.SendString("in")
		}},
		{Method: "POST", Path: "/logout", Guard: Public, Handler: func(c *fiber.Ctx) error {
			ClearSession(c)
			return c.SendString(RefreshToken(c))
		}},
		{Method: "GET", Path: "/public", Guard: Public, Handler: func(c *fiber.Ctx) error {
			p, ok := Identify(c)
			return c.JSON(fiber.Map{"who": p.Account, "in": ok})
		}},
	}
}

func cookies(res *http.Response) map[string]*http.Cookie {
	m := map[string]*http.Cookie{}
	for _, c := range res.Cookies() {
		m[c.Name] = c
	}
	return m
}

func TestCookiesAreStrict(t *testing.T) {
	t.Parallel()
	for production, prefix := range map[bool]string{false: "", true: "__Host-"} {
		s := desk(t, production)
		got := cookies(s.do("POST", "/login", ""))
		for name, age := range map[string]int{accessCookie: 900, refreshCookie: 3600} {
			c := got[prefix+name]
			require.NotNil(t, c, name)
			require.True(t, c.HttpOnly)
			require.Equal(t, http.SameSiteStrictMode, c.SameSite)
			require.Equal(t, production, c.Secure)
			require.Equal(t, "/", c.Path)
			require.Equal(t, age, c.MaxAge)
			require.Empty(t, c.Domain)
		}
		res := s.do("POST", "/logout", "", "Cookie", prefix+refreshCookie+"=fresh")
		require.Equal(t, "fresh", readAll(t, res))
		for _, c := range cookies(res) {
			require.Empty(t, c.Value)
			require.True(t, c.Expires.Before(time.Now()))
		}
	}
}

func TestBearerAndCookieOpenTheSameDoors(t *testing.T) {
	t.Parallel()
	s := desk(t, false)
	require.Equal(t, "a1", readAll(t, s.do("POST", "/desk", "{}", "Authorization", "Bearer good-s1")))
	require.Equal(t, "a1", readAll(t, s.do("POST", "/city", "{}", "Authorization", "bearer good-s1")))
	s.problem(s.do("POST", "/province", "{}", "Authorization", "Bearer good-s1"), 403, "forbidden")
	s.problem(s.do("POST", "/desk", "{}", "Authorization", "Basic good-s1"), 401, "unauthenticated")
	s.problem(s.do("POST", "/desk", "{}", "Authorization", "Bearer bad", "Cookie", accessCookie+"=good-s1"), 401, "unauthenticated")
	require.Equal(t, 200, s.do("GET", "/desk", "", "Cookie", accessCookie+"=good-s1").StatusCode)
	require.JSONEq(t, `{"who":"a1","in":true}`, readAll(t, s.do("GET", "/public", "", "Cookie", accessCookie+"=good-s1")))
	require.JSONEq(t, `{"who":"","in":false}`, readAll(t, s.do("GET", "/public", "", "Cookie", accessCookie+"=bad")))
}

func TestFormsNeedTheirPagesToken(t *testing.T) {
	t.Parallel()
	s := desk(t, false)
	in := accessCookie + "=good-s1"
	token := readAll(t, s.do("GET", "/desk", "", "Cookie", in))
	foreign := readAll(t, s.do("GET", "/desk", "", "Cookie", accessCookie+"=good-s2"))
	require.NotEqual(t, token, readAll(t, s.do("GET", "/desk", "", "Cookie", in)), "it differs each time")
	form := func(token string, more ...string) *http.Response {
		return s.do("POST", "/desk", url.Values{CSRFField: {token}, "x": {"1"}}.Encode(),
			append(more, "Cookie", in, "Content-Type", "application/x-www-form-urlencoded")...)
	}
	require.Equal(t, "a1", readAll(t, form(token)))
	require.Equal(t, "a1", readAll(t, s.do("POST", "/desk", "{}", "Cookie", in, csrfHeader, token)))
	changed := []byte(token)
	changed[0] ^= 1
	for _, bad := range []string{"", foreign, token[:10], string(changed)} {
		s.problem(form(bad), 403, "csrf")
		s.problem(s.do("POST", "/desk", "{}", "Cookie", in, csrfHeader, bad), 403, "csrf")
	}
	s.problem(form(token, "Sec-Fetch-Site", "cross-site"), 403, "csrf")
	s.problem(s.do("POST", "/login", "a=1", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site"), 403, "csrf")
	require.Equal(t, 200, s.do("POST", "/login", "a=1", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin").StatusCode)

	var multipart strings.Builder
	multipart.WriteString("--b\r\nContent-Disposition: form-data; name=\"" + CSRFField + "\"\r\n\r\n" + token + "\r\n--b--\r\n")
	require.Equal(t, "a1", readAll(t, s.do("POST", "/desk", multipart.String(), "Cookie", in, "Content-Type", "multipart/form-data; boundary=b")))
}

func TestExpiredAccessIsRenewedUnnoticed(t *testing.T) {
	t.Parallel()
	s := desk(t, false)
	for _, access := range []string{accessCookie + "=old; ", ""} {
		res := s.do("GET", "/desk", "", "Cookie", access+refreshCookie+"=fresh")
		require.Equal(t, 200, res.StatusCode)
		got := cookies(res)
		require.Equal(t, "good-s1", got[accessCookie].Value)
		require.Equal(t, "fresher", got[refreshCookie].Value)
	}
	got := cookies(s.do("GET", "/desk", "", "Cookie", refreshCookie+"=parallel"))
	require.Equal(t, "good-s1", got[accessCookie].Value)
	require.NotContains(t, got, refreshCookie, "the one of the other request stays")

	res := s.do("GET", "/desk", "", "Cookie", refreshCookie+"=stolen")
	s.problem(res, 401, "refresh_invalid")
	require.Empty(t, cookies(res)[refreshCookie].Value)
	res = s.do("GET", "/desk", "", "Cookie", refreshCookie+"=away")
	s.problem(res, 503, "unavailable")
	require.Empty(t, cookies(res), "a hiccup logs nobody out")
}
