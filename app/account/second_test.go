package account

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

func (k *kit) code(secret string) string {
	code, err := totp.GenerateCode(secret, k.clock.Now())
	require.NoError(k.t, err)
	return code
}

func (k *kit) with(login, otp string) (Login, error) {
	return k.Login(k.ctx, Credentials{Login: login, Password: password, OTP: otp, Address: "192.0.2.1", Device: "Chrome · Windows"})
}

// enrol gives an account a second factor and gives its secret and recovery codes.
func (k *kit) enrol(login string) (secret string, codes []string) {
	p := k.who(k.mustLogin(login))
	e, err := k.StartOTP(k.ctx, p, password)
	require.NoError(k.t, err)
	require.Contains(k.t, e.URI, "secret="+e.Secret)
	codes, err = k.ConfirmOTP(k.ctx, p, k.code(e.Secret))
	require.NoError(k.t, err)
	require.Len(k.t, codes, recoveryCodes)
	return e.Secret, codes
}

func TestSecondFactor(t *testing.T) {
	k := newKit(t)
	a := k.official("someone", models.RoleProvince, models.Province)
	before := k.mustLogin("someone")
	secret, codes := k.enrol("someone")
	_, err := k.Authenticate(k.ctx, before.Access)
	require.ErrorIs(t, err, models.ErrRefresh, "logins from before end")

	_, err = k.with("someone", "")
	require.ErrorIs(t, err, models.ErrOTPNeeded)
	_, err = k.with("someone", k.code(secret))
	require.ErrorIs(t, err, models.ErrOTPWrong, "the code that confirmed it counts no second time")
	k.clock.Add(stepLength * time.Second)
	good := k.code(secret)
	_, err = k.with("someone", good[:3]+" "+good[3:])
	require.NoError(t, err)
	_, err = k.with("someone", good)
	require.ErrorIs(t, err, models.ErrOTPWrong, "used twice")
	k.clock.Add(5 * time.Minute)
	_, err = k.with("someone", good)
	require.ErrorIs(t, err, models.ErrOTPWrong, "too old")

	_, err = k.with("someone", strings.ToLower(codes[3]))
	require.NoError(t, err, "the phone is lost")
	_, err = k.with("someone", codes[3])
	require.ErrorIs(t, err, models.ErrOTPWrong)
	found, err := k.Store.FindAccount(k.ctx, models.SystemScope(), a.ID)
	require.NoError(t, err)
	require.Len(t, found.Second.Recovery, recoveryCodes-1)
	require.NotContains(t, string(found.Second.Secret), secret, "sealed")
	for _, h := range found.Second.Recovery {
		for _, c := range codes {
			require.NotContains(t, h, c[:5])
		}
	}
	require.Contains(t, k.actions(), models.AuditOTPChanged)
}

// Whoever knows the password gets no more guesses at the code than anybody gets at the password.
func TestGuessingCodesLocks(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	secret, _ := k.enrol("someone")
	k.clock.Add(time.Minute)
	for range maxWrong {
		_, err := k.with("someone", "000000")
		require.ErrorIs(t, err, models.ErrOTPWrong)
		if !k.locked("someone") {
			_, err = k.with("someone", "")
			require.ErrorIs(t, err, models.ErrOTPNeeded, "asking for the code forgets no wrong one")
		}
	}
	_, err := k.with("someone", k.code(secret))
	require.ErrorIs(t, err, models.ErrAccountLocked)
	k.clock.Add(lockFor)
	_, err = k.with("someone", k.code(secret))
	require.NoError(t, err)
}

func (k *kit) locked(login string) bool {
	a, err := k.Store.FindAccountByLogin(k.ctx, login)
	require.NoError(k.t, err)
	return a.LockedUntil.After(k.clock.Now())
}

func TestOneCodeOpensOneLogin(t *testing.T) {
	k := newKit(t)
	k.official("someone", models.RoleProvince, models.Province)
	secret, codes := k.enrol("someone")
	k.clock.Add(time.Minute)
	for _, code := range []string{k.code(secret), codes[0]} {
		var opened atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := k.with("someone", code); err == nil {
					opened.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, opened.Load())
	}
}

