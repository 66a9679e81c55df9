package handlers_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/account"
	"huisheng/config"
	"huisheng/models"
)

func TestLoginOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.city("440100")
	o := s.do("POST", "/api/v1/auth/login", "", object{"account": "CITY-440100", "password": password, "otp": "000000"}).object(200)
	require.Equal(t, "Bearer", o["token_type"])
	require.EqualValues(t, 900, o["expires_in"])
	a := o["account"].(object)
	require.Equal(t, "city-440100", a["account"])
	require.Equal(t, "city", a["role"])
	require.Equal(t, "440100", a["region"])
	require.Equal(t, false, a["must_change"])
	require.Equal(t, "2026-11-23T10:00:00+08:00", a["created_at"])
	require.NotContains(t, a, "password_hash")

	access := o["access_token"].(string)
	me := s.do("GET", "/api/v1/auth/me", access, nil).object(200)
	require.Equal(t, a, me)
	s.do("GET", "/api/v1/auth/me", "", nil).problem(401, "unauthenticated")
	require.Equal(t, "Bearer", s.do("GET", "/api/v1/auth/me", access+"x", nil).Header.Get("WWW-Authenticate"))
	s.clock.Add(account.AccessTTL + time.Second)
	s.do("GET", "/api/v1/auth/me", access, nil).problem(401, "unauthenticated")

	s.do("POST", "/api/v1/auth/login", "", object{"account": "city-440100", "password": "wrong password"}).problem(401, "wrong_login")
	s.do("POST", "/api/v1/auth/login", "", object{"account": "nobody", "password": "wrong password"}).problem(401, "wrong_login")
	p := s.do("POST", "/api/v1/auth/login", "", object{}).problem(400, "invalid")
	require.Len(t, p["errors"], 2)
	s.do("POST", "/api/v1/auth/login", "", object{"user": "x"}).problem(400, "invalid")
}

func TestLockoutOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.city("440100")
	for range 5 {
		s.do("POST", "/api/v1/auth/login", "", object{"account": "city-440100", "password": "wrong password"}).problem(401, "wrong_login")
	}
	r := s.do("POST", "/api/v1/auth/login", "", object{"account": "city-440100", "password": password})
	r.problem(429, "account_locked")
	require.Equal(t, "900", r.Header.Get("Retry-After"))
	s.clock.Add(15 * time.Minute)
	s.login("city-440100", password)
}

func TestRefreshOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	access, first := s.account("someone", models.RoleProvince, models.Province, "")
	refresh := func(token string) reply {
		return s.do("POST", "/api/v1/auth/refresh", "", object{"refresh_token": token})
	}
	second := refresh(first).object(200)["refresh_token"].(string)
	require.NotEqual(t, first, second)
	refresh(first).problem(401, "refresh_invalid")
	refresh(second).problem(401, "refresh_invalid")
	s.do("GET", "/api/v1/auth/me", access, nil).problem(401, "refresh_invalid")
	refresh("").problem(400, "invalid")
	refresh("nonsense").problem(401, "refresh_invalid")

	_, token := s.account("someone", models.RoleProvince, models.Province, "")
	var won atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if refresh(token).StatusCode == http.StatusOK {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, won.Load())
}

// A page whose access cookie has run out sends several requests at once with the same refresh cookie.
func TestBrowserRenewsInParallel(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	access, refresh := s.account("someone", models.RoleProvince, models.Province, "")
	s.clock.Add(account.AccessTTL + time.Second)
	var ok, rotated atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			r := s.do("GET", "/api/v1/auth/me", "", nil, "Cookie", "huisheng_access="+access+"; huisheng_refresh="+refresh)
			if r.StatusCode == http.StatusOK {
				ok.Add(1)
			}
			for _, c := range r.Cookies() {
				if c.Name == "huisheng_refresh" {
					rotated.Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 6, ok.Load())
	require.EqualValues(t, 1, rotated.Load())
	s.do("POST", "/api/v1/auth/password", "", object{}, "Cookie", "huisheng_access="+access+"; huisheng_refresh="+refresh).problem(403, "csrf")
}

func TestLogoutOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	access, refresh := s.account("someone", models.RoleProvince, models.Province, "")
	s.do("POST", "/api/v1/auth/logout", access, nil).object(204)
	s.do("POST", "/api/v1/auth/refresh", "", object{"refresh_token": refresh}).problem(401, "refresh_invalid")
	s.do("GET", "/api/v1/auth/me", access, nil).problem(401, "refresh_invalid")
	_, refresh = s.login("someone", password)
	s.do("POST", "/api/v1/auth/logout", "", object{"refresh_token": refresh}).object(204)
	s.do("POST", "/api/v1/auth/refresh", "", object{"refresh_token": refresh}).problem(401, "refresh_invalid")
	s.do("POST", "/api/v1/auth/logout", "", nil).problem(401, "unauthenticated")
}

func TestPasswordOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	access, _ := s.account("someone", models.RoleProvince, models.Province, "")
	p := s.do("POST", "/api/v1/auth/password", access, object{"current_password": "wrong password", "new_password": "another password"}).problem(400, "invalid")
	require.Equal(t, "current_password", p["errors"].([]any)[0].(object)["field"])
	s.do("POST", "/api/v1/auth/password", access, object{"current_password": password, "new_password": "short"}).problem(400, "invalid")
	s.do("POST", "/api/v1/auth/password", access, object{"current_password": password, "new_password": "another password"}).object(204)
	s.login("someone", "another password")
}

func TestAccountsOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	province, guangzhou, shenzhen := s.province(), s.city("440100"), s.city("440300")
	org := string(s.org(models.OrgSchool, "12440000MB2TE5T3XR", "440106", models.AffiliationCity))
	path := "/api/v1/orgs/" + org + "/accounts"

	made := s.do("POST", path, guangzhou, object{"account": "school-1", "name": "教务处", "role": "operator"}).object(201)
	require.Equal(t, true, made["must_change"])
	initial := made["initial_password"].(string)
	operator, _ := s.login("school-1", initial)
	s.do("POST", "/api/v1/auth/password", operator, object{"current_password": initial, "new_password": password}).object(204)
	require.Equal(t, false, s.do("GET", "/api/v1/auth/me", operator, nil).object(200)["must_change"])

	list := s.do("GET", path, guangzhou, nil).object(200)["items"].([]any)
	require.Len(t, list, 1)
	require.NotContains(t, list[0], "initial_password")
	s.do("POST", path, shenzhen, object{"account": "school-2", "name": "甲"}).problem(404, "not_found")
	s.do("GET", path, shenzhen, nil).problem(404, "not_found")
	s.do("POST", path, guangzhou, object{"account": "school-1", "name": "甲"}).problem(409, "account_taken")
	s.do("POST", path, guangzhou, object{"account": "school-2", "name": "甲", "role": "province"}).problem(400, "invalid")
	s.do("POST", path, operator, object{"account": "school-2", "name": "甲"}).problem(403, "forbidden")

	s.do("POST", "/api/v1/accounts", province, object{"account": "city-2", "name": "甲", "role": "city", "region": "440300", "password": password}).object(201)
	s.do("POST", "/api/v1/accounts", guangzhou, object{"account": "city-3", "name": "甲", "role": "city", "region": "440100"}).problem(403, "forbidden")
	require.Len(t, s.do("GET", "/api/v1/accounts", province, nil).object(200)["items"], 5)
	require.Len(t, s.do("GET", "/api/v1/accounts?role=operator", guangzhou, nil).object(200)["items"], 1)

	id := made["id"].(string)
	s.do("PATCH", "/api/v1/accounts/"+id, shenzhen, object{"disabled": true}).problem(404, "not_found")
	s.do("PATCH", "/api/v1/accounts/"+id, guangzhou, object{"disabled": true}).object(200)
	s.do("GET", "/api/v1/auth/me", operator, nil).problem(401, "refresh_invalid")
	s.do("POST", "/api/v1/auth/login", "", object{"account": "school-1", "password": password}).problem(403, "account_disabled")

	log := s.do("GET", "/api/v1/audit?action=account_created", guangzhou, nil).object(200)["items"].([]any)
	require.Len(t, log, 1)
	require.Equal(t, "account/"+id, log[0].(object)["object"])
	require.Empty(t, s.do("GET", "/api/v1/audit?action=account_created&limit=1", shenzhen, nil).object(200)["items"].([]any)[0].(object)["org"],
		"its own new official, not the other city's operator")
}

