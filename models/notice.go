package models

import (
	"strconv"
	"time"
)

// NoticeKind says what a notice on the desk is about.
type NoticeKind string

// The kinds of notices about complaints.
const (
	NoticeSevere    NoticeKind = "severe"    // a severe one was filed: the province's copy
	NoticeCopy      NoticeKind = "copy"      // the exam site's city looks on
	NoticeDue       NoticeKind = "due"       // a part of a time limit has run
	NoticeBreach    NoticeKind = "breach"    // it is over
	NoticeReplied   NoticeKind = "replied"   // the organisation answered
	NoticeAsked     NoticeKind = "asked"     // to the organisation: a question
	NoticeReplyDue  NoticeKind = "reply_due" // to the organisation: its time runs out
	NoticeReplyLate NoticeKind = "reply_late"
	NoticeExtension NoticeKind = "extension" // somebody asks for more time
	NoticeReview    NoticeKind = "review"    // the complainant wants it looked at again
	NoticeAdded     NoticeKind = "added"     // the complainant added something
	NoticeMoved     NoticeKind = "moved"     // a case came from another region
)

// DeskNotice is one message on the desk of a region or an organisation. Its id says what it is about, so that writing it again changes nothing.
type DeskNotice struct {
	ID        string      `bson:"_id"`
	Region    string      `bson:"region,omitempty"`
	Org       OrgID       `bson:"org,omitempty"`
	Kind      NoticeKind  `bson:"kind"`
	Complaint ComplaintID `bson:"complaint,omitempty"` // never for an organisation
	CaseNo    string      `bson:"case_no,omitempty"`
	Ask       AskID       `bson:"ask,omitempty"`
	Due       time.Time   `bson:"due,omitempty"`
	DueKind   DueKind     `bson:"due_kind,omitempty"`
	Level     int         `bson:"level,omitempty"` // percent of the limit
	At        time.Time   `bson:"at"`
	PurgeAt   time.Time   `bson:"purge_at"`
	DoneBy    AccountID   `bson:"done_by,omitempty"` // who said that it is seen to
}

// NoticeTime is how long a notice is kept.
const NoticeTime = 90 * 24 * time.Hour

// Notices are what a complaint at this moment calls for. It is a pure function of the complaint: written again they are the same, so that no crash
// loses one and no repetition doubles one.
func (c *Complaint) Notices(cal *Calendar, now time.Time) []DeskNotice {
	b := noticeBuilder{c: c, now: now}
	b.copies()
	b.dues(cal)
	b.steps()
	b.asks(cal)
	return b.list
}

type noticeBuilder struct {
	c    *Complaint
	now  time.Time
	list []DeskNotice
}

// add makes a notice for a region. key tells it from others of its kind.
func (b *noticeBuilder) add(region string, kind NoticeKind, key string, change func(*DeskNotice)) {
	n := DeskNotice{
		ID: string(b.c.ID) + "/" + string(kind) + "/" + region + "/" + key, Region: region, Kind: kind, Complaint: b.c.ID, CaseNo: b.c.CaseNo,
		At: b.now, PurgeAt: b.now.Add(NoticeTime),
	}
	if change != nil {
		change(&n)
	}
	b.list = append(b.list, n)
}

func (b *noticeBuilder) copies() {
	for _, region := range b.c.Copies {
		kind := NoticeCopy
		if region == Province && b.c.Severe {
			kind = NoticeSevere
		}
		if b.c.State.Open() {
			b.add(region, kind, "", nil)
		}
	}
}

func (b *noticeBuilder) dues(cal *Calendar) {
	level, _ := b.c.Urgency(cal, b.now)
	if level == 0 {
		return
	}
	kind := NoticeDue
	if level == breached {
		kind = NoticeBreach
	}
	about := func(n *DeskNotice) { n.Due, n.DueKind, n.Level = b.c.Due, b.c.DueKind, level }
	key := string(b.c.DueKind) + "/" + string(DateOf(b.c.Due)) + "/" + strconv.Itoa(level)
	b.add(b.c.Region, kind, key, about)
	if level == breached && b.c.Region != Province && !b.c.AboutRegulator {
		b.add(Province, kind, key, about)
	}
}

// steps tells the owner of what others did.
func (b *noticeBuilder) steps() {
	if r := b.c.Review; r != nil && b.c.State == ComplaintReview {
		b.add(b.c.Region, NoticeReview, "", nil)
	}
	if x := b.c.Extension; x != nil && x.ApprovedAt.IsZero() {
		b.add(b.c.Region, NoticeExtension, string(DateOf(x.At)), nil)
	}
	if n := len(b.c.Supplements); n > 0 && b.c.State.Open() {
		b.add(b.c.Region, NoticeAdded, b.c.Supplements[n-1].At.UTC().Format(time.RFC3339), nil)
	}
	if n := len(b.c.Routes); n > 1 && b.c.State == ComplaintTransferred {
		b.add(b.c.Region, NoticeMoved, b.c.Routes[n-1].At.UTC().Format(time.RFC3339), nil)
	}
}

// asks tells the organisation what is asked, and when its time runs out; and the owner that it answered, or did not.
func (b *noticeBuilder) asks(cal *Calendar) {
	c := b.c
	for i := range c.Asks {
		a := &c.Asks[i]
		switch {
		case a.Reply != nil && c.State.Open():
			b.add(c.Region, NoticeReplied, string(a.ID), nil)
		case c.Awaited(a):
			b.org(a, NoticeAsked, "asked", 0)
			level, _ := Urgency(cal, b.now, a.Due, ReplyDays)
			switch level {
			case warnEarly, warnLate:
				b.org(a, NoticeReplyDue, strconv.Itoa(level), level)
			case breached:
				b.org(a, NoticeReplyLate, "late", level)
				b.add(c.Region, NoticeReplyLate, string(a.ID), func(n *DeskNotice) { n.Due, n.DueKind = a.Due, DueReply })
			}
		}
	}
}

// org makes a notice for the organisation. It names the question, never the case.
func (b *noticeBuilder) org(a *OrgAsk, kind NoticeKind, key string, level int) {
	b.list = append(b.list, DeskNotice{
		ID: "ask/" + string(a.ID) + "/" + key, Org: b.c.Org, Kind: kind, Ask: a.ID, Due: a.Due, DueKind: DueReply, Level: level,
		At: DateOf(b.now).Start(), PurgeAt: b.now.Add(NoticeTime),
	})
}
