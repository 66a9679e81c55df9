package supervise_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/supervise"
	"huisheng/models"
)

// The whole way of a social organisation: watched by the city, suspended and taken off the list by the province, let in again.
func TestFromWatchToExitAndBack(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.social()
	boss := operator(o)

	m := k.propose(city("1"), o, models.MeasureWatch)
	require.Empty(t, k.cases(boss), "an organisation is not told before the notice")
	_, err := k.Measure(k.ctx, boss, m.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	k.refuse(city("2"), m, models.ActionImpose, models.ErrMeasureStep)
	k.refuse(province("1"), m, models.ActionNotice, models.ErrOtherDecides)
	m = k.take(city("1"), m, models.ActionNotice)
	require.Equal(t, "2026-11-30T23:59:59+08:00", m.HeardBy.Add(-time.Second).In(models.Shanghai()).Format(time.RFC3339), "five working days after the 23rd")
	require.False(t, m.Unsure)
	k.refuse(city("2"), m, models.ActionImpose, models.ErrNotHeard)
	seen, err := k.Measure(k.ctx, boss, m.ID)
	require.NoError(t, err)
	require.Equal(t, []models.MeasureAction{models.ActionStatement}, seen.Steps)
	require.Empty(t, seen.Reason)
	m = k.take(boss, m, models.ActionStatement)
	require.Equal(t, "依规办理。", m.Statement)
	k.refuse(city("1"), m, models.ActionImpose, models.ErrConflicted)
	k.take(city("2"), m, models.ActionImpose)
	require.Equal(t, models.StandingWatch, k.standing(o))

	_, err = k.Propose(k.ctx, city("1"), supervise.Proposal{Org: o.ID, Kind: models.MeasureExit, Reason: "直接退出。"})
	require.ErrorIs(t, err, models.ErrMeasureStanding, "exit is reached through suspension")
	m = k.propose(city("1"), o, models.MeasureSuspend)
	k.refuse(city("2"), m, models.ActionNotice, models.ErrOtherDecides)
	m = k.take(province("1"), m, models.ActionNotice)
	k.clock.Add(8 * 24 * time.Hour)
	k.refuse(boss, m, models.ActionStatement, models.ErrStatementLate)
	m = k.take(province("1"), m, models.ActionImpose) // silence does not stop the case
	require.Equal(t, models.StandingSuspended, k.standing(o))
	require.Len(t, m.Handover, 5)

	m = k.take(province("1"), k.propose(province("1"), o, models.MeasureExit), models.ActionNotice)
	m = k.take(boss, m, models.ActionStatement)
	k.refuse(province("1"), m, models.ActionImpose, models.ErrConflicted)
	k.take(province("3"), m, models.ActionRecuse)
	k.refuse(province("3"), m, models.ActionImpose, models.ErrConflicted)
	m = k.take(province("2"), m, models.ActionImpose)
	require.Equal(t, models.StandingExited, k.standing(o))
	require.True(t, m.Public)
	require.Equal(t, "省厅2", m.Decision.Name)
	seen, err = k.Measure(k.ctx, boss, m.ID)
	require.NoError(t, err)
	for _, e := range seen.Timeline {
		require.NotEqual(t, models.ActionRecuse, e.Action, "who stepped back is the authority's business")
	}

	exits, err := k.Exits(k.ctx, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, exits.Items, 1)
	require.Equal(t, o.USCC, exits.Items[0].USCC)
	require.True(t, exits.Items[0].ReinstatedAt.IsZero())
	k.take(province("1"), k.propose(province("1"), o, models.MeasureReinstate), models.ActionImpose)
	require.Equal(t, models.StandingReinstated, k.standing(o))
	exits, err = k.Exits(k.ctx, models.Page{Limit: 10})
	require.NoError(t, err)
	require.False(t, exits.Items[0].ReinstatedAt.IsZero())

	log, err := k.app.Audit.List(k.ctx, province("1"), models.AuditFilter{Action: models.AuditMeasure}, models.Page{Limit: 100})
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(log.Items), 14)
	_, _, err = k.app.Audit.Verify(k.ctx)
	require.NoError(t, err)
}

