package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// Desk is the scope of an official over complaints: what the region handles, what it has a copy of, and nothing that concerns the official.
type Desk struct {
	models.Scope
	Viewer models.AccountID
}

// cases adds the desk's scope to a filter. It stands beside the filter, so that no filter can replace it. An organisation has no desk.
func (d Desk) cases(filter bson.D) bson.D {
	own := bson.D{{Key: "recused", Value: bson.D{{Key: "$ne", Value: d.Viewer}}}}
	switch {
	case d.Org != "" || !d.All && d.Region == "":
		own = bson.D{{Key: "_id", Value: among(bson.A{})}}
	case d.Region != "":
		own = append(own, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "region", Value: d.Region}}, bson.D{{Key: "copies", Value: d.Region}},
		}})
	}
	if d.Kind != "" {
		own = append(own, bson.E{Key: "kind", Value: d.Kind})
	}
	return allOf(own, filter)
}

// FindCase reads one complaint that is on the desk.
func (s *Store) FindCase(ctx context.Context, d Desk, id models.ComplaintID) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOne(ctx, d.cases(bson.D{{Key: "_id", Value: id}})).Decode(&c)
	return c, wrap("find case", err)
}

// FindCaseByNo reads one complaint that is on the desk by its number.
func (s *Store) FindCaseByNo(ctx context.Context, d Desk, caseNo string) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOne(ctx, d.cases(bson.D{{Key: "case_no", Value: caseNo}})).Decode(&c)
	return c, wrap("find case", err)
}

// ComplaintFilter narrows a list of complaints; empty fields narrow nothing.
type ComplaintFilter struct {
	Org       models.OrgID
	State     models.ComplaintState
	Category  string
	Region    string // who handles it
	Severe    bool
	Open      bool      // an official has something to do
	DueBefore time.Time // what is due earlier
	CaseNo    string    // how it begins
}

func (f ComplaintFilter) filter() bson.D {
	d := bson.D{}
	add := func(key string, value any, wanted bool) {
		if wanted {
			d = append(d, bson.E{Key: key, Value: value})
		}
	}
	add("org", f.Org, f.Org != "")
	add("state", f.State, f.State != "")
	add("category", f.Category, f.Category != "")
	add("region", f.Region, f.Region != "")
	add("severe", true, f.Severe)
	add("due_kind", bson.D{{Key: "$gt", Value: ""}}, f.Open)
	if !f.DueBefore.IsZero() {
		d = append(d, bson.E{Key: "due_at", Value: bson.D{{Key: "$lt", Value: f.DueBefore}}},
			bson.E{Key: "due_kind", Value: bson.D{{Key: "$nin", Value: bson.A{models.DueNothing, models.DueWaiting}}}})
	}
	if f.CaseNo != "" {
		d = append(d, bson.E{Key: "case_no", Value: bson.D{{Key: "$gte", Value: f.CaseNo}, {Key: "$lt", Value: f.CaseNo + "~"}}})
	}
	return d
}

// errCursor says that a list's cursor is none of ours.
var errCursor = models.ErrInvalid.WithFields(models.FieldError{Field: "after", Code: "wrong_value", Message: "after 请原样填写上一页的 next。"})

// CaseCursor names a place in the list by deadline.
func CaseCursor(c models.Complaint) string {
	return strconv.FormatInt(c.Due.UnixMilli(), 36) + "." + c.CaseNo
}

// ListComplaints lists the complaints on a desk: what is due first comes first, what has ended last. After is the CaseCursor of the last one seen.
func (s *Store) ListComplaints(ctx context.Context, d Desk, f ComplaintFilter, after string, limit int) ([]models.Complaint, error) {
	filter := f.filter()
	if after != "" {
		due, no, ok := strings.Cut(after, ".")
		ms, err := strconv.ParseInt(due, 36, 64)
		if !ok || err != nil {
			return nil, errCursor
		}
		at := time.UnixMilli(ms)
		filter = allOf(filter, bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: "due_at", Value: bson.D{{Key: "$gt", Value: at}}}},
			bson.D{{Key: "due_at", Value: at}, {Key: "case_no", Value: bson.D{{Key: "$gt", Value: no}}}},
		}}})
	}
	cur, err := s.col(colComplaints).Find(ctx, d.cases(filter), findSorted("due_at", "case_no").SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list complaints", err)
	}
	var list []models.Complaint
	return list, wrap("list complaints", cur.All(ctx, &list))
}

