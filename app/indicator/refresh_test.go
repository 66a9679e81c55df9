package indicator_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/indicator"
	"huisheng/models"
)

const quarter = "2026Q4"

// The worked example once more, this time through the database: answers, withdrawals, receipts, ratings, complaints, records and figures as the
// other parts of the system store them.
func TestWorkedExampleThroughTheDatabase(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 10, k.clock.Now())
	k.unreach(b, 7, 8, 9)
	require.NoError(t, k.store.VerifyInvitation(k.ctx, k.invitation(b, 7))) // proved without a receipt …
	_, err := k.store.TryInvitation(k.ctx, k.invitation(b, 7), k.clock.Now())
	require.NoError(t, err) // … which means that the page was opened
	k.submit(b, "ENT_PARTICIPANT", 0, participants()...)
	k.submit(b, "ENT_PARTICIPANT", 7, participants()[0])
	require.NoError(t, k.store.WithdrawResponse(k.ctx, k.response(b, "ENT_PARTICIPANT", 7, nil).ID, models.Response{ChangedAt: k.clock.Now()}))
	k.submit(b, "ENT_STAFF", 0, staff()...)
	k.rate(b, ratings()...)
	for _, c := range []struct {
		state   models.ComplaintState
		outcome models.ComplaintOutcome
	}{{models.ComplaintClosed, models.OutcomeSubstantiated}, {models.ComplaintDecided, models.OutcomePartly}, {models.ComplaintWithdrawn, ""}} {
		k.complaint(o, c.state, k.clock.Now(), c.outcome)
	}
	k.complaint(o, models.ComplaintSubmitted, time.Time{}, "")
	k.complaint(o, models.ComplaintClosed, k.clock.Now().AddDate(0, -3, 0), models.OutcomeSubstantiated) // another quarter's
	k.records(o, 40, 30, "2026-11-20")
	k.records(o, 7, 7, "2026-09-30")
	k.declare(o, quarter, 120)
	k.refresh()
	before := k.all(o, quarter)
	require.Equal(t, int64(0), *before["E3"].N, "ratings do not count before they are handed in")
	require.Equal(t, 0.0, *before["E3_coverage"].Value)
	done, err := k.store.HandInRatings(k.ctx, models.SystemScope(), b.ID, k.clock.Now())
	require.NoError(t, err)
	require.True(t, done)
	k.clock.Add(time.Second)
	k.refresh()
	for _, period := range []string{quarter, "2026", "2026-11", "AY2026", "R12-2026-12"} {
		got := k.all(o, period)
		for id, want := range workedExample() {
			switch {
			case id == "E5" && (period == "2026-11" || period == "AY2026"): // its last day is another one
				require.Equal(t, []string{models.FlagNoFigure}, got[id].Flags)
				require.Nil(t, got[id].Value)
				continue
			case id[:2] == "E4" && period != quarter && period != "2026-11" || id == "E5" && period != quarter: // more records in a longer period
				continue
			}
			check(t, got[id], want)
		}
	}
	require.Equal(t, 47.0, *k.all(o, "2026")["E4a"].Denominator)
	require.Equal(t, 4.0, *k.all(o, "2026")["E4a"].Numerator)
	require.Nil(t, k.all(o, "2026Q3")["E1a"].Value)
}

// unreach takes back the receipts of some people.
func (k *kit) unreach(b models.Batch, people ...int) {
	k.t.Helper()
	for _, i := range people {
		k.change("invitations", object{"_id": k.invitation(b, i)}, object{"delivered": false})
	}
}

// rate stores departments' ratings of the first people.
func (k *kit) rate(b models.Batch, list ...answers) {
	k.t.Helper()
	ratings := make([]models.Rating, len(list))
	for i, a := range list {
		ratings[i] = models.Rating{
			ID: string(k.invitation(b, i)), Batch: b.ID, Org: b.Org, Region: b.Region, Answers: a, Anchor: b.OpensAt, ChangedAt: k.clock.Now(),
			Questionnaire: models.QuestionnaireRef{Code: "ENT_DEPT", Version: "1"},
		}
	}
	require.NoError(k.t, k.store.PutRatings(k.ctx, ratings))
}

