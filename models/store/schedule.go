package store

import (
	"context"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// RecordDate is a date of a student's record that triggers a round.
type RecordDate string

// The dates.
const (
	InternEnd   RecordDate = "intern_end"
	GraduatesOn RecordDate = "graduates_on"
)

// RecordWindow is a stretch of days, both inclusive.
type RecordWindow struct {
	Org         models.OrgID
	Field       RecordDate
	From, Until models.Date
	After       string // what the call before gave as next
	Limit       int
}

// FindRecordsByDate reads an organisation's records whose date lies in the window, by date, without the sealed identity. next is what to give as After
// for the following part, empty at the end.
func (s *Store) FindRecordsByDate(ctx context.Context, w RecordWindow) (list []models.Record, next string, err error) {
	field, from := string(w.Field), bson.D{{Key: string(w.Field), Value: bson.D{{Key: "$gte", Value: w.From}, {Key: "$lte", Value: w.Until}}}}
	if day, id, ok := strings.Cut(w.After, "|"); ok {
		from = bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: field, Value: bson.D{{Key: "$gt", Value: day}, {Key: "$lte", Value: w.Until}}}},
			bson.D{{Key: field, Value: day}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: id}}}},
		}}}
	}
	cur, err := s.col(colRecords).Find(ctx, append(bson.D{{Key: "org", Value: w.Org}}, from...), options.Find().SetBatchSize(chunkSize).
		SetSort(asc(field, "_id")).SetLimit(int64(w.Limit)).SetProjection(bson.D{{Key: "identity", Value: 0}, {Key: "digest", Value: 0}}))
	if err != nil {
		return nil, "", wrap("find records by "+field, err)
	}
	if err := cur.All(ctx, &list); err != nil {
		return nil, "", wrap("find records by "+field, err)
	}
	if len(list) == w.Limit {
		last := list[len(list)-1]
		day := last.InternEnd
		if w.Field == GraduatesOn {
			day = last.GraduatesOn
		}
		next = day + "|" + string(last.ID)
	}
	return list, next, nil
}

// WaitingFilter says whose message has not gone out: those triggered on a day or later.
type WaitingFilter struct {
	Org           models.OrgID
	Questionnaire string
	From          models.Date
	After         models.InvitationID
	Limit         int
}

// FindWaiting reads invitations of pooled rounds that wait for their day, by id.
func (s *Store) FindWaiting(ctx context.Context, f WaitingFilter) ([]models.Invitation, error) {
	cur, err := s.col(colInvitations).Find(ctx, bson.D{
		{Key: "org", Value: f.Org},
		{Key: "triggered_on", Value: bson.D{{Key: "$exists", Value: true}, {Key: "$gte", Value: f.From}}}, // as the partial index has it
		{Key: "questionnaire.code", Value: f.Questionnaire},
		{Key: "sent", Value: false},
		{Key: "_id", Value: bson.D{{Key: "$gt", Value: f.After}}},
	}, findSorted("_id").SetLimit(int64(f.Limit)))
	if err != nil {
		return nil, wrap("find waiting invitations", err)
	}
	var list []models.Invitation
	return list, wrap("find waiting invitations", cur.All(ctx, &list))
}

// CountRecordsByMonth counts an organisation's records by the month (2006-01) of a date in [from, until).
//
// One output document of the pipeline: {_id: "2026-11", n: 120}
func (s *Store) CountRecordsByMonth(ctx context.Context, org models.OrgID, field RecordDate, from, until models.Date) (map[string]int, error) {
	var rows []struct {
		Month string `bson:"_id"`
		N     int    `bson:"n"`
	}
	err := s.aggregate(ctx, "count records by month", colRecords, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "org", Value: org}, {Key: string(field), Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: bson.D{{Key: "$substrBytes", Value: bson.A{"$" + string(field), 0, 7}}}},
			{Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
	}, &rows)
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.Month] = r.N
	}
	return counts, err
}

// ExistingBatches tells which of ids exist.
func (s *Store) ExistingBatches(ctx context.Context, ids []models.BatchID) (map[models.BatchID]bool, error) {
	there := map[models.BatchID]bool{}
	if len(ids) == 0 {
		return there, nil
	}
	cur, err := s.col(colBatches).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap("look for batches", err)
	}
	var found []struct {
		ID models.BatchID `bson:"_id"`
	}
	if err := cur.All(ctx, &found); err != nil {
		return nil, wrap("look for batches", err)
	}
	for _, f := range found {
		there[f.ID] = true
	}
	return there, nil
}
