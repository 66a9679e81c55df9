package outreach_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/config"
	"huisheng/models"
)

// exact checks that n people have exactly one invitation and one first message each, with the content that a single undisturbed run makes.
func (k *kit) exact(id models.BatchID, n int) {
	k.t.Helper()
	b := k.batch(id)
	require.Equal(k.t, models.BatchOpen, b.State)
	require.Equal(k.t, n, b.Expanded)
	require.Zero(k.t, b.Skipped)
	require.Equal(k.t, n, k.db.Count("deliveries", doc{}))
	list := k.invitations(id)
	require.Len(k.t, list, n)
	people := map[models.RecordID]bool{}
	for _, inv := range list {
		people[inv.Record] = true
		require.Equal(k.t, k.ident.CodeMAC(k.ident.Tokens.Code(string(inv.ID), inv.CodeSalt)), inv.CodeMAC)
		require.Equal(k.t, b.OpensAt, inv.CreatedAt)
	}
	require.Len(k.t, people, n)
	for _, inv := range list[:min(n, 50)] {
		d := k.delivery(models.DeliveryID(inv.ID) + ":invite")
		require.Equal(k.t, models.DeliveryDue, d.State)
		require.Equal(k.t, inv.ID, d.Invitation)
		require.Equal(k.t, inv.PhoneMAC, d.PhoneMAC)
	}
	c, err := k.store.FindClaim(k.ctx, models.SystemScope(), b.Claim)
	require.NoError(k.t, err)
	require.Equal(k.t, models.ClaimExpanded, c.State)
}

// Stopped at any moment, and started again until it is done.
func TestExpansionStoppedAtRandomMoments(t *testing.T) {
	k := newKit(t)
	const n = 3500
	r, err := k.Claim(k.ctx, k.op, k.input(k.people(1, n)))
	require.NoError(t, err)
	stops := 0
	for try := 0; ; try++ {
		ctx, cancel := context.WithTimeout(k.ctx, time.Duration(1+rand.IntN(60+10*try))*time.Millisecond)
		_, err = k.ExpandDue(ctx)
		cancel()
		if try%2 == 0 { // half of the times as after kill -9: the lease is not given back and has to run out
			k.db.Set("batches", string(r.Batch), doc{"expand_lease": k.clock.Now().Add(29 * time.Second)})
			k.clock.Add(30 * time.Second)
		}
		if err == nil && k.batch(r.Batch).State == models.BatchOpen {
			break
		}
		stops++
		require.Less(t, try, 500)
	}
	t.Logf("stopped %d times", stops)
	require.Positive(t, stops)
	k.clock.Add(time.Minute) // stopped between the batch's last write and the claim's: the sweep makes it up once the lease is over
	_, err = k.ExpandDue(k.ctx)
	require.NoError(t, err)
	k.exact(r.Batch, n)
}

// Killed exactly between a chunk's two inserts, for each chunk: the invitations are there, the messages are not, the resume point has not moved.
func TestExpansionKilledBetweenTheTwoInserts(t *testing.T) {
	k := newKit(t)
	const n = 2300
	id := k.claim(k.people(2, n))
	k.exact(id, n)
	for from := 0; from < n; from += 1000 {
		list, err := k.store.FindClaimRecords(k.ctx, k.batch(id).Claim)
		require.NoError(t, err)
		var lost []string
		for _, inv := range k.invitations(id) {
			for _, r := range list[from:] {
				if inv.Record == r {
					lost = append(lost, string(inv.ID)+":invite")
					break
				}
			}
		}
		require.Len(t, lost, n-from)
		k.db.Delete("deliveries", doc{"_id": doc{"$in": lost}})
		later := list[min(from+1000, n):]
		k.db.Delete("invitations", doc{"record": doc{"$in": append([]models.RecordID{}, later...)}})
		k.db.Set("batches", string(id), doc{"expanded": from, "state": models.BatchExpanding, "skipped": 7})
		k.db.Set("claims", string(k.batch(id).Claim), doc{"state": models.ClaimAccepted})
		k.clock.Add(time.Minute)
		_, err = k.ExpandDue(k.ctx)
		require.NoError(t, err)
		k.exact(id, n)
	}
}

// Several workers whose leases run out all the time work on one batch at once.
func TestExpansionByWorkersThatTakeItFromEachOther(t *testing.T) {
	k := newKit(t, func(c *config.Config) { c.LeaseDuration = time.Millisecond })
	const n = 2500
	deps := k.deps
	deps.Clock = time.Now
	r, err := k.Claim(k.ctx, k.op, k.input(k.people(3, n)))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 3 {
		worker := outreach.New(deps)
		wg.Go(func() {
			for range 50 {
				if _, err := worker.ExpandDue(k.ctx); err != nil {
					t.Error(err)
				}
				if b, err := k.store.FindBatch(k.ctx, models.SystemScope(), r.Batch); err != nil || b.State == models.BatchOpen {
					return
				}
			}
		})
	}
	wg.Wait()
	k.exact(r.Batch, n)
}

