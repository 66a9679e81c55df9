package models

import "time"

// AskID names a question to an organisation. It is no case number: an organisation that knew one could look for it on its people's phones.
type AskID string

// OrgAsk is one question to the organisation, in words that an official wrote, and its reply. It is all that an organisation ever sees of a case.
type OrgAsk struct {
	ID    AskID     `bson:"id"`
	Facts []byte    `bson:"facts"` // sealed; the official's own words
	By    AccountID `bson:"by"`
	At    time.Time `bson:"at"`
	Due   time.Time `bson:"due"`
	Reply *OrgReply `bson:"reply,omitempty"`
}

// OrgReply is what an organisation answered.
type OrgReply struct {
	Text   []byte    `bson:"text"` // sealed
	Files  []FileID  `bson:"files,omitempty"`
	Digest []byte    `bson:"digest"`
	By     AccountID `bson:"by"`
	At     time.Time `bson:"at"`
}

// MaxReplyFiles is how many files a reply may have.
const MaxReplyFiles = 3

// OpenAsk gives the question that waits for a reply; nil when none does.
func (c *Complaint) OpenAsk() *OrgAsk {
	if n := len(c.Asks); n > 0 && c.Asks[n-1].Reply == nil {
		return &c.Asks[n-1]
	}
	return nil
}

// FindAsk gives a question by its id; nil when there is none.
func (c *Complaint) FindAsk(id AskID) *OrgAsk {
	for i := range c.Asks {
		if c.Asks[i].ID == id {
			return &c.Asks[i]
		}
	}
	return nil
}

// Awaited says whether the organisation is still expected to answer: the case has not moved on without it.
func (c *Complaint) Awaited(a *OrgAsk) bool {
	return a != nil && a.Reply == nil && a == c.OpenAsk() && (c.State == ComplaintInvestigating || c.State == ComplaintWaiting)
}
