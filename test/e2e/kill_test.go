package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/internal/demo"
	"huisheng/internal/testkit"
	"huisheng/models"
)

// db opens the deployment's database with the bare driver, to count what the program says it did.
func (s *site) db() *mongo.Database {
	s.t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(s.mongo))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = c.Disconnect(context.Background()) })
	return c.Database(s.database)
}

func (s *site) count(col string, filter bson.D) int {
	n, err := s.db().Collection(col).CountDocuments(context.Background(), filter)
	require.NoError(s.t, err)
	return int(n)
}

// claim imports people and claims for all of them.
func (s *site) claim(no string, people []demo.Person) string {
	s.t.Helper()
	boss, org := s.as("enterprise"), s.org("enterprise")
	got := s.do(200, "POST", "/api/v1/orgs/"+org+"/roster", boss, rosterFile(s.t, people))
	require.Equal(s.t, len(people), number(got["created"]), "%v", got["errors"])
	made := s.do(202, "POST", "/api/v1/claims", boss, map[string]any{
		"claim_no": no, "org": org, "subsidy_type": "SKILL_ASSESSMENT", "claimed_at": "2026-11-20", "certificates": certificates(people),
	})
	require.Equal(s.t, len(people), number(made["accepted"]))
	return made["batch"].(string)
}

// The worker is killed again and again while it expands a claim: in the end there are exactly as many invitations and first messages as people.
func TestKillWhileExpanding(t *testing.T) {
	t.Parallel()
	s := newSite(t, "HUISHENG_QUIET_HOURS=00:00-23:59") // expansion alone
	s.serve()
	const n = 6000
	batch := s.claim("KILL-1", demo.People(11, n))
	kills := 0
	for {
		w := s.spawn("worker")
		time.Sleep(time.Duration(150+rand.IntN(500)) * time.Millisecond)
		state, _ := s.counts(batch)
		if state == "open" || kills >= 40 {
			s.eventually("open", func() bool { state, _ := s.counts(batch); return state == "open" })
			s.kill(w)
			break
		}
		s.kill(w)
		kills++
	}
	require.Positive(t, kills, "the expansion was too fast to be killed")
	require.Equal(t, n, s.count("invitations", bson.D{{Key: "batch", Value: batch}}))
	require.Equal(t, n, s.count("deliveries", bson.D{{Key: "batch", Value: batch}}))
	t.Logf("%d kills", kills)
}

// The server is killed while 32 people submit and retry as a phone does: every acknowledged answer is there once, with the receipt that was given.
func TestKillWhileSubmitting(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	people := demo.People(12, 200)
	batch := s.claim("KILL-2", people)
	s.eventually("messages", func() bool { return s.count("dev_outbox", bson.D{{Key: "batch", Value: batch}}) == len(people) })
	body := feedback(t)
	messages := s.outbox(batch)
	require.Len(t, messages, len(people))
	tokens := make([]string, len(messages))
	for i, m := range messages {
		tokens[i] = s.session(m, byPhone(people))["respondent_token"].(string)
	}
	var receipts sync.Map
	var next atomic.Int64
	var retries atomic.Int32
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(tokens); i = int(next.Add(1)) - 1 {
				key := unique(i)
				for {
					a, err := s.try("POST", "/api/v1/respond/feedback", tokens[i], body, "Idempotency-Key", key)
					if err == nil && a.status == http.StatusCreated {
						receipts.Store(tokens[i], string(a.body))
						break
					}
					if err == nil && a.status < 500 {
						t.Errorf("%d %s", a.status, a.body)
						return
					}
					retries.Add(1)
					time.Sleep(50 * time.Millisecond)
				}
				time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
			}
		})
	}
	for range 3 {
		time.Sleep(150 * time.Millisecond)
		s.kill(s.server)
		s.serve("--with-worker")
	}
	wg.Wait()
	require.Equal(t, len(tokens), s.count("responses", bson.D{{Key: "batch", Value: batch}}))
	for _, token := range tokens { // the same again gives the first receipt
		first, ok := receipts.Load(token)
		require.True(t, ok)
		a, err := s.try("POST", "/api/v1/respond/feedback", token, body, "Idempotency-Key", "another-key")
		require.NoError(t, err)
		require.JSONEq(t, first.(string), string(a.body))
	}
	t.Logf("%d retries", retries.Load())
}

