package supervise_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
	"huisheng/models/store"
)

// An organisation has until 23 December to rectify (30 natural days, no rest day). In the last minute nobody is told; after it the officials are, once, and the case
// is shown as overdue until the report comes, or another decision takes its place.
func TestTimeToRectifyThatPassedIsToldOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	o, other := k.enterprise(), k.org(models.OrgEnterprise, "91440300MA5TE5T158")
	rectify := func(o models.Org) models.MeasureID {
		m := k.take(city("1"), k.propose(city("1"), o, models.MeasureRectify), models.ActionNotice)
		m = k.take(operator(o), m, models.ActionStatement)
		return k.take(city("2"), m, models.ActionImpose).ID
	}
	id, lifted := rectify(o), rectify(other)
	alerts := func() []models.Alert {
		require.NoError(t, k.Sweep(k.ctx))
		list, err := k.app.Alerts.List(k.ctx, city("1"), store.AlertFilter{Kind: models.AlertRectifyLate}, models.Page{Limit: 50})
		require.NoError(t, err)
		return list.Items
	}
	m, err := k.Measure(k.ctx, city("1"), id)
	require.NoError(t, err)
	require.Equal(t, "2026-12-23T23:59:59+08:00", m.Decision.RectifyBy.Add(-time.Second).In(models.Shanghai()).Format(time.RFC3339))
	k.take(city("2"), k.propose(city("1"), other, models.MeasureLift), models.ActionImpose) // put right before
	k.clock.Add(m.Decision.RectifyBy.Sub(k.clock.Now()) - time.Minute)
	require.Empty(t, alerts())
	late := func() map[models.MeasureID]bool {
		out := map[models.MeasureID]bool{}
		for _, m := range k.cases(city("1")) {
			out[m.ID] = m.Late
		}
		return out
	}
	require.False(t, late()[id])
	k.clock.Add(time.Minute)
	list := alerts()
	require.Len(t, list, 1)
	require.Equal(t, []any{id, o.ID, models.Date("2026-12-23"), true}, []any{list[0].Measure, list[0].Org, list[0].Day, list[0].Open})
	require.Equal(t, map[models.MeasureID]bool{id: true, lifted: false}, map[models.MeasureID]bool{id: late()[id], lifted: late()[lifted]})
	seen, err := k.app.Alerts.Acknowledge(k.ctx, city("2"), list[0].ID, "已催办。")
	require.NoError(t, err)
	require.False(t, seen.Open)
	require.False(t, alerts()[0].Open, "told once")

	m, err = k.Measure(k.ctx, operator(o), id)
	require.NoError(t, err)
	require.True(t, m.Late, "the organisation sees it too")
	k.take(operator(o), m, models.ActionRectified)
	require.False(t, late()[id])
	_, err = k.app.Alerts.List(k.ctx, operator(o), store.AlertFilter{}, models.Page{Limit: 50})
	require.ErrorIs(t, err, models.ErrForbidden)
}
