package account

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/config/catalog"
	"huisheng/internal/limit"
	"huisheng/internal/testkit"
	"huisheng/models"
)

const password = "correct horse battery"

type kit struct {
	*Service
	t     *testing.T
	ctx   context.Context
	clock *testkit.Clock
}

func newKit(t *testing.T) *kit {
	t.Parallel()
	c, err := catalog.Load()
	require.NoError(t, err)
	s, box, clock := testkit.Store(t), testkit.Box(t), testkit.NewClock()
	return &kit{t: t, ctx: context.Background(), clock: clock, Service: New(Deps{
		Store: s, Box: box, Catalog: c, Limiter: limit.New(nil, []byte("k"), clock.Now), Now: clock.Now,
		Audit: audit.New(s, box, clock.Now, slog.New(slog.DiscardHandler)),
	})}
}

func (k *kit) official(login string, role models.Role, region string) models.Account {
	a, err := k.Ensure(k.ctx, models.Account{Login: login, Name: "测试账号", Role: role, Region: region}, password)
	require.NoError(k.t, err)
	return a
}

func (k *kit) login(login, pw string) (Login, error) {
	return k.Login(k.ctx, Credentials{Login: login, Password: pw, Address: "192.0.2.1"})
}

func (k *kit) mustLogin(login string) Login {
	l, err := k.login(login, password)
	require.NoError(k.t, err)
	return l
}

func (k *kit) who(l Login) models.Principal {
	p, err := k.Authenticate(k.ctx, l.Access)
	require.NoError(k.t, err)
	return p
}

func (k *kit) actions() (list []models.AuditAction) {
	got, err := k.Audit.List(k.ctx, models.Principal{Role: models.RoleProvince}, models.AuditFilter{}, models.Page{Limit: 100})
	require.NoError(k.t, err)
	for _, e := range got.Items {
		list = append(list, e.Action)
	}
	return list
}

func TestLoginTellsWhoIsThere(t *testing.T) {
	k := newKit(t)
	k.official("city-440100", models.RoleCity, "440100")
	l, err := k.login(" City-440100 ", password)
	require.NoError(t, err)
	p := k.who(l)
	require.Equal(t, models.RoleCity, p.Role)
	require.Equal(t, models.Scope{Region: "440100"}, p.Scope())
	require.NotEmpty(t, p.Session)

	k.clock.Add(AccessTTL + time.Second)
	_, err = k.Authenticate(k.ctx, l.Access)
	require.ErrorIs(t, err, models.ErrUnauthenticated)
	_, err = k.Authenticate(k.ctx, l.Refresh)
	require.ErrorIs(t, err, models.ErrUnauthenticated, "a refresh token opens nothing")
}

func TestWrongNameAndWrongPasswordLookAlike(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	for _, login := range []string{"someone", "nobody-here"} {
		for range maxWrong {
			_, err := k.login(login, "wrong password")
			require.ErrorIs(t, err, models.ErrWrongLogin, login)
		}
		_, err := k.login(login, password)
		require.ErrorIs(t, err, models.ErrAccountLocked, login)
	}
	for _, in := range []Credentials{{}, {Login: "someone"}, {Password: "x"}, {Login: "someone", Password: strings.Repeat("x", maxPassword+1)}} {
		_, err := k.Login(k.ctx, in)
		require.ErrorIs(t, err, models.ErrInvalid)
	}
}

func TestLockEndsByItself(t *testing.T) {
	k := newKit(t)
	a := k.official("someone", models.RoleProvince, models.Province)
	for range maxWrong - 1 {
		_, err := k.login("someone", "wrong password")
		require.ErrorIs(t, err, models.ErrWrongLogin)
	}
	k.mustLogin("someone") // a right one forgets the wrong ones
	for range maxWrong {
		_, err := k.login("someone", "wrong password")
		require.ErrorIs(t, err, models.ErrWrongLogin)
	}
	_, err := k.login("someone", password)
	require.ErrorIs(t, err, models.ErrAccountLocked)
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 900, e.Extra["retry_after"])

	k.clock.Add(lockFor - time.Second)
	_, err = k.login("someone", password)
	require.ErrorIs(t, err, models.ErrAccountLocked)
	k.clock.Add(time.Second)
	k.mustLogin("someone")
	require.Contains(t, k.actions(), models.AuditAccountLocked)
	found, err := k.Store.FindAccount(k.ctx, models.SystemScope(), a.ID)
	require.NoError(t, err)
	require.Zero(t, found.Failed)
}

// Many guesses at once are no way around the lock: of 40, no more are judged than five and those that were under way.
func TestParallelGuessesMeetTheLock(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	var judged atomic.Int64
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			if _, err := k.login("someone", "wrong password"); err != nil && models.ErrWrongLogin.Is(err) {
				judged.Add(1)
			}
		})
	}
	wg.Wait()
	require.GreaterOrEqual(t, judged.Load(), int64(maxWrong))
	require.Less(t, judged.Load(), int64(maxWrong+cap(k.slots)))
	_, err := k.login("someone", password)
	require.ErrorIs(t, err, models.ErrAccountLocked)
}

func TestParallelRightLoginsAllSucceed(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	var failed atomic.Int64
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := k.login("someone", password); err != nil {
				failed.Add(1)
			}
		})
	}
	wg.Wait()
	require.Zero(t, failed.Load())
}

