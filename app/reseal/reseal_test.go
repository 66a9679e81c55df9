package reseal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/reseal"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
)

type kit struct {
	*reseal.Service
	t     *testing.T
	probe testkit.Probe
	box   *seal.Box
	file  string
	clock *testkit.Clock
}

func newKit(t *testing.T) *kit {
	t.Parallel()
	k := &kit{t: t, file: filepath.Join(t.TempDir(), "keys.json"), clock: testkit.NewClock(time.Now())}
	s, probe := testkit.Probed(t)
	box, err := seal.Load(k.file, true)
	require.NoError(t, err)
	k.probe, k.box, k.Service = probe, box, reseal.New(s, box, k.clock.Now)
	return k
}

func (k *kit) seal(text, place string) []byte {
	c, err := k.box.Seal([]byte(text), place)
	require.NoError(k.t, err)
	return c
}

// rotate gives the key that sealed before.
func (k *kit) rotate() (old seal.Key) {
	require.NoError(k.t, seal.EditFile(k.file, func(x *seal.Keys) error {
		was := x.Primary
		id, err := x.Add(seal.ProviderSM4, k.clock.Now())
		require.NoError(k.t, err)
		require.NoError(k.t, x.Promote(id, k.clock.Now()))
		old, _ = x.Find(was)
		return nil
	}))
	require.NoError(k.t, k.box.Reload())
	return old
}

func (k *kit) records(n int) {
	docs := make([]testkit.Doc, n)
	for i := range docs {
		id := fmt.Sprintf("r%04d", i)
		docs[i] = testkit.Doc{"_id": id, "org": "o", "certificate": id, "identity": k.seal("甲"+id, "record/"+id)}
	}
	k.probe.InsertAll("records", docs)
}

func (k *kit) plain(collection, id, place string, path ...string) string {
	var doc map[string]any
	k.probe.First(collection, testkit.Doc{"_id": id}, &doc)
	b := testkit.Bytes(k.t, doc, path...)
	with, _ := seal.KeyOf(b)
	require.Equal(k.t, k.box.Primary(), with, "%s %v", collection, path)
	text, err := k.box.Open(b, place)
	require.NoError(k.t, err)
	return string(text)
}

func nothing(reseal.Progress) {}

