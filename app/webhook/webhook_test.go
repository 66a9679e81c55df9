package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/port"
	"huisheng/app/webhook"
	"huisheng/internal/testkit"
	hooks "huisheng/internal/webhook"
	"huisheng/models"
	"huisheng/models/store"
)

var boss = models.Principal{Account: "p1", Name: "省厅", Role: models.RoleProvince, Region: models.Province}

// kit is webhooks over a fresh database with one receiver that remembers what it was told.
type kit struct {
	*webhook.Service
	t      *testing.T
	ctx    context.Context
	store  *store.Store
	clock  *testkit.Clock
	make   func() *webhook.Service
	mu     sync.Mutex
	got    []received
	status int
	url    string
}

type received struct {
	id, at, signature string
	body              []byte
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, ctx: context.Background(), store: testkit.Store(t), clock: testkit.NewClock(), status: 204}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.got = append(k.got, received{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), body})
		w.WriteHeader(k.status)
	}))
	t.Cleanup(server.Close)
	k.url = server.URL + "/hooks"
	box, log := testkit.Box(t), slog.New(slog.DiscardHandler)
	k.make = func() *webhook.Service {
		return webhook.New(webhook.Deps{
			Store: k.store, Box: box, Ident: testkit.Ident(box), Audit: audit.New(k.store, box, k.clock.Now, log), Queue: port.NoQueue{},
			Poster: hooks.NewClient([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}), Lease: time.Minute, Clock: k.clock.Now, Log: log,
		})
	}
	k.Service = k.make()
	return k
}

func (k *kit) endpoint() (models.Webhook, string) {
	k.t.Helper()
	w, secret, err := k.Create(k.ctx, boss, webhook.Input{URL: k.url})
	require.NoError(k.t, err)
	return w, secret
}

// deliver sends what is due and gives how many attempts that were.
func (k *kit) deliver() (n int) {
	k.t.Helper()
	for {
		m, ok, err := k.Next(k.ctx)
		require.NoError(k.t, err)
		if !ok {
			return n
		}
		require.NoError(k.t, k.Send(k.ctx, m))
		n++
	}
}

func (k *kit) derive() int {
	k.t.Helper()
	n, err := k.Derive(k.ctx)
	require.NoError(k.t, err)
	return n
}

// batch is a round of 40 people with so many receipts.
func (k *kit) batch(id string, submitted int) models.Batch {
	k.t.Helper()
	now := k.clock.Now()
	b := models.Batch{
		ID: models.BatchID(id), Org: "org1", ClaimNo: "C-1", Claim: "claim1", State: models.BatchOpen, OpensAt: now, ClosesAt: now.AddDate(0, 0, 30),
		Counts: models.BatchCounts{People: 40, Invited: 40, Submitted: submitted}, CountsAt: now, CreatedAt: now,
	}
	require.NoError(k.t, k.store.PutBatch(k.ctx, b))
	return b
}

func verify(t *testing.T, secret string, r received) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	require.NoError(t, err)
	m := hmac.New(sha256.New, key)
	m.Write([]byte(r.id + "." + r.at + "."))
	m.Write(r.body)
	want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
	for one := range strings.FieldsSeq(r.signature) {
		if hmac.Equal([]byte(one), []byte(want)) {
			return true
		}
	}
	return false
}

func TestEventsReachTheReceiverSigned(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	w, secret := k.endpoint()
	k.clock.Add(time.Minute)
	require.NoError(t, k.store.CreateClaim(k.ctx, models.Claim{ID: "claim1", No: "C-1", Org: "org1", Batch: "b1", People: 40, State: models.ClaimAccepted, CreatedAt: k.clock.Now()}))
	require.NoError(t, k.store.FinishClaim(k.ctx, "claim1", k.clock.Now()))
	k.batch("b1", 13)
	require.Equal(t, 2, k.derive())
	require.Zero(t, k.derive(), "derived again: nothing new")
	require.Equal(t, 2, k.deliver())
	require.Len(t, k.got, 2)
	types := map[string]map[string]any{}
	for _, r := range k.got {
		require.True(t, verify(t, secret, r))
		require.False(t, verify(t, hooks.NewSecret(), r))
		var body struct {
			Type      string
			Timestamp string
			Data      map[string]any
		}
		require.NoError(t, json.Unmarshal(r.body, &body))
		types[body.Type] = body.Data
		_, err := time.Parse(time.RFC3339, body.Timestamp)
		require.NoError(t, err)
	}
	require.EqualValues(t, 40, types["claim.expanded"]["accepted"])
	require.EqualValues(t, 10, types["response.received"]["received"], "13 receipts are told as 10")
	list, err := k.Messages(k.ctx, boss, w.ID, "", models.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []any{models.WebhookDelivered, 204}, []any{list.Items[0].State, list.Items[0].Log[0].Status})
}

// The number of receipts moves in steps of five and stops a step short of everybody.
func TestReceiptsAreToldInSteps(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.endpoint()
	told := func(id string, submitted int) (n float64) {
		k.batch(id, submitted)
		k.derive()
		k.got = nil
		k.deliver()
		for _, r := range k.got {
			var body struct{ Data map[string]any }
			require.NoError(t, json.Unmarshal(r.body, &body))
			n, _ = body.Data["received"].(float64)
			require.NotContains(t, string(r.body), "submitted")
		}
		return n
	}
	for i, c := range [][2]int{{0, 0}, {4, 0}, {5, 5}, {9, 5}, {34, 30}, {35, 35}, {39, 35}, {40, 35}} {
		require.EqualValues(t, c[1], told("b"+string(rune('a'+i)), c[0]), "%d receipts", c[0])
	}
}