// CountMerged counts what was merged into a complaint.
func (s *Store) CountMerged(ctx context.Context, into models.ComplaintID) (int, error) {
	n, err := s.col(colComplaints).CountDocuments(ctx, bson.D{{Key: "merged_into", Value: into}})
	return int(n), wrap("count merged complaints", err)
}

// SetMerged stores how many were merged into a complaint. It is derived, so whoever counted last is right.
func (s *Store) SetMerged(ctx context.Context, id models.ComplaintID, n int) error {
	_, err := s.col(colComplaints).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$set", Value: bson.D{{Key: "merged", Value: n}}}})
	return wrap("set merged", err)
}

// MergedInto lists what was merged into a complaint.
func (s *Store) MergedInto(ctx context.Context, into models.ComplaintID) ([]models.Complaint, error) {
	cur, err := s.col(colComplaints).Find(ctx, bson.D{{Key: "merged_into", Value: into}}, findSorted("case_no"))
	if err != nil {
		return nil, wrap("list merged complaints", err)
	}
	var list []models.Complaint
	return list, wrap("list merged complaints", cur.All(ctx, &list))
}

// CasesToCheck lists complaints that the job is to look at, the longest waiting first.
func (s *Store) CasesToCheck(ctx context.Context, now time.Time, limit int) ([]models.Complaint, error) {
	cur, err := s.col(colComplaints).Find(ctx, bson.D{{Key: "check_at", Value: bson.D{{Key: "$lte", Value: now}}}}, findSorted("check_at").SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list cases to check", err)
	}
	var list []models.Complaint
	return list, wrap("list cases to check", cur.All(ctx, &list))
}

// CheckedCase says that everything which follows from a version of a complaint is done, and when to look again. A complaint that has moved on meanwhile is left
// alone: it is to be looked at anyway.
func (s *Store) CheckedCase(ctx context.Context, c models.Complaint, next time.Time) error {
	_, err := s.col(colComplaints).UpdateOne(ctx, bson.D{{Key: "_id", Value: c.ID}, {Key: "version", Value: c.Version}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "check_at", Value: next}, {Key: "told", Value: len(c.Timeline)}}}})
	return wrap("mark case as checked", err)
}

// EachOpenCase gives every complaint that something is due of, in any order.
func (s *Store) EachOpenCase(ctx context.Context, do func(models.Complaint) error) error {
	cur, err := s.col(colComplaints).Find(ctx, bson.D{{Key: "due_at", Value: bson.D{{Key: "$lt", Value: models.NoDue()}}}}, options.Find().SetBatchSize(chunkSize))
	if err != nil {
		return wrap("read open cases", err)
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }() // a cursor that is left ends by itself
	for cur.Next(ctx) {
		var c models.Complaint
		if err := cur.Decode(&c); err != nil {
			return wrap("read open cases", err)
		}
		if err := do(c); err != nil {
			return err
		}
	}
	return wrap("read open cases", cur.Err())
}

// FindAsked reads the complaint of a question to an organisation, without anything about who complained, or what in which words.
func (s *Store) FindAsked(ctx context.Context, sc models.Scope, id models.AskID) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOne(ctx, scoped(sc, bson.D{{Key: "asks.id", Value: id}}), options.FindOne().SetProjection(askedFields())).Decode(&c)
	return c, wrap("find question", err)
}

// ListAsked lists the complaints in which an organisation was asked, those without anything about who complained.
func (s *Store) ListAsked(ctx context.Context, sc models.Scope, limit int) ([]models.Complaint, error) {
	cur, err := s.col(colComplaints).Find(ctx, scoped(sc, bson.D{{Key: "asks", Value: bson.D{{Key: "$exists", Value: true}}}}),
		findSorted("due_at", "case_no").SetLimit(int64(limit)).SetProjection(askedFields()))
	if err != nil {
		return nil, wrap("list questions", err)
	}
	var list []models.Complaint
	return list, wrap("list questions", cur.All(ctx, &list))
}

