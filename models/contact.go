package models

import "time"

// Contact is a person at a company whom a school's employer round asks. The school names them, so the number may be its own friend's; what the contact
// says is therefore shown apart, and several contacts on one phone are told to the regulator.
type Contact struct {
	ID        ContactID `bson:"_id"`
	Org       OrgID     `bson:"org"`
	Region    string    `bson:"region"`
	Kind      OrgKind   `bson:"kind"`
	Company   string    `bson:"company"`
	USCC      string    `bson:"uscc,omitempty"`
	Identity  []byte    `bson:"identity"` // sealed Identity with name and phone, additional data: contact id
	PhoneMAC  []byte    `bson:"phone_mac"`
	Since     Date      `bson:"since"` // the day from which rounds count
	Removed   bool      `bson:"removed,omitempty"`
	Erased    bool      `bson:"erased,omitempty"` // name and phone are gone; the id stays, see Since
	By        AccountID `bson:"by"`
	CreatedAt time.Time `bson:"created_at"`
	UpdatedAt time.Time `bson:"updated_at"`
}
