package e2e

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// receiver takes webhooks. While it hesitates, whoever posts waits for it.
type receiver struct {
	mu       sync.Mutex // protects what follows
	taken    map[string]int
	hesitate bool
	asked    chan struct{}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	hesitate := r.hesitate
	if !hesitate {
		r.taken[req.Header.Get("webhook-id")]++
	}
	r.mu.Unlock()
	if hesitate {
		select {
		case r.asked <- struct{}{}:
		default:
		}
		<-req.Context().Done()
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// The worker is killed while it delivers: every message arrives all the same, under the id it had before.
func TestKillWhileDeliveringWebhooks(t *testing.T) {
	t.Parallel()
	s := newSite(t, "HUISHENG_WEBHOOK_PRIVATE=127.0.0.0/8")
	s.serve()
	r := &receiver{taken: map[string]int{}, hesitate: true, asked: make(chan struct{}, 1)}
	hooks := httptest.NewServer(r)
	t.Cleanup(hooks.CloseClientConnections)
	province := s.as("province")
	made := s.do(201, "POST", "/api/v1/webhooks", province, map[string]any{"url": hooks.URL + "/hooks"})
	at := "/api/v1/webhooks/" + made["id"].(string)
	const n = 5
	want := map[string]bool{}
	for range n {
		want[s.do(202, "POST", at+"/test", province, nil)["webhook_id"].(string)] = true
	}
	for range 3 {
		w := s.spawn("worker")
		<-r.asked // it is in the middle of a delivery
		s.kill(w)
	}
	r.mu.Lock()
	r.hesitate = false
	r.mu.Unlock()
	s.spawn("worker")
	require.Eventually(t, func() bool {
		return s.count("webhook_messages", bson.D{{Key: "type", Value: "webhook.test"}, {Key: "state", Value: "delivered"}}) == n
	}, time.Minute, 200*time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range want {
		require.GreaterOrEqual(t, r.taken[id], 1, id)
	}
}