func askedFields() bson.D {
	return bson.D{{Key: "org", Value: 1}, {Key: "org_name", Value: 1}, {Key: "category", Value: 1}, {Key: "state", Value: 1}, {Key: "asks", Value: 1}, {Key: "region", Value: 1}}
}

// LookAtIdentity records in the case that somebody is about to open who complained, and gives how often that has been. ErrNotFound when it is not on the desk.
func (s *Store) LookAtIdentity(ctx context.Context, d Desk, id models.ComplaintID, l models.IdentityLook) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOneAndUpdate(ctx, d.cases(bson.D{{Key: "_id", Value: id}}),
		bson.D{{Key: "$push", Value: bson.D{{Key: "looks", Value: l}}}, {Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&c)
	return c, wrap("record look at identity", err)
}

// CaseFigure is what of a complaint statistics are made of: nothing about who or which words.
type CaseFigure struct {
	Region      string                  `bson:"region"`
	Category    string                  `bson:"category"`
	Severe      bool                    `bson:"severe"`
	Visibility  models.Visibility       `bson:"visibility"`
	State       models.ComplaintState   `bson:"state"`
	Outcome     models.ComplaintOutcome `bson:"outcome"`
	CreatedAt   time.Time               `bson:"created_at"`
	EndedAt     time.Time               `bson:"ended_at"`
	AcceptedAt  time.Time               `bson:"accepted_at"`
	Due         time.Time               `bson:"due_at"`
	DueKind     models.DueKind          `bson:"due_kind"`
	Escalations []models.Escalation     `bson:"escalations"`
	Rating      *models.CaseRating      `bson:"rating"`
}

// CaseFigures gives the figures of the complaints on a desk that were filed in a time.
func (s *Store) CaseFigures(ctx context.Context, d Desk, from, until time.Time, do func(CaseFigure)) error {
	fields := bson.D{}
	for _, f := range []string{
		"region", "category", "severe", "visibility", "state", "outcome", "created_at", "ended_at", "accepted_at", "due_at", "due_kind", "escalations",
		"rating.satisfaction",
	} {
		fields = append(fields, bson.E{Key: f, Value: 1})
	}
	cur, err := s.col(colComplaints).Find(ctx, d.cases(bson.D{{Key: "created_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}}}),
		options.Find().SetProjection(fields).SetBatchSize(chunkSize))
	if err != nil {
		return wrap("read figures of complaints", err)
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }() // a cursor that is left ends by itself
	for cur.Next(ctx) {
		var c CaseFigure
		if err := cur.Decode(&c); err != nil {
			return wrap("read figures of complaints", err)
		}
		do(c)
	}
	return wrap("read figures of complaints", cur.Err())
}

// PutNotices stores notices; those that are there stay as they are.
func (s *Store) PutNotices(ctx context.Context, list []models.DeskNotice) error {
	_, err := putNew(ctx, s.col(colNotices), "insert notices", list)
	return err
}

// ListNotices lists what is not seen to on a desk, the newest first. The province's own desk is its region's.
func (s *Store) ListNotices(ctx context.Context, region string, org models.OrgID, limit int) ([]models.DeskNotice, error) {
	filter := bson.D{{Key: "region", Value: region}}
	if org != "" {
		filter = bson.D{{Key: "org", Value: org}}
	}
	filter = append(filter, bson.E{Key: "done_by", Value: bson.D{{Key: "$exists", Value: false}}})
	cur, err := s.col(colNotices).Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list notices", err)
	}
	var list []models.DeskNotice
	return list, wrap("list notices", cur.All(ctx, &list))
}

// DoneNotice says that a notice of a desk is seen to. Twice is harmless; ErrNotFound when it is none of the desk's.
func (s *Store) DoneNotice(ctx context.Context, region string, id string, by models.AccountID) error {
	res, err := s.col(colNotices).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "region", Value: region}}, bson.D{{Key: "$set", Value: bson.D{{Key: "done_by", Value: by}}}})
	if err == nil && res.MatchedCount == 0 {
		return models.ErrNotFound.Because(errors.New("no such notice on this desk"))
	}
	return wrap("notice is done", err)
}
