package models

import "time"

// Mark is what a job remembers between runs: how far it has read, who holds its lease, or why it stands still.
type Mark struct {
	ID         string    `bson:"_id"`
	At         time.Time `bson:"at"`
	LeaseBy    string    `bson:"lease_by,omitempty"`
	LeaseUntil time.Time `bson:"lease_until,omitempty"`
	Note       string    `bson:"note,omitempty"`
}