func TestSuspendedPendingInquiry(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	m := k.take(city("1"), k.propose(city("1"), o, models.MeasureSuspend), models.ActionInterim)
	require.Equal(t, models.StandingSuspended, k.standing(o), "at once")
	require.Equal(t, models.MeasureHearing, m.State)
	m = k.take(operator(o), m, models.ActionStatement)
	k.refuse(city("1"), m, models.ActionDismiss, models.ErrConflicted)
	k.take(city("2"), m, models.ActionDismiss)
	require.Equal(t, models.StandingNormal, k.standing(o), "dismissed: as before")

	m = k.take(city("1"), k.propose(city("1"), o, models.MeasureSuspend), models.ActionInterim)
	m = k.take(operator(o), m, models.ActionStatement)
	m = k.take(city("2"), m, models.ActionImpose)
	require.Equal(t, models.StandingSuspended, k.standing(o))
	require.Equal(t, 2, m.Seq)
	k.take(city("1"), k.propose(city("1"), o, models.MeasureLift), models.ActionImpose)
	require.Equal(t, models.StandingNormal, k.standing(o))
}

func TestRectifyHasADeadline(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	m := k.take(city("1"), k.propose(city("1"), o, models.MeasureRectify), models.ActionNotice)
	m = k.take(operator(o), m, models.ActionStatement)
	m = k.take(city("2"), m, models.ActionImpose)
	require.Equal(t, "2026-12-23", m.Decision.RectifyBy.Add(-time.Second).In(models.Shanghai()).Format(time.DateOnly))
	m = k.take(operator(o), m, models.ActionRectified)
	require.Equal(t, "依规办理。", m.Rectified)
	raw, err := k.store.FindMeasure(k.ctx, models.SystemScope(), m.ID)
	require.NoError(t, err)
	require.NotContains(t, string(raw.Report)+string(raw.Words), "依规", "sealed")
}

// Of two decisions about one organisation at the same moment one wins; the chain has no fork.
func TestDecisionsAreOneChain(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	var list []supervise.Case
	for range 6 {
		list = append(list, k.take(operator(o), k.take(city("1"), k.propose(city("1"), o, models.MeasureWatch), models.ActionNotice), models.ActionStatement))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for _, m := range list {
		wg.Go(func() {
			_, err := k.Take(k.ctx, city("2"), m.ID, supervise.Step{Action: models.ActionImpose, Text: "列入关注。"})
			if err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, won)
	last, err := k.store.LastDecision(k.ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, 1, last.Seq)
}

func TestOneStepOfManyAtOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	m := k.propose(city("1"), k.enterprise(), models.MeasureWatch)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = k.Take(k.ctx, city("1"), m.ID, supervise.Step{Action: models.ActionNotice, Text: "请陈述申辩。", Version: m.Version})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		}
	}
	require.Equal(t, 1, won)
}

// A window that runs into a year without a calendar is provisional, and only ever becomes longer.
func TestWindowBeyondTheCalendar(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.clock.Add(36 * 24 * time.Hour) // 29 December
	m := k.take(city("1"), k.propose(city("1"), k.enterprise(), models.MeasureWatch), models.ActionNotice)
	require.True(t, m.Unsure)
	require.NoError(t, k.Sweep(k.ctx))
	again, err := k.Measure(k.ctx, city("1"), m.ID)
	require.NoError(t, err)
	require.True(t, again.Unsure, "the year is still not known")
	require.Equal(t, m.HeardBy.UnixMilli(), again.HeardBy.UnixMilli())
}

func TestLeavingOfItsOwnAccord(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o := k.enterprise()
	_, err := k.Propose(k.ctx, operator(o), supervise.Proposal{Kind: models.MeasureLift, Reason: "请解除。"})
	require.ErrorIs(t, err, models.ErrForbidden)
	m, err := k.Propose(k.ctx, operator(o), supervise.Proposal{Kind: models.MeasureLeave, Reason: "不再开展评价。"})
	require.NoError(t, err)
	require.Len(t, k.cases(operator(o)), 1)
	k.take(city("1"), m, models.ActionImpose)
	require.Equal(t, models.StandingExited, k.standing(o))
}
