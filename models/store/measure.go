package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CreateMeasure inserts a case. ErrConflict: its id exists, so it was proposed before.
func (s *Store) CreateMeasure(ctx context.Context, m models.Proceeding) error {
	_, err := s.col(colMeasures).InsertOne(ctx, m)
	return wrap("insert measure", err)
}

// MeasureExists says whether a case of this id was made.
func (s *Store) MeasureExists(ctx context.Context, id models.MeasureID) (bool, error) {
	err := wrap("find measure", s.col(colMeasures).FindOne(ctx, bson.D{{Key: "_id", Value: id}},
		options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err())
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// FindMeasure reads one case in scope; for an organisation only what it has been told.
func (s *Store) FindMeasure(ctx context.Context, sc models.Scope, id models.MeasureID) (models.Proceeding, error) {
	var m models.Proceeding
	err := s.col(colMeasures).FindOne(ctx, allOf(scoped(sc, bson.D{}), told(sc), bson.D{{Key: "_id", Value: id}})).Decode(&m)
	return m, wrap("find measure", err)
}

// told hides from an organisation what is proposed about it and not served yet, as Proceeding.VisibleTo says.
func told(sc models.Scope) bson.D {
	if !sc.IsOrg() {
		return nil
	}
	return bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: "by_org", Value: true}},
		bson.D{{Key: "state", Value: bson.D{{Key: "$nin", Value: bson.A{models.MeasureProposed, models.MeasureDropped}}}}},
	}}}
}

// MeasureFilter narrows a list of cases; empty fields match everything.
type MeasureFilter struct {
	Org    models.OrgID
	State  models.MeasureState
	Kind   models.MeasureKind
	Region string // whose officials decide
	Open   bool   // not decided yet
}

// ListMeasures lists cases in scope, newest first.
func (s *Store) ListMeasures(ctx context.Context, sc models.Scope, f MeasureFilter, p models.Page) (models.List[models.Proceeding], error) {
	none := models.List[models.Proceeding]{}
	older, err := olderThan(p.After)
	if err != nil {
		return none, err
	}
	filter := only("org", string(f.Org), "state", string(f.State), "measure", string(f.Kind), "decides", f.Region)
	if f.Open {
		older = allOf(older, bson.D{{Key: "state", Value: among(bson.A{
			models.MeasureProposed, models.MeasureHearing, models.MeasureHeard,
		})}})
	}
	var list []models.Proceeding
	cur, err := s.col(colMeasures).Find(ctx, allOf(scoped(sc, bson.D{}), told(sc), filter, older), newestFirst(p))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(m models.Proceeding) string { return cursorOf(m.CreatedAt, m.ID) }), wrap("list measures", err)
}

// UpdateMeasure replaces a case that still has version m.Version-1. ErrConflict: somebody was faster, with this case, or with another decision
// about the same organisation, whose number was taken.
func (s *Store) UpdateMeasure(ctx context.Context, m models.Proceeding) error {
	res, err := s.col(colMeasures).ReplaceOne(ctx, bson.D{{Key: "_id", Value: m.ID}, {Key: "version", Value: m.Version - 1}}, m)
	if err != nil {
		return wrap("update measure", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("measure %s has another version", m.ID))
	}
	return nil
}

// LastDecision reads the newest decision about an organisation; the zero Proceeding when there is none. Decisions are numbered without a double
// by a unique index, so they form one chain.
func (s *Store) LastDecision(ctx context.Context, org models.OrgID) (models.Proceeding, error) {
	var m models.Proceeding
	err := wrap("last decision", s.col(colMeasures).FindOne(ctx,
		bson.D{{Key: "org", Value: org}, {Key: "seq", Value: bson.D{{Key: "$gt", Value: 0}}}},
		options.FindOne().SetSort(bson.D{{Key: "seq", Value: -1}})).Decode(&m))
	if errors.Is(err, models.ErrNotFound) {
		return models.Proceeding{}, nil
	}
	return m, err
}

// ListPublicExits lists the published exits and what became of them, newest first, without anything but what is public.
func (s *Store) ListPublicExits(ctx context.Context, p models.Page) (models.List[models.Proceeding], error) {
	older, err := olderThan(p.After)
	if err != nil {
		return models.List[models.Proceeding]{}, err
	}
	filter := bson.D{
		{Key: "public", Value: true},
		{Key: "measure", Value: among(bson.A{models.MeasureExit, models.MeasureLeave})},
		{Key: "state", Value: models.MeasureDecided},
	}
	var list []models.Proceeding
	cur, err := s.col(colMeasures).Find(ctx, allOf(filter, older), newestFirst(p).SetProjection(bson.D{
		{Key: "org", Value: 1},
		{Key: "org_name", Value: 1},
		{Key: "uscc", Value: 1},
		{Key: "kind", Value: 1},
		{Key: "region", Value: 1},
		{Key: "measure", Value: 1},
		{Key: "decision", Value: 1},
		{Key: "seq", Value: 1},
		{Key: "created_at", Value: 1},
	}))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(m models.Proceeding) string { return cursorOf(m.CreatedAt, m.ID) }), wrap("list exits", err)
}