func TestAReceiverThatFails(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	w, _ := k.endpoint()
	m, err := k.Test(k.ctx, boss, w.ID)
	require.NoError(t, err)
	k.status = 500
	attempts := 0
	for range 400 { // three and a half days, a quarter of an hour at a time
		attempts += k.deliver()
		k.clock.Add(15 * time.Minute)
	}
	require.Equal(t, 14, attempts)
	for _, r := range k.got {
		require.Equal(t, k.got[0].id, r.id, "the same id at every attempt")
	}
	got, err := k.store.FindWebhookMessage(k.ctx, w.ID, m.ID)
	require.NoError(t, err)
	require.Equal(t, models.WebhookDead, got.State)
	require.Len(t, got.Log, 14)
	w, err = k.Find(k.ctx, boss, w.ID)
	require.NoError(t, err)
	require.True(t, w.Enabled)
	require.False(t, w.Failing.IsZero())

	k.status = 200
	_, err = k.Redeliver(k.ctx, boss, w.ID, m.ID)
	require.NoError(t, err)
	require.Equal(t, 1, k.deliver())
	w, err = k.Find(k.ctx, boss, w.ID)
	require.NoError(t, err)
	require.True(t, w.Failing.IsZero())

	k.status = 500 // five days of silence: switched off, nothing is lost
	for range 12 {
		_, err = k.Test(k.ctx, boss, w.ID)
		if err != nil {
			break
		}
		k.deliver()
		k.clock.Add(12 * time.Hour)
	}
	require.ErrorIs(t, err, models.ErrWebhookOff)
	w, err = k.Find(k.ctx, boss, w.ID)
	require.NoError(t, err)
	require.Equal(t, []any{false, models.WebhookFailing}, []any{w.Enabled, w.Why})
	require.Zero(t, k.deliver())
	k.status, k.got = 200, nil
	on := true
	_, err = k.Update(k.ctx, boss, w.ID, 0, webhook.Input{Enabled: &on})
	require.NoError(t, err)
	require.Positive(t, k.deliver(), "what was held goes out")
}

func TestAReceiverThatIsGone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	w, _ := k.endpoint()
	_, err := k.Test(k.ctx, boss, w.ID)
	require.NoError(t, err)
	k.status = 410
	require.Equal(t, 1, k.deliver())
	w, err = k.Find(k.ctx, boss, w.ID)
	require.NoError(t, err)
	require.Equal(t, []any{false, models.WebhookGone}, []any{w.Enabled, w.Why})
	k.batch("b1", 13) // what happens meanwhile is held, not lost
	require.Equal(t, 1, k.derive())
	require.Zero(t, k.deliver())
	require.NoError(t, k.Sweep(k.ctx))
	k.status = 200
	on := true
	_, err = k.Update(k.ctx, boss, w.ID, w.Revision, webhook.Input{Enabled: &on})
	require.NoError(t, err)
	require.Equal(t, 2, k.deliver())
}

// A worker that dies between claiming and recording leaves the message to another one; the receiver knows it by its id.
func TestAWorkerThatDies(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	w, _ := k.endpoint()
	_, err := k.Test(k.ctx, boss, w.ID)
	require.NoError(t, err)
	_, ok, err := k.Next(k.ctx)
	require.NoError(t, err)
	require.True(t, ok)
	k.Service = k.make() // the first one is gone
	require.Zero(t, k.deliver(), "its lease still runs")
	k.clock.Add(2 * time.Minute)
	require.Equal(t, 1, k.deliver())
	require.Zero(t, k.deliver())
	require.Len(t, k.got, 1)
}

func TestReplacingTheSecret(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	w, old := k.endpoint()
	_, fresh, err := k.Rotate(k.ctx, boss, w.ID)
	require.NoError(t, err)
	send := func() received {
		_, err := k.Test(k.ctx, boss, w.ID)
		require.NoError(t, err)
		k.deliver()
		return k.got[len(k.got)-1]
	}
	r := send()
	require.True(t, verify(t, old, r) && verify(t, fresh, r), "both, for a day")
	k.clock.Add(25 * time.Hour)
	r = send()
	require.False(t, verify(t, old, r))
	require.True(t, verify(t, fresh, r))
	stored, err := k.store.FindWebhook(k.ctx, w.ID)
	require.NoError(t, err)
	require.NotContains(t, string(stored.Secrets[0].Sealed), "whsec")
}

func TestOnlyTheProvinceAndOnlyGoodAddresses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, _, err := k.Create(k.ctx, models.Principal{Role: models.RoleCity, Region: "440100"}, webhook.Input{URL: k.url})
	require.ErrorIs(t, err, models.ErrForbidden)
	for _, url := range []string{"", "https://10.0.0.1/", "https://169.254.169.254/latest", "ftp://x", "http://[::1]/"} {
		_, _, err := k.Create(k.ctx, boss, webhook.Input{URL: url})
		require.ErrorIs(t, err, models.ErrInvalid, url)
	}
	_, _, err = k.Create(k.ctx, boss, webhook.Input{URL: k.url, Events: []models.WebhookType{"answers.read"}})
	require.ErrorIs(t, err, models.ErrInvalid)
}
