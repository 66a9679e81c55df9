package models

import "time"

// DeliveryState is where one message stands.
type DeliveryState string

// The states of a delivery: due → sending → sent → delivered | failed, with unknown when nobody can say whether the provider took it,
// skipped when it must not go out (answered, opted out, batch closed), and held while its batch is paused.
const (
	DeliveryDue       DeliveryState = "due"
	DeliverySending   DeliveryState = "sending"
	DeliverySent      DeliveryState = "sent"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryFailed    DeliveryState = "failed"
	DeliveryUnknown   DeliveryState = "unknown"
	DeliverySkipped   DeliveryState = "skipped"
	DeliveryHeld      DeliveryState = "held"
)

// Delivery is one message to one phone: the outbox. Its id is derived from what it is for ("<invitation>:invite"), it is
// claimed by a lease, and its outcome is recorded after the provider has answered. A lease that runs out while sending means
// unknown, never due: the provider is asked before anything is sent again.
type Delivery struct {
	ID         DeliveryID    `bson:"_id"`
	Batch      BatchID       `bson:"batch,omitempty"`
	Org        OrgID         `bson:"org,omitempty"`
	Invitation InvitationID  `bson:"invitation"`
	Template   string        `bson:"template"`
	About      []byte        `bson:"about,omitempty"` // the complaint of a message to a complainant, sealed
	OTP        string        `bson:"otp,omitempty"`   // OneTimeCode.ID, for one-time codes
	OTPNonce   string        `bson:"otp_nonce,omitempty"`
	Urgent     bool          `bson:"urgent"` // one-time codes: no quiet hours, no caps, before everything else
	PhoneMAC   []byte        `bson:"phone_mac,omitempty"`
	For        Date          `bson:"for,omitempty"` // of a pooled round: the day that the invitation was triggered on when this was planned
	State      DeliveryState `bson:"state"`
	DueAt      time.Time     `bson:"due_at"`
	LeaseUntil time.Time     `bson:"lease_until"`
	LeaseBy    string        `bson:"lease_by,omitempty"`
	Attempts   int           `bson:"attempts"`           // how often it was claimed; an outcome counts only for the attempt it belongs to
	TriedAt    time.Time     `bson:"tried_at,omitempty"` // when it was last claimed, and so the earliest moment the provider can have it
	Retries    int           `bson:"retries"`            // failed attempts of those; putting a message off is none
	Again      bool          `bson:"again,omitempty"`    // a phone that was off got its one more try
	Channel    string        `bson:"channel,omitempty"`
	ProviderID string        `bson:"provider_id,omitempty"`
	Code       string        `bson:"code,omitempty"` // provider's code of the last outcome
	Note       string        `bson:"note,omitempty"`
	SentAt     time.Time     `bson:"sent_at,omitempty"`
	DoneAt     time.Time     `bson:"done_at,omitempty"`
	CreatedAt  time.Time     `bson:"created_at"`
}

// FirstMessage is the id of the message that invites somebody.
func FirstMessage(id InvitationID) DeliveryID { return DeliveryID(id) + ":invite" }

// ForInvitation says whether a message belongs to an invitation: no one-time code, and nothing about a complaint.
func (d Delivery) ForInvitation() bool { return d.OTP == "" && len(d.About) == 0 }
