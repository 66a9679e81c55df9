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
	Batch     BatchID   `bson:"batch,omitempty"`   // the round whose answers say so
	Record    RecordID  `bson:"record,omitempty"`  // the record that shows it
	Measure   MeasureID `bson:"measure,omitempty"` // the case whose time to rectify passed
	Company   string    `bson:"company,omitempty"`
	Day       Date      `bson:"day,omitempty"`    // of an underage intern: the placement; the last day to rectify
	N         int64     `bson:"n"`                // answers that say so now; 1 for a record
	SeenN     int64     `bson:"seen_n"`           // how many there were when it was acknowledged
	Period    string    `bson:"period,omitempty"` // of figures that show it
	Slice     Slice     `bson:"slice,omitempty"`  // the occupation and level that show it most; zero: all together
	Yuan      int64     `bson:"yuan,omitempty"`   // what was paid less what was published, medians
	SeenYuan  int64     `bson:"seen_yuan,omitempty"`
	Open      bool      `bson:"open"` // more than was acknowledged
	SeenBy    AccountID `bson:"seen_by,omitempty"`
	SeenName  string    `bson:"seen_name,omitempty"`
	SeenAt    time.Time `bson:"seen_at,omitempty"`
	Note      string    `bson:"note,omitempty"`   // what the official did about it
	Erased    bool      `bson:"erased,omitempty"` // whom it was about is gone
	Version   int64     `bson:"version"`          // optimistic lock
	CreatedAt time.Time `bson:"created_at"`
	ChangedAt time.Time `bson:"changed_at"`
}

// AlertUnderage is the alert about an intern who was under InternAge when the internship began (教职成〔2021〕4号). The others come from answers' flags.
const AlertUnderage = "underage_intern"

// AlertFeeGap is the alert that the trainees of a quarter paid more than the published price: median less median, see O8_gap.
const AlertFeeGap = "fee_gap"

// AlertRectifyLate is the alert that the time to rectify passed without the organisation's report.
const AlertRectifyLate = "rectify_overdue"

// InternAge is the age under which nobody may be placed.
const InternAge = 16

// Recounted gives the alert with another number of answers. It opens again when more say so than were acknowledged.
func (a Alert) Recounted(n int64, now time.Time) Alert {
	a.N, a.ChangedAt = n, now
	a.Open = n > a.SeenN
	return a
}

// Remeasured gives the alert with another gap in money over n people. It opens again when the gap is wider than the one acknowledged; more people with the same
// gap are no news.
func (a Alert) Remeasured(n, yuan int64, slice Slice, now time.Time) Alert {
	a.N, a.Yuan, a.Slice, a.ChangedAt = n, yuan, slice, now
	a.Open = yuan > a.SeenYuan
	return a
}

// Acknowledged gives the alert as an official has seen it.
func (a Alert) Acknowledged(p Principal, note string, now time.Time) Alert {
	a.SeenN, a.SeenYuan, a.Open, a.ChangedAt = a.N, a.Yuan, false, now
	a.SeenBy, a.SeenName, a.SeenAt, a.Note = p.Account, p.Name, now, note
	return a
}

// AlertKind is a kind of alert, with the flags of answers that raise it.
type AlertKind struct {
	Code  string
	Text  LocalText
	Flags []string
}
