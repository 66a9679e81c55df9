package outreach_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/internal/demo"
	"huisheng/models"
	"huisheng/models/store"
)

func (k *kit) receipt(r models.Receipt) {
	k.t.Helper()
	require.NoError(k.t, k.ApplyReceipts(k.ctx, []models.Receipt{r}))
}

func TestReceipts(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	require.Equal(t, 1, k.deliver(false))
	d := k.invite(id)
	k.receipt(models.Receipt{State: models.ReceiptDelivered, ProviderID: "not ours"})
	k.receipt(models.Receipt{State: models.ReceiptDelivered})
	k.receipt(models.Receipt{State: models.ReceiptPending, DeliveryID: d.ID})
	require.Equal(t, models.DeliverySent, k.invite(id).State)
	for range 2 { // pushed twice
		k.receipt(models.Receipt{State: models.ReceiptDelivered, ProviderID: d.ProviderID, Code: "DELIVRD"})
		require.Equal(t, models.DeliveryDelivered, k.invite(id).State)
		require.True(t, k.invitations(id)[0].Delivered)
	}
	k.receipt(models.Receipt{State: models.ReceiptFailed, DeliveryID: d.ID, Unreachable: true})
	require.Equal(t, models.DeliveryDelivered, k.invite(id).State, "what arrived has arrived")
	require.False(t, k.invitations(id)[0].Failed)
}

func TestAPhoneThatWasOffGetsOneMoreTryTheNextDay(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	require.Equal(t, 1, k.deliver(false))
	first := k.invite(id)
	off := models.Receipt{State: models.ReceiptFailed, Retry: true, ProviderID: first.ProviderID, DeliveryID: first.ID, Code: "EXPIRED"}
	for range 3 {
		k.receipt(off)
		d := k.invite(id)
		require.Equal(t, models.DeliveryDue, d.State)
		require.Equal(t, "2026-11-24T09:00", d.DueAt.In(models.Shanghai()).Format("2006-01-02T15:04"))
		require.False(t, k.invitations(id)[0].Failed)
	}
	k.clock.Add(24 * time.Hour)
	require.Equal(t, 1, k.deliver(false))
	second := k.invite(id)
	require.NotEqual(t, first.ProviderID, second.ProviderID)
	k.receipt(off)
	require.Equal(t, models.DeliverySent, k.invite(id).State, "a late repeat about the first try")
	off.ProviderID = second.ProviderID
	k.receipt(off)
	require.Equal(t, models.DeliveryFailed, k.invite(id).State, "one more, not two")
	require.True(t, k.invitations(id)[0].Failed)
	require.Zero(t, k.deliver(false))
}

// A receipt that overtakes the provider's answer, and one that comes after a message was given up or made due again.
func TestAReceiptThatComesEarlyOrLate(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	d, ok, err := k.NextDelivery(k.ctx, false)
	require.NoError(t, err)
	require.True(t, ok)
	k.receipt(models.Receipt{State: models.ReceiptDelivered, DeliveryID: d.ID, ProviderID: "p"})
	require.NoError(t, k.Send(k.ctx, d))
	require.Equal(t, models.DeliveryDelivered, k.invite(id).State)

	other := k.claim(k.people(2, 1))
	k.sender.usual = models.Result{Outcome: models.OutcomeUnknown}
	require.Equal(t, 1, k.deliver(false))
	k.clock.Add(11 * time.Minute)
	_, err = k.Settle(k.ctx)
	require.NoError(t, err)
	require.Equal(t, models.DeliveryDue, k.invite(other).State)
	k.receipt(models.Receipt{State: models.ReceiptDelivered, DeliveryID: k.invite(other).ID, ProviderID: "late"})
	require.Equal(t, models.DeliveryDelivered, k.invite(other).State)
	sent := len(k.sender.messages())
	require.Zero(t, k.deliver(false))
	require.Len(t, k.sender.messages(), sent, "not sent a second time")
}

