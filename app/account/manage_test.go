package account

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/models"
	"huisheng/models/store"
)

func TestChangePassword(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	here, there := k.mustLogin("someone"), k.mustLogin("someone")
	p := k.who(here)
	for next, code := range map[string]string{
		"short": "password_too_short", strings.Repeat("长", 129): "password_too_long", "SOMEONE": "password_too_short", strings.Repeat("甲", 12): "password_too_common", "SomeOne-else-42": "password_is_account", password: "password_unchanged",
	} {
		err := k.ChangePassword(k.ctx, p, password, next)
		var e *models.Error
		require.ErrorAs(t, err, &e, next)
		require.Equal(t, code, e.Fields[0].Code, next)
	}
	require.Equal(t, "password_is_account", checkPassword("p", "some.long.account", "Some.Long.Account")[0].Code)
	require.ErrorIs(t, k.ChangePassword(k.ctx, p, "wrong password", "another password"), models.ErrInvalid)
	require.NoError(t, k.ChangePassword(k.ctx, p, password, "another password"))
	k.who(here)
	_, err := k.Authenticate(k.ctx, there.Access)
	require.Error(t, err, "other sessions end")
	_, err = k.login("someone", password)
	require.ErrorIs(t, err, models.ErrWrongLogin)
	_, err = k.login("someone", "another password")
	require.NoError(t, err)
}

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	phc := hashPassword(password)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, phc)
	require.NotEqual(t, phc, hashPassword(password))
	require.True(t, matches(phc, password))
	require.False(t, matches(phc, password+"x"))
	require.False(t, matches(nobody, ""))
	// The reference implementation's own vector (phc-winner-argon2, test.c): another cost than ours still verifies.
	require.True(t, matches("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"))
	for _, broken := range []string{"", "x", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65", "$argon2id$v=18$m=256,t=2,p=1$c29tZXNhbHQ$nf65", "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65"} {
		require.False(t, matches(broken, "password"), broken)
	}
	seen := map[string]bool{}
	for range 100 {
		p := initialPassword()
		require.Regexp(t, `^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$`, p)
		require.False(t, seen[p])
		seen[p] = true
	}
}

