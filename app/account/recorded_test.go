package account

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/config/catalog"
	"huisheng/internal/limit"
	"huisheng/internal/testkit"
	"huisheng/models"
)

// A login that cannot be recorded opens nothing: the entry comes before the session.
func TestNoSessionWithoutItsEntry(t *testing.T) {
	t.Parallel()
	c, err := catalog.Load()
	require.NoError(t, err)
	s, probe := testkit.Probed(t)
	box, clock, ctx := testkit.Box(t), testkit.NewClock(), context.Background()
	k := &kit{t: t, ctx: ctx, clock: clock, Service: New(Deps{
		Store: s, Box: box, Catalog: c, Limiter: limit.New(nil, []byte("k"), clock.Now), Now: clock.Now,
		Audit: audit.New(s, box, clock.Now, slog.New(slog.DiscardHandler)),
	})}
	k.official("gz-1", models.RoleCity, "440100")
	l := k.mustLogin("gz-1")
	other := k.mustLogin("gz-1")
	require.NoError(t, k.Logout(ctx, k.who(other)))
	probe.Delete("audit", testkit.Doc{"action": "login", "_id": testkit.Doc{"$gt": 1}})
	probe.Unique("audit", "action") // neither a second login nor a second logout has a place in the log now
	_, err = k.login("gz-1", password)
	require.ErrorContains(t, err, "record login")
	require.ErrorContains(t, k.Logout(ctx, k.who(l)), "record logout")
	require.Equal(t, 1, probe.Count("sessions", testkit.Doc{}), "it lives on: what cannot be recorded is not done")
}
