package complaint_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/calendar"
	"huisheng/app/complaint"
	"huisheng/app/respond"
	"huisheng/config/catalog"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

type kit struct {
	*complaint.Service
	t        *testing.T
	store    *store.Store
	calendar *calendar.Service
	box      *seal.Box
	db       testkit.Probe
	clock    *testkit.Clock
	mine     respond.Claims
}

func newKit(t *testing.T) *kit {
	t.Helper()
	st, db := testkit.Probed(t)
	box, clock := testkit.Box(t), testkit.NewClock()
	cat, err := catalog.Load()
	require.NoError(t, err)
	now := clock.Now()
	require.NoError(t, st.PutBatch(t.Context(), models.Batch{
		ID: "batch", Org: "org", OrgName: "合成企业", Region: "440100", State: models.BatchOpen, OpensAt: now, ClosesAt: now.Add(time.Hour), CreatedAt: now,
	}))
	log := slog.New(slog.DiscardHandler)
	trail := audit.New(st, box, clock.Now, log)
	cal := calendar.New(st, cat, trail, clock.Now, log)
	s := complaint.New(complaint.Deps{
		Store: st, Catalog: cat, Calendar: cal, Box: box, Ident: ident.New(box), Audit: trail, Clock: clock.Now, Log: log,
	})
	return &kit{Service: s, t: t, store: st, calendar: cal, box: box, db: db, clock: clock, mine: respond.Claims{Batch: "batch", Org: "org", Region: "440100", Response: "response-of-one"}}
}

// complainByName files one under the real name of somebody who was invited.
func (k *kit) complainByName(category string) (models.Complaint, complaint.Filed) {
	k.t.Helper()
	ctx := k.t.Context()
	p := demo.People(77, 1)[0]
	who := models.Identity{Name: p.Name, DocType: string(p.DocType), Document: p.Document, Phone: "+86" + p.Phone}
	r := models.Record{ID: "record", Org: "org", Kind: models.OrgEnterprise, Region: "440100", Certificate: p.Certificate}
	var err error
	r.Identity, err = k.box.SealJSON(who, "record/"+string(r.ID))
	require.NoError(k.t, err)
	_, _, err = k.store.PutRecords(ctx, []models.Record{r}, nil)
	require.NoError(k.t, err)
	_, err = k.store.PutInvitations(ctx, []models.Invitation{{ID: "invitation", Batch: "batch", Org: "org", Record: r.ID, CodeMAC: []byte("x")}})
	require.NoError(k.t, err)
	claims := k.mine
	claims.Invitation = "invitation"
	filed, err := k.File(ctx, claims, complaint.Submission{
		Category: category, Text: "证书一直没有发下来。", Visibility: models.VisibilityReal, Contact: "合成联系方式", Key: models.NewID(),
	})
	require.NoError(k.t, err)
	return k.byNo(filed.CaseNo), filed
}

