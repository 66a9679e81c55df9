package handlers_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A suspended organisation starts nothing new; the people it invited before still answer and complain, and a claim that was taken before still
// answers its repeat.
func TestSuspendedOrganisationStartsNothingNew(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	respondents := s.respondents(2)
	operator, _ := s.login("operator", password)
	me := s.do("GET", "/api/v1/auth/me", operator, nil).object(200)
	city := s.city("440100")
	m := s.do("POST", "/api/v1/measures", city, object{"org": me["org"], "measure": "SUSPEND", "reason": "查实未考发证。"}).object(201)
	at := "/api/v1/measures/" + m["id"].(string)
	s.do("POST", at+"/transitions", city, object{"action": "suspend_now", "reason": "先行暂停，等待调查。"}).problem(400, "invalid")
	s.do("POST", at+"/transitions", city, object{"action": "suspend_now", "reason": "先行暂停，等待调查。", "decision_no": "穗人社函〔2026〕3号"}).object(200)

	claim := object{"claim_no": "C-NEW", "org": me["org"], "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": []string{"Y000044000001265000001"}}
	p := s.do("POST", "/api/v1/claims", operator, claim).problem(409, "org_barred")
	require.Equal(t, "SUSPENDED", p["standing"])
	require.Contains(t, p["detail"], "已邀请的人仍可填写")
	s.complain(respondents[0], "complaint-1", nil).object(201)
	require.Equal(t, 404, s.do("GET", "/api/v1/respond/feedback", respondents[1], nil).StatusCode, "may answer, has not")

	own := s.do("GET", at, operator, nil).object(200)
	require.Equal(t, []any{"statement"}, own["steps"])
	items := own["handover"].([]any)
	require.EqualValues(t, 1, items[0].(object)["count"], "the open round")
	s.do("POST", at+"/transitions", operator, object{"action": "decide", "reason": "同意。"}).problem(403, "forbidden")
	s.do("POST", at+"/transitions", city, object{"action": "dismiss", "reason": "不成立。", "version": 1}).problem(409, "conflict")
	s.do("GET", at, s.city("440300"), nil).problem(404, "not_found")
	require.Empty(t, s.do("GET", "/api/v1/public/exits", "", nil).object(200)["items"])
}

// Every page of supervision opens for whoever may see it, in both languages, and the main journey works by forms alone.
func TestSupervisionPages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.respondents(1)
	_, _ = s.province(), s.city("440100")
	pages := map[string][]string{
		"province":    {"/console/measures", "/console/measures/new", "/console/policies", "/console/policies/new", "/console/directory", "/console/webhooks", "/console/audit?action=measure&from=2026-01-01", "/console/sending"},
		"city-440100": {"/console/measures?state=open", "/console/measures/new", "/console/policies", "/console/directory?state=due", "/console/audit?object=org/x", "/console/sending"},
		"operator":    {"/console/measures", "/console/measures/new", "/console/policies", "/console/directory"},
	}
	for login, list := range pages {
		token, _ := s.login(login, password)
		for _, path := range list {
			for _, lang := range []string{"zh-CN", "en"} {
				r := s.do("GET", path, token, nil, "Accept-Language", lang)
				require.Equal(t, 200, r.StatusCode, "%s %s: %s", login, path, r.body)
				require.Contains(t, string(r.body), "</html>", path)
			}
		}
	}
	for _, path := range []string{"/exits", "/directory"} {
		r := s.do("GET", path, "", nil, "Accept-Language", "en")
		require.Equal(t, 200, r.StatusCode)
		require.NotContains(t, string(r.body), "csrf\" value=\"x", path)
	}
}