func TestRegulatorsMustEnrol(t *testing.T) {
	k := newKit(t)
	k.Strict = true
	k.official("city-1", models.RoleCity, "440100")
	k.official("ally", models.RoleAlliance, models.Province)
	made, err := k.CreateOfficial(k.ctx, models.Principal{Account: "admin", Role: models.RoleProvince}, NewAccount{Login: "city-9", Name: "新同事", Role: models.RoleCity, Region: "440300"})
	require.NoError(t, err)
	fresh, err := k.login("city-9", made.InitialPassword)
	require.NoError(t, err)
	require.Equal(t, models.PendingPassword, k.who(fresh).Pending)
	require.NoError(t, k.ChangePassword(k.ctx, k.who(fresh), made.InitialPassword, password))
	require.Equal(t, models.PendingOTP, k.who(fresh).Pending, "one after the other")

	l := k.mustLogin("city-1")
	require.Equal(t, models.PendingOTP, k.who(l).Pending)
	require.Equal(t, models.PendingNothing, k.who(k.mustLogin("ally")).Pending)
	_, err = k.ConfirmOTP(k.ctx, k.who(l), "123456")
	require.ErrorIs(t, err, models.ErrOTPNotSetUp)
	e, err := k.StartOTP(k.ctx, k.who(l), password)
	require.NoError(t, err)
	_, err = k.StartOTP(k.ctx, k.who(l), "wrong password")
	require.ErrorIs(t, err, models.ErrInvalid)
	_, err = k.ConfirmOTP(k.ctx, k.who(l), "000000")
	require.ErrorIs(t, err, models.ErrInvalid)
	k.clock.Add(enrolWithin / 2)
	l, err = k.Refresh(k.ctx, l.Refresh)
	require.NoError(t, err)
	_, err = k.ConfirmOTP(k.ctx, k.who(l), k.code(e.Secret))
	require.NoError(t, err)
	require.Equal(t, models.PendingNothing, k.who(l).Pending, "the same login goes on")
	require.ErrorIs(t, k.RemoveOTP(k.ctx, k.who(l), password, k.code(e.Secret)), models.ErrOTPMust)
	_, err = k.StartOTP(k.ctx, k.who(l), password)
	require.ErrorIs(t, err, models.ErrOTPOn, "a borrowed browser does not replace it")
}

func TestAdministratorsEndLoginsAndResetCodes(t *testing.T) {
	k := newKit(t)
	a := k.official("city-1", models.RoleCity, "440100")
	other := k.official("city-2", models.RoleCity, "440300")
	admin := models.Principal{Account: "admin", Role: models.RoleProvince, Region: models.Province}
	k.enrol("city-1")
	k.clock.Add(time.Minute)
	l, err := k.with("city-1", "")
	require.ErrorIs(t, err, models.ErrOTPNeeded)
	_ = l
	_, err = k.Update(k.ctx, admin, a.ID, Change{ResetOTP: true})
	require.NoError(t, err)
	here, there := k.mustLogin("city-1"), k.mustLogin("city-1")
	list, err := k.Sessions(k.ctx, k.who(here))
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.NotEqual(t, list[0].Own, list[1].Own)
	mine := k.who(k.mustLogin("city-2"))
	require.ErrorIs(t, k.EndSession(k.ctx, mine, k.who(there).Session), models.ErrNotFound, "another account's")
	require.NoError(t, k.EndSession(k.ctx, k.who(here), k.who(there).Session))
	_, err = k.Authenticate(k.ctx, there.Access)
	require.ErrorIs(t, err, models.ErrRefresh)
	_, err = k.SessionsOf(k.ctx, mine, a.ID)
	require.ErrorIs(t, err, models.ErrNotFound, "out of scope")
	require.ErrorIs(t, k.EndSessionsOf(k.ctx, mine, other.ID), models.ErrForbidden, "one's own, all at once")
	require.NoError(t, k.EndSessionsOf(k.ctx, admin, a.ID))
	_, err = k.Authenticate(k.ctx, here.Access)
	require.ErrorIs(t, err, models.ErrRefresh)
	require.Contains(t, k.actions(), models.AuditSessionEnded)
}

func TestCommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []string{
		"password1234", "P@ssw0rd2026!", "123456789012", "qwertyuiop12", "1q2w3e4r5t6y", "abcabcabcabc", "woaini1314520", "Admin@123456", "huisheng2026",
		"guangdong2026!", "aaaaaaaaaaaa", "abcdefghijkl", "zxcvbnmasdfg", "Guangzhou2026", "123123123123", "!!!!!!!!!!!!a", "iloveyou5201314",
	} {
		require.True(t, tooCommon(p), p)
	}
	for _, p := range []string{password, "correct-horse-9", "another password", "demo-k7xm2wqp", initialPassword(), "鹅黄的风筝挂在电线杆上呢", "mud-fiddle-97-plum"} {
		require.False(t, tooCommon(p), p)
	}
}