func TestChecksAreBoundedInNumber(t *testing.T) {
	k := newKit(t)
	for range cap(k.slots) {
		k.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(k.ctx, 20*time.Millisecond)
	defer cancel()
	_, err := k.hash(ctx, password)
	require.ErrorIs(t, err, models.ErrUnavailable)
	<-k.slots
	_, err = k.hash(k.ctx, password)
	require.NoError(t, err)
}

func TestWhoMakesAccountsForWhom(t *testing.T) {
	k := newKit(t)
	org := models.Org{ID: "o1", Kind: models.OrgSchool, USCC: "12440000MB2TE5T3XR", Region: "440100"}
	require.NoError(t, k.Store.CreateOrg(k.ctx, org))
	province := models.Principal{Account: "p", Role: models.RoleProvince, Region: models.Province}
	guangzhou := models.Principal{Account: "c1", Role: models.RoleCity, Region: "440100"}
	shenzhen := models.Principal{Account: "c3", Role: models.RoleCity, Region: "440300"}

	made, err := k.CreateOperator(k.ctx, guangzhou, org.ID, NewAccount{Login: "School-1", Name: " 教务处 ", Role: models.RoleOperator})
	require.NoError(t, err)
	require.Equal(t, "school-1", made.Account.Login)
	require.Equal(t, "教务处", made.Account.Name)
	require.True(t, made.Account.MustChange)
	l, err := k.login("school-1", made.InitialPassword)
	require.NoError(t, err)
	require.True(t, l.Account.MustChange)
	require.Equal(t, models.Scope{Org: "o1"}, k.who(l).Scope())

	_, err = k.CreateOperator(k.ctx, shenzhen, org.ID, NewAccount{Login: "school-2", Name: "甲"})
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.CreateOperator(k.ctx, k.who(l), "o2", NewAccount{Login: "school-2", Name: "甲"})
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.CreateOperator(k.ctx, guangzhou, org.ID, NewAccount{Login: "school-1", Name: "甲"})
	require.ErrorIs(t, err, models.ErrAccountTaken)
	for _, in := range []NewAccount{
		{Login: "school-2", Name: "甲", Role: models.RoleProvince},
		{Login: "a", Name: "甲"},
		{Login: "带中文", Name: "甲"},
		{Login: "school-2"},
		{Login: "school-2", Name: "甲\u202e乙"},
		{Login: "school-2", Name: "甲", Password: "short"},
		{Login: "school-2", Name: "甲", Region: "440100"},
	} {
		_, err = k.CreateOperator(k.ctx, province, org.ID, in)
		require.ErrorIs(t, err, models.ErrInvalid, in)
	}

	_, err = k.CreateOfficial(k.ctx, guangzhou, NewAccount{Login: "city-2", Name: "甲", Role: models.RoleCity, Region: "440100"})
	require.ErrorIs(t, err, models.ErrForbidden)
	for _, in := range []NewAccount{
		{Login: "city-2", Name: "甲", Role: models.RoleCity},
		{Login: "city-2", Name: "甲", Role: models.RoleCity, Region: "440000"},
		{Login: "city-2", Name: "甲", Role: models.RoleCity, Region: "440106"},
		{Login: "city-2", Name: "甲", Role: models.RoleOperator},
		{Login: "city-2", Name: "甲", Role: "root"},
		{Login: "city-2", Name: "甲", Role: models.RoleAlliance, Region: "440100"},
	} {
		_, err = k.CreateOfficial(k.ctx, province, in)
		require.ErrorIs(t, err, models.ErrInvalid, in)
	}
	city, err := k.CreateOfficial(k.ctx, province, NewAccount{Login: "city-1", Name: "甲", Role: models.RoleCity, Region: "440100", Password: password})
	require.NoError(t, err)
	require.Empty(t, city.InitialPassword)

	list, err := k.List(k.ctx, shenzhen, store.AccountFilter{}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list.Items)
	list, err = k.List(k.ctx, guangzhou, store.AccountFilter{}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
	_, err = k.List(k.ctx, k.who(l), store.AccountFilter{}, models.Page{Limit: 10})
	require.ErrorIs(t, err, models.ErrForbidden)

	_, err = k.Update(k.ctx, guangzhou, city.Account.ID, Change{ResetPassword: true})
	require.ErrorIs(t, err, models.ErrForbidden, "a city does not manage officials")
	_, err = k.Update(k.ctx, shenzhen, made.Account.ID, Change{ResetPassword: true})
	require.ErrorIs(t, err, models.ErrNotFound)
	_, err = k.Update(k.ctx, k.who(l), made.Account.ID, Change{ResetPassword: true})
	require.ErrorIs(t, err, models.ErrForbidden, "nobody manages their own account")
	reset, err := k.Update(k.ctx, guangzhou, made.Account.ID, Change{ResetPassword: true})
	require.NoError(t, err)
	_, err = k.login("school-1", made.InitialPassword)
	require.ErrorIs(t, err, models.ErrWrongLogin)
	_, err = k.login("school-1", reset.InitialPassword)
	require.NoError(t, err)
}

func TestRoleIsReadAnewOnRefresh(t *testing.T) {
	k := newKit(t)
	a := k.official("someone", models.RoleCity, "440100")
	l := k.mustLogin("someone")
	name := "新名字"
	_, err := k.Update(k.ctx, models.Principal{Account: "p", Role: models.RoleProvince}, a.ID, Change{Name: &name})
	require.NoError(t, err)
	require.Equal(t, "测试账号", k.who(l).Name)
	l, err = k.Refresh(k.ctx, l.Refresh)
	require.NoError(t, err)
	require.Equal(t, name, k.who(l).Name)
}
