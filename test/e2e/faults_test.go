package e2e

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

var faultCount = flag.Int("faults", 14, "how many faults TestFaults makes; each kind comes about equally often")

// TestFaults runs two servers, two workers, the stores and an SMS gateway as processes under load, and harms one of them after the other. When
// all is quiet again, what people were promised must hold: docs/design/014-faults.md.
func TestFaults(t *testing.T) {
	t.Parallel()
	stores := newStack(t)
	mongo, mongoURI := newLink(t, stores.mongo)
	cache, redisURL := newLink(t, stores.redis)
	gw := newRecorder(t)
	s := newSiteOn(t, stores.mongo, "HUISHENG_SMS_CHANNEL=gateway", "HUISHENG_GATEWAY_URL="+gw.URL, "HUISHENG_GATEWAY_ALLOW_HTTP=true", "HUISHENG_GATEWAY_KEY_ID=k",
		"HUISHENG_GATEWAY_SECRET=0123456789abcdef0123456789abcdef", "MONGODB_URI="+mongoURI, "REDIS_URL="+redisURL)
	var servers, all []*process
	for _, name := range []string{"server-1", "server-2"} {
		servers = append(servers, s.supervise(t, name, freeAddr(t), "serve"))
	}
	all = append(all, servers...)
	for _, name := range []string{"worker-1", "worker-2"} {
		all = append(all, s.supervise(t, name, "", "worker"))
	}
	s.addr = servers[0].addr
	ready := func() bool { return servers[0].ready() && servers[1].ready() }
	require.Eventually(t, ready, 2*time.Minute, 100*time.Millisecond, "the servers did not become ready")

	w := &town{t: t, s: s, servers: servers, mail: gw.mail, body: feedback(t)}
	stopClaims, stopPhones := make(chan struct{}), make(chan struct{})
	var claims sync.WaitGroup
	claims.Go(func() { w.enterprise(stopClaims, 20) })
	phones := w.phones(stopPhones, 16)
	done := w.harm(faultKinds(t, stores, mongo, cache, all), *faultCount)
	close(stopClaims)
	claims.Wait()
	stores.revive()
	require.Eventually(t, ready, 2*time.Minute, 100*time.Millisecond, "the servers did not come back")

	w.settle()
	close(stopPhones)
	phones.Wait()
	w.check(gw)
	var starts int
	for _, p := range all {
		starts += p.starts - 1
	}
	t.Logf("%d faults: %s; %d restarts of the program", *faultCount, done, starts)
}

// fault is one kind of harm; it may last a while and is over when it returns.
type fault struct {
	name string
	do   func()
}

func faultKinds(t *testing.T, stores *stack, mongo, cache *link, all []*process) []fault {
	any := func() *process { return all[rand.IntN(len(all))] }
	while := func(from, to int) time.Duration { return time.Duration(from+rand.IntN(to-from)) * time.Millisecond }
	kinds := []fault{
		{"kill a process", func() { any().restart(oddity{}) }},
		{"kill all processes", func() {
			for _, p := range all {
				p.restart(oddity{})
			}
		}},
		{"stop a process gently", func() { any().signal(syscall.SIGTERM) }},
		{"freeze a process beyond its leases", func() { any().freeze(while(500, 4000)) }},
		{"a process whose log is on a full disk", func() { any().restart(oddity{diskFull: true}) }},
		{"a machine whose clock is ahead", func() { any().restart(oddity{forward: time.Duration(5+rand.IntN(600)) * time.Minute}) }},
		{"cut the connections to the database", mongo.cut},
		{"cut the connections to Redis", cache.cut},
		{"empty Redis", func() { flush(t, stores.redis) }},
	}
	for _, name := range stores.names() {
		kinds = append(kinds,
			fault{"kill " + name, func() { stores.signal(name, syscall.SIGKILL); time.Sleep(while(0, 800)); stores.revive() }},
			fault{"freeze " + name, func() {
				stores.signal(name, syscall.SIGSTOP)
				time.Sleep(while(200, 2500))
				stores.signal(name, syscall.SIGCONT)
			}})
	}
	return kinds
}

func flush(t *testing.T, address string) {
	opt, err := redis.ParseURL(address)
	if err != nil {
		t.Error(err)
		return
	}
	c := redis.NewClient(opt)
	defer func() { _ = c.Close() }()
	_ = c.FlushAll(context.Background()).Err() // it may be down at the moment
}

// harm makes n faults one after the other, every kind about equally often and in random order, with a little time in between in which
// the program may or may not recover.
func (w *town) harm(kinds []fault, n int) string {
	made := map[string]int{}
	var round []fault
	for range n {
		if len(round) == 0 {
			round = slices.Clone(kinds)
			rand.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
		}
		f := round[0]
		round = round[1:]
		f.do()
		made[f.name]++
		time.Sleep(time.Duration(200+rand.IntN(1500)) * time.Millisecond)
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(made)) {
		list = append(list, fmt.Sprintf("%s %d", name, made[name]))
	}
	return strings.Join(list, ", ")
}