func (k *kit) photo(key string) models.FileID {
	k.t.Helper()
	var b bytes.Buffer
	require.NoError(k.t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	id, err := k.AddFile(k.t.Context(), k.mine, complaint.Upload{Content: bytes.NewReader(b.Bytes()), Size: int64(b.Len()), Key: key})
	require.NoError(k.t, err)
	return id
}

func submission(ids ...models.FileID) complaint.Submission {
	return complaint.Submission{
		Category: "UNFAIR_SCORING", Text: "没有看我的操作。", Visibility: models.VisibilityAnonymous, Files: ids, Key: "complaint-1",
	}
}

// exists is a filter for documents that have a field.
func exists(field string) testkit.Doc { return testkit.Doc{field: testkit.Doc{"$exists": true}} }

func TestAKeptPhotoNamesNobodyAndIsUnreadable(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	a, b := k.photo("photo-key-1"), k.photo("photo-key-2")
	require.Equal(t, 2, k.db.Count("files", exists("owner")))
	_, err := k.File(t.Context(), k.mine, submission(a))
	require.NoError(t, err)
	var f, waiting models.File
	k.db.First("files", testkit.Doc{"_id": a}, &f)
	require.Empty(t, f.Owner)
	require.True(t, f.PurgeAt.IsZero())
	require.NotEmpty(t, f.Complaint)
	require.NotContains(t, string(f.Content), "\xff\xd8\xff")
	k.db.First("files", testkit.Doc{"_id": b}, &waiting)
	require.NotContains(t, string(waiting.Owner), "response")

	k.clock.Add(25 * time.Hour)
	require.NoError(t, k.KeepFiles(t.Context()))
	require.Equal(t, 1, k.db.Count("files", nil), "what was never used is gone after a day")
	require.Equal(t, 1, k.db.Count("files", testkit.Doc{"_id": a}))
}

// Whatever a crash left between the complaint's insert and the keeping, the job or a retry finishes it, however late.
func TestACrashAfterTheInsertLosesNoPhoto(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	a, b := k.photo("photo-key-1"), k.photo("photo-key-2")
	filed, err := k.File(ctx, k.mine, submission(a, b))
	require.NoError(t, err)
	crash := func() {
		for _, id := range []models.FileID{a, b} {
			k.db.Set("files", string(id), testkit.Doc{"owner": []byte("x"), "purge_at": k.clock.Now().Add(time.Hour)})
		}
		require.Equal(t, 2, k.db.Count("files", exists("owner")))
	}
	crash()
	again, err := k.File(ctx, k.mine, submission(a, b))
	require.NoError(t, err)
	require.Equal(t, filed.Passphrase, again.Passphrase)
	require.Zero(t, k.db.Count("files", exists("owner")))

	crash()
	k.clock.Add(40 * 24 * time.Hour) // no worker ran for long
	require.NoError(t, k.KeepFiles(ctx))
	require.Zero(t, k.db.Count("files", exists("owner")))
	require.Zero(t, k.db.Count("files", exists("purge_at")))
	require.Equal(t, 2, k.db.Count("files", nil))
	require.NoError(t, k.KeepFiles(ctx))
	require.Equal(t, 2, k.db.Count("files", nil))
}

// A crash before the insert leaves photos that only the same submission can take up again, for a day.
func TestACrashBeforeTheInsertCanBeTakenUpAgain(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	a := k.photo("photo-key-1")
	k.clock.Add(23 * time.Hour)
	_, err := k.File(ctx, k.mine, submission(a))
	require.NoError(t, err)
	require.Equal(t, 1, k.db.Delete("complaints", nil)) // it never got there
	k.db.Set("files", string(a), testkit.Doc{"owner": []byte("x"), "purge_at": k.clock.Now().Add(24 * time.Hour)})
	other := submission(a)
	other.Key = "complaint-2"
	_, err = k.File(ctx, k.mine, other)
	require.ErrorIs(t, err, models.ErrFileUnknown)
	k.clock.Add(23 * time.Hour)
	require.NoError(t, k.KeepFiles(ctx))
	_, err = k.File(ctx, k.mine, submission(a))
	require.NoError(t, err)
	require.Zero(t, k.db.Count("files", exists("purge_at")))

	b := k.photo("photo-key-3")
	other = submission(b)
	other.Key = "complaint-3"
	_, err = k.File(ctx, k.mine, other)
	require.NoError(t, err)
	require.Equal(t, 1, k.db.Delete("complaints", testkit.Doc{"files": b}))
	k.db.Set("files", string(b), testkit.Doc{"purge_at": k.clock.Now().Add(24 * time.Hour)})
	k.clock.Add(25 * time.Hour)
	require.NoError(t, k.KeepFiles(ctx))
	require.Zero(t, k.db.Count("files", testkit.Doc{"_id": b}), "a complaint that never came keeps nothing")
	require.Equal(t, 1, k.db.Count("files", testkit.Doc{"_id": a}))
}

func TestAPhotoGoesWithOneComplaintAlone(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	a := k.photo("photo-key-1")
	var ok int
	done := make(chan error)
	for _, key := range []string{"complaint-a", "complaint-b", "complaint-c", "complaint-d"} {
		go func() {
			in := submission(a)
			in.Key = key
			_, err := k.File(context.Background(), k.mine, in)
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err == nil {
			ok++
		} else {
			require.ErrorIs(t, err, models.ErrFileUnknown)
		}
	}
	require.Equal(t, 1, ok)
	require.Equal(t, 1, k.db.Count("complaints", nil))
}

// The limits on one respondent let go as time passes, and are nobody else's.
func TestLimitsOnOneRespondent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	file := func(c respond.Claims) error {
		_, err := k.File(t.Context(), c, complaint.Submission{Category: "UNFAIR_SCORING", Text: "没有看我的操作。", Visibility: models.VisibilityAnonymous, Key: models.NewID()})
		return err
	}
	for range 10 {
		require.NoError(t, file(k.mine))
	}
	require.ErrorIs(t, file(k.mine), models.ErrComplaintsMany)
	other := k.mine
	other.Response = "response-of-another"
	require.NoError(t, file(other))
	k.clock.Add(3 * time.Hour)
	require.NoError(t, file(k.mine))
	require.ErrorIs(t, file(k.mine), models.ErrComplaintsMany)

	broken := bytes.Repeat([]byte("no photo"), 100)
	add := func(c respond.Claims) error {
		_, err := k.AddFile(t.Context(), c, complaint.Upload{Content: bytes.NewReader(broken), Size: int64(len(broken)), Key: models.NewID()})
		return err
	}
	for range 60 {
		require.ErrorIs(t, add(k.mine), models.ErrPhotoType)
	}
	require.ErrorIs(t, add(k.mine), models.ErrTooMany)
	require.ErrorIs(t, add(other), models.ErrPhotoType)
	k.clock.Add(2 * time.Minute)
	require.ErrorIs(t, add(k.mine), models.ErrPhotoType)
}
