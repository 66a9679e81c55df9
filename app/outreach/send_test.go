package outreach_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/config"
	"huisheng/internal/demo"
	"huisheng/internal/token"
	"huisheng/models"
)

func TestAnInvitationGoesOut(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	require.Equal(t, 1, k.deliver(false))
	m := k.sender.messages()[0]
	require.Equal(t, "+86"+demo.People(1, 1)[0].Phone, m.Phone)
	require.Equal(t, "INVITE", m.Template)
	require.Equal(t, 1, models.SMSParts(m.Text))
	require.Contains(t, m.Text, "请在12月23日前打开 jnpj.example.cn/f 输入码"+m.Code)
	require.Equal(t, id, m.Batch)
	kind, inv, err := k.ident.Tokens.Read(m.Link[len("https://jnpj.example.cn/i/"):])
	require.NoError(t, err)
	require.Equal(t, token.Direct, kind)
	got, err := k.store.FindInvitation(k.ctx, models.InvitationID(inv))
	require.NoError(t, err)
	require.True(t, got.Sent)
	d := k.invite(id)
	require.Equal(t, models.DeliverySent, d.State)
	require.NotEmpty(t, d.ProviderID)
	require.Equal(t, "recorder", d.Channel)
	require.Zero(t, k.deliver(false), "once is enough")
}

// What each class of answer does to the message, its person and its batch.
func TestEachClassOfAnswer(t *testing.T) {
	at := func(hour, minute int) time.Time {
		return time.Date(2026, 11, 23, hour, minute, 0, 0, models.Shanghai())
	}
	tests := map[string]struct {
		result models.Result
		state  models.DeliveryState
		due    time.Time
		batch  models.BatchState
		failed bool
	}{
		"retry":       {models.Result{Outcome: models.OutcomeRetry}, models.DeliveryDue, at(10, 1), models.BatchOpen, false},
		"later":       {models.Result{Outcome: models.OutcomeLater}, models.DeliveryDue, at(9, 0).AddDate(0, 0, 1), models.BatchOpen, false},
		"later, told": {models.Result{Outcome: models.OutcomeLater, RetryAfter: time.Hour}, models.DeliveryDue, at(11, 0), models.BatchOpen, false},
		"unknown":     {models.Result{Outcome: models.OutcomeUnknown}, models.DeliveryUnknown, at(10, 2), models.BatchOpen, false},
		"invented":    {models.Result{Outcome: "whatever"}, models.DeliveryUnknown, at(10, 2), models.BatchOpen, false},
		"config":      {models.Result{Outcome: models.OutcomeConfig, Code: "bad_sign"}, models.DeliveryHeld, at(10, 0), models.BatchPaused, false},
		"halt":        {models.Result{Outcome: models.OutcomeHalt, Code: "balance"}, models.DeliveryDue, at(10, 0), models.BatchOpen, false},
		"content":     {models.Result{Outcome: models.OutcomeContent}, models.DeliveryFailed, at(10, 0), models.BatchOpen, true},
		"number":      {models.Result{Outcome: models.OutcomeNumber}, models.DeliveryFailed, at(10, 0), models.BatchOpen, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.sender.usual = tt.result
			id := k.claim(k.people(1, 1))
			require.Equal(t, 1, k.deliver(false))
			d := k.invite(id)
			require.Equal(t, tt.state, d.State)
			require.WithinDuration(t, tt.due, d.DueAt, 0)
			require.Equal(t, tt.result.Code, d.Code)
			b := k.batch(id)
			require.Equal(t, tt.batch, b.State)
			require.Equal(t, tt.batch == models.BatchPaused, b.PausedReason != "")
			inv := k.invitations(id)[0]
			require.Equal(t, tt.failed, inv.Failed)
			require.False(t, inv.Sent)
		})
	}
}

func TestRetriesGrowAndEnd(t *testing.T) {
	k := newKit(t)
	k.sender.usual = models.Result{Outcome: models.OutcomeRetry, Code: "busy"}
	id := k.claim(k.people(1, 1))
	for _, wait := range []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 30 * time.Minute} {
		require.Equal(t, 1, k.deliver(false))
		require.WithinDuration(t, k.clock.Now().Add(wait), k.invite(id).DueAt, 0)
		k.clock.Add(wait - time.Second)
		require.Zero(t, k.deliver(false), "not a second early")
		k.clock.Add(time.Second)
	}
	require.Equal(t, 1, k.deliver(false))
	require.Equal(t, models.DeliveryFailed, k.invite(id).State)
	require.True(t, k.invitations(id)[0].Failed)
}

