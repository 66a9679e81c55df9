package models

import "errors"

// Trace is a short keyed hash that compares inside one batch and nowhere else; the zero Trace means unknown.
type Trace [8]byte

// Known says whether there is anything to compare.
func (m Trace) Known() bool { return m != Trace{} }

// Signals is what the judge of quality compares of an answer with the others of its batch. It holds no phone, address, device or word, and is
// stored sealed and always of one length: even two equal traces cannot be seen in a dump of the responses.
type Signals struct {
	Early   bool  // a personal link was used before any message with it went out
	Runes   uint8 // how long the free text is, at most 255
	Phone   Trace // of the phone that was written to, or that proved possession
	Network Trace // of where the answer came from
	Device  Trace // of network and browser
	Words   Trace // of the free text without spaces and punctuation
}

// SignalsPlace is the additional data that a response's signals are sealed with.
func SignalsPlace(id ResponseID) string { return "signals/" + string(id) }

const (
	signalsVersion = 1
	signalsSize    = 3 + 4*len(Trace{})
)

// Encode gives the fixed form that is sealed.
func (s Signals) Encode() []byte {
	b := make([]byte, 0, signalsSize)
	early := byte(0)
	if s.Early {
		early = 1
	}
	b = append(b, signalsVersion, early, s.Runes)
	for _, m := range []Trace{s.Phone, s.Network, s.Device, s.Words} {
		b = append(b, m[:]...)
	}
	return b
}

var errSignals = errors.New("signals of an unknown form")

// DecodeSignals reads what Encode gave.
func DecodeSignals(b []byte) (s Signals, err error) {
	if len(b) != signalsSize || b[0] != signalsVersion {
		return s, errSignals
	}
	s.Early, s.Runes = b[1] == 1, b[2]
	for i, m := range []*Trace{&s.Phone, &s.Network, &s.Device, &s.Words} {
		copy(m[:], b[3+i*len(m):])
	}
	return s, nil
}
