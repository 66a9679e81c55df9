package audit_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/internal/testkit"
	"huisheng/models"
)

var (
	province  = models.Principal{Account: "p1", Role: models.RoleProvince, Region: models.Province}
	guangzhou = models.Principal{Account: "c1", Role: models.RoleCity, Region: "440100"}
	shenzhen  = models.Principal{Account: "c3", Role: models.RoleCity, Region: "440300"}
)

type m = map[string]any

func fill(t *testing.T, l *audit.Log, n int) {
	for i := range n {
		require.NoError(t, l.Record(context.Background(), audit.Entry{
			By: guangzhou, Action: models.AuditOrgCreated, Object: fmt.Sprintf("org/%d", i), Org: "o1", Detail: map[string]string{"kind": "school", "n": fmt.Sprint(i)},
		}))
	}
}

func TestChainHoldsAcrossProcesses(t *testing.T) {
	t.Parallel()
	s, box, ctx := testkit.Store(t), testkit.Box(t), context.Background()
	var wg sync.WaitGroup
	for range 4 { // as many processes, each with its own idea of the newest entry
		l := audit.New(s, box, testkit.NewClock().Now, slog.New(slog.DiscardHandler))
		for range 2 {
			wg.Go(func() { fill(t, l, 10) })
		}
	}
	wg.Wait()
	n, last, err := audit.New(s, box, testkit.NewClock().Now, slog.New(slog.DiscardHandler)).Verify(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 80, n)
	require.NotEmpty(t, last)

	_, _, err = audit.New(s, testkit.Box(t), testkit.NewClock().Now, slog.New(slog.DiscardHandler)).Verify(ctx)
	require.Error(t, err, "another key does not vouch for these entries")
}

// hand is somebody with a shell on the database.
type hand struct {
	update func(id int64, set m)
	remove func(id int64)
	insert func(doc m)
	swap   func(a, b int64)
}

func TestChangesByHandAreFound(t *testing.T) {
	t.Parallel()
	for name, tamper := range map[string]struct {
		at int64
		do func(h hand, at int64)
	}{
		"detail changed": {5, func(h hand, at int64) { h.update(at, m{"detail.n": "99"}) }},
		"actor changed":  {3, func(h hand, at int64) { h.update(at, m{"actor": "c3"}) }},
		"time changed":   {2, func(h hand, at int64) { h.update(at, m{"at": testkit.NewClock().Now().AddDate(0, 0, 1)}) }},
		"removed":        {4, func(h hand, at int64) { h.remove(at) }},
		"first removed":  {1, func(h hand, at int64) { h.remove(at) }},
		"tail cut off":   {9, func(h hand, at int64) { h.remove(at); h.remove(at + 1) }},
		"last removed":   {10, func(h hand, at int64) { h.remove(at) }},
		"reordered":      {6, func(h hand, at int64) { h.swap(at, at+1) }},
		"slipped in":     {11, func(h hand, at int64) { h.insert(m{"_id": at, "action": "login", "mac": []byte("x")}) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, db := testkit.Raw(t)
			ctx, col := context.Background(), db.Collection("audit")
			l := audit.New(s, testkit.Box(t), testkit.NewClock().Now, slog.New(slog.DiscardHandler))
			fill(t, l, 10)
			tamper.do(hand{
				update: func(id int64, set m) {
					res, err := col.UpdateOne(ctx, m{"_id": id}, m{"$set": set})
					require.NoError(t, err)
					require.EqualValues(t, 1, res.ModifiedCount)
				},
				remove: func(id int64) {
					_, err := col.DeleteOne(ctx, m{"_id": id})
					require.NoError(t, err)
				},
				swap: func(a, b int64) {
					var x, y m
					require.NoError(t, col.FindOne(ctx, m{"_id": a}).Decode(&x))
					require.NoError(t, col.FindOne(ctx, m{"_id": b}).Decode(&y))
					x["_id"], y["_id"] = b, a
					for _, doc := range []m{x, y} {
						_, err := col.ReplaceOne(ctx, m{"_id": doc["_id"]}, doc)
						require.NoError(t, err)
					}
				},
				insert: func(doc m) {
					_, err := col.InsertOne(ctx, doc)
					require.NoError(t, err)
				},
			}, tamper.at)
			_, _, err := l.Verify(ctx)
			var broken *audit.Broken
			require.ErrorAs(t, err, &broken)
			require.Equal(t, tamper.at, broken.Seq)
		})
	}
}