// Putting off is no failed attempt, and a message that does not go out leaves its number free for others.
func TestAMessageThatDidNotGoOutTakesNoSlot(t *testing.T) {
	k := newKit(t)
	same := func(_ int, r *models.Record, who *models.Identity) { who.Phone = "+8613800000000" }
	id := k.claim(k.people(1, 1, same))
	k.sender.answer[k.invite(id).ID] = models.Result{Outcome: models.OutcomeRetry}
	require.Equal(t, 1, k.deliver(false))
	other := k.claim(k.people(2, 1, same))
	require.Equal(t, 1, k.deliver(false))
	require.Equal(t, models.DeliverySent, k.invite(other).State)
	k.sender.answer = nil
	k.clock.Add(time.Minute)
	require.Equal(t, 1, k.deliver(false))
	d := k.invite(id)
	require.Equal(t, models.DeliveryDue, d.State, "the number has had its message of the day")
	require.Equal(t, "phone_cap", d.Code)
	require.Equal(t, 1, d.Retries)
	require.Equal(t, "2026-11-24T09:00", d.DueAt.In(models.Shanghai()).Format("2006-01-02T15:04"))
}

func TestSendingHaltsForAQuarterOfAnHourOrUntilAnOfficialResumes(t *testing.T) {
	k := newKit(t)
	k.claim(k.people(1, 3))
	k.sender.usual = models.Result{Outcome: models.OutcomeHalt, Code: "balance"}
	require.Equal(t, 1, k.deliver(false))
	h, err := k.Halted(k.ctx)
	require.NoError(t, err)
	require.True(t, h.Active)
	require.Contains(t, h.Reason, "balance")
	other := outreach.New(k.deps) // another process is halted too
	_, ok, err := other.NextDelivery(k.ctx, false)
	require.NoError(t, err)
	require.False(t, ok)
	k.clock.Add(15 * time.Minute)
	require.Equal(t, 1, k.deliver(false), "tried again by itself")
	require.ErrorIs(t, k.ResumeSending(k.ctx, k.op), models.ErrForbidden)
	require.NoError(t, k.ResumeSending(k.ctx, k.city))
	k.sender.usual = models.Result{}
	require.Equal(t, 3, k.deliver(false))
}

func TestRefusedTextsPauseTheBatchWhenTheyComeInARow(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 12))
	k.sender.usual = models.Result{Outcome: models.OutcomeContent, Code: "words"}
	send := func(n int) {
		for range n {
			d, ok, err := k.NextDelivery(k.ctx, false)
			require.NoError(t, err)
			require.True(t, ok)
			require.NoError(t, k.Send(k.ctx, d))
		}
	}
	send(4)
	k.sender.usual = models.Result{}
	send(1) // one that goes out starts the count anew
	k.sender.usual = models.Result{Outcome: models.OutcomeContent, Code: "words"}
	send(4)
	require.Equal(t, models.BatchOpen, k.batch(id).State)
	send(1)
	require.Equal(t, models.BatchPaused, k.batch(id).State)
	require.Contains(t, k.batch(id).PausedReason, "words")
	require.Zero(t, k.deliver(false), "the other two wait")
	require.Equal(t, 2, k.db.Count("deliveries", doc{"state": "held"}))
	k.sender.usual = models.Result{}
	_, err := k.Resume(k.ctx, k.op, id)
	require.ErrorIs(t, err, models.ErrForbidden)
	_, err = k.Resume(k.ctx, k.city, id)
	require.NoError(t, err)
	require.Equal(t, 2, k.deliver(false))
}

