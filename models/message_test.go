package models

import (
	"encoding/json"
	"testing"
	"time"
)

func TestOutcomeMeaning(t *testing.T) {
	for _, c := range []struct {
		o                           Outcome
		retryable, halts, permanent bool
	}{
		{OutcomeSent, false, false, false},
		{OutcomeRetry, true, false, false},
		{OutcomeLater, true, false, false},
		{OutcomeUnknown, false, false, false}, // never again without asking
		{OutcomeHalt, true, true, false},
		{OutcomeConfig, true, true, false},
		{OutcomeContent, false, false, true},
		{OutcomeNumber, false, false, true},
	} {
		if c.o.Retryable() != c.retryable || c.o.HaltsQueue() != c.halts || c.o.Permanent() != c.permanent {
			t.Errorf("%s: retryable %v halts %v permanent %v", c.o, c.o.Retryable(), c.o.HaltsQueue(), c.o.Permanent())
		}
		if c.o.Label() == Outcome("?").Label() {
			t.Errorf("%s has no label of its own", c.o)
		}
	}
}

func TestOutboxMessageShape(t *testing.T) {
	m := OutboxMessage{
		ID: "inv:invite", To: "+8613800000001", Channel: "console", Template: "INVITE", Text: "文", Code: "7K3M9Q",
		Link: "https://x/f", Batch: "b1", At: time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC),
	}
	got, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"to":"+8613800000001","channel":"console","template":"INVITE","text":"文","code":"7K3M9Q","link":"https://x/f","batch":"b1","at":"2026-12-05T09:00:00Z"}`
	if string(got) != want {
		t.Errorf("outbox JSON\n got %s\nwant %s", got, want)
	}
}