// Reinstatements gives, for organisations, the decisions that let them in again.
func (s *Store) Reinstatements(ctx context.Context, orgs []models.OrgID) ([]models.Proceeding, error) {
	var list []models.Proceeding
	cur, err := s.col(colMeasures).Find(ctx, bson.D{
		{Key: "org", Value: among(orgs)},
		{Key: "seq", Value: bson.D{{Key: "$gt", Value: 0}}},
		{Key: "measure", Value: models.MeasureReinstate},
		{Key: "state", Value: models.MeasureDecided},
	}, options.Find().SetProjection(bson.D{{Key: "org", Value: 1}, {Key: "seq", Value: 1}, {Key: "decision", Value: 1}}))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list reinstatements", err)
}

// UnsureHearings gives the cases whose window for a statement was counted beyond the calendar.
func (s *Store) UnsureHearings(ctx context.Context, limit int) ([]models.Proceeding, error) {
	var list []models.Proceeding
	cur, err := s.col(colMeasures).Find(ctx, bson.D{{Key: "state", Value: models.MeasureHearing}, {Key: "unsure", Value: true}},
		options.Find().SetLimit(int64(limit)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list unsure hearings", err)
}

// LateRectifications gives the decided cases whose time to rectify ended before a moment without a report, and of which nobody has been told.
func (s *Store) LateRectifications(ctx context.Context, now time.Time, limit int) ([]models.Proceeding, error) {
	var list []models.Proceeding
	cur, err := s.col(colMeasures).Find(ctx, bson.D{
		{Key: "state", Value: models.MeasureDecided},
		{Key: "measure", Value: models.MeasureRectify},
		{Key: "report_at", Value: time.Time{}},
		before("decision.rectify_by", now.Add(time.Millisecond)),
		{Key: "late_at", Value: bson.D{{Key: "$exists", Value: false}}},
	}, options.Find().SetLimit(int64(limit)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list late rectifications", err)
}

// ProvenCases gives the case numbers of complaints accepted in [from, until) and found true or partly true, at most limit.
func (s *Store) ProvenCases(ctx context.Context, org models.OrgID, from, until time.Time, limit int) ([]string, error) {
	var list []models.Complaint
	cur, err := s.col(colComplaints).Find(ctx, bson.D{
		{Key: "org", Value: org},
		{Key: "accepted_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
		{Key: "outcome", Value: among(bson.A{models.OutcomeSubstantiated, models.OutcomePartly})},
	}, options.Find().SetLimit(int64(limit)).SetProjection(bson.D{{Key: "case_no", Value: 1}}))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	cases := make([]string, len(list))
	for i, c := range list {
		cases[i] = c.CaseNo
	}
	return cases, wrap("list proven cases", err)
}

// Unfinished counts what an organisation has under way.
type Unfinished struct {
	OpenRounds, Unsent, OpenComplaints int
}

// CountUnfinished counts the rounds that still take answers, their messages that have not gone out, and the complaints that are not closed.
func (s *Store) CountUnfinished(ctx context.Context, org models.OrgID, now time.Time) (Unfinished, error) {
	var u Unfinished
	count := func(into *int, col string, filter bson.D) error {
		n, err := s.col(col).CountDocuments(ctx, append(bson.D{{Key: "org", Value: org}}, filter...))
		*into = int(n)
		return wrap("count unfinished "+col, err)
	}
	err := errors.Join(
		count(&u.OpenRounds, colBatches, bson.D{{Key: "closes_at", Value: bson.D{{Key: "$gt", Value: now}}}, {Key: "state", Value: bson.D{{Key: "$ne", Value: models.BatchClosed}}}}),
		count(&u.OpenComplaints, colComplaints, bson.D{{Key: "state", Value: bson.D{{Key: "$nin", Value: bson.A{
			models.ComplaintClosed, models.ComplaintNotified, models.ComplaintRefused, models.ComplaintWithdrawn,
		}}}}}),
	)
	if err != nil || u.OpenRounds == 0 {
		return u, err
	}
	batches, err := s.findBatches(ctx, bson.D{{Key: "org", Value: org}, {Key: "closes_at", Value: bson.D{{Key: "$gt", Value: now}}}}, chunkSize)
	for _, b := range batches {
		n, err := s.col(colDeliveries).CountDocuments(ctx, ofBatch(b.ID, models.DeliveryDue, models.DeliveryHeld))
		if err != nil {
			return u, wrap("count unsent", err)
		}
		u.Unsent += int(n)
	}
	return u, err
}
