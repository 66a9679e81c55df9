package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/demo"
	"huisheng/models"
)

// The worker is killed again and again while it makes a report of eighty organisations. In the end there is one part for each and the report matches
// its raw data, as the command line says; an answer turned round in the database makes it say so and name the figure.
func TestKillWhileMakingAReport(t *testing.T) {
	t.Parallel()
	s := newSite(t, "HUISHENG_LEASE=1s")
	s.serve()
	batch := s.claim("REPORT-1", demo.People(21, 30))
	w := s.spawn("worker")
	s.eventually("invitations", func() bool { return s.count("invitations", bson.D{{Key: "batch", Value: batch}}) == 30 })
	out, err := s.command("seed", "--answers", "12").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "people answered")
	s.kill(w)
	ctx, db := context.Background(), s.db()
	const more = 80
	for i := range more {
		_, err := db.Collection("orgs").InsertOne(ctx, bson.D{
			{Key: "_id", Value: fmt.Sprintf("extra-%03d", i)},
			{Key: "kind", Value: "enterprise"},
			{Key: "name", Value: "合成企业"},
			{Key: "uscc", Value: fmt.Sprintf("extra-%03d", i)},
			{Key: "region", Value: "440100"},
			{Key: "created_at", Value: time.Now().Add(-time.Hour)},
		})
		require.NoError(t, err)
	}
	province := s.as("province")
	made := s.do(202, "POST", "/api/v1/reports", province, map[string]any{"region": "440000", "kind": "enterprise", "period": models.QuarterOf(time.Now())})
	id := made["id"].(string)
	state := func() string { return s.do(200, "GET", "/api/v1/reports/"+id, province, nil)["state"].(string) }
	kills := 0
	for step := 5; step < more && state() != "ready"; step += 25 {
		w = s.spawn("worker")
		s.eventually("parts", func() bool { return s.count("report_parts", bson.D{}) >= step })
		s.kill(w)
		kills++
	}
	require.Positive(t, kills)
	s.spawn("worker")
	s.eventually("ready", func() bool { return state() == "ready" })
	require.GreaterOrEqual(t, s.count("report_parts", bson.D{}), more)

	out, err = s.command("verify", "report", id).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "report "+id+": matches")
	turned, err := db.Collection("responses").UpdateOne(ctx, bson.D{{Key: "answers.overall", Value: bson.D{{Key: "$in", Value: bson.A{"satisfied", "very_satisfied"}}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "answers.overall", Value: "very_dissatisfied"}}}})
	require.NoError(t, err)
	require.EqualValues(t, 1, turned.ModifiedCount)
	out, err = s.command("verify", "reports").CombinedOutput()
	var failed *exec.ExitError
	require.ErrorAs(t, err, &failed, "%s", out)
	require.Equal(t, 1, failed.ExitCode())
	require.Contains(t, string(out), "DOES NOT MATCH")
	require.Contains(t, string(out), "E1a of the whole: stored")
}