// provider is an SMS gateway that remembers what it took, and answers what became of a message.
type provider struct {
	*httptest.Server
	mu    sync.Mutex // protects times
	times map[string]int
}

func newProvider(t *testing.T) *provider {
	p := &provider{times: map[string]int{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.answer))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		id := strings.TrimPrefix(r.URL.Path, "/messages/")
		p.mu.Lock()
		known := p.times[id] > 0
		p.mu.Unlock()
		if !known {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"status":"not_found"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"id":%q,"status":"delivered"}`, "gw-"+id)
		return
	}
	var m struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil || m.ID == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	p.times[m.ID]++
	p.mu.Unlock()
	time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond) // room to be killed in
	_, _ = fmt.Fprintf(w, `{"id":%q,"status":"accepted"}`, "gw-"+m.ID)
}

func (p *provider) taken() (messages, doubles int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.times {
		messages++
		if n > 1 {
			doubles++
		}
	}
	return messages, doubles
}

// Workers are killed while they send, and Redis is emptied: nobody misses a message and nobody gets two, because what is unknown is asked for first.
func TestKillAndFlushWhileSending(t *testing.T) {
	t.Parallel()
	gw := newProvider(t)
	s := newSite(t, "HUISHENG_SMS_CHANNEL=gateway", "HUISHENG_GATEWAY_URL="+gw.URL, "HUISHENG_GATEWAY_ALLOW_HTTP=true", "HUISHENG_GATEWAY_KEY_ID=k", "HUISHENG_GATEWAY_SECRET=0123456789abcdef0123456789abcdef")
	s.serve()
	const n = 300
	batch := s.claim("KILL-3", demo.People(13, n))
	opt, err := redis.ParseURL(testkit.RedisURL(t))
	require.NoError(t, err)
	rdb := redis.NewClient(opt)
	t.Cleanup(func() { _ = rdb.Close() })
	// The demo's own claim and rounds are sent as well, as far as they are due.
	all := n + s.count("deliveries", bson.D{{Key: "due_at", Value: bson.D{{Key: "$lte", Value: time.Now()}}}})
	for range 8 {
		w := s.spawn("worker")
		time.Sleep(time.Duration(300+rand.IntN(700)) * time.Millisecond)
		require.NoError(t, rdb.FlushAll(context.Background()).Err())
		s.kill(w)
	}
	w := s.spawn("worker")
	defer s.kill(w)
	settled := bson.D{{Key: "batch", Value: batch}, {Key: "state", Value: bson.D{{Key: "$in", Value: bson.A{models.DeliverySent, models.DeliveryDelivered}}}}}
	s.eventually("all sent", func() bool { return s.count("deliveries", settled) == n })
	s.eventually("all taken", func() bool { m, _ := gw.taken(); return m == all })
	_, doubles := gw.taken()
	require.Zero(t, doubles)
}

// Without Redis people still get in, submit and are counted.
func TestWithoutRedis(t *testing.T) {
	t.Parallel()
	s := newSite(t, "REDIS_URL=redis://127.0.0.1:1/0")
	s.serve("--with-worker")
	batch := items(s.do(200, "GET", "/api/v1/batches", s.as("enterprise"), nil))[0]["id"].(string)
	s.eventually("messages", func() bool { return len(s.outbox(batch)) == 40 })
	token := s.session(s.outbox(batch)[0], byPhone(demo.People(1, 60)))["respondent_token"].(string)
	s.do(201, "POST", "/api/v1/respond/feedback", token, feedback(t), "Idempotency-Key", "no-redis-1")
	s.eventually("counted", func() bool { _, c := s.counts(batch); return number(c["submitted"]) == 1 })
}