func TestOrgsOverHTTP(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	province, guangzhou, shenzhen := s.province(), s.city("440100"), s.city("440300")
	filing := object{
		"letter_no": "粤技备〔2025〕1号", "valid_from": "2025-01-01", "valid_to": "2027-12-31",
		"occupations": []object{{"code": "6-18-01-01", "name": "车工", "levels": []string{"5", "4"}}},
	}
	in := object{
		"kind": "enterprise", "name": "广州回声测试制造有限公司", "uscc": "91440101MA5TE5T07H", "region": "440106", "affiliation": "city", "subtype": "", "filing": filing,
	}
	r := s.do("POST", "/api/v1/orgs", guangzhou, in)
	made := r.object(201)
	path := "/api/v1/orgs/" + made["id"].(string)
	require.Equal(t, path, r.Header.Get("Location"))
	require.Equal(t, "440106", made["region"])
	require.Equal(t, "440100", made["supervisor"])
	require.Equal(t, filing["letter_no"], made["filing"].(object)["letter_no"])
	require.Equal(t, "2026-11-23T10:00:00+08:00", made["created_at"])
	require.Equal(t, made, s.do("GET", path, guangzhou, nil).object(200))

	s.do("POST", "/api/v1/orgs", province, in).problem(409, "org_exists")
	s.do("POST", "/api/v1/orgs", shenzhen, in).problem(403, "outside_jurisdiction")
	s.do("GET", path, shenzhen, nil).problem(404, "not_found")
	s.do("PATCH", path, shenzhen, object{"name": "新名字"}).problem(404, "not_found")
	require.Empty(t, s.do("GET", "/api/v1/orgs", shenzhen, nil).object(200)["items"])

	other := s.org(models.OrgSchool, "12440000MB2TE5T3XR", "440106", models.AffiliationCity)
	operator, _ := s.account("school", models.RoleOperator, "440100", other)
	s.do("GET", path, operator, nil).problem(404, "not_found")
	s.do("GET", "/api/v1/orgs/"+string(other), operator, nil).object(200)
	own := s.do("GET", "/api/v1/orgs", operator, nil).object(200)["items"].([]any)
	require.Len(t, own, 1)
	require.EqualValues(t, other, own[0].(object)["id"])
	require.Equal(t, []any{}, own[0].(object)["filing"].(object)["occupations"], "a list is never null")
	s.do("POST", "/api/v1/orgs", operator, in).problem(403, "forbidden")

	in["uscc"], in["kind"], in["filing"].(object)["valid_to"] = "91440101MA5TE5T07X", "factory", "2027-02-30"
	p := s.do("POST", "/api/v1/orgs", province, in).problem(400, "invalid")
	require.Len(t, p["errors"], 3)
	in["filing"].(object)["occupations"].([]object)[0]["lvl"] = "5"
	p = s.do("POST", "/api/v1/orgs", province, in).problem(400, "invalid")
	require.Equal(t, "filing.occupations[0].lvl", p["errors"].([]any)[0].(object)["field"])

	require.Equal(t, "新名字", s.do("PATCH", path, guangzhou, object{"name": "新名字"}).object(200)["name"])
	p = s.do("PATCH", path, guangzhou, object{"uscc": "x", "affiliation": "central"}).problem(400, "invalid")
	require.Len(t, p["errors"], 2)

	page := s.do("GET", "/api/v1/orgs?limit=1", province, nil).object(200)
	require.Len(t, page["items"], 1)
	page = s.do("GET", "/api/v1/orgs?limit=1&after="+page["next"].(string), province, nil).object(200)
	require.Len(t, page["items"], 1)
	require.Empty(t, page["next"])
	require.Len(t, s.do("GET", "/api/v1/orgs?kind=school&q="+"%E5%9B%9E%E5%A3%B0", province, nil).object(200)["items"], 1)
	s.do("GET", "/api/v1/orgs?kind=x", province, nil).problem(400, "invalid")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	require.Equal(t, "ok", s.do("GET", "/livez", "", nil).object(200)["status"])
	r := s.do("GET", "/readyz", "", nil).object(200)
	require.Equal(t, object{"status": "ok", "mongodb": "ok", "redis": "ok", "stopping": false}, r)
	m := s.do("GET", "/metrics", "", nil)
	require.Contains(t, string(m.body), `huisheng_http_requests_total{method="GET",route="/readyz",status="200"} 1`)
	require.True(t, strings.HasPrefix(m.Header.Get("Content-Type"), "text/plain"))
	s.stop()
	require.Equal(t, true, s.do("GET", "/readyz", "", nil).object(503)["stopping"])
	require.Equal(t, 200, s.do("GET", "/livez", "", nil).StatusCode)
}

func TestReadyWithoutRedis(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.redisDown.Store(true)
	r := s.do("GET", "/readyz", "", nil).object(200)
	require.Equal(t, "unavailable", r["redis"])
	require.Equal(t, "ok", r["status"])
}

// A browser whose login lay unused is led to the login page, told why, and back to where it was.
func TestIdleBrowserIsToldWhy(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *config.Config) { c.SessionIdle = 30 * time.Minute })
	access, refresh := s.account("gz-idle", models.RoleCity, "440100", "")
	cookie := "huisheng_access=" + access + "; huisheng_refresh=" + refresh
	s.clock.Add(40 * time.Minute)
	r := s.do("GET", "/console/orgs", "", nil, "Cookie", cookie)
	require.Equal(t, 200, r.StatusCode)
	for _, c := range r.Cookies() {
		if c.Name == "huisheng_refresh" {
			cookie = "huisheng_refresh=" + c.Value
		}
	}
	s.clock.Add(50 * time.Minute)
	r = s.do("GET", "/console/orgs?kind=school", "", nil, "Cookie", cookie, "Accept", "text/html")
	require.Equal(t, 303, r.StatusCode)
	to := r.Header.Get("Location")
	require.Equal(t, "/console/login?next=%2Fconsole%2Forgs%3Fkind%3Dschool&why=idle", to)
	require.Contains(t, string(s.do("GET", to, "", nil).body), "您有一段时间没有操作")
}
