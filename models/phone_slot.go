package models

import (
	"slices"
	"time"
)

// The limits on one-time codes: a number or a person asks for at most this many.
const (
	OTPPerHour = 5
	OTPPerDay  = 10
	OTPGap     = time.Minute
	OTPValid   = 5 * time.Minute
	OTPTries   = 5
)

// monthlyWindow is the stretch over which the monthly cap counts.
const monthlyWindow = 30 * 24 * time.Hour

// Phone is what is remembered of a number, by its keyed hash: whether it may be written to, and when it last was.
type Phone struct {
	ID          string         `bson:"_id"` // base64url of the phone's MAC
	OptedOut    bool           `bson:"opted_out"`
	Unreachable bool           `bson:"unreachable"`
	Recent      []PhoneMessage `bson:"recent"` // the messages of the last 30 days, for the daily and monthly caps
	Codes       []time.Time    `bson:"codes"`  // the one-time codes of the last day
	Rev         int            `bson:"rev"`    // raised by every change: two processes never both take the last slot
}

// PhoneMessage is one slot that a message took.
type PhoneMessage struct {
	Delivery DeliveryID `bson:"d"`
	At       time.Time  `bson:"at"`
}

// Take books the number for a message at now, at most daily a day (Beijing) and monthly in 30 days. The slot belongs to the delivery: taking
// it again, after a crash or for a further attempt, is no second message. When the number is full it gives false and the day
// from which to ask again.
func (p Phone) Take(d DeliveryID, now time.Time, daily, monthly int) (Phone, Date, bool) {
	today := DateOf(now)
	kept := make([]PhoneMessage, 0, len(p.Recent)+1)
	sameDay := 0
	for _, m := range p.Recent {
		if m.Delivery == d || !m.At.After(now.Add(-monthlyWindow)) {
			continue
		}
		kept = append(kept, m)
		if DateOf(m.At) == today {
			sameDay++
		}
	}
	switch {
	case len(kept) >= monthly:
		free := slices.MinFunc(kept[len(kept)-monthly:], func(a, b PhoneMessage) int { return a.At.Compare(b.At) })
		return p, max(DateOf(free.At.Add(monthlyWindow)), today.AddDays(1)), false
	case sameDay >= daily:
		return p, today.AddDays(1), false
	}
	p.Recent = append(kept, PhoneMessage{Delivery: d, At: now})
	return p, "", true
}

// Release gives a slot back: nothing went out.
func (p Phone) Release(d DeliveryID) Phone {
	p.Recent = slices.DeleteFunc(slices.Clone(p.Recent), func(m PhoneMessage) bool { return m.Delivery == d })
	return p
}

// TakeCode books the number for a one-time code, whoever asked for it; false when it has had enough.
func (p Phone) TakeCode(now time.Time) (Phone, bool) {
	codes, ok := bookCode(p.Codes, now, 0)
	p.Codes = codes
	return p, ok
}

// bookCode adds now to the sendings of the last day unless that would break a limit.
func bookCode(sent []time.Time, now time.Time, gap time.Duration) ([]time.Time, bool) {
	kept := make([]time.Time, 0, len(sent)+1)
	hour := 0
	for _, t := range sent {
		if !t.After(now.Add(-24 * time.Hour)) {
			continue
		}
		kept = append(kept, t)
		if t.After(now.Add(-time.Hour)) {
			hour++
		}
		if t.After(now.Add(-gap)) {
			return sent, false
		}
	}
	if hour >= OTPPerHour || len(kept) >= OTPPerDay {
		return sent, false
	}
	return append(kept, now), true
}