// Nobody gets a message who answered, opted out, is out of reach, or whose batch is over.
func TestWhoGetsNoMessage(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 6))
	list := k.invitations(id)
	phone := map[models.InvitationID]string{}
	for _, inv := range list {
		r, err := k.store.FindRecord(k.ctx, models.SystemScope(), inv.Record)
		require.NoError(t, err)
		var who models.Identity
		require.NoError(t, k.box.OpenJSON(r.Identity, "record/"+string(r.ID), &who))
		phone[inv.ID] = who.Phone
	}
	k.answer(list[0])
	require.NoError(t, k.OptOut(k.ctx, phone[list[1].ID]))
	require.NoError(t, k.OptOut(k.ctx, phone[list[1].ID]))
	require.NoError(t, k.store.SetPhoneUnreachable(k.ctx, k.ident.PhoneID(phone[list[2].ID]), true))
	require.Equal(t, 1, k.db.Delete("records", doc{"_id": list[3].Record}))
	require.Equal(t, 6, k.deliver(false))
	want := map[string]int{phone[list[4].ID]: 1, phone[list[5].ID]: 1}
	require.Equal(t, want, k.sender.to())
	for i, code := range []string{"answered", "opted_out", "unreachable", "gone"} {
		d := k.delivery(models.DeliveryID(list[i].ID) + ":invite")
		require.Equal(t, code, d.Code)
		require.Equal(t, code == "unreachable", d.State == models.DeliveryFailed)
		require.Equal(t, code != "unreachable", d.State == models.DeliverySkipped)
	}

	other := k.claim(k.people(2, 3))
	_, err := k.Close(k.ctx, k.op, other)
	require.NoError(t, err)
	require.Zero(t, k.deliver(false))
	require.Equal(t, 3, k.db.Count("deliveries", doc{"batch": other, "state": "skipped"}))

	third := k.claim(k.people(3, 1)) // its time runs out before anybody marks it closed
	k.clock.Add(31 * 24 * time.Hour)
	require.Equal(t, 1, k.deliver(false))
	require.Equal(t, "closed", k.invite(third).Code)
	require.Len(t, k.sender.messages(), 2)
}

func TestQuietHours(t *testing.T) {
	k := newKit(t, func(c *config.Config) { c.SMS.QuietHours = "20:00-09:00" })
	k.clock.Add(11 * time.Hour) // 21:00
	night := k.claim(k.people(1, 1))
	require.Equal(t, "2026-11-24T09:00", k.invite(night).DueAt.In(models.Shanghai()).Format("2006-01-02T15:04"), "planned for the morning")
	require.Zero(t, k.deliver(false))

	inv := k.invitations(night)[0]
	require.NoError(t, k.SendOneTime(k.ctx, "printed/x", &inv))
	require.Equal(t, 1, k.deliver(true), "a code comes at any hour")
	require.Equal(t, "OTP", k.sender.messages()[0].Template)

	k.db.Set("deliveries", string(inv.ID)+":invite", doc{"due_at": k.clock.Now()}) // whoever planned it so
	require.Equal(t, 1, k.deliver(false))
	d := k.invite(night)
	require.Equal(t, models.DeliveryDue, d.State)
	require.Equal(t, "2026-11-24T09:00", d.DueAt.In(models.Shanghai()).Format("2006-01-02T15:04"))
	require.Zero(t, d.Retries)
	k.clock.Add(12*time.Hour - time.Second)
	require.Zero(t, k.deliver(false))
	k.clock.Add(time.Second)
	require.Equal(t, 1, k.deliver(false))
	require.Equal(t, models.DeliverySent, k.invite(night).State)
}

// One message a day and six in thirty days to one number, however many batches want to write to it.
func TestCapsOfANumber(t *testing.T) {
	k := newKit(t, func(c *config.Config) { c.BatchDays = 60 })
	const batches = 8
	for i := range batches {
		k.claim(k.people(uint64(i+1), 1, func(_ int, _ *models.Record, who *models.Identity) { who.Phone = "+8613800000000" }))
	}
	days := map[models.Date]int{}
	for range 40 {
		for range 3 {
			before := len(k.sender.messages())
			k.deliver(false)
			days[models.DateOf(k.clock.Now())] += len(k.sender.messages()) - before
			k.clock.Add(8 * time.Hour)
		}
	}
	sum, first := 0, models.Date("2026-11-23")
	for d, n := range days {
		require.LessOrEqual(t, n, 1, d)
		if d < first.AddDays(30) {
			sum += n
		}
	}
	require.Equal(t, 6, sum, "in the first thirty days")
	require.Len(t, k.sender.messages(), batches, "the others came when there was room again")
}

