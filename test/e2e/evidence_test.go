package e2e

import (
	"context"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/demo"
	"huisheng/models"
)

// Proof from the command line: what somebody agreed to, and that the log is whole up to an anchor that was kept elsewhere. Whoever works on the machine
// stands in the log by the name that the operating system knows.
func TestProofFromTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	batch := s.claim("PROOF-1", demo.People(61, 8))
	s.eventually("invitations", func() bool { return s.count("invitations", bson.D{{Key: "batch", Value: batch}}) == 8 })
	out, err := s.command("seed", "--answers", "6").CombinedOutput()
	require.NoError(t, err, "%s", out)
	ctx, db := context.Background(), s.db()
	var answered struct {
		ID string `bson:"_id"`
	}
	require.NoError(t, db.Collection("responses").FindOne(ctx, bson.D{{Key: "batch", Value: batch}}).Decode(&answered))
	raw, err := s.command("consents", "response", answered.ID).Output()
	require.NoError(t, err)
	var shown []models.ConsentEvidence
	require.NoError(t, json.Unmarshal(raw, &shown))
	require.True(t, shown[0].Proven())
	require.Contains(t, shown[0].Agreements[0].Text, "您的权利")
	_, err = db.Collection("responses").UpdateByID(ctx, answered.ID, bson.D{{Key: "$set", Value: bson.D{{Key: "consents.notice_hash", Value: strings.Repeat("0", 64)}}}})
	require.NoError(t, err)
	s.fails("not those whose hash was kept", "consents", "response", answered.ID)
	s.fails("not_answered", "consents", "response", "nobody")

	out, err = s.command("keys", "rotate").CombinedOutput()
	require.NoError(t, err, "%s", out)
	byHand := bson.D{{Key: "actor", Value: bson.D{{Key: "$regex", Value: "^os/.+"}}}}
	require.GreaterOrEqual(t, s.count("audit", append(byHand, bson.E{Key: "action", Value: "export"})), 2)
	require.Positive(t, s.count("audit", append(byHand, bson.E{Key: "action", Value: "keys_changed"})))

	out, err = s.command("verify", "audit").CombinedOutput()
	require.NoError(t, err, "%s", out)
	anchor := regexp.MustCompile(`anchor (\d+:[0-9a-f]{32,64})`).FindSubmatch(out)
	require.NotNil(t, anchor, "%s", out)
	out, err = s.command("verify", "audit", "--anchor", string(anchor[1])).CombinedOutput()
	require.NoError(t, err, "%s", out)
	seq, _, _ := strings.Cut(string(anchor[1]), ":")
	s.fails("it was another one when its hash was written down", "verify", "audit", "--anchor", seq+":"+strings.Repeat("ab", 32))
	s.fails("it ends here, but had come to 999999", "verify", "audit", "--anchor", "999999:"+strings.Repeat("ab", 32))
	s.fails("--anchor must be SEQ:HASH", "verify", "audit", "--anchor", "7")
}

// fails runs a command that must fail and say why.
func (s *site) fails(why string, args ...string) {
	s.t.Helper()
	out, err := s.command(args...).CombinedOutput()
	var failed *exec.ExitError
	require.ErrorAs(s.t, err, &failed, "%s", out)
	require.Contains(s.t, string(out), why)
}
