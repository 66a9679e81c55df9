package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/internal/demo"
	"huisheng/models"
)

// entry is a line of the log as the bare driver reads it.
type entry struct {
	Seq    int64             `bson:"_id"`
	Action string            `bson:"action"`
	Object string            `bson:"object"`
	Detail map[string]string `bson:"detail"`
}

func (s *site) entries(action models.AuditAction) (list []entry) {
	cur, err := s.db().Collection("audit").Find(context.Background(), bson.D{{Key: "action", Value: action}})
	require.NoError(s.t, err)
	require.NoError(s.t, cur.All(context.Background(), &list))
	return list
}

// orgs gives what organisations there are, as the log names them.
func (s *site) orgs() map[string]bool {
	cur, err := s.db().Collection("orgs").Find(context.Background(), bson.D{})
	require.NoError(s.t, err)
	var list []struct {
		ID string `bson:"_id"`
	}
	require.NoError(s.t, cur.All(context.Background(), &list))
	there := make(map[string]bool, len(list))
	for _, o := range list {
		there["org/"+o.ID] = true
	}
	return there
}

// registering registers organisations one after the other, from several clients, until it is told to stop.
type registering struct {
	s    *site
	stop atomic.Bool
	next atomic.Int64
	done sync.Map // id of an organisation whose registration was answered
}

func (r *registering) run(token string) {
	for !r.stop.Load() {
		i := int(r.next.Add(1))
		a, err := r.s.try("POST", "/api/v1/orgs", token, map[string]any{
			"kind": "enterprise", "name": fmt.Sprintf("合成企业%d", i), "uscc": demo.USCC(i), "region": "440300", "affiliation": "city", "filing": demo.Filing(),
		})
		switch {
		case err != nil:
			time.Sleep(20 * time.Millisecond) // it was just killed
		case a.status == 201:
			r.done.Store("org/"+a.json(r.s.t)["id"].(string), true)
		case a.status < 500:
			r.s.t.Errorf("%d %s", a.status, a.body)
			return
		}
	}
}

// The server is killed again and again while officials register organisations: nothing is done without an entry before it; of every entry the log later says so when
// nobody lived to tell its outcome, once, though the sweep that says it is killed as well; and of nothing that was answered. The chain holds.
func TestKillWhileRecording(t *testing.T) {
	t.Parallel()
	s := newSite(t, "HUISHENG_AUDIT_SETTLE=1h") // whoever serves says nothing: the sweeps below do
	s.serve()
	seeded := s.orgs()
	r := &registering{s: s}
	token := s.as("province")
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() { r.run(token) })
	}
	for range 8 {
		time.Sleep(time.Duration(300+rand.IntN(400)) * time.Millisecond)
		s.kill(s.server)
		s.serve()
	}
	r.stop.Store(true)
	clients.Wait()
	left := s.count("audit_intents", bson.D{})
	require.Positive(t, left, "no kill met a request between its entry and its outcome")
	s.kill(s.server)
	s.sweepUnderKills()

	there, unknown := s.orgs(), map[string]int{}
	for _, e := range s.entries(models.AuditUnknown) {
		unknown[e.Detail["seq"]]++
		require.Equal(t, 1, unknown[e.Detail["seq"]], "entry %s is called unknown twice", e.Detail["seq"])
	}
	recorded, lost := map[string]bool{}, 0
	for _, e := range s.entries(models.AuditOrgCreated) {
		recorded[e.Object] = true
		_, answered := r.done.Load(e.Object)
		said := unknown[strconv.FormatInt(e.Seq, 10)] == 1
		switch {
		case answered:
			require.True(t, there[e.Object], "answered and gone")
			require.False(t, said, "answered, so it is known")
		case !there[e.Object]:
			lost++
			require.True(t, said, "%s: recorded, not done, and nobody says so", e.Object)
		}
	}
	for id := range there {
		require.True(t, recorded[id] || seeded[id], "%s was done without an entry", id)
	}
	out, err := s.command("verify", "audit").CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%d registered, %d entries of unknown outcome, %d of them for what was not done; %s", len(there), len(unknown), lost, strings.TrimSpace(string(out)))
}

// sweepUnderKills lets workers find what was left, and kills them, until nothing is left.
func (s *site) sweepUnderKills() {
	s.t.Helper()
	s.env = append(s.env, "HUISHENG_AUDIT_SETTLE=1s")
	for s.count("audit_intents", bson.D{}) > 0 {
		w := s.spawn("worker")
		begin := s.count("audit", bson.D{})
		for range 100 { // until it has begun
			if s.count("audit", bson.D{}) > begin {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		s.kill(w)
	}
}
