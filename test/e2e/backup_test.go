package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/demo"
	"huisheng/models"
)

// A backup taken while people answer, restored into another database: everybody who had a receipt by then has it there, links open, figures stand.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	batch := items(s.do(200, "GET", "/api/v1/batches", s.as("enterprise"), nil))[0]["id"].(string)
	s.eventually("messages", func() bool { return len(s.outbox(batch)) == 40 })
	messages, people, body := s.outbox(batch), byPhone(demo.People(1, 60)), feedback(t)
	receipts := map[int]any{}
	answer := func(i int) {
		token := s.session(messages[i], people)["respondent_token"].(string)
		receipts[i] = s.do(201, "POST", "/api/v1/respond/feedback", token, body, "Idempotency-Key", unique(i))["receipt"]
	}
	for i := range 8 {
		answer(i)
	}
	file := filepath.Join(t.TempDir(), "backup")
	saved := s.command("backup", file)
	var said strings.Builder
	saved.Stdout, saved.Stderr = &said, &said
	require.NoError(t, saved.Start())
	for i := 8; i < 12; i++ { // these may or may not be in it
		answer(i)
	}
	require.NoError(t, saved.Wait(), "%s", &said)
	out, err := s.command("restore", "--check", file).CombinedOutput()
	require.NoError(t, err, "%s", out)

	before := s.database
	s.kill(s.server)
	s.database = "e2e_" + models.NewID()
	s.env = append(s.env, "HUISHENG_DATABASE="+s.database)
	t.Cleanup(func() { s.database = before; s.drop() })
	out, err = s.command("restore", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	out, err = s.command("restore", file).CombinedOutput()
	require.Error(t, err, "a second time: %s", out)
	require.Contains(t, string(out), "not empty")

	s.serve("--with-worker")
	stored := s.count("responses", bson.D{})
	require.GreaterOrEqual(t, stored, 8)
	for i := range 8 {
		a, err := s.try("POST", "/api/v1/respond/session", "", map[string]any{
			"token": messages[i]["link"].(string)[strings.LastIndex(messages[i]["link"].(string), "/")+1:], "id_tail": tail(people, messages[i]),
		})
		require.NoError(t, err)
		require.Equal(t, 409, a.status, "%s", a.body)
		require.Contains(t, string(a.body), receipts[i].(string))
	}
	s.eventually("counted again", func() bool { _, c := s.counts(batch); return number(c["submitted"]) == stored })
}

func tail(people map[string]demo.Person, message map[string]any) string {
	document := people[message["to"].(string)].Document
	return document[len(document)-4:]
}