// Hundreds of answers in random order, some sent twice, corrected or withdrawn, while the job runs, dies half-way and starts anew as another
// process: in the end every figure of every period agrees with the raw answers. And at every moment the organisation's own view is one that its
// rules allow.
func TestRefreshAgreesWithRawAnswersWhateverHappens(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	r := rand.New(rand.NewPCG(5, 6))
	o := k.org("440100")
	batches := make([]models.Batch, 5)
	for i := range batches {
		batches[i] = k.batch(o, 90, k.clock.Now().AddDate(0, -2*i, 0))
	}
	state := map[string]rawAnswer{}
	seen := map[int64]bool{0: true}
	for i := range 320 {
		k.clock.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
		k.happen(r, batches, state, i)
		switch r.IntN(16) {
		case 0:
			k.refresh()
		case 1:
			k.restart()
		case 2: // killed at a random moment
			ctx, cancel := context.WithTimeout(k.ctx, time.Duration(r.IntN(40))*time.Millisecond)
			_, _ = k.Refresh(ctx) // it may or may not have come to its end
			cancel()
			k.restart()
		case 3:
			n := int64(0)
			if v := k.own(o, quarter)["E1a"]; v.N != nil {
				n = *v.N
			}
			seen[n] = true
		}
	}
	k.restart()
	k.refresh()
	var raw []rawAnswer
	for _, x := range state {
		raw = append(raw, x)
	}
	for _, name := range []string{quarter, "2026Q3", "2026", "AY2026", "AY2025", "2026-11", "R12-2026-11", "R12-2026-06"} {
		p, err := models.ParsePeriod(name)
		require.NoError(t, err)
		agree(t, name, k.all(o, name), raw, p)
	}
	for a := range seen {
		for b := range seen {
			require.False(t, a != b && a-b < models.MinCell && b-a < models.MinCell, "the organisation saw n = %d and n = %d", a, b)
		}
	}
}

// happen is one thing that a respondent does.
func (k *kit) happen(r *rand.Rand, batches []models.Batch, state map[string]rawAnswer, i int) {
	k.t.Helper()
	b := batches[r.IntN(len(batches))]
	form := []string{"ENT_PARTICIPANT", "ENT_STAFF"}[r.IntN(3)/2]
	q, _ := k.cat.Latest(form)
	who := r.IntN(80)
	key := fmt.Sprint(b.ID, form, who)
	a := randomPerson(r, q)
	_, answered := state[key]
	resp := k.response(b, form, who, a)
	switch {
	case !answered:
		if err := k.store.CreateResponse(k.ctx, resp); err != nil { // withdrawn before: the invitation stays used
			require.ErrorIs(k.t, err, models.ErrConflict)
			return
		}
		state[key] = rawAnswer{b.ID, b.OpensAt, form, a}
	case i%4 == 0: // the phone lost the answer and sends again
		require.ErrorIs(k.t, k.store.CreateResponse(k.ctx, resp), models.ErrConflict)
	case i%4 == 1:
		require.NoError(k.t, k.store.WithdrawResponse(k.ctx, resp.ID, resp))
		delete(state, key)
	default:
		k.correct(b, form, who, a)
		state[key] = rawAnswer{b.ID, b.OpensAt, form, a}
	}
}

// Several workers at once: what the organisation sees never goes back and moves in steps, and in the end everything is counted.
func TestWorkersAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 60, k.clock.Now())
	person := participants()[0]
	ctx, stop := context.WithCancel(k.ctx)
	var wg sync.WaitGroup
	for range 3 {
		worker := indicator.New(k.store, k.cat, k.box, k.clock.Now)
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := worker.RefreshBatch(ctx, b.ID); err != nil && ctx.Err() == nil && !errors.Is(err, models.ErrConflict) {
					t.Error(err)
				}
			}
		})
	}
	last := int64(0)
	for i := range 60 {
		k.submit(b, "ENT_PARTICIPANT", i, person)
		tally, err := k.store.FindTally(k.ctx, b.ID)
		if errors.Is(err, models.ErrNotFound) {
			continue
		}
		require.NoError(t, err)
		n := tally.Released["E1a"].N
		require.True(t, n == last || n >= last+models.MinCell, "from %d to %d", last, n)
		require.LessOrEqual(t, n, tally.Live["E1a"].N)
		last = n
	}
	stop()
	wg.Wait()
	require.NoError(t, k.RefreshBatch(k.ctx, b.ID))
	require.Equal(t, int64(60), *k.all(o, quarter)["E1a"].N)
}

// Nothing new means nothing to do; what was missed is found again by a process that remembers nothing.
func TestRefreshDoesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b, quiet := k.batch(o, 10, k.clock.Now()), k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()...)
	k.submit(quiet, "ENT_PARTICIPANT", 0, participants()[0])
	require.Equal(t, 6, k.refresh(), "two tallies and four periods")
	require.Equal(t, 6, k.refresh(), "once more, because the watermark moved and overlaps")
	require.Zero(t, k.refresh())
	k.clock.Add(5 * time.Second)
	require.Zero(t, k.refresh())
	k.correct(b, "ENT_PARTICIPANT", 0, participants()[1])
	require.Equal(t, 5, k.refresh(), "one tally and its periods")
	tally, err := k.store.FindTally(k.ctx, quiet.ID)
	require.NoError(t, err)
	require.Equal(t, int64(2), tally.Version, "the other batch was left alone")
	for range 10 { // the watermark comes by, a minute at a time, and then there is peace
		k.clock.Add(time.Minute)
		k.refresh()
	}
	require.Zero(t, k.refresh())
	k.restart()
	require.Zero(t, k.refresh(), "the watermark is past them")
	// An answer that took a minute to become durable is behind the clock but not behind the watermark.
	late := k.response(b, "ENT_PARTICIPANT", 8, participants()[2])
	late.ChangedAt = k.clock.Now().Add(-time.Minute)
	require.NoError(t, k.store.CreateResponse(k.ctx, late))
	k.refresh()
	require.Equal(t, int64(8), *k.all(o, quarter)["E1a"].N)
}

