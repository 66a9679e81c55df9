package models

import "time"

// Alert tells the regulator of something that nobody has complained about: an intern under 16, or answers that speak of fees and the like. It names no
// respondent: what answers say is one alert per round and kind, with how many said so.
type Alert struct {
	ID        string    `bson:"_id"` // derived from kind and what it is about: raising it twice is harmless
	Kind      string    `bson:"alert"`
	Org       OrgID     `bson:"org"`
	OrgName   string    `bson:"org_name"`
	OrgKind   OrgKind   `bson:"kind"`
	Region    string    `bson:"region"`
	Batch     BatchID   `bson:"batch,omitempty"`  // the round whose answers say so
	Record    RecordID  `bson:"record,omitempty"` // the record that shows it
	Company   string    `bson:"company,omitempty"`
	Day       Date      `bson:"day,omitempty"` // of an underage intern: the placement
	N         int64     `bson:"n"`             // answers that say so now; 1 for a record
	SeenN     int64     `bson:"seen_n"`        // how many there were when it was acknowledged
	Open      bool      `bson:"open"`          // more than that
	SeenBy    AccountID `bson:"seen_by,omitempty"`
	SeenName  string    `bson:"seen_name,omitempty"`
	SeenAt    time.Time `bson:"seen_at,omitempty"`
	Note      string    `bson:"note,omitempty"` // what the official did about it
	Version   int64     `bson:"version"`        // optimistic lock
	CreatedAt time.Time `bson:"created_at"`
	ChangedAt time.Time `bson:"changed_at"`
}

// AlertUnderage is the alert about an intern who was under InternAge when the internship began (教职成〔2021〕4号). The others come from answers' flags.
const AlertUnderage = "underage_intern"

// InternAge is the age under which nobody may be placed.
const InternAge = 16

// Recounted gives the alert with another number of answers. It opens again when more say so than were acknowledged.
func (a Alert) Recounted(n int64, now time.Time) Alert {
	a.N, a.ChangedAt = n, now
	a.Open = n > a.SeenN
	return a
}

// Acknowledged gives the alert as an official has seen it.
func (a Alert) Acknowledged(p Principal, note string, now time.Time) Alert {
	a.SeenN, a.Open, a.SeenBy, a.SeenName, a.SeenAt, a.Note, a.ChangedAt = a.N, false, p.Account, p.Name, now, note, now
	return a
}

// AlertKind is a kind of alert, with the flags of answers that raise it.
type AlertKind struct {
	Code  string
	Text  LocalText
	Flags []string
}
