package models

import "time"

// Backlog is the work that waits, as whoever watches a deployment needs it. Numbers are of the moment and of the whole deployment.
type Backlog struct {
	Messages   map[DeliveryState]int64 // messages that are not settled: due, sending, unknown, held
	Oldest     time.Time               // when the oldest message that is due now became due; zero: none is
	Expanding  int64                   // claims that are being turned into invitations
	FiguresAt  time.Time               // how far the figures have followed the answers
	HaltedTill time.Time               // until when nothing is sent because the provider refuses; zero or past: it is sent
	Overdue    int64                   // complaints whose legal deadline has passed without a decision
}