// A process that died between tally and figures leaves old figures; the next one finds them although the tally is new already.
func TestFiguresFollowAfterACrash(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()[:5]...)
	k.refresh()
	k.submit(b, "ENT_PARTICIPANT", 5, participants()[5])
	previous, err := k.store.FindTally(k.ctx, b.ID)
	require.NoError(t, err)
	tally, err := k.Tally(k.ctx, b.ID, previous)
	require.NoError(t, err)
	require.NoError(t, k.store.PutTally(k.ctx, tally))
	require.Equal(t, int64(5), *k.all(o, quarter)["E1a"].N)
	k.restart()
	k.refresh()
	require.Equal(t, int64(6), *k.all(o, quarter)["E1a"].N)
	require.ErrorIs(t, k.store.PutTally(k.ctx, tally), models.ErrConflict, "an older version must not come back")
}

// Messages that arrive, complaints, uploads and declared figures each lead to new figures.
func TestEveryKindOfChangeIsNoticed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 10, k.clock.Now())
	k.unreach(b, 0, 1, 2, 3, 4, 5)
	k.refresh()
	require.Equal(t, 4.0, *k.all(o, quarter)["E1c"].Denominator)
	require.NoError(t, k.store.MarkInvitationDelivered(k.ctx, k.invitation(b, 0)))
	require.NoError(t, k.store.SetCounts(k.ctx, b.ID, models.BatchCounts{People: 10, Delivered: 5}, k.clock.Now(), k.clock.Now()))
	k.refresh()
	require.Equal(t, 5.0, *k.all(o, quarter)["E1c"].Denominator)

	k.records(o, 20, 20, "2026-10-01")
	k.refresh()
	require.Equal(t, 20.0, *k.all(o, quarter)["E4a"].Denominator)
	require.Equal(t, 0.0, *k.all(o, quarter)["E4a"].Value)
	c := k.complaint(o, models.ComplaintAccepted, k.clock.Now(), "")
	k.refresh()
	require.Equal(t, 5.0, *k.all(o, quarter)["E4a"].Value)
	require.Equal(t, 5.0, *k.own(o, quarter)["E4a"].Value, "the organisation has to answer it")
	c.State, c.Outcome, c.Version = models.ComplaintDecided, models.OutcomePartly, 2
	require.NoError(t, k.store.UpdateComplaint(k.ctx, c))
	k.refresh()
	require.Equal(t, 5.0, *k.all(o, quarter)["E4b"].Value)

	require.Equal(t, []string{models.FlagNoFigure}, k.all(o, quarter)["E5"].Flags)
	k.declare(o, quarter, 80)
	k.refresh()
	require.Equal(t, 25.0, *k.all(o, quarter)["E5"].Value)
	require.Equal(t, "assessed_over_eligible", k.all(o, quarter)["E5"].Variant)
	require.Equal(t, 25.0, *k.own(o, quarter)["E5"].Value)
	k.clock.Add(time.Hour)
	k.records(o, 4, 4, "2026-12-01") // people seen before
	k.refresh()
	require.Equal(t, 24.0, *k.all(o, quarter)["E4a"].Denominator)
	require.Equal(t, 25.0, *k.all(o, quarter)["E5"].Value)
}

// Tallies and figures of other definitions are computed anew, but not by two programs in turn without end.
func TestOtherDefinitionsMakeFiguresStale(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.org("440100")
	b := k.batch(o, 10, k.clock.Now())
	k.submit(b, "ENT_PARTICIPANT", 0, participants()...)
	k.refresh()
	for range 10 {
		k.clock.Add(time.Minute)
		k.refresh()
	}
	require.Zero(t, k.refresh())
	k.change("tallies", object{}, object{"catalog": "another", "computed_at": k.clock.Now(), "live.E1a.n": 99})
	k.change("rollups", object{}, object{"catalog": "another", "computed_at": k.clock.Now()})
	require.Zero(t, k.refresh())
	k.clock.Add(11 * time.Minute)
	k.refresh()
	tally, err := k.store.FindTally(k.ctx, b.ID)
	require.NoError(t, err)
	require.Equal(t, int64(6), tally.Live["E1a"].N)
	require.Equal(t, k.cat.Hash(), tally.Catalog)
	require.Equal(t, int64(6), *k.all(o, quarter)["E1a"].N)
	require.Zero(t, k.refresh())
}