// A killed sender: its message becomes unknown, the provider is asked, and only after ten minutes without a record it is sent again.
func TestALeaseThatRanOut(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	lost, ok, err := k.NextDelivery(k.ctx, false)
	require.NoError(t, err)
	require.True(t, ok)
	settle := func() {
		t.Helper()
		_, err := k.Settle(k.ctx)
		require.NoError(t, err)
		k.deliver(false)
	}
	settle()
	require.Equal(t, models.DeliverySending, k.invite(id).State, "the lease holds")
	k.clock.Add(31 * time.Second)
	settle()
	require.Equal(t, models.DeliveryUnknown, k.invite(id).State)
	require.Len(t, k.sender.asked, 1)
	settle()
	require.Len(t, k.sender.asked, 1, "not again at once")
	for range 4 {
		k.clock.Add(2 * time.Minute)
		settle()
		require.Empty(t, k.sender.messages())
	}
	k.clock.Add(2 * time.Minute)
	settle()
	require.Len(t, k.sender.messages(), 1, "sent again after ten minutes without a record")
	require.Equal(t, models.DeliverySent, k.invite(id).State)

	k.sender.usual = models.Result{Outcome: models.OutcomeContent}
	require.NoError(t, k.Send(k.ctx, lost), "the dead one wakes up and goes on")
	require.Equal(t, models.DeliverySent, k.invite(id).State, "its news is old")
}

func TestWhatTheProviderSaysOfAnUnknownMessage(t *testing.T) {
	tests := map[string]struct {
		receipt   models.Receipt
		state     models.DeliveryState
		delivered bool
		failed    bool
	}{
		"it has it":        {models.Receipt{State: models.ReceiptPending, ProviderID: "p"}, models.DeliverySent, false, false},
		"delivered":        {models.Receipt{State: models.ReceiptDelivered, ProviderID: "p"}, models.DeliveryDelivered, true, false},
		"empty number":     {models.Receipt{State: models.ReceiptFailed, Unreachable: true}, models.DeliveryFailed, false, true},
		"switched off":     {models.Receipt{State: models.ReceiptFailed, Retry: true}, models.DeliveryDue, false, false},
		"nothing yet":      {models.Receipt{State: models.ReceiptNotFound}, models.DeliveryUnknown, false, false},
		"cannot be asked":  {models.Receipt{State: models.ReceiptUnsupported}, models.DeliveryUnknown, false, false},
		"does not answer":  {models.Receipt{State: models.ReceiptUnavailable}, models.DeliveryUnknown, false, false},
		"something unsaid": {models.Receipt{}, models.DeliveryUnknown, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			id := k.claim(k.people(1, 1))
			d := k.invite(id)
			k.sender.usual = models.Result{Outcome: models.OutcomeUnknown, Code: "timeout"}
			k.sender.receipts[d.ID] = tt.receipt
			require.Equal(t, 1, k.deliver(false))
			k.clock.Add(2 * time.Minute)
			_, err := k.Settle(k.ctx)
			require.NoError(t, err)
			require.Equal(t, tt.state, k.invite(id).State)
			inv := k.invitations(id)[0]
			require.Equal(t, tt.delivered, inv.Delivered)
			require.Equal(t, tt.failed, inv.Failed)
			require.Zero(t, k.deliver(false), "nothing goes out by guess")
			k.clock.Add(73 * time.Hour)
			_, err = k.Settle(k.ctx)
			require.NoError(t, err)
			require.NotEqual(t, models.DeliveryUnknown, k.invite(id).State, "not for ever")
		})
	}
}

// Answered while the fate of the invitation was unknown: it is not sent again.
func TestAnUnknownMessageIsNotRepeatedToSomebodyWhoAnswered(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	k.sender.usual = models.Result{Outcome: models.OutcomeUnknown}
	require.Equal(t, 1, k.deliver(false))
	k.answer(k.invitations(id)[0])
	k.clock.Add(11 * time.Minute)
	_, err := k.Settle(k.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, k.deliver(false))
	require.Len(t, k.sender.messages(), 1)
	require.Equal(t, "answered", k.invite(id).Code)
}

func TestManyWorkersSendEachMessageOnce(t *testing.T) {
	k := newKit(t)
	const n = 120
	k.claim(k.people(1, n))
	k.sender.pause = time.Millisecond
	var wg sync.WaitGroup
	for range 4 {
		process := outreach.New(k.deps)
		for range 2 {
			wg.Go(func() {
				for {
					d, ok, err := process.NextDelivery(k.ctx, false)
					if err != nil {
						t.Error(err)
					}
					if !ok {
						return
					}
					if err := process.Send(k.ctx, d); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	require.Len(t, k.sender.messages(), n)
	require.Len(t, k.sender.to(), n)
	require.Equal(t, n, k.db.Count("deliveries", doc{"state": "sent"}))
	require.Equal(t, n, k.db.Count("invitations", doc{"sent": true}))
}
