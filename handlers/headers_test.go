package handlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/config"
	"huisheng/models"
)

// production is the server as it runs for people: every cookie secured, no page for developers.
func production(c *config.Config) { c.Env, c.BaseURL = "production", "https://jnpj.example.cn" }

// cookieRule is what a cookie of ours must look like in production.
type cookieRule struct {
	scripts bool // may be read by scripts
	site    http.SameSite
	path    string
}

// cookieRules names every cookie there is. What a page's script sets or reads is a wish about letters, never a key.
func cookieRules() map[string]cookieRule {
	return map[string]cookieRule{
		"__Host-huisheng_access":       {site: http.SameSiteStrictMode, path: "/"},
		"__Host-huisheng_refresh":      {site: http.SameSiteStrictMode, path: "/"},
		"__Secure-huisheng_respondent": {site: http.SameSiteStrictMode, path: "/r"},
		"huisheng_lang":                {site: http.SameSiteLaxMode, path: "/"},
		"huisheng_size":                {site: http.SameSiteLaxMode, path: "/", scripts: true}, // the page's own button for larger letters sets it
	}
}

var (
	preview = regexp.MustCompile(`^/console/questionnaires/[^/]+/[^/]+/phone(\?|$)`)

	styleSources = regexp.MustCompile(`^('self'|'sha256-[A-Za-z0-9+/]{43}=')( 'sha256-[A-Za-z0-9+/]{43}=')*$`)

	// inline is a script or a style within a page, which the policy would not run.
	inline = regexp.MustCompile(`(?i)<script[^>]*>\s*[^<\s]|<[a-z][^>]*\s(?:style|on[a-z]+)\s*=|(?:href|src|action)\s*=\s*["']?javascript:`)
	styles = regexp.MustCompile(`(?s)<style[^>]*>(.*?)</style>`)
)

// guarded looks at the headers that every answer has, whatever was asked and whatever came of it. Every request of the tests in this package goes through here.
func (s *server) guarded(method, path string, got reply) {
	s.t.Helper()
	what, h := method+" "+path+" ("+got.Status+")", got.Header
	csp := map[string]string{}
	for part := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		csp[name] = value
	}
	require.Equal(s.t, "'none'", csp["default-src"], what)
	require.Equal(s.t, "'self'", csp["script-src"], what)
	require.Regexp(s.t, styleSources, csp["style-src"], what)
	frames, old := "'none'", "DENY"
	if preview.MatchString(path) && got.StatusCode == 200 { // a questionnaire as the phone shows it, in a frame of the desk
		frames, old = "'self'", "SAMEORIGIN"
	}
	require.Equal(s.t, frames, csp["frame-ancestors"], what)
	require.Equal(s.t, "'none'", csp["base-uri"], what)
	require.Equal(s.t, "'self'", csp["form-action"], what)
	require.NotContains(s.t, h.Get("Content-Security-Policy"), "unsafe", what)
	require.NotContains(s.t, h.Get("Content-Security-Policy"), "http", what)
	require.Equal(s.t, "nosniff", h.Get("X-Content-Type-Options"), what)
	require.Equal(s.t, old, h.Get("X-Frame-Options"), what)
	require.Equal(s.t, "no-referrer", h.Get("Referrer-Policy"), what)
	require.Equal(s.t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), what)
	require.Equal(s.t, "same-origin", h.Get("Cross-Origin-Resource-Policy"), what)
	require.NotEmpty(s.t, h.Get("Permissions-Policy"), what)
	require.NotEmpty(s.t, h.Get("X-Request-Id"), what)
	require.Empty(s.t, h.Get("Server"), what)
	require.Empty(s.t, h.Get("Access-Control-Allow-Origin"), what)
	if !strings.HasPrefix(path, "/static/") || got.StatusCode != 200 {
		require.Equal(s.t, "no-store", h.Get("Cache-Control"), what)
	}
	if len(got.body) > 0 {
		require.NotEmpty(s.t, h.Get("Content-Type"), what)
	}
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		require.NotRegexp(s.t, inline, string(got.body), what)
		for _, style := range styles.FindAllSubmatch(got.body, -1) { // a page that comes in one piece: its style is allowed by its hash
			sum := sha256.Sum256(style[1])
			require.Contains(s.t, csp["style-src"], "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", what)
		}
	}
	for _, c := range got.Cookies() {
		s.cookie(what, c)
	}
}