func TestEachSeesItsOwn(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	l := audit.New(testkit.Store(t), testkit.Box(t), testkit.NewClock().Now, slog.New(slog.DiscardHandler))
	require.NoError(t, l.Record(ctx, audit.Entry{By: guangzhou, Action: models.AuditLogin}))
	require.NoError(t, l.Record(ctx, audit.Entry{By: shenzhen, Action: models.AuditLogin}))
	require.NoError(t, l.Record(ctx, audit.Entry{By: province, Action: models.AuditOrgChanged, Object: "org/1", Org: "1", Region: "440300"}))
	require.NoError(t, l.Record(ctx, audit.Entry{By: province, Action: models.AuditLogin}))
	list := func(p models.Principal, f models.AuditFilter) (seqs []int64) {
		got, err := l.List(ctx, p, f, models.Page{Limit: 10})
		require.NoError(t, err)
		for _, e := range got.Items {
			seqs = append(seqs, e.Seq)
		}
		return seqs
	}
	require.Equal(t, []int64{4, 3, 2, 1}, list(province, models.AuditFilter{}))
	require.Equal(t, []int64{3, 2}, list(shenzhen, models.AuditFilter{}))
	require.Equal(t, []int64{1}, list(guangzhou, models.AuditFilter{}))
	require.Empty(t, list(models.Principal{}, models.AuditFilter{}))
	require.Equal(t, []int64{3}, list(province, models.AuditFilter{Org: "1"}))
	require.Equal(t, []int64{4, 2, 1}, list(province, models.AuditFilter{Action: models.AuditLogin}))

	page, err := l.List(ctx, province, models.AuditFilter{}, models.Page{Limit: 3})
	require.NoError(t, err)
	require.Len(t, page.Items, 3)
	page, err = l.List(ctx, province, models.AuditFilter{}, models.Page{Limit: 3, After: page.Next})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Empty(t, page.Next)
	_, err = l.List(ctx, province, models.AuditFilter{}, models.Page{Limit: 3, After: "x"})
	require.ErrorIs(t, err, models.ErrInvalid)
}

// Whoever can write the database can put things right by hand, but not so that an anchor kept elsewhere still fits.
func TestHeadAndAnchors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := testkit.Raw(t)
	box := testkit.Box(t)
	l := audit.New(s, box, testkit.NewClock().Now, slog.New(slog.DiscardHandler))
	n, _, err := l.Verify(ctx)
	require.NoError(t, err, "an empty log")
	require.Zero(t, n)
	fill(t, l, 4)
	var old m
	require.NoError(t, db.Collection("audit_head").FindOne(ctx, m{}).Decode(&old))
	fill(t, l, 4)
	n, last, err := l.Verify(ctx)
	require.NoError(t, err)
	anchor := models.AuditAnchor{Seq: n, MAC: last}
	_, _, err = l.Verify(ctx, anchor)
	require.NoError(t, err)
	_, _, err = l.Verify(ctx, models.AuditAnchor{Seq: n, MAC: []byte("of another last entry")})
	require.Error(t, err, "the head mark says something else of the same entry")

	broken := func(seq int64, anchors ...models.AuditAnchor) {
		t.Helper()
		_, _, err := audit.New(s, box, testkit.NewClock().Now, slog.New(slog.DiscardHandler)).Verify(ctx, anchors...)
		var b *audit.Broken
		require.ErrorAs(t, err, &b)
		require.Equal(t, seq, b.Seq, b.Why)
	}
	_, err = db.Collection("audit_head").UpdateOne(ctx, m{}, m{"$set": m{"seq": int64(4)}})
	require.NoError(t, err)
	broken(4) // a head mark that nobody with the key made
	_, err = db.Collection("audit_head").DeleteOne(ctx, m{})
	require.NoError(t, err)
	broken(8)
	// The whole way back to an earlier moment, head mark included: only the anchor knows.
	_, err = db.Collection("audit_head").InsertOne(ctx, old)
	require.NoError(t, err)
	_, err = db.Collection("audit").DeleteMany(ctx, m{"_id": m{"$gt": 4}})
	require.NoError(t, err)
	_, _, err = l.Verify(ctx)
	require.NoError(t, err)
	broken(5, anchor)
	later := testkit.NewClock()
	later.Add(time.Hour)
	fill(t, audit.New(s, box, later.Now, slog.New(slog.DiscardHandler)), 5)
	broken(8, anchor) // and grown again with other entries
}