func TestTooManyLoginsFromOnePlace(t *testing.T) {
	k := newKit(t)
	lim := perAddress()
	for range lim.Rate {
		ok, _ := k.Limiter.Allow(k.ctx, "login/address/192.0.2.1", lim)
		require.True(t, ok)
	}
	_, err := k.login("whoever", password)
	require.ErrorIs(t, err, models.ErrTooMany)
}

func TestRefreshRotates(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	first := k.mustLogin("someone")
	second, err := k.Refresh(k.ctx, first.Refresh)
	require.NoError(t, err)
	require.NotEqual(t, first.Refresh, second.Refresh)
	require.Equal(t, k.who(first).Session, k.who(second).Session)

	_, err = k.Refresh(k.ctx, first.Refresh)
	require.ErrorIs(t, err, models.ErrRefresh, "used twice")
	_, err = k.Refresh(k.ctx, second.Refresh)
	require.ErrorIs(t, err, models.ErrRefresh, "the family is over")
	_, err = k.Authenticate(k.ctx, second.Access)
	require.ErrorIs(t, err, models.ErrRefresh, "and its access tokens")
	require.Contains(t, k.actions(), models.AuditTokenReused)

	for _, s := range []string{"", "x", ".", models.NewID() + "." + strings.Repeat("A", 43)} {
		_, err = k.Refresh(k.ctx, s)
		require.ErrorIs(t, err, models.ErrRefresh, s)
	}
}

func TestParallelRefreshesHaveOneWinner(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	for _, browser := range []bool{false, true} {
		l := k.mustLogin("someone")
		var rotated, access, refused atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				refresh := k.Refresh
				if browser {
					refresh = k.Renew
				}
				switch got, err := refresh(k.ctx, l.Refresh); {
				case err != nil:
					refused.Add(1)
				case got.Refresh == "":
					access.Add(1)
				default:
					rotated.Add(1)
				}
			})
		}
		wg.Wait()
		if browser {
			require.EqualValues(t, 1, rotated.Load())
			require.EqualValues(t, 7, access.Load(), "the other requests of the page go on")
		} else {
			require.LessOrEqual(t, rotated.Load(), int64(1))
			require.Zero(t, access.Load())
		}
	}
}

func TestBrowserGraceIsShort(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	l := k.mustLogin("someone")
	second, err := k.Renew(k.ctx, l.Refresh)
	require.NoError(t, err)
	k.clock.Add(parallelGrace)
	again, err := k.Renew(k.ctx, l.Refresh)
	require.NoError(t, err)
	require.Empty(t, again.Refresh)
	k.who(again)
	k.clock.Add(time.Second)
	_, err = k.Renew(k.ctx, l.Refresh)
	require.ErrorIs(t, err, models.ErrRefresh)
	_, err = k.Renew(k.ctx, second.Refresh)
	require.ErrorIs(t, err, models.ErrRefresh, "reuse ends the family")
}

func TestSessionsEnd(t *testing.T) {
	k := newKit(t)
	a := k.official("someone", models.RoleProvince, models.Province)
	over := func(l Login, why string) {
		t.Helper()
		_, err := k.Refresh(k.ctx, l.Refresh)
		require.ErrorIs(t, err, models.ErrRefresh, why)
		_, err = k.Authenticate(k.ctx, l.Access)
		require.Error(t, err, why)
	}
	l, other := k.mustLogin("someone"), k.mustLogin("someone")
	require.NoError(t, k.Logout(k.ctx, k.who(l)))
	over(l, "logout")
	k.who(other)
	require.NoError(t, k.LogoutToken(k.ctx, other.Refresh))
	require.NoError(t, k.LogoutToken(k.ctx, other.Refresh), "twice")
	over(other, "logout by refresh token")

	l = k.mustLogin("someone")
	forged := strings.SplitN(l.Refresh, ".", 2)[0] + "." + strings.Repeat("A", 43)
	require.ErrorIs(t, k.LogoutToken(k.ctx, forged), models.ErrRefresh)
	k.who(l)

	admin := models.Principal{Account: "another", Role: models.RoleProvince}
	yes := true
	_, err := k.Update(k.ctx, admin, a.ID, Change{Disabled: &yes})
	require.NoError(t, err)
	over(l, "disabled")
	_, err = k.login("someone", password)
	require.ErrorIs(t, err, models.ErrDisabled)
	_, err = k.login("someone", "wrong password")
	require.ErrorIs(t, err, models.ErrWrongLogin, "who does not know the password does not learn that it is disabled")

	no := false
	_, err = k.Update(k.ctx, admin, a.ID, Change{Disabled: &no})
	require.NoError(t, err)
	l = k.mustLogin("someone")
	k.clock.Add(SessionTTL)
	over(l, "a week later")
}

// A login that lies unused ends, and the log says why; whoever goes on working is not disturbed, however long the day.
func TestIdleLoginEnds(t *testing.T) {
	k := newKit(t)
	k.Idle = 30 * time.Minute
	k.official("gz-1", models.RoleCity, "440100")
	l := k.mustLogin("gz-1")
	for range 20 {
		k.clock.Add(40 * time.Minute) // a quarter of an hour of it the access token was good
		next, err := k.Refresh(k.ctx, l.Refresh)
		require.NoError(t, err)
		l = next
	}
	k.clock.Add(46 * time.Minute)
	_, err := k.Renew(k.ctx, l.Refresh)
	require.ErrorIs(t, err, models.ErrIdle)
	_, err = k.Refresh(k.ctx, l.Refresh)
	require.ErrorIs(t, err, models.ErrRefresh, "it is gone")
	require.Equal(t, models.AuditSessionEnded, k.actions()[0])
}
