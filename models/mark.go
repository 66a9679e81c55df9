package models

import "time"

// Mark is what a job remembers between runs: how far it has read, or until when it stands still and why.
type Mark struct {
	ID   string    `bson:"_id"`
	At   time.Time `bson:"at"`
	Note string    `bson:"note,omitempty"`
}
