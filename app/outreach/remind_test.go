package outreach_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/outreach"
	"huisheng/models"
)

func TestRemindersGoToThoseWhoWereReachedAndHaveNotAnswered(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 12))
	list := k.invitations(id)
	k.sender.answer[models.DeliveryID(list[0].ID)+":invite"] = models.Result{Outcome: models.OutcomeNumber}
	k.sender.answer[models.DeliveryID(list[1].ID)+":invite"] = models.Result{Outcome: models.OutcomeUnknown}
	require.Equal(t, 12, k.deliver(false))
	for _, inv := range list[2:5] {
		k.answer(inv)
	}
	plan := func() {
		t.Helper()
		_, err := k.PlanReminders(k.ctx)
		require.NoError(t, err)
	}
	k.clock.Add(3*24*time.Hour - time.Second)
	plan()
	require.Equal(t, 12, k.db.Count("deliveries", doc{}), "not before the third day")
	k.clock.Add(time.Second)
	plan()
	plan()
	require.Equal(t, 12+7, k.db.Count("deliveries", doc{}), "one each, however often it is planned")
	require.Equal(t, 1, k.batch(id).Reminders)
	k.answer(list[5]) // between planning and sending
	k.sender.sent = nil
	require.Equal(t, 7, k.deliver(false))
	require.Len(t, k.sender.messages(), 6)
	for _, m := range k.sender.messages() {
		require.Equal(t, "REMIND", m.Template)
		inv, err := k.store.FindInvitationByCode(k.ctx, k.ident.CodeMAC(m.Code))
		require.NoError(t, err, "the reminder has the code of the invitation")
		require.Equal(t, string(m.ID), string(inv.ID)+":remind1")
		require.Equal(t, k.Link(inv.ID), m.Link)
	}

	k.clock.Add(7 * 24 * time.Hour)
	plan()
	require.Equal(t, 12+7+6, k.db.Count("deliveries", doc{}))
	k.clock.Add(10 * 24 * time.Hour)
	plan()
	require.Equal(t, 12+7+6, k.db.Count("deliveries", doc{}), "two rounds, no third")
	_, err := k.Remind(k.ctx, k.op, id)
	require.ErrorIs(t, err, outreach.ErrRemindersUsed)
}

// Killed after planning some and before counting the round: the rest is planned, nobody twice.
func TestInterruptedReminders(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 8))
	k.deliver(false)
	k.clock.Add(3 * 24 * time.Hour)
	_, err := k.PlanReminders(k.ctx)
	require.NoError(t, err)
	list := k.invitations(id)
	var lost []string
	for _, inv := range list[3:] {
		lost = append(lost, string(inv.ID)+":remind1")
	}
	require.Equal(t, 5, k.db.Delete("deliveries", doc{"_id": doc{"$in": lost}}))
	k.db.Set("batches", string(id), doc{"reminders": 0})
	k.deliver(false)
	_, err = k.PlanReminders(k.ctx)
	require.NoError(t, err)
	k.deliver(false)
	require.Equal(t, 16, k.db.Count("deliveries", doc{"state": "sent"}))
	require.Len(t, k.sender.messages(), 16)
}

func TestRemindingByHand(t *testing.T) {
	k := newKit(t)
	id := k.claim(k.people(1, 20))
	k.deliver(false)
	for _, inv := range k.invitations(id)[:8] {
		k.answer(inv)
	}
	k.clock.Add(24 * time.Hour)
	r, err := k.Remind(k.ctx, k.op, id)
	require.NoError(t, err)
	require.Equal(t, 1, r.Round)
	require.Equal(t, 15, *r.Planned, "twenty reached less the five answers that an organisation may know of; in truth twelve")
	require.Equal(t, 12, k.deliver(false))
	k.clock.Add(2 * 24 * time.Hour)
	_, err = k.PlanReminders(k.ctx)
	require.NoError(t, err)
	require.Equal(t, 1, k.batch(id).Reminders, "the round of day three has been")
	k.clock.Add(24 * time.Hour)
	r, err = k.Remind(k.ctx, k.city, id)
	require.NoError(t, err)
	require.Equal(t, 12, *r.Planned, "officials see it as it is")
	_, err = k.Remind(k.ctx, k.city, id)
	require.ErrorIs(t, err, outreach.ErrRemindersUsed)

	few := k.claim(k.people(2, 6))
	k.deliver(false)
	k.answer(k.invitations(few)[0])
	r, err = k.Remind(k.ctx, k.op, few)
	require.NoError(t, err)
	require.Nil(t, r.Planned, "six less five would be the one who answered")
	_, err = k.Remind(k.ctx, models.Principal{Role: models.RoleOperator, Org: "another"}, few)
	require.ErrorIs(t, err, models.ErrNotFound)
}
