package audit_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/internal/testkit"
	"huisheng/models"
)

// An entry whose process ended before it could say what came of it is named in the log, once; what was settled, was never recorded, or is still under way is not.
func TestUnknownOutcomesAreNamed(t *testing.T) {
	t.Parallel()
	s, probe := testkit.Probed(t)
	clock := testkit.NewClock()
	l := audit.New(s, testkit.Box(t), clock.Now, slog.New(slog.DiscardHandler))
	record := func(ctx context.Context, object string) {
		require.NoError(t, l.Record(ctx, audit.Entry{By: guangzhou, Action: models.AuditDecision, Object: object, Org: "o1"}))
	}
	record(context.Background(), "complaint/untracked") // a job, which does it again until it is done
	done, settle := l.Track(context.Background())
	record(done, "complaint/done")
	settle()
	killed, _ := l.Track(context.Background())
	record(killed, "complaint/killed")
	require.Equal(t, 1, probe.Count("audit_intents", testkit.Doc{}))
	probe.Insert("audit_intents", testkit.Doc{"_id": "before it was recorded", "at": clock.Now(), "actor": "c1", "action": "decision", "object": "complaint/never"})

	n, err := l.Sweep(t.Context(), 20*time.Minute)
	require.NoError(t, err)
	require.Zero(t, n, "it may still be under way")
	clock.Add(21 * time.Minute)
	under, settleLater := l.Track(context.Background())
	record(under, "complaint/new")
	n, err = l.Sweep(t.Context(), 20*time.Minute)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	n, err = l.Sweep(t.Context(), 20*time.Minute)
	require.NoError(t, err)
	require.Zero(t, n)
	// A sweep that was killed after it said so and before it took the intent away.
	probe.Insert("audit_intents", testkit.Doc{"_id": "said", "at": clock.Now().Add(-21 * time.Minute), "actor": string(guangzhou.Account), "action": "decision", "object": "complaint/killed"})
	n, err = l.Sweep(t.Context(), 20*time.Minute)
	require.NoError(t, err)
	require.Zero(t, n, "not twice")
	settleLater()
	require.Zero(t, probe.Count("audit_intents", testkit.Doc{}))

	got, err := l.List(t.Context(), guangzhou, models.AuditFilter{Action: models.AuditUnknown}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, got.Items, 1, "and whoever supervises the object sees it")
	e := got.Items[0]
	require.Equal(t, "complaint/killed", e.Object)
	require.Equal(t, map[string]string{"seq": "3", "action": "decision"}, e.Detail)
	require.Equal(t, models.OrgID("o1"), e.Org)
	_, _, err = l.Verify(t.Context())
	require.NoError(t, err)
}
