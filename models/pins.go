package models

import (
	"bytes"
	"slices"
)

// pinSize is how much of a keyed hash pins one piece of raw data: enough that a hundred thousand do not meet, little enough that they fit beside a report.
const pinSize = 8

// The kinds of raw data that a report pins. Where the database keeps no history (whether a message had arrived by then), the pin is what
// tells later which piece counted.
const (
	PinAnswer        = "answer"
	PinRating        = "rating"
	PinDelivered     = "delivered"
	PinOpened        = "opened"
	PinRecord        = "record"
	PinAccepted      = "accepted"
	PinSubstantiated = "substantiated"
)

// Ledger is asked about each piece of raw data whether it counts as of a report's cut-off.
type Ledger interface {
	// Count says whether the piece counts. open says that it changed after the cut-off in a way that leaves a trace, or cannot be dated.
	Count(kind, id string, state []byte, open bool) bool
	// Had says whether the piece counted at the cut-off; nothing new begins to count by asking.
	Had(kind, id string, state []byte) bool
}

// PinHash is the keyed hash of a piece of raw data in one report.
type PinHash func(kind, id string, state []byte) []byte

// Pinning is the Ledger of a report that is being made: everything counts and is pinned.
type Pinning struct {
	hash PinHash
	pins map[string][][]byte
}

// NewPinning starts with nothing.
func NewPinning(hash PinHash) *Pinning { return &Pinning{hash: hash, pins: map[string][][]byte{}} }

// Count implements Ledger.
func (p *Pinning) Count(kind, id string, state []byte, _ bool) bool {
	p.pins[kind] = append(p.pins[kind], p.hash(kind, id, state)[:pinSize])
	return true
}

// Had implements Ledger.
func (p *Pinning) Had(string, string, []byte) bool { return false }

// Pins gives the pins of each kind in order, so that their order tells nothing.
func (p *Pinning) Pins() map[string][]byte {
	out := make(map[string][]byte, len(p.pins))
	for kind, list := range p.pins {
		slices.SortFunc(list, bytes.Compare)
		out[kind] = bytes.Join(list, nil)
	}
	return out
}

// Checking is the Ledger of a report that is verified: what was pinned counts, and what was not is judged.
type Checking struct {
	hash    PinHash
	left    map[string]map[[pinSize]byte]int // pins that nothing was found for yet
	altered map[string]int64                 // pieces that were not pinned and have no reason not to be
	late    map[string]int64                 // pieces that changed in the open since
}

// NewChecking starts with the pins of a report's part.
func NewChecking(hash PinHash, pins map[string][]byte) *Checking {
	c := &Checking{hash: hash, left: map[string]map[[pinSize]byte]int{}, altered: map[string]int64{}, late: map[string]int64{}}
	for kind, all := range pins {
		c.left[kind] = map[[pinSize]byte]int{}
		for pin := range slices.Chunk(all, pinSize) {
			if len(pin) == pinSize {
				c.left[kind][[pinSize]byte(pin)]++
			}
		}
	}
	return c
}

// Count implements Ledger. A piece that was not pinned and has no trace of why counts as well, so that the figures show what it changes.
func (c *Checking) Count(kind, id string, state []byte, open bool) bool {
	if c.Had(kind, id, state) {
		return true
	}
	if open {
		c.late[kind]++
		return false
	}
	c.altered[kind]++
	return true
}

// Had implements Ledger; a pin is found once.
func (c *Checking) Had(kind, id string, state []byte) bool {
	pin := [pinSize]byte(c.hash(kind, id, state))
	if c.left[kind][pin] == 0 {
		return false
	}
	c.left[kind][pin]--
	return true
}

// Altered counts the pieces that are not what they were, whatever their kind.
func (c *Checking) Altered() (n int64) {
	for _, k := range c.altered {
		n += k
	}
	return n
}

// Late counts the pieces of a kind that changed in the open since.
func (c *Checking) Late(kind string) int64 { return c.late[kind] }

// Gone counts the pins of a kind that nothing was found for, beyond those whose piece was altered.
func (c *Checking) Gone(kind string) (n int64) {
	for _, k := range c.left[kind] {
		n += int64(k)
	}
	return max(0, n-c.altered[kind])
}