// cookie looks at one cookie that an answer sets.
func (s *server) cookie(what string, c *http.Cookie) {
	s.t.Helper()
	name := c.Name
	if !s.production {
		for known := range cookieRules() {
			if strings.HasSuffix(known, c.Name) {
				name = known
			}
		}
	}
	rule, ok := cookieRules()[name]
	require.True(s.t, ok, "%s sets %s, which cookieRules does not know", what, c.Name)
	require.Equal(s.t, !rule.scripts, c.HttpOnly, "%s: %s", what, c.Raw)
	require.Equal(s.t, rule.site, c.SameSite, "%s: %s", what, c.Raw)
	require.Equal(s.t, rule.path, c.Path, "%s: %s", what, c.Raw)
	require.Equal(s.t, s.production, c.Secure, "%s: %s", what, c.Raw)
	require.Empty(s.t, c.Domain, "%s: %s", what, c.Raw)
	s.cookies.Store(name, true)
}

// Every route, as everybody, in production: the headers and cookies are right whatever the answer is (do looks at each). The routes are the real router's:
// a new one is walked without a line here.
func TestHeadersOfEveryRoute(t *testing.T) {
	t.Parallel()
	s := newServer(t, production)
	tokens := s.tokens()
	walked := 0
	for _, r := range s.fiber.GetRoutes(true) {
		if strings.HasSuffix(r.Path, "/logout") {
			continue
		}
		for _, token := range tokens {
			var body any
			if r.Method != fiber.MethodGet && r.Method != fiber.MethodHead && r.Method != fiber.MethodDelete {
				body = object{}
			}
			s.do(r.Method, parameter.ReplaceAllString(r.Path, "x")+"?lang=en&size=large", token, body, "Idempotency-Key", "headers-0001")
			walked++
		}
	}
	require.Greater(t, walked, 2000)
	s.browse()
	for name := range cookieRules() {
		_, set := s.cookies.Load(name)
		require.True(t, set, "nothing set %s: what was tried?", name)
	}
}

// browse logs a browser in and out, and lets a person in on a phone, for the cookies that this sets.
func (s *server) browse() {
	form := func(path string, values url.Values, headers ...string) reply {
		return s.do("POST", path, "", values.Encode(), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
	}
	in := form("/console/login", url.Values{"account": {"province"}, "password": {password}})
	require.Equal(s.t, 303, in.StatusCode, string(in.body))
	require.Len(s.t, in.Cookies(), 2)
	var sent []string
	for _, c := range in.Cookies() {
		sent = append(sent, c.Name+"="+c.Value)
	}
	desk := s.do("GET", "/console", "", nil, "Cookie", strings.Join(sent, "; "))
	require.Equal(s.t, 200, desk.StatusCode, string(desk.body))
	csrf := regexp.MustCompile(`name="_csrf" value="([^"]+)"`).FindSubmatch(desk.body)
	require.NotNil(s.t, csrf)
	out := form("/console/logout", url.Values{"_csrf": {string(csrf[1])}}, "Cookie", strings.Join(sent, "; "))
	require.Equal(s.t, 303, out.StatusCode, string(out.body))
	require.Len(s.t, out.Cookies(), 2, "logging out takes them away")

	link, tail := s.invited()
	entered := form("/r/enter", url.Values{"token": {link}, "id_tail": {tail}})
	require.Equal(s.t, 303, entered.StatusCode, string(entered.body))
	require.Len(s.t, entered.Cookies(), 1)
	require.Len(s.t, form("/r/leave", url.Values{}).Cookies(), 1)
}

// invited starts a round for one person and gives the link's token and the digits that open it.
func (s *server) invited() (link, tail string) {
	s.t.Helper()
	_, token, people, claim := s.claimed(1)
	batch := s.do("POST", "/api/v1/claims", token, claim).object(202)["batch"].(string)
	_, err := s.app.Outreach.ExpandDue(context.Background())
	require.NoError(s.t, err)
	inv := s.do("GET", "/api/v1/batches/"+batch+"/invitations", token, nil).object(200)["items"].([]any)[0].(object)["id"].(string)
	return s.direct(models.InvitationID(inv)), people[0].Document[len(people[0].Document)-4:]
}
