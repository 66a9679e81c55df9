package complaint

import (
	"context"
	"time"

	"huisheng/app/audit"
	"huisheng/models"
	"huisheng/models/store"
)

// Summary is a complaint on the desk: everything but who and the words.
type Summary struct {
	ID models.ComplaintID `json:"id"`
	Status
	OrgID          models.OrgID             `json:"org"`
	Region         string                   `json:"region"`
	Severe         bool                     `json:"severe"`
	AboutRegulator bool                     `json:"about_regulator"`
	Visibility     models.Visibility        `json:"visibility"`
	DueAt          *time.Time               `json:"due_at"` // what counts now; null when nothing is due
	DueKind        models.DueKind           `json:"due_kind"`
	Left           int                      `json:"days_left"` // working days until then; 0: today; negative: days since
	Level          int                      `json:"level"`     // how much of the limit has run: 0, 60, 90 or 100 percent
	Escalated      bool                     `json:"escalated"` // the province was told of a missed deadline
	Copy           bool                     `json:"copy"`      // for information: another region handles it
	Merged         int                      `json:"merged"`    // how many were merged into it
	CreatedAt      time.Time                `json:"created_at"`
	Actions        []models.ComplaintAction `json:"actions"` // what the reader may do now
}

// Detail is a summary with the complainant's words, for the official who handles it.
type Detail struct {
	Summary
	Text        string              `json:"text"`
	Files       int                 `json:"files"` // photos, numbered from 1
	Supplements []Words             `json:"supplements"`
	ReviewWords *Words              `json:"review,omitempty"`
	Asks        []AskView           `json:"asks"`
	Routes      []models.Routing    `json:"routes"`
	Stops       []StopView          `json:"stops"`
	Extension   *ExtensionView      `json:"extension,omitempty"`
	Escalations []models.Escalation `json:"escalations"`
	Looks       []LookView          `json:"identity_looks"`
	MergedFrom  []MergedView        `json:"merged_from"`
	MergedInto  models.ComplaintID  `json:"merged_into,omitempty"`
	Rating      *RatingView         `json:"rating,omitempty"`
	History     []EventView         `json:"history"` // the timeline with what only officials see
}

// Words are something that a complainant wrote, and when.
type Words struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// ExtensionView is the longer time that was asked for.
type ExtensionView struct {
	Days     int       `json:"days"`
	Reason   string    `json:"reason"`
	Own      bool      `json:"own"` // the reader asked for it, so somebody else must approve
	Approved bool      `json:"approved"`
	At       time.Time `json:"at"`
}

// StopView is one wait for the complainant, during which the clock stood still.
type StopView struct {
	From  time.Time  `json:"from"`
	Until time.Time  `json:"until"` // at the latest
	To    *time.Time `json:"to"`    // null: it runs
	Days  int        `json:"days"`  // working days that it took
}

// LookView is one opening of the identity.
type LookView struct {
	At     time.Time         `json:"at"`
	By     models.AccountID  `json:"by"`
	Name   string            `json:"name"` // of the official
	Code   models.LookReason `json:"reason_code"`
	Reason string            `json:"reason"`
}

// MergedView is a case that was merged into another.
type MergedView struct {
	ID     models.ComplaintID `json:"id"`
	CaseNo string             `json:"case_no"`
}

// EventView is one line of the history.
type EventView struct {
	State    models.ComplaintState  `json:"state"`
	Action   models.ComplaintAction `json:"action,omitempty"`
	At       time.Time              `json:"at"`
	By       models.AccountID       `json:"by,omitempty"`
	Note     string                 `json:"note,omitempty"`
	Internal bool                   `json:"internal"`
}

// desk is the scope of an official over complaints.
func desk(p models.Principal) store.Desk { return store.Desk{Scope: p.Scope(), Viewer: p.Account} }

func officialsOnly(p models.Principal) error {
	if p.Role != models.RoleProvince && p.Role != models.RoleCity {
		return models.ErrForbidden
	}
	return nil
}

// List gives the complaints on an official's desk by deadline, what has ended last. Organisations have no desk: ErrForbidden.
func (s *Service) List(ctx context.Context, p models.Principal, f store.ComplaintFilter, after string, limit int) (items []Summary, next string, err error) {
	if err := officialsOnly(p); err != nil {
		return nil, "", err
	}
	if f.State != "" && !f.State.Valid() {
		return nil, "", models.ErrInvalid.WithFields(models.FieldError{Field: "state", Code: "unknown", Message: "没有这种状态。"})
	}
	list, err := s.store.ListComplaints(ctx, desk(p), f, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list, next = list[:limit], store.CaseCursor(list[limit-1])
	}
	items = make([]Summary, 0, len(list))
	for _, c := range list {
		items = append(items, s.summary(ctx, p, c))
	}
	return items, next, nil
}

