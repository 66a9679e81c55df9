package models

import "time"

// OneTimeCode is a code sent to a phone for ways in that pass through the organisation's hands. The code itself is derived from
// (id, nonce) by key and never stored.
type OneTimeCode struct {
	ID         string       `bson:"_id"`                  // keyed hash of what is being opened
	Invitation InvitationID `bson:"invitation,omitempty"` // whose roster phone gets it
	Phone      []byte       `bson:"phone,omitempty"`      // staff supervision: the sealed number that the person typed; gone minutes after the code's end
	Nonce      string       `bson:"nonce"`                // of the current code; empty once used
	Tries      int          `bson:"tries"`
	Sent       []time.Time  `bson:"sent"`       // for the limits 1 a minute, 5 an hour, 10 a day
	ExpiresAt  time.Time    `bson:"expires_at"` // of the current code
	PurgeAt    time.Time    `bson:"purge_at"`   // TTL index: a day after the last sending
}

// Listed says whether a message goes out at all. For somebody who is not on the list none does, and no code is right.
func (o OneTimeCode) Listed() bool { return o.Invitation != "" || len(o.Phone) > 0 }

// Renew starts the next code at now. ErrOTPTooSoon within a minute of the last one, ErrOTPTooMany over the hourly or daily limit.
func (o OneTimeCode) Renew(nonce string, now time.Time) (OneTimeCode, error) {
	sent, ok := bookCode(o.Sent, now, OTPGap)
	if !ok {
		if n := len(o.Sent); n > 0 && o.Sent[n-1].After(now.Add(-OTPGap)) {
			return o, ErrOTPTooSoon
		}
		return o, ErrOTPTooMany
	}
	o.Sent, o.Nonce, o.Tries = sent, nonce, 0
	o.ExpiresAt, o.PurgeAt = now.Add(OTPValid), now.Add(24*time.Hour)
	return o, nil
}
