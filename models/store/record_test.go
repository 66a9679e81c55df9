package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

func record(id, certificate, digest string) models.Record {
	now := time.Now().UTC().Truncate(time.Millisecond)
	return models.Record{
		ID: models.RecordID(id), Org: "o", Kind: models.OrgEnterprise, Region: "440100", Person: models.PersonID("p" + id),
		Certificate: certificate, Level: "4", Department: "一车间", Digest: []byte(digest), Anchor: "2026-10-01", CreatedAt: now, UpdatedAt: now,
	}
}

func TestPutRecordsReportsEachRecord(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), context.Background()
	created, _, err := s.PutRecords(ctx, []models.Record{record("a", "C1", "1"), record("b", "", "1"), record("c", "", "1")}, nil)
	require.NoError(t, err)
	require.Equal(t, []store.PutOutcome{store.PutCreated, store.PutCreated, store.PutCreated}, created, "records without a number do not meet")

	created, changed, err := s.PutRecords(ctx,
		[]models.Record{record("a", "C1", "1"), record("b", "C2", "2"), record("d", "C1", "1"), record("e", "C5", "1")},
		[]models.Record{record("c", "C1", "2")})
	require.NoError(t, err)
	require.Equal(t, []store.PutOutcome{store.PutUnchanged, store.PutUpdated, store.PutCertificateTaken, store.PutCreated}, created)
	require.Equal(t, []store.PutOutcome{store.PutCertificateTaken}, changed)

	found, err := s.FindRecordDigests(ctx, []models.RecordID{"a", "b", "c", "d", "e", "f"})
	require.NoError(t, err)
	require.Len(t, found, 4)
	require.Equal(t, []byte("2"), found["b"].Digest)
	require.Equal(t, []byte("1"), found["c"].Digest, "a refused change leaves the record as it was")
	holders, err := s.FindCertificateHolders(ctx, "o", []string{"C1", "C2", "C3"})
	require.NoError(t, err)
	require.Equal(t, map[string]models.RecordID{"C1": "a", "C2": "b"}, holders)
	holders, err = s.FindCertificateHolders(ctx, "other", []string{"C1"})
	require.NoError(t, err)
	require.Empty(t, holders)
}

// A number that its holder gives up further down the same list may be taken.
func TestPutRecordsTakesOverANumberThatIsGivenUp(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), context.Background()
	_, _, err := s.PutRecords(ctx, []models.Record{record("a", "C1", "1"), record("b", "C2", "1")}, nil)
	require.NoError(t, err)
	_, changed, err := s.PutRecords(ctx, nil, []models.Record{record("a", "C2", "2"), record("b", "C3", "2")})
	require.NoError(t, err)
	require.Equal(t, []store.PutOutcome{store.PutUpdated, store.PutUpdated}, changed)
}

func TestRacingPutsLeaveEachRecordOnce(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), context.Background()
	const records, writers = 300, 6
	list := make([]models.Record, records)
	for i := range list {
		list[i] = record(fmt.Sprintf("r%03d", i), fmt.Sprintf("C%03d", i), "same")
	}
	var made atomic.Int32
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			out, _, err := s.PutRecords(ctx, list, nil)
			if err != nil {
				t.Error(err)
			}
			for i, o := range out {
				switch o {
				case store.PutCreated:
					made.Add(1)
				case store.PutUnchanged:
				default:
					t.Errorf("record %d: outcome %d", i, o)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, records, made.Load())
}

func TestListRecordsPagesFiltersAndScopes(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), context.Background()
	var list []models.Record
	for i := range 25 {
		r := record(fmt.Sprintf("r%02d", i), fmt.Sprintf("Y%02d", i), "1")
		if i >= 20 {
			r.Org, r.Region, r.Level, r.Anchor, r.Department = "o2", "440300", "3", "2026-11-01", "二车间"
		}
		list = append(list, r)
	}
	_, _, err := s.PutRecords(ctx, list, nil)
	require.NoError(t, err)

	var seen []models.RecordID
	after := ""
	for {
		page, next, err := s.FindRecords(ctx, models.Scope{Org: "o"}, store.RecordFilter{}, models.Page{Limit: 8, After: after})
		require.NoError(t, err)
		for _, r := range page {
			seen = append(seen, r.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	require.Len(t, seen, 20)
	require.IsIncreasing(t, seen)

	count := func(sc models.Scope, f store.RecordFilter) int {
		page, next, err := s.FindRecords(ctx, sc, f, models.Page{Limit: 100})
		require.NoError(t, err)
		require.Empty(t, next)
		return len(page)
	}
	all := models.SystemScope()
	require.Equal(t, 25, count(all, store.RecordFilter{}))
	require.Equal(t, 10, count(all, store.RecordFilter{Certificate: "Y0"}))
	require.Equal(t, 1, count(all, store.RecordFilter{Certificate: "Y21"}))
	require.Equal(t, 5, count(all, store.RecordFilter{Level: "3", Department: "二车间"}))
	require.Equal(t, 20, count(all, store.RecordFilter{Org: "o", From: "2026-10-01", Until: "2026-10-01"}))
	require.Equal(t, 0, count(models.Scope{Org: "o"}, store.RecordFilter{Org: "o2"}), "naming another organisation does not widen the scope")
	require.Equal(t, 5, count(models.Scope{Region: "440300"}, store.RecordFilter{}))
	require.Equal(t, 0, count(models.Scope{}, store.RecordFilter{}), "the zero scope sees nothing")

	_, err = s.FindRecord(ctx, models.Scope{Org: "o2"}, "r00")
	require.ErrorIs(t, err, models.ErrNotFound)
	r, err := s.FindRecord(ctx, models.Scope{Org: "o"}, "r00")
	require.NoError(t, err)
	require.Equal(t, "Y00", r.Certificate)
}

func TestUpdateRecordPhoneNeedsTheDigestRead(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), context.Background()
	r := record("a", "C1", "1")
	_, _, err := s.PutRecords(ctx, []models.Record{r}, nil)
	require.NoError(t, err)
	r.Digest, r.PhoneMAC, r.Identity = []byte("2"), []byte("mac"), []byte("sealed")
	require.ErrorIs(t, s.UpdateRecordPhone(ctx, models.Scope{Org: "other"}, r, []byte("1")), models.ErrConflict)
	require.NoError(t, s.UpdateRecordPhone(ctx, models.Scope{Org: "o"}, r, []byte("1")))
	require.ErrorIs(t, s.UpdateRecordPhone(ctx, models.Scope{Org: "o"}, r, []byte("1")), models.ErrConflict)
	got, err := s.FindRecord(ctx, models.Scope{Org: "o"}, "a")
	require.NoError(t, err)
	require.Equal(t, r, got)
}
