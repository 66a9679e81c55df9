package models

import "time"

// Offset is a distance in the calendar. Months go first and end at the latest on the last day of a month: six months after 31 August is 28 or
// 29 February.
type Offset struct {
	Months int
	Days   int
}

// After gives the day that lies the offset after d, before it where the offset is negative.
func (o Offset) After(d Date) Date {
	t := d.Start()
	first := time.Date(t.Year(), t.Month()+time.Month(o.Months), 1, 0, 0, 0, 0, Shanghai())
	last := first.AddDate(0, 1, -1).Day()
	return DateOf(first.AddDate(0, 0, min(t.Day(), last)-1+o.Days))
}

// RoundRule says whom a kind of pooled round asks and when. All of its days count from an anchor: the day of the claim, the end of the internship,
// the graduation, the day on which a contact was registered.
type RoundRule struct {
	Trigger       BatchTrigger
	Questionnaire string // code
	Template      string // of the first message
	Send          Offset // the first message goes out so long after the anchor; its month is the round
	From          Offset // answers are accepted from so long after the anchor
	Until         Offset // whoever turns up later than so long after the anchor is asked no more
	OpenDays      int    // how long after the first message answers are accepted
	Every         Offset // asked again and again at this distance; zero: once
}

// Asks says whether somebody with this anchor is to be invited on a day, and when the first message is for.
func (r RoundRule) Asks(anchor, today Date) (send Date, ok bool) {
	return r.Send.After(anchor), r.From.After(anchor) <= today && today <= r.Until.After(anchor)
}

// Closes is the moment at which the answers of somebody end whose message is for the day send, and who was invited on the day today.
func (r RoundRule) Closes(send, today Date) time.Time {
	return max(send, today).AddDays(r.OpenDays).End()
}