func (s *Service) summary(ctx context.Context, p models.Principal, c models.Complaint) Summary {
	out := Summary{
		ID: c.ID, Status: s.status(c), OrgID: c.Org, Region: c.Region, Severe: c.Severe, AboutRegulator: c.AboutRegulator, Visibility: c.Visibility,
		DueKind: c.DueKind, Escalated: c.Escalated(), Copy: mayAct(p, c) != nil, Merged: c.Merged, CreatedAt: beijing(c.CreatedAt), Actions: []models.ComplaintAction{},
	}
	if c.DueKind != models.DueNothing {
		out.DueAt = moment(c.Due)
	}
	out.Level, out.Left = c.Urgency(s.calendar.Current(ctx).Calendar, s.now())
	if !out.Copy && !c.Concerns(p.Account) {
		out.Actions = c.Actions(models.ByOfficial)
	} else if !out.Copy && c.State.Open() {
		out.Actions = []models.ComplaintAction{models.ActionStepAside}
	}
	return out
}

// mayAct gives ErrLookingOn when the case is another region's and the reader has a copy.
func mayAct(p models.Principal, c models.Complaint) error {
	if p.Role == models.RoleCity && p.Region != c.Region {
		return models.ErrLookingOn
	}
	return nil
}

// Read opens one complaint's words for an official.
func (s *Service) Read(ctx context.Context, p models.Principal, id models.ComplaintID) (Detail, error) {
	if err := officialsOnly(p); err != nil {
		return Detail{}, err
	}
	c, err := s.store.FindCase(ctx, desk(p), id)
	if err != nil {
		return Detail{}, err
	}
	return s.detail(ctx, p, c)
}

func (s *Service) detail(ctx context.Context, p models.Principal, c models.Complaint) (d Detail, err error) {
	d = Detail{
		Summary: s.summary(ctx, p, c), Files: len(c.Files), Routes: routes(c), Stops: stops(c), Escalations: escalations(c),
		Looks: []LookView{}, MergedFrom: []MergedView{}, MergedInto: c.MergedInto, Supplements: []Words{}, Asks: []AskView{},
	}
	text, err := s.box.Open(c.Body, place(c.ID, "text"))
	if err != nil {
		return d, err
	}
	d.Text = string(text)
	if err := s.words(c, &d); err != nil {
		return d, err
	}
	for i := range c.Asks {
		a, err := s.askView(c, &c.Asks[i])
		if err != nil {
			return d, err
		}
		d.Asks = append(d.Asks, a)
	}
	for _, l := range c.Looks {
		who, err := s.store.FindAccount(ctx, models.SystemScope(), l.By)
		if err != nil && !notThere(err) {
			return d, err
		}
		d.Looks = append(d.Looks, LookView{At: beijing(l.At), By: l.By, Name: who.Name, Code: l.Code, Reason: l.Reason})
	}
	for _, e := range c.Timeline {
		d.History = append(d.History, EventView{State: e.State, Action: e.Action, At: beijing(e.At), By: e.By, Note: e.Note, Internal: e.Internal})
	}
	if x := c.Extension; x != nil {
		d.Extension = &ExtensionView{Days: x.Days, Reason: x.Reason, Own: x.By == p.Account, Approved: !x.ApprovedAt.IsZero(), At: beijing(x.At)}
	}
	if err := s.merged(ctx, c, &d); err != nil {
		return d, err
	}
	d.Rating, err = s.rating(c)
	return d, err
}

// words opens what the complainant wrote after filing.
func (s *Service) words(c models.Complaint, d *Detail) error {
	for _, x := range c.Supplements {
		text, err := s.box.Open(x.Body, place(c.ID, "supplement"))
		if err != nil {
			return err
		}
		d.Supplements = append(d.Supplements, Words{At: beijing(x.At), Text: string(text)})
	}
	if r := c.Review; r != nil {
		text, err := s.box.Open(r.Reason, place(c.ID, "review"))
		if err != nil {
			return err
		}
		d.ReviewWords = &Words{At: beijing(r.At), Text: string(text)}
	}
	return nil
}

func (s *Service) merged(ctx context.Context, c models.Complaint, d *Detail) error {
	if c.Merged == 0 {
		return nil
	}
	list, err := s.store.MergedInto(ctx, c.ID)
	for _, m := range list {
		d.MergedFrom = append(d.MergedFrom, MergedView{ID: m.ID, CaseNo: m.CaseNo})
	}
	return err
}

func routes(c models.Complaint) []models.Routing {
	list := make([]models.Routing, len(c.Routes))
	for i, r := range c.Routes {
		r.At = beijing(r.At)
		list[i] = r
	}
	return list
}

func stops(c models.Complaint) []StopView {
	list := make([]StopView, len(c.Stops))
	for i, x := range c.Stops {
		list[i] = StopView{From: beijing(x.From), Until: beijing(x.Until), To: moment(x.To), Days: x.Days}
	}
	return list
}

func escalations(c models.Complaint) []models.Escalation {
	list := make([]models.Escalation, len(c.Escalations))
	for i, e := range c.Escalations {
		list[i] = models.Escalation{Kind: e.Kind, Due: beijing(e.Due), At: beijing(e.At)}
	}
	return list
}

// record puts what p does with a case into the audit log, before it is done.
func (s *Service) record(ctx context.Context, p models.Principal, c models.Complaint, a models.AuditAction, detail map[string]string) error {
	return s.audit.Record(ctx, audit.Entry{By: p, Action: a, Object: "complaint/" + string(c.ID), Org: c.Org, Region: c.Region, Detail: detail})
}
