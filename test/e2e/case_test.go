package e2e

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/demo"
)

// The server is killed again and again while officials accept complaints: whatever was acknowledged stands, and in the end everybody whose case was
// accepted is told exactly once, though the process died between the step and its message.
func TestKillWhileHandlingComplaints(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	const n = 12
	people := demo.People(15, n)
	batch := s.claim("KILL-CASES", people)
	s.eventually("messages", func() bool { return s.count("dev_outbox", bson.D{{Key: "batch", Value: batch}}) == n })
	city := s.as("city-440100")
	for i, m := range s.outbox(batch) {
		token := s.session(m, byPhone(people))["respondent_token"].(string)
		a := s.do(201, "POST", "/api/v1/respond/complaints", token, map[string]any{
			"category": "CERT_ISSUE", "text": "证书一直没有发下来。", "visibility": "real_name",
		}, "Idempotency-Key", unique(i))
		require.NotEmpty(t, a["case_no"])
	}
	s.kill(s.server)
	s.serve() // no worker: what the dying server leaves is left
	kills, accepted := 0, map[string]bool{}
	list := s.do(200, "GET", "/api/v1/complaints?limit=100", city, nil)["items"].([]any)
	require.Len(t, list, n)
	for _, item := range list {
		id := item.(map[string]any)["id"].(string)
		done := make(chan bool)
		go func() {
			a, err := s.try("POST", "/api/v1/complaints/"+id+"/transitions", city, map[string]any{"action": "accept", "reason": "已收到。"})
			done <- err == nil && a.status == http.StatusOK
		}()
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond) // killed while the step is under way, or just before or after
		s.kill(s.server)
		accepted[id] = <-done
		kills++
		s.serve()
	}
	s.kill(s.server)
	s.serve("--with-worker")
	stands := s.count("complaints", bson.D{{Key: "state", Value: "ACCEPTED"}})
	told := 0
	for id, ok := range accepted {
		if ok {
			told++
			require.Equal(t, 1, s.count("complaints", bson.D{{Key: "_id", Value: id}, {Key: "state", Value: "ACCEPTED"}}), "an acknowledged step is gone")
		}
	}
	require.GreaterOrEqual(t, stands, told)
	message := bson.D{{Key: "template", Value: "COMPLAINT_ACK"}}
	s.eventually("messages", func() bool { return s.count("deliveries", message) == stands })
	time.Sleep(3 * time.Second) // more passes of the job
	require.Equal(t, stands, s.count("deliveries", message))
	require.Zero(t, s.count("complaints", bson.D{{Key: "state", Value: "ACCEPTED"}, {Key: "told", Value: 1}}))
	t.Logf("%d kills, %d acknowledged, %d accepted", kills, told, stands)
}