func TestANumberThatDoesNotExistIsNotWrittenToAgainUntilItIsCorrected(t *testing.T) {
	k := newKit(t)
	ids := k.people(1, 1)
	id := k.claim(ids)
	require.Equal(t, 1, k.deliver(false))
	inv := k.invitations(id)[0]
	_, err := k.Resend(k.ctx, k.op, inv.ID)
	require.ErrorIs(t, err, outreach.ErrPhoneNotCorrected)
	k.receipt(models.Receipt{State: models.ReceiptFailed, DeliveryID: k.invite(id).ID, Unreachable: true, Code: "MI:0001"})
	phone, err := k.store.FindPhone(k.ctx, k.ident.PhoneID("+86"+demo.People(1, 1)[0].Phone))
	require.NoError(t, err)
	require.True(t, phone.Unreachable)
	list, err := k.Invitees(k.ctx, k.op, store.InvitationFilter{Batch: id, Failed: true}, models.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Equal(t, outreach.ReachFailed, list.Items[0].State)
	_, err = k.Resend(k.ctx, k.op, inv.ID)
	require.ErrorIs(t, err, outreach.ErrPhoneNotCorrected)

	r, err := k.store.FindRecord(k.ctx, models.SystemScope(), ids[0])
	require.NoError(t, err)
	var who models.Identity
	require.NoError(t, k.box.OpenJSON(r.Identity, "record/"+string(r.ID), &who))
	who.Phone = "+8613800009999"
	before := r.Digest
	r.Identity, err = k.box.SealJSON(who, "record/"+string(r.ID))
	require.NoError(t, err)
	r.PhoneMAC, r.Digest = k.ident.PhoneMAC(who.Phone), []byte("new")
	require.NoError(t, k.store.UpdateRecordPhone(k.ctx, models.SystemScope(), r, before))

	_, err = k.Resend(k.ctx, models.Principal{Role: models.RoleOperator, Org: "another"}, inv.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	got, err := k.Resend(k.ctx, k.op, inv.ID)
	require.NoError(t, err)
	require.Equal(t, outreach.ReachWaiting, got.State)
	_, err = k.Resend(k.ctx, k.op, inv.ID)
	require.ErrorIs(t, err, outreach.ErrPhoneNotCorrected, "asking twice sends one")
	require.Equal(t, 1, k.deliver(false))
	last := k.sender.messages()[1]
	require.Equal(t, "+8613800009999", last.Phone)
	require.Equal(t, k.sender.messages()[0].Code, last.Code)
	require.Equal(t, outreach.ReachSent, reachOf(k, id))
}

func reachOf(k *kit, id models.BatchID) outreach.Reach {
	list, err := k.Invitees(k.ctx, k.op, store.InvitationFilter{Batch: id}, models.Page{Limit: 10})
	require.NoError(k.t, err)
	return list.Items[0].State
}

func TestPushedReceiptsNeedTheSecret(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 1))
	require.Equal(t, 1, k.deliver(false))
	body := []byte(k.invite(id).ID + "\nnot-ours\n")
	secret := k.ReceiptSecret("recorder")
	for _, wrong := range [][2]string{{"recorder", "x"}, {"recorder", ""}, {"console", k.ReceiptSecret("console")}, {"console", secret}} {
		_, err := k.TakeReceipts(k.ctx, wrong[0], wrong[1], nil, body)
		require.ErrorIs(t, err, models.ErrNotFound)
	}
	_, err := k.TakeReceipts(k.ctx, "recorder", secret, nil, nil)
	require.ErrorIs(t, err, models.ErrInvalid)
	require.Equal(t, models.DeliverySent, k.invite(id).State)
	answer, err := k.TakeReceipts(k.ctx, "recorder", secret, nil, body)
	require.NoError(t, err)
	require.Equal(t, `{"code":0}`, answer)
	require.Equal(t, models.DeliveryDelivered, k.invite(id).State)
}
