package account

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

func TestMachineClients(t *testing.T) {
	k := newKit(t)
	admin := models.Principal{Account: "admin", Role: models.RoleProvince, Region: models.Province}
	made, err := k.CreateClient(k.ctx, admin, NewClient{Name: "补贴平台", Scopes: []models.KeyScope{models.ScopeClaimsWrite, models.ScopeClaimsWrite}, Region: "440100"})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(made.Key, keyPrefix))
	p, err := k.Authenticate(k.ctx, made.Key)
	require.NoError(t, err)
	require.Equal(t, models.Scope{Region: "440100"}, p.Scope())
	require.Equal(t, []models.KeyScope{models.ScopeClaimsWrite}, p.Scopes)
	require.True(t, p.May(models.ScopeClaimsWrite))
	require.False(t, p.May(models.ScopeIndicatorsRead))

	again, err := k.RotateClient(k.ctx, admin, made.Client.ID, time.Hour)
	require.NoError(t, err)
	for _, key := range []string{made.Key, again.Key} {
		_, err = k.Authenticate(k.ctx, key)
		require.NoError(t, err)
	}
	k.clock.Add(time.Hour)
	_, err = k.Authenticate(k.ctx, made.Key)
	require.ErrorIs(t, err, models.ErrClientKey, "the overlap is over")
	for _, key := range []string{
		keyPrefix, made.Key + "x", again.Key[:len(again.Key)-1], keyPrefix + models.NewID() + "_" + strings.Repeat("A", 43), keyPrefix + string(made.Client.ID) + "_",
	} {
		_, err = k.Authenticate(k.ctx, key)
		require.ErrorIs(t, err, models.ErrClientKey, key)
	}
	require.NoError(t, k.RevokeClient(k.ctx, admin, made.Client.ID))
	require.NoError(t, k.RevokeClient(k.ctx, admin, made.Client.ID), "twice")
	_, err = k.Authenticate(k.ctx, again.Key)
	require.ErrorIs(t, err, models.ErrClientKey)
	_, err = k.RotateClient(k.ctx, admin, made.Client.ID, 0)
	require.ErrorIs(t, err, models.ErrConflict, "a revoked client stays revoked")

	third, err := k.CreateClient(k.ctx, admin, NewClient{Name: "联盟", Scopes: []models.KeyScope{models.ScopeFiguresWrite}, Kind: models.OrgSchool})
	require.NoError(t, err)
	p, err = k.Authenticate(k.ctx, third.Key)
	require.NoError(t, err)
	require.Equal(t, models.Scope{All: true, Kind: models.OrgSchool}, p.Scope())
	k.clock.Add(keyLife)
	_, err = k.Authenticate(k.ctx, third.Key)
	require.ErrorIs(t, err, models.ErrClientKey, "a year later")

	for _, who := range []models.Principal{{Role: models.RoleCity, Region: "440100"}, {Role: models.RoleOperator, Org: "o"}, p} {
		_, err = k.CreateClient(k.ctx, who, NewClient{Name: "x", Scopes: models.KeyScopes()})
		require.ErrorIs(t, err, models.ErrForbidden)
		_, err = k.Clients(k.ctx, who, models.Page{Limit: 1})
		require.ErrorIs(t, err, models.ErrForbidden)
	}
	for field, in := range map[string]NewClient{
		"name":   {Scopes: models.KeyScopes()},
		"scopes": {Name: "x", Scopes: []models.KeyScope{"all"}},
		"region": {Name: "x", Scopes: models.KeyScopes(), Region: "110000"},
		"kind":   {Name: "x", Scopes: models.KeyScopes(), Kind: "factory"},
		"org":    {Name: "x", Scopes: models.KeyScopes(), Org: "none"},
	} {
		_, err = k.CreateClient(k.ctx, admin, in)
		var e *models.Error
		require.ErrorAs(t, err, &e, field)
		require.Equal(t, field, e.Fields[0].Field)
	}
}
