package respond_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/respond"
	"huisheng/models"
)

// stored opens what was captured with an answer.
func (k *kit) stored(t *testing.T, id models.ResponseID) (models.Response, models.Signals) {
	t.Helper()
	r, err := k.store.FindResponse(context.Background(), id)
	require.NoError(t, err)
	plain, err := k.box.Open(r.Signals, models.SignalsPlace(id))
	require.NoError(t, err)
	s, err := models.DecodeSignals(plain)
	require.NoError(t, err)
	return r, s
}

func TestSignalsOfOneAnswer(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	c := k.claims(t)
	k.clock.Add(70 * time.Second)
	in := k.happy()
	in.Answers["comment"] = "公示只贴了两天， 就撕掉了！"
	in.Addr, in.Agent = "10.1.2.3", "MicroMessenger/8.0"
	in.StartedAt = k.clock.Now().Add(time.Hour) // the phone's clock is ahead
	_, _, err := k.Submit(ctx, c, in)
	require.NoError(t, err)
	r, s := k.stored(t, c.Response)
	require.Equal(t, 70, r.Seconds, "no less than since entering")
	require.True(t, s.Early, "no message had gone out")
	for what, m := range map[string]models.Trace{"phone": s.Phone, "network": s.Network, "device": s.Device, "words": s.Words} {
		require.True(t, m.Known(), what)
	}
	require.EqualValues(t, 11, s.Runes, "without spaces and punctuation")
	require.Equal(t, s.Words, k.ids.Signal(c.Batch, "words", "公示只贴了两天就撕掉了"))
	require.NotEqual(t, s.Network, k.ids.Signal("another batch", "network", "10.1.2.3"), "it compares inside one batch alone")

	k.clock.Add(time.Hour)
	in.Answers["comment"], in.Addr = "改成这样写，我再想了一下", "10.9.9.9"
	_, err = k.Correct(ctx, c, in)
	require.NoError(t, err)
	r, after := k.stored(t, c.Response)
	require.NotEqual(t, s.Words, after.Words, "the words are the correction's")
	require.Equal(t, s.Network, after.Network, "who filled it in is the first submission's")
	require.Equal(t, 70, r.Seconds)
	require.NotEmpty(t, r.History[0].Signals)

	require.NoError(t, k.Withdraw(ctx, c))
	r, err = k.store.FindResponse(ctx, c.Response)
	require.NoError(t, err)
	require.Empty(t, r.Signals, "withdrawn answers leave nothing to compare")
	require.Empty(t, r.History)
}

func TestAnAnswerIsNotEarlyOnceAMessageWasTried(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	require.True(t, k.claims(t).Early)
	// the provider did not say whether it took the message
	_, err := k.store.PutDeliveries(ctx, []models.Delivery{{
		ID: models.DeliveryID(k.inv.ID + ":invite"), Batch: k.inv.Batch, Invitation: k.inv.ID, State: models.DeliveryUnknown, Attempts: 1, CreatedAt: k.clock.Now(),
	}})
	require.NoError(t, err)
	require.False(t, k.claims(t).Early)
}

func TestPhonesOfOneNetworkChangeTheirOwnHalfOfAnAddress(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	c := k.claims(t)
	in := k.happy()
	in.Addr = "2409:8a55:1:2:aaaa:bbbb:cccc:dddd"
	_, _, err := k.Submit(context.Background(), c, in)
	require.NoError(t, err)
	_, s := k.stored(t, c.Response)
	require.Equal(t, k.ids.Signal(c.Batch, "network", "2409:8a55:1:2::/64"), s.Network)
	require.False(t, s.Device.Known(), "no browser was named")
}

// A dump of the responses names nobody: whatever the same person, phone, network and words leave behind in two answers, no two fields share a
// value, and none is the phone, the address, the words, or anything that the rest of the database holds about the person.
func TestADumpOfResponsesJoinsNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ctx := context.Background()
	first := k.claims(t)
	second := first
	second.Invitation, second.Response = "another", k.ids.Response("another") // the same phone, asked for another person of the batch
	const addr, agent, words = "203.0.113.77", "MicroMessenger/8.0.50", "我们都觉得打分不公平，请查一查"
	in := k.happy()
	in.Addr, in.Agent, in.Answers["comment"] = addr, agent, words
	for _, c := range []respond.Claims{first, second} {
		_, _, err := k.Submit(ctx, c, in)
		require.NoError(t, err)
	}
	var docs []map[string]any
	var sealed [][]byte
	for _, id := range []models.ResponseID{first.Response, second.Response} {
		_, s := k.stored(t, id)
		require.Equal(t, first.Phone, s.Phone[:], "inside, the two compare")
		r, err := k.store.FindResponse(ctx, id)
		require.NoError(t, err)
		sealed = append(sealed, r.Signals)
		raw, doc := k.dump(t, id)
		network := k.ids.Signal(first.Batch, "network", addr)
		for _, secret := range [][]byte{
			[]byte(addr), []byte(agent), []byte(words), k.inv.PhoneMAC, k.ids.PhoneMAC("+8613800000000"), first.Phone, network[:], s.Device[:], s.Words[:],
			[]byte(k.inv.ID), []byte(k.inv.Record),
		} {
			if len(secret) > 4 { // some of the kit's own ids are words
				require.NotContains(t, raw, string(secret), "in the clear")
				require.NotContains(t, raw, hex.EncodeToString(secret), "in hex")
			}
		}
		docs = append(docs, doc)
	}
	same := map[string]bool{ // what two answers of one batch may share
		"batch": true, "org": true, "region": true, "questionnaire": true, "anchor": true, "channel": true, "answers": true, "consents": true,
		"seconds": true, "revision": true, "submitted_at": true, "changed_at": true,
	}
	for field, v := range docs[0] {
		if !same[field] {
			require.NotEqual(t, fmt.Sprint(v), fmt.Sprint(docs[1][field]), field)
		}
	}
	require.Len(t, sealed[1], len(sealed[0]), "the length tells nothing")
	require.NotEqual(t, sealed[0], sealed[1])
	require.NotContains(t, strings.ToLower(fmt.Sprint(docs)), "phone")
}
