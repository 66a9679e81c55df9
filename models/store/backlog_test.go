package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
)

// A complaint is overdue in whichever state somebody has to act, and in no other: what the alert counts is what the model calls open.
func TestBacklogCountsEveryOpenState(t *testing.T) {
	t.Parallel()
	s, probe := testkit.Probed(t)
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	open := 0
	for _, state := range models.ComplaintStates() {
		if state.Open() {
			open++
		}
		for n, due := range []time.Time{now.Add(-time.Hour), now.Add(time.Hour)} {
			probe.Insert("complaints", testkit.Doc{"_id": string(state) + string(rune('0'+n)), "case_no": string(state) + string(rune('0'+n)), "state": string(state), "resolve_by": due})
		}
	}
	require.Greater(t, open, 5)
	b, err := s.Backlog(t.Context(), now, "figures", "halt")
	require.NoError(t, err)
	require.EqualValues(t, open, b.Overdue)
}