// settle waits until all that was accepted has been done: every claim expanded, every message sent, every person's phone put away.
func (w *town) settle() {
	total := 0
	w.claims.Range(func(_, c any) bool { total += c.(claimed).people; return true })
	unsent := bson.D{{Key: "state", Value: bson.D{{Key: "$in", Value: bson.A{models.DeliveryDue, models.DeliverySending, models.DeliveryUnknown}}}}}
	done := func() bool {
		now := bson.E{Key: "due_at", Value: bson.D{{Key: "$lte", Value: time.Now().Add(time.Minute)}}} // reminders of pooled rounds wait for their day
		return size(&w.receipts) >= total && w.s.count("deliveries", append(slices.Clone(unsent), now)) == 0 || w.wrong.Load() > 0
	}
	for deadline := time.Now().Add(8 * time.Minute); !done(); time.Sleep(250 * time.Millisecond) { // a killed sender's message is asked for after two minutes, one put off waits one
		if time.Now().Before(deadline) {
			continue
		}
		var states []string
		for _, st := range []models.DeliveryState{models.DeliveryDue, models.DeliverySending, models.DeliveryUnknown, models.DeliveryFailed, models.DeliverySkipped, models.DeliverySent} {
			states = append(states, fmt.Sprintf("%s %d", st, w.s.count("deliveries", bson.D{{Key: "state", Value: st}})))
		}
		require.FailNow(w.t, "not settled", "%d people were claimed for, %d have a receipt; messages: %s", total, size(&w.receipts), strings.Join(states, ", "))
	}
}

// check compares what people were promised with what the database holds.
func (w *town) check(gw *recorder) {
	t, s := w.t, w.s
	total, claims := 0, 0
	w.claims.Range(func(no, c any) bool {
		total, claims = total+c.(claimed).people, claims+1
		require.Equal(t, c.(claimed).people, s.count("invitations", bson.D{{Key: "batch", Value: c.(claimed).batch}}), "invitations of claim %s", no)
		return true
	})
	require.Positive(t, claims)
	require.Equal(t, total, size(&w.receipts), "people with a receipt")
	require.Equal(t, total, s.count("responses", bson.D{}), "responses stored")
	w.receipts.Range(func(phone, receipt any) bool { // the same again gives the receipt that was given
		token, _ := w.tokens.Load(phone)
		if got, ok := w.must(201, "POST", "/api/v1/respond/feedback", token.(string), w.body, "Idempotency-Key", unique(2)); ok {
			require.Equal(t, receipt, got["receipt"])
		}
		return true
	})
	require.Equal(t, size(&w.complaints), s.count("complaints", bson.D{}), "complaints stored")

	doubles := 0
	gw.mu.Lock()
	for id, n := range gw.taken {
		if n > 1 {
			doubles++ // allowed only for what was unknown: then it has been claimed more than once
			require.Equal(t, 1, s.count("deliveries", bson.D{{Key: "_id", Value: id}, {Key: "attempts", Value: bson.D{{Key: "$gt", Value: 1}}}}), "message %s went out twice", id)
		}
	}
	messages := len(gw.taken)
	gw.mu.Unlock()
	w.figures(total)
	t.Logf("%d claims, %d people: %d receipts, 0 lost, 0 doubled; %d complaints; %d messages, %d answers of the gateway lost, %d messages sent twice; %d retries",
		claims, total, size(&w.receipts), size(&w.complaints), messages, gw.broken.Load(), doubles, w.retries.Load())
}

// figures waits for the indicators and compares them with a plain count over the raw answers.
func (w *town) figures(total int) {
	s := w.s
	satisfied := s.count("responses", bson.D{{Key: "answers.overall", Value: bson.D{{Key: "$in", Value: bson.A{"very_satisfied", "satisfied", "fairly_satisfied"}}}}})
	s.tokens = map[string]string{}
	org := s.org("enterprise")
	var last any
	require.Eventually(w.t, func() bool {
		for _, v := range items(s.do(200, "GET", "/api/v1/indicators/orgs/"+org+"?period="+models.QuarterOf(time.Now()), s.as("province"), nil)) {
			if v["id"] == "E1a" {
				last = v
				return number(v["n"]) == total && number(v["numerator"]) == satisfied
			}
		}
		return false
	}, 90*time.Second, 500*time.Millisecond, "E1a should have n %d and numerator %d: %v", total, satisfied, last)
	invited := 0
	w.claims.Range(func(_, c any) bool {
		_, counts := s.counts(c.(claimed).batch)
		invited += number(counts["submitted"])
		return true
	})
	require.Equal(w.t, total, invited, "the batches' own counts")
}
