package respond_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/port"
	"huisheng/app/respond"
	"huisheng/config/catalog"
	"huisheng/internal/access"
	"huisheng/internal/demo"
	"huisheng/internal/ident"
	"huisheng/internal/seal"
	"huisheng/internal/testkit"
	"huisheng/internal/token"
	"huisheng/models"
	"huisheng/models/store"
)

type kit struct {
	*respond.Service
	store *store.Store
	ids   *ident.Idents
	box   *seal.Box
	clock *testkit.Clock
	form  *models.Questionnaire
	inv   models.Invitation
	link  string
	dump  func(*testing.T, models.ResponseID) (string, map[string]any) // a response as it lies in the database
}

// open admits everything: these tests are about what MongoDB counts, not about the limiter in front.
type open struct{}

func (open) Allow(context.Context, string, port.Limit) (bool, time.Duration) { return true, 0 }

func newKit(t *testing.T, limiter ...port.Limiter) *kit {
	t.Helper()
	limiter = append(limiter, open{})
	k := &kit{clock: testkit.NewClock()}
	st, raw := testkit.Raw(t)
	k.store = st
	k.dump = func(t *testing.T, id models.ResponseID) (string, map[string]any) {
		found := raw.Collection("responses").FindOne(context.Background(), map[string]any{"_id": id})
		bytes, err := found.Raw()
		require.NoError(t, err)
		var doc map[string]any
		require.NoError(t, found.Decode(&doc))
		return string(bytes), doc
	}
	box := testkit.Box(t)
	k.ids, k.box = ident.New(box), box
	cat, err := catalog.Load()
	require.NoError(t, err)
	k.form, _ = cat.Latest("ENT_PARTICIPANT")
	k.Service = respond.New(respond.Deps{
		Store: k.store, Catalog: cat, Box: box, Ident: k.ids, Limiter: limiter[0], Clock: k.clock.Now,
		Signer: access.New(box.Key("jwt/respondent"), "respondent", k.clock.Now),
	})
	now, ctx := k.clock.Now(), context.Background()
	b := models.Batch{
		ID: k.ids.ClaimBatch("c"), Org: "org", OrgName: "合成企业", Kind: models.OrgEnterprise, Region: "440100", Questionnaire: k.form.Ref(),
		State: models.BatchOpen, People: 1, OpensAt: now, ClosesAt: now.Add(30 * 24 * time.Hour), CreatedAt: now,
	}
	require.NoError(t, k.store.PutBatch(ctx, b))
	k.inv = models.Invitation{
		ID: k.ids.Invitation(b.ID, "p"), Batch: b.ID, Org: "org", Region: "440100", Record: "rec", Questionnaire: k.form.Ref(),
		TailMAC: k.ids.TailMAC("rec", "002X"), CodeMAC: k.ids.CodeMAC("7K3M9Q"), PosterMAC: []byte("p"), PhoneMAC: []byte("p"),
		About: models.About{OrgName: "合成企业"}, ClosesAt: b.ClosesAt, CreatedAt: now,
	}
	refused, err := k.store.PutInvitations(ctx, []models.Invitation{k.inv})
	require.NoError(t, err)
	require.Empty(t, refused)
	k.link = k.ids.Tokens.Make(token.Direct, string(k.inv.ID))
	return k
}

func (k *kit) claims(t *testing.T) respond.Claims {
	t.Helper()
	a, err := k.Enter(context.Background(), respond.Entry{Token: k.link, IDTail: "002x"})
	require.NoError(t, err)
	c, err := k.Session(a.RespondentToken)
	require.NoError(t, err)
	return c
}

func (k *kit) happy() respond.Submission {
	return respond.Submission{Consents: models.Consents{Notice: k.form.Notice.Version, Wage: true}, Answers: demo.Happy(k.form)}
}

func TestTwoHundredIdenticalSubmissionsGiveOneReceipt(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.claims(t)
	receipts := make([]string, 200)
	var wg sync.WaitGroup
	for i := range receipts {
		wg.Go(func() {
			r, _, err := k.Submit(context.Background(), c, k.happy())
			if err != nil {
				t.Error(err)
			}
			receipts[i] = r.Receipt
		})
	}
	wg.Wait()
	for _, r := range receipts {
		require.Equal(t, receipts[0], r)
	}
	require.NotEmpty(t, receipts[0])
}

func TestOfTwoHundredDifferentSubmissionsOneWins(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.claims(t)
	var won, differ atomic.Int32
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			in := k.happy()
			in.Answers["comment"] = fmt.Sprintf("第%d份", i)
			_, _, err := k.Submit(context.Background(), c, in)
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, models.ErrResponseDiffers):
				differ.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, won.Load())
	require.EqualValues(t, 199, differ.Load())
}

