package respond_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/respond"
	"huisheng/internal/token"
	"huisheng/models"
)

func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	before, err := k.store.FindInvitation(ctx, k.inv.ID)
	require.NoError(t, err)
	for range 3 {
		p, err := k.Look(ctx, k.link)
		require.NoError(t, err)
		require.Equal(t, models.ChannelDirect, p.Channel)
		require.Equal(t, "合成企业", p.About.OrgName)
		require.Equal(t, k.form.Ref(), p.Form)
		require.False(t, p.Closed)
	}
	after, err := k.store.FindInvitation(ctx, k.inv.ID)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

func TestLookTellsTheWaysInApart(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	for kind, channel := range map[token.Kind]models.Channel{token.Printed: models.ChannelPrinted, token.Poster: models.ChannelPoster, token.Staff: models.ChannelStaff} {
		id := string(k.inv.Batch)
		if kind == token.Printed {
			id = string(k.inv.ID)
		}
		p, err := k.Look(ctx, k.ids.Tokens.Make(kind, id))
		require.NoError(t, err)
		require.Equal(t, channel, p.Channel)
		require.Equal(t, "合成企业", p.About.OrgName)
	}
	for _, bad := range []string{"", "x", k.link[:35] + "!", k.ids.Tokens.Make(token.Department, string(k.inv.Batch)), k.ids.Tokens.Make(token.Direct, string(k.inv.Batch))} {
		_, err := k.Look(ctx, bad)
		require.ErrorIs(t, err, models.ErrBadToken, bad)
	}
}

func TestWhoComesTooLateMayStillComplain(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	k.clock.Add(31 * 24 * 60 * 60 * 1e9)
	p, err := k.Look(ctx, k.link)
	require.NoError(t, err)
	require.True(t, p.Closed)

	_, err = k.Enter(ctx, respond.Entry{Token: k.link, IDTail: "002X"})
	require.ErrorIs(t, err, models.ErrBatchClosed)
	var e *models.Error
	require.ErrorAs(t, err, &e)
	c, err := k.Session(e.Extra["respondent_token"].(string))
	require.NoError(t, err)
	a, err := k.About(ctx, c)
	require.NoError(t, err)
	require.Equal(t, "合成企业", a.OrgName)
	require.ErrorIs(t, k.Open(ctx, c), models.ErrBatchClosed)
	_, _, err = k.Submit(ctx, c, k.happy())
	require.ErrorIs(t, err, models.ErrBatchClosed, "the session is for complaining, not for answering")
}
