package e2e

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/models"
)

func rosterFile(t *testing.T, people []demo.Person) upload {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, demo.RosterXLSX(&b, models.OrgEnterprise, people))
	return upload{"roster.xlsx", b.Bytes()}
}

func certificates(people []demo.Person) (list []string) {
	for _, p := range people {
		list = append(list, p.Certificate)
	}
	return list
}

func feedback(t *testing.T) map[string]any {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	q, _ := cat.Latest("ENT_PARTICIPANT")
	return map[string]any{"consents": map[string]any{"notice": q.Notice.Version, "wage": true}, "answers": demo.Happy(q)}
}

// session opens a message's link as its owner.
func (s *site) session(message map[string]any, people map[string]demo.Person) map[string]any {
	s.t.Helper()
	p, ok := people[message["to"].(string)]
	require.True(s.t, ok, "message to somebody who is not on the roster")
	link := message["link"].(string)
	return s.do(200, "POST", "/api/v1/respond/session", "", map[string]any{
		"token": link[strings.LastIndex(link, "/")+1:], "id_tail": p.Document[len(p.Document)-4:],
	})
}

func byPhone(people []demo.Person) map[string]demo.Person {
	m := map[string]demo.Person{}
	for _, p := range people {
		m["+86"+p.Phone] = p
	}
	return m
}

// The main job from outside: roster, claim, messages, answers, indicators; what the organisation sees and what it does not.
func TestMainJob(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	boss := s.as("enterprise")
	org := s.org("enterprise")
	people := demo.People(7, 20)

	dry := s.do(200, "POST", "/api/v1/orgs/"+org+"/roster?dry_run=true", boss, rosterFile(t, people))
	require.Equal(t, 20, number(dry["created"]), "%v", dry)
	first := s.do(200, "POST", "/api/v1/orgs/"+org+"/roster", boss, rosterFile(t, people))
	require.Equal(t, 20, number(first["created"]))
	again := s.do(200, "POST", "/api/v1/orgs/"+org+"/roster", boss, rosterFile(t, people))
	require.Equal(t, 20, number(again["unchanged"]))
	require.Zero(t, number(again["created"])+number(again["updated"]))

	claim := map[string]any{
		"claim_no": "E2E-1", "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": certificates(people),
	}
	made := s.do(202, "POST", "/api/v1/claims", boss, claim)
	require.Equal(t, 20, number(made["accepted"]), "%v", made)
	batch := made["batch"].(string)
	require.Equal(t, made, s.do(202, "POST", "/api/v1/claims", boss, claim), "the same claim again gives the same answer")
	claim["certificates"] = certificates(people)[:5]
	require.Equal(t, "claim_differs", s.do(409, "POST", "/api/v1/claims", boss, claim)["code"])

	s.eventually("20 messages", func() bool { return len(s.outbox(batch)) == 20 })
	body := feedback(t)
	for i, m := range s.outbox(batch)[:12] {
		token := s.session(m, byPhone(people))["respondent_token"].(string)
		key := unique(i)
		receipt := s.do(201, "POST", "/api/v1/respond/feedback", token, body, "Idempotency-Key", key)
		require.Equal(t, receipt, s.do(201, "POST", "/api/v1/respond/feedback", token, body, "Idempotency-Key", key))
	}
	s.eventually("12 answers counted", func() bool { _, c := s.counts(batch); return number(c["submitted"]) == 12 })

	e1a := func(account string) (found map[string]any) {
		for _, v := range items(s.do(200, "GET", "/api/v1/indicators/orgs/"+org+"?period="+models.QuarterOf(time.Now()), s.as(account), nil)) {
			if v["id"] == "E1a" {
				found = v
			}
		}
		return found
	}
	s.eventually("the regulator sees 12", func() bool { v := e1a("city-440100"); return v != nil && number(v["n"]) == 12 })
	v := e1a("enterprise")
	require.Equal(t, false, v["suppressed"])
	require.GreaterOrEqual(t, number(v["n"]), 5)
	require.EqualValues(t, 100, v["value"])

	// What the organisation must not get: codes, links, who answered, another's data.
	a, err := s.try("GET", "/api/v1/batches/"+batch+"/invitations", boss, nil)
	require.NoError(t, err)
	for _, word := range []string{"code", "link", "token", "opened", "verified", "submitted", "answered"} {
		require.NotContains(t, string(a.body), `"`+word+`"`)
	}
	s.do(404, "GET", "/api/v1/batches/"+batch, s.as("city-440300"), nil)
	s.do(404, "GET", "/api/v1/batches/"+batch, s.as("school"), nil)
	s.do(403, "GET", "/api/v1/complaints", boss, nil)
}

// A complaint from the phone is followed by its passphrase, handled at the desk, and counted.
func TestComplaintFromPhoneToDecision(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	boss, org := s.as("enterprise"), s.org("enterprise")
	batch := items(s.do(200, "GET", "/api/v1/batches", boss, nil))[0]["id"].(string)
	s.eventually("messages", func() bool { return len(s.outbox(batch)) == 40 })
	token := s.session(s.outbox(batch)[0], byPhone(demo.People(1, 60)))["respondent_token"].(string)
	body := map[string]any{"category": "FEE_VIOLATION", "text": "考前让每人交三百元，没有收据。", "visibility": "anonymous"}
	filed := s.do(201, "POST", "/api/v1/respond/complaints", token, body, "Idempotency-Key", "complaint-0001")
	require.Equal(t, filed, s.do(201, "POST", "/api/v1/respond/complaints", token, body, "Idempotency-Key", "complaint-0001"))
	body["text"] = "另一件事情，不是收费。"
	s.do(409, "POST", "/api/v1/respond/complaints", token, body, "Idempotency-Key", "complaint-0001")

	caseNo, pass := filed["case_no"].(string), filed["passphrase"].(string)
	s.do(404, "GET", "/api/v1/cases/"+caseNo, "", nil, "X-Case-Passphrase", "AAAA-AAAA-AAAA")
	require.Equal(t, "SUBMITTED", s.do(200, "GET", "/api/v1/cases/"+caseNo, "", nil, "X-Case-Passphrase", pass)["state"])

	city := s.as("city-440100")
	id := items(s.do(200, "GET", "/api/v1/complaints", city, nil))[0]["id"].(string)
	s.do(404, "POST", "/api/v1/complaints/"+id+"/transitions", s.as("city-440300"), map[string]any{"action": "accept", "reason": "受理"})
	s.do(200, "POST", "/api/v1/complaints/"+id+"/transitions", city, map[string]any{"action": "accept", "reason": "已受理，将核查收费情况。"})
	require.Equal(t, "transition_not_allowed", s.do(409, "POST", "/api/v1/complaints/"+id+"/transitions", city, map[string]any{"action": "accept", "reason": "再次受理"})["code"])
	s.do(200, "POST", "/api/v1/complaints/"+id+"/transitions", city, map[string]any{"action": "decide", "outcome": "SUBSTANTIATED", "reason": "查实，责令退费。"})
	status := s.do(200, "GET", "/api/v1/cases/"+caseNo, "", nil, "X-Case-Passphrase", pass)
	require.Equal(t, "DECIDED", status["state"])
	require.Equal(t, "SUBSTANTIATED", status["outcome"])
	s.eventually("E4b counts it", func() bool {
		for _, v := range items(s.do(200, "GET", "/api/v1/indicators/orgs/"+org, city, nil)) {
			if v["id"] == "E4b" && number(v["numerator"]) == 1 {
				return true
			}
		}
		return false
	})
}