func TestWrongDigitsAreCountedAlsoInParallel(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	_, err := k.Enter(ctx, respond.Entry{Token: k.link, IDTail: "0000"})
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "wrong_tail", e.Code)
	require.Equal(t, 4, e.Extra["attempts_left"])
	var wrong atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := k.Enter(ctx, respond.Entry{Token: k.link, IDTail: "1111"})
			if errors.Is(err, models.ErrWrongTail) {
				wrong.Add(1)
			} else if !errors.Is(err, models.ErrTailLocked) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, wrong.Load(), int32(4), "no more guesses than attempts")
	_, err = k.Enter(ctx, respond.Entry{Token: k.link, IDTail: "002X"})
	require.ErrorIs(t, err, models.ErrTailLocked, "right digits do not open a locked one")
	k.clock.Add(models.TailLock + time.Second)
	_, err = k.Enter(ctx, respond.Entry{Token: k.link, IDTail: "002X"})
	require.NoError(t, err)
}

func TestTypedCodeIsForgivingAndSaysNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	_, err := k.Enter(ctx, respond.Entry{Code: " 7k3m 9ｑ", IDTail: "００２ｘ"})
	require.NoError(t, err)
	for _, e := range []respond.Entry{{Code: "7K3M9R", IDTail: "002X"}, {Code: "7K3M9Q", IDTail: "0000"}, {Code: "nonsense", IDTail: "002X"}} {
		_, err := k.Enter(ctx, e)
		require.ErrorIs(t, err, models.ErrWrongCode)
	}
	_, err = k.Enter(ctx, respond.Entry{Token: k.link[:35] + "!", IDTail: "002X"})
	require.ErrorIs(t, err, models.ErrBadToken)
}

// strict refuses every event: the limiter's answer after too many.
type strict struct{}

func (strict) Allow(_ context.Context, key string, _ port.Limit) (bool, time.Duration) {
	return !strings.HasPrefix(key, "wrong code"), time.Second
}

func TestTooManyWrongCodesKeepAnAddressOut(t *testing.T) {
	t.Parallel()
	k := newKit(t, strict{})
	ctx := context.Background()
	_, err := k.Enter(ctx, respond.Entry{Code: "7K3M9R", IDTail: "002X", Addr: "a"})
	require.ErrorIs(t, err, models.ErrWrongCode)
	_, err = k.Enter(ctx, respond.Entry{Code: "7K3M9Q", IDTail: "002X", Addr: "a"})
	require.ErrorIs(t, err, models.ErrTooMany, "also with the right code")
	_, err = k.Enter(ctx, respond.Entry{Code: "7K3M9Q", IDTail: "002X", Addr: "b"})
	require.NoError(t, err, "others are not kept out")
	k.clock.Add(2 * time.Minute)
	_, err = k.Enter(ctx, respond.Entry{Code: "7K3M9Q", IDTail: "002X", Addr: "a"})
	require.NoError(t, err)
}

func TestAnsweredCorrectedWithdrawnAndClosed(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	c := k.claims(t)
	first, _, err := k.Submit(ctx, c, k.happy())
	require.NoError(t, err)

	_, err = k.Enter(ctx, respond.Entry{Token: k.link, IDTail: "002X"})
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "already_answered", e.Code)
	require.Equal(t, first.Receipt, e.Extra["receipt"])
	require.NotEmpty(t, e.Extra["respondent_token"])

	changed := k.happy()
	changed.Answers["comment"] = "食堂不错"
	for range 2 { // the same correction again changes nothing
		r, err := k.Correct(ctx, c, changed)
		require.NoError(t, err)
		require.Equal(t, first.Receipt, r.Receipt)
	}
	mine, err := k.Own(ctx, c)
	require.NoError(t, err)
	require.Equal(t, "食堂不错", mine.Answers["comment"])
	require.Equal(t, 1, mine.Revision)
	stored, err := k.store.FindResponse(ctx, c.Response)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(stored.Answers), "食堂")

	r, replayed, err := k.Submit(ctx, c, k.happy()) // a late retry of the first
	require.NoError(t, err)
	require.True(t, replayed)
	require.Equal(t, first.Receipt, r.Receipt)

	require.NoError(t, k.Withdraw(ctx, c))
	require.NoError(t, k.Withdraw(ctx, c))
	mine, err = k.Own(ctx, c)
	require.NoError(t, err)
	require.True(t, mine.Withdrawn)
	require.Empty(t, mine.Answers)

	_, err = k.store.CloseBatch(ctx, k.inv.Batch, "a", k.clock.Now())
	require.NoError(t, err)
	k.clock.Add(3 * time.Second) // what the gate believes is two seconds old at most
	_, _, err = k.Submit(ctx, c, k.happy())
	require.ErrorIs(t, err, models.ErrBatchClosed)
}

func TestEveryRuleOfTheFormIsEnforcedAgain(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.claims(t)
	in := k.happy()
	in.Answers["overall"] = "terrific"
	in.Answers["nonsense"] = "x"
	delete(in.Answers, "fair")
	_, _, err := k.Submit(context.Background(), c, in)
	var e *models.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "invalid", e.Code)
	require.Len(t, e.Fields, 3)
}