func TestACodeThatIsTakenIsDrawnAgain(t *testing.T) {
	k := newKit(t)
	ids := k.people(4, 3)
	in := k.input(ids)
	id := k.ident.ClaimBatch(k.ident.Claim(k.org.ID, in.No))
	records, err := k.store.FindRecordsByID(k.ctx, k.org.ID, ids)
	require.NoError(t, err)
	inv := k.ident.Invitation(id, records[1].Person)
	for salt := range 2 { // another batch's people have drawn the first two codes of this person
		k.db.Insert("invitations", doc{
			"_id": models.NewID(), "batch": "other", "record": models.NewID(),
			"questionnaire": doc{"code": "ENT_PARTICIPANT"},
			"code_mac":      k.ident.CodeMAC(k.ident.Tokens.Code(string(inv), salt)),
		})
	}
	_, err = k.Claim(k.ctx, k.op, in)
	require.NoError(t, err)
	_, err = k.ExpandDue(k.ctx)
	require.NoError(t, err)
	k.exact(id, 3)
	found, err := k.store.FindInvitation(k.ctx, inv)
	require.NoError(t, err)
	require.Equal(t, 2, found.CodeSalt)
	require.Equal(t, 3, k.deliver(false))
	for _, m := range k.sender.messages() {
		owner, err := k.store.FindInvitationByCode(k.ctx, k.ident.CodeMAC(m.Code))
		require.NoError(t, err)
		require.Equal(t, string(m.ID), string(owner.ID)+":invite", "the code in the message opens the invitation of its reader")
	}
}

// Two claims are judged before either is expanded: each person is invited once, and the second batch says how many it skipped, however often it runs.
func TestPeopleOfTwoClaimsAreInvitedOnce(t *testing.T) {
	k := newKit(t)
	ids := k.people(5, 1200)
	first, err := k.Claim(k.ctx, k.op, k.input(ids[:1100]))
	require.NoError(t, err)
	second, err := k.Claim(k.ctx, k.op, k.input(ids[300:]))
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, k.Expand(k.ctx, first.Batch))
		require.NoError(t, k.Expand(k.ctx, second.Batch))
		k.clock.Add(time.Minute)
		k.db.Set("batches", string(second.Batch), doc{"expanded": 0})
	}
	require.Len(t, k.invitations(first.Batch), 1100)
	require.Len(t, k.invitations(second.Batch), 100)
	require.Equal(t, 1200, k.db.Count("deliveries", doc{}))
	require.Equal(t, 800, k.batch(second.Batch).Skipped)
	require.Zero(t, k.batch(first.Batch).Skipped)
}

func TestDepartmentsComeWithTheirBatch(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(6, 40))
	list, err := k.store.ListDepartments(k.ctx, id)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	named := map[string]bool{}
	for _, d := range list {
		named[d.ID] = true
	}
	for _, inv := range k.invitations(id) {
		require.True(t, named[inv.Department])
	}
}

func TestOneBrokenClaimHoldsUpNoOther(t *testing.T) {
	k := newKit(t)
	r, err := k.Claim(k.ctx, k.op, k.input(k.people(7, 3)))
	require.NoError(t, err)
	require.NoError(t, k.store.CreateClaim(k.ctx, models.Claim{
		ID: "broken", Org: "gone", State: models.ClaimAccepted, CreatedAt: k.clock.Now().Add(-time.Hour),
	}))
	_, err = k.ExpandDue(k.ctx)
	require.Error(t, err)
	require.True(t, errors.Is(err, models.ErrNotFound))
	k.exact(r.Batch, 3)
}

func TestAPausedBatchIsExpandedAndStaysPaused(t *testing.T) {
	k := newKit(t)
	r, err := k.Claim(k.ctx, k.op, k.input(k.people(8, 5)))
	require.NoError(t, err)
	_, err = k.Pause(k.ctx, k.city, r.Batch, "先等一等")
	require.NoError(t, err)
	_, err = k.ExpandDue(k.ctx)
	require.NoError(t, err)
	require.Equal(t, models.BatchPaused, k.batch(r.Batch).State)
	require.NoError(t, k.Sweep(k.ctx))
	require.Zero(t, k.deliver(false))
	_, err = k.Resume(k.ctx, k.city, r.Batch)
	require.NoError(t, err)
	k.exact(r.Batch, 5)
	require.Equal(t, 5, k.deliver(false))
}
