package e2e

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/models"
)

func formOf(t *testing.T, code string) map[string]any {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	q, ok := cat.Latest(code)
	require.True(t, ok)
	return map[string]any{"consents": map[string]any{"notice": q.Notice.Version, "wage": true}, "answers": demo.Happy(q)}
}

// students uploads a school's roster of people whose internship has just ended.
func (s *site) students(seed uint64, n int) []demo.Person {
	s.t.Helper()
	people := demo.People(seed, n)
	today := models.DateOf(time.Now())
	for i := range people {
		people[i].Certificate, people[i].GraduatesOn = "", ""
		people[i].InternStart, people[i].InternEnd = string(today.AddDays(-180)), string(today.AddDays(-1))
	}
	var b bytes.Buffer
	require.NoError(s.t, demo.RosterXLSX(&b, models.OrgSchool, people))
	got := s.do(200, "POST", "/api/v1/orgs/"+s.org("school")+"/roster", s.as("school"), upload{"students.xlsx", b.Bytes()})
	require.Equal(s.t, n, number(got["created"]), "%v", got["errors"])
	return people
}

// From a school's roster to a counted answer, without any claim: the internship has ended, the schedule invites, the message goes out, the student answers.
func TestInternshipToAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	people := byPhone(s.students(21, 5))
	var mine []map[string]any
	var batch string
	s.eventually("messages to the students", func() bool {
		mine = nil
		for _, b := range items(s.do(200, "GET", "/api/v1/batches?limit=50", s.as("school"), nil)) {
			if b["trigger"] != "internship_end" {
				continue
			}
			for _, m := range s.outbox(b["id"].(string)) {
				if _, ok := people[m["to"].(string)]; ok {
					mine, batch = append(mine, m), b["id"].(string)
				}
			}
		}
		return len(mine) == 5
	})
	_, before := s.counts(batch)
	token := s.session(mine[0], people)["respondent_token"].(string)
	s.do(201, "POST", "/api/v1/respond/feedback", token, formOf(t, "SCH_INTERN"), "Idempotency-Key", "internship-1")
	s.eventually("counted in the round", func() bool { _, c := s.counts(batch); return number(c["submitted"]) == number(before["submitted"])+1 })
	require.NotEmpty(t, items(s.do(200, "GET", "/api/v1/orgs/"+s.org("school")+"/schedule", s.as("school"), nil)))
}

// A trainee's claim gives the link at once; it works before any message has gone out.
func TestTraineesClaim(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve()
	p := demo.People(22, 1)[0]
	claim := map[string]any{"claim_no": "E2E-T1", "org": s.org("social-org"), "subsidy_type": "SKILL_UPGRADE", "claimed_at": "2026-11-20", "trainee": map[string]any{
		"name": p.Name, "document": p.Document, "phone": p.Phone, "occupation": p.Occupation, "level": p.Level, "exam_region": "440300",
	}}
	made := s.do(202, "POST", "/api/v1/claims", s.as("province"), claim)
	require.Equal(t, made, s.do(202, "POST", "/api/v1/claims", s.as("province"), claim))
	require.NotContains(t, s.do(202, "POST", "/api/v1/claims", s.as("social-org"), claim), "link")
	link := made["link"].(string)
	in := map[string]any{"token": link[strings.LastIndex(link, "/")+1:], "id_tail": p.Document[14:]}
	token := s.do(200, "POST", "/api/v1/respond/session", "", in)["respondent_token"].(string)
	s.do(201, "POST", "/api/v1/respond/feedback", token, formOf(t, "SOC_TRAINEE"), "Idempotency-Key", "trainee-e2e-1")
	s.do(200, "GET", "/api/v1/batches/"+made["batch"].(string), s.as("city-440300"), nil)
}

// Workers are killed again and again while they schedule: in the end each student has exactly one invitation and one first message.
func TestKillWhileScheduling(t *testing.T) {
	t.Parallel()
	s := newSite(t, "HUISHENG_QUIET_HOURS=00:00-23:59") // scheduling alone
	s.serve()
	const n = 3000
	s.students(23, n)
	mine := bson.D{{Key: "questionnaire.code", Value: "SCH_INTERN"}}
	demoOnes := s.count("invitations", mine)
	for range 12 {
		one, other := s.spawn("worker"), s.spawn("worker")
		time.Sleep(time.Duration(100+rand.IntN(700)) * time.Millisecond)
		s.kill(one)
		s.kill(other)
	}
	w := s.spawn("worker")
	defer s.kill(w)
	s.eventually("all invited", func() bool { return s.count("invitations", mine) == demoOnes+n })
	s.eventually("all planned", func() bool {
		return s.count("deliveries", bson.D{{Key: "template", Value: "INVITE_SCHOOL"}}) == demoOnes+n
	})
	var rows []struct{ N int }
	cur, err := s.db().Collection("invitations").Aggregate(context.Background(), bson.A{
		bson.D{{Key: "$match", Value: mine}},
		bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$record"}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}}}}},
		bson.D{{Key: "$match", Value: bson.D{{Key: "n", Value: bson.D{{Key: "$gt", Value: 1}}}}}},
	})
	require.NoError(t, err)
	require.NoError(t, cur.All(context.Background(), &rows))
	require.Empty(t, rows)
}