// Every field that the program seals moves to the new key, wherever it lies in its document, and the old key may go only then.
func TestEverySealedFieldMoves(t *testing.T) {
	k := newKit(t)
	k.records(3)
	k.probe.Insert("imports", testkit.Doc{"_id": "imp/00012", "sealed": k.seal("row", "import/imp/12")})
	k.probe.Insert("responses", testkit.Doc{"_id": "x", "changed_at": 1, "texts": k.seal("now", "response/x"), "history": []any{
		testkit.Doc{"until": 1}, testkit.Doc{"texts": k.seal("then", "response/x")},
	}})
	k.probe.Insert("complaints", testkit.Doc{
		"_id": "c", "case_no": "TS1", "body": k.seal("body", "complaint/c/text"), "contact": k.seal("contact", "complaint/c/contact"),
		"identity": k.seal("who", "complaint/c/identity"), "rating": testkit.Doc{"comment": k.seal("rated", "complaint/c/rating")},
	})
	k.probe.Insert("complaints", testkit.Doc{
		"_id": "d", "case_no": "TS2", "supplements": []any{testkit.Doc{"body": k.seal("more", "complaint/d/supplement")}},
		"review": testkit.Doc{"reason": k.seal("again", "complaint/d/review")},
		"asks":   []any{testkit.Doc{"id": "a1", "facts": k.seal("facts", "ask/a1/facts"), "reply": testkit.Doc{"text": k.seal("reply", "ask/a1/reply")}}},
	})
	k.probe.Insert("contacts", testkit.Doc{"_id": "k", "identity": k.seal("contact", "contact/k")})
	k.probe.Insert("deliveries", testkit.Doc{"_id": "m", "about": k.seal("d", "delivery/m")})
	k.probe.Insert("files", testkit.Doc{"_id": "f", "content": k.seal("photo", "file/f")})
	k.probe.Insert("onetime", testkit.Doc{"_id": "o", "nonce": "n", "phone": k.seal("phone", "onetime/o/n")})
	old := k.rotate()
	ctx := context.Background()
	require.ErrorContains(t, k.MayRetire(ctx, old), "moment ago")
	k.clock.Add(time.Hour)
	require.ErrorContains(t, k.MayRetire(ctx, old), "3 in records.identity")

	require.NoError(t, k.Run(ctx, nothing))
	require.Equal(t, "甲r0002", k.plain("records", "r0002", "record/r0002", "identity"))
	require.Equal(t, "row", k.plain("imports", "imp/00012", "import/imp/12", "sealed"))
	require.Equal(t, "now", k.plain("responses", "x", "response/x", "texts"))
	require.Equal(t, "then", k.plain("responses", "x", "response/x", "history", "1", "texts"))
	require.Equal(t, "who", k.plain("complaints", "c", "complaint/c/identity", "identity"))
	require.Equal(t, "rated", k.plain("complaints", "c", "complaint/c/rating", "rating", "comment"))
	require.Equal(t, "more", k.plain("complaints", "d", "complaint/d/supplement", "supplements", "0", "body"))
	require.Equal(t, "reply", k.plain("complaints", "d", "ask/a1/reply", "asks", "0", "reply", "text"))
	require.Equal(t, "d", k.plain("deliveries", "m", "delivery/m", "about"))
	require.Equal(t, "photo", k.plain("files", "f", "file/f", "content"))
	require.Equal(t, "phone", k.plain("onetime", "o", "onetime/o/n", "phone"))
	require.Equal(t, 1, k.probe.Count("responses", testkit.Doc{"changed_at": 1}), "resealing is no news for any job")
	require.NoError(t, k.MayRetire(ctx, old))
	uses, err := k.Uses(ctx, k.box.Primary())
	require.NoError(t, err)
	require.Equal(t, 3, uses["records.identity"])
	require.Equal(t, 1, uses["responses.history.*.texts"])

	k.rotate()
	k.probe.Insert("elsewhere", testkit.Doc{"_id": "e", "secret": k.seal("x", "elsewhere/e")})
	k.rotate()
	require.ErrorContains(t, k.Run(ctx, nothing), "elsewhere.secret", "a field that nobody told the table of")
}

// A run that is broken off goes on where it stood, and ends with everything resealed once.
func TestBrokenOffRunGoesOn(t *testing.T) {
	k := newKit(t)
	k.records(1200)
	old := k.rotate()
	ctx, cancel := context.WithCancel(context.Background())
	err := k.Run(ctx, func(p reseal.Progress) {
		if p.Documents == 500 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	ctx = context.Background()
	uses, err := k.Uses(ctx, old.ID)
	require.NoError(t, err)
	require.Equal(t, 700, uses["records.identity"])

	first := -1
	require.NoError(t, k.Run(ctx, func(p reseal.Progress) {
		if p.Collection == "records" && first < 0 && p.Done {
			first = p.Resealed
		}
	}))
	require.LessOrEqual(t, first, 700)
	uses, err = k.Uses(ctx, old.ID)
	require.NoError(t, err)
	require.Empty(t, uses)
}

// People go on editing while it runs: no edit is lost, and what was sealed with the old key behind its back is found.
func TestEditsMeanwhileAreNotLost(t *testing.T) {
	k := newKit(t)
	k.records(100)
	late, err := seal.Load(k.file, false) // a process that has not read the file again
	require.NoError(t, err)
	old := k.rotate()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 99; i >= 0; i-- { // against the order of the run
			id := fmt.Sprintf("r%04d", i)
			c, err := late.Seal([]byte("乙"+id), "record/"+id)
			if err != nil {
				t.Error(err)
				return
			}
			k.probe.Set("records", id, testkit.Doc{"identity": c})
		}
	})
	err = k.Run(context.Background(), nothing)
	wg.Wait()
	if err != nil {
		require.ErrorContains(t, err, "still being sealed")
	}
	require.NoError(t, late.Reload())
	require.NoError(t, k.Run(context.Background(), nothing))
	for i := range 100 {
		id := fmt.Sprintf("r%04d", i)
		require.Equal(t, "乙"+id, k.plain("records", id, "record/"+id, "identity"))
	}
	uses, err := k.Uses(context.Background(), old.ID)
	require.NoError(t, err)
	require.Empty(t, uses)
}
