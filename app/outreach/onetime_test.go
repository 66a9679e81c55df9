package outreach_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/demo"
	"huisheng/models"
)

// codeSent gives the last code that went out.
func (k *kit) codeSent() string {
	k.t.Helper()
	k.deliver(true)
	list := k.sender.messages()
	require.NotEmpty(k.t, list)
	m := list[len(list)-1]
	require.Equal(k.t, "OTP", m.Template)
	require.Contains(k.t, m.Text, m.Code)
	return m.Code
}

func wrong(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func TestACodeOpensOnce(t *testing.T) {
	k := newKit(t)
	inv := k.invitations(k.claim(k.people(1, 1)))[0]
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", "123456"), models.ErrWrongOTP, "before any was sent")
	require.NoError(t, k.SendOneTime(k.ctx, "s", &inv))
	code := k.codeSent()
	require.Equal(t, "+86"+demo.People(1, 1)[0].Phone, k.sender.messages()[0].Phone)
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "another subject", code), models.ErrWrongOTP)
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", wrong(code)), models.ErrWrongOTP)
	var opened atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if k.VerifyOneTime(k.ctx, "s", code) == nil {
				opened.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, opened.Load())
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", code), models.ErrWrongOTP)
}

func TestACodeHasFiveTriesAndFiveMinutes(t *testing.T) {
	k := newKit(t)
	inv := k.invitations(k.claim(k.people(1, 1)))[0]
	require.NoError(t, k.SendOneTime(k.ctx, "s", &inv))
	code := k.codeSent()
	for range 5 {
		require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", wrong(code)), models.ErrWrongOTP)
	}
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", code), models.ErrWrongOTP, "the right one comes too late")
	k.clock.Add(time.Minute)
	require.NoError(t, k.SendOneTime(k.ctx, "s", &inv))
	next := k.codeSent()
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", code), models.ErrWrongOTP, "the one before")
	k.clock.Add(5 * time.Minute)
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "s", next), models.ErrWrongOTP, "expired")
}

func TestLimitsOnAskingForCodes(t *testing.T) {
	k := newKit(t)
	inv := k.invitations(k.claim(k.people(1, 1)))[0]
	for _, listed := range []*models.Invitation{&inv, nil} { // whoever is not listed meets the same limits
		subject := fmt.Sprint("s", listed == nil)
		start := k.clock.Now()
		sent := 0
		for k.clock.Now().Before(start.Add(24 * time.Hour)) {
			if err := k.SendOneTime(k.ctx, subject, listed); err == nil {
				sent++
				require.ErrorIs(t, k.SendOneTime(k.ctx, subject, listed), models.ErrOTPTooSoon)
				k.clock.Add(59 * time.Second)
				require.ErrorIs(t, k.SendOneTime(k.ctx, subject, listed), models.ErrOTPTooSoon)
				k.clock.Add(time.Second)
			} else {
				require.ErrorIs(t, err, models.ErrOTPTooMany)
				require.Contains(t, []int{5, 10}, sent, "five in the first hour, ten in the day")
				k.clock.Add(15 * time.Minute)
			}
		}
		require.Equal(t, 10, sent)
		k.clock.Add(time.Hour)
		require.NoError(t, k.SendOneTime(k.ctx, subject, listed), "the next day")
	}
}

func TestParallelRequestsForACodeSendOne(t *testing.T) {
	k := newKit(t)
	inv := k.invitations(k.claim(k.people(1, 1)))[0]
	for round := range 2 {
		var sent atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if k.SendOneTime(k.ctx, "s", &inv) == nil {
					sent.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, sent.Load())
		require.Equal(t, round+1, k.db.Count("deliveries", doc{"urgent": true}))
		k.clock.Add(time.Minute)
	}
}

func TestNobodyListedGetsNoMessageAndNoCodeIsRight(t *testing.T) {
	k := newKit(t)
	require.NoError(t, k.SendOneTime(k.ctx, "poster/x", nil))
	require.Zero(t, k.deliver(true))
	var o models.OneTimeCode
	k.db.First("onetime", doc{}, &o)
	require.ErrorIs(t, k.VerifyOneTime(k.ctx, "poster/x", k.ident.Tokens.OneTime(o.ID, o.Nonce)), models.ErrWrongOTP)
}

func TestATypedPhoneIsSealedAndForgotten(t *testing.T) {
	k := newKit(t)
	require.NoError(t, k.SendOneTimeTo(k.ctx, "staff/b/x", "+8613800000042"))
	stored := func() (o models.OneTimeCode) {
		t.Helper()
		k.db.First("onetime", doc{}, &o)
		return o
	}
	require.NotEmpty(t, stored().Phone)
	require.NotContains(t, string(stored().Phone), "13800000042")
	code := k.codeSent()
	require.Equal(t, "+8613800000042", k.sender.messages()[0].Phone)
	require.NoError(t, k.VerifyOneTime(k.ctx, "staff/b/x", code))
	require.Empty(t, stored().Phone, "used")

	k.clock.Add(time.Minute)
	require.NoError(t, k.SendOneTimeTo(k.ctx, "staff/b/x", "+8613800000042"))
	require.NoError(t, k.Sweep(k.ctx))
	require.NotEmpty(t, stored().Phone)
	k.clock.Add(5*time.Minute + time.Second)
	require.NoError(t, k.Sweep(k.ctx))
	require.Empty(t, stored().Phone, "expired")
	require.Equal(t, 1, k.deliver(true))
	require.Len(t, k.sender.messages(), 1, "and its message does not go out any more")
}

// A number gets no more codes than it can bear, however many posters somebody types it into; who asks is told nothing.
func TestANumberIsNotFloodedThroughManySubjects(t *testing.T) {
	k := newKit(t)
	for i := range 9 {
		require.NoError(t, k.SendOneTimeTo(k.ctx, fmt.Sprint("staff/", i), "+8613800000042"))
		k.deliver(true)
	}
	require.Len(t, k.sender.messages(), 5)
}

func TestACodeIsTriedAgainSoonAndNotAfterItsEnd(t *testing.T) {
	k := newKit(t)
	require.NoError(t, k.SendOneTimeTo(k.ctx, "s", "+8613800000042"))
	k.sender.usual = models.Result{Outcome: models.OutcomeConfig, Code: "template"}
	require.Equal(t, 1, k.deliver(true))
	h, err := k.Halted(k.ctx)
	require.NoError(t, err)
	require.False(t, h.Active, "a refused code stops nobody else's messages")
	k.sender.usual = models.Result{}
	k.clock.Add(20 * time.Second)
	require.NoError(t, k.VerifyOneTime(k.ctx, "s", k.codeSent()))

	require.NoError(t, k.SendOneTimeTo(k.ctx, "s2", "+8613800000043"))
	k.sender.usual = models.Result{Outcome: models.OutcomeUnknown}
	require.Equal(t, 1, k.deliver(true))
	sent := len(k.sender.messages())
	k.clock.Add(time.Hour)
	for range 2 {
		_, err := k.Settle(k.ctx)
		require.NoError(t, err)
		k.deliver(true)
	}
	require.Len(t, k.sender.messages(), sent, "an old code is no use to anybody")
	require.Zero(t, k.db.Count("deliveries", doc{"state": doc{"$in": []any{"due", "unknown"}}}))
}
