package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CountBatch derives the funnel of a batch from its invitations and responses. Answers to other questionnaires (staff supervision) are
// not counted. Whoever withdrew has submitted all the same: the number never goes back, so that nobody learns of a withdrawal from it.
//
// One output document of the pipeline: {_id: null, invited: 120, sent: 118, delivered: 117, failed: 2, opened: 60, verified: 55}
func (s *Store) CountBatch(ctx context.Context, b models.Batch) (models.BatchCounts, error) {
	counts := models.BatchCounts{People: b.People}
	sum := func(flag string) bson.E {
		return bson.E{Key: flag, Value: bson.D{{Key: "$sum", Value: bson.D{{Key: "$cond", Value: bson.A{"$" + flag, 1, 0}}}}}}
	}
	cur, err := s.col(colInvitations).Aggregate(ctx, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "batch", Value: b.ID}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: nil},
			{Key: "invited", Value: bson.D{{Key: "$sum", Value: 1}}},
			sum("sent"), sum("delivered"), sum("failed"), sum("opened"), sum("verified"),
		}}},
	})
	if err != nil {
		return counts, wrap("count invitations", err)
	}
	var rows []struct{ Invited, Sent, Delivered, Failed, Opened, Verified int }
	if err := cur.All(ctx, &rows); err != nil {
		return counts, wrap("count invitations", err)
	}
	for _, r := range rows {
		counts.Invited, counts.Sent, counts.Delivered = r.Invited, r.Sent, r.Delivered
		counts.Failed, counts.Opened, counts.Verified = r.Failed, r.Opened, r.Verified
	}
	if b.Pooled() {
		counts.People = counts.Invited
	}
	n, err := s.col(colResponses).CountDocuments(ctx, bson.D{{Key: "batch", Value: b.ID}, {Key: "questionnaire.code", Value: b.Questionnaire.Code}})
	counts.Submitted = int(n)
	return counts, wrap("count responses", err)
}

// ListBatchesToCount gives the batches whose counts are due, the most overdue first.
func (s *Store) ListBatchesToCount(ctx context.Context, now time.Time, limit int) ([]models.Batch, error) {
	cur, err := s.col(colBatches).Find(ctx, bson.D{{Key: "counts_due", Value: bson.D{{Key: "$lte", Value: now}}}},
		options.Find().SetSort(asc("counts_due")).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list batches to count", err)
	}
	var list []models.Batch
	return list, wrap("list batches to count", cur.All(ctx, &list))
}

// SetCounts stores derived counts and when to derive them again. The people of a pooled round are those who were invited; of a claim's they
// are what the claim says.
func (s *Store) SetCounts(ctx context.Context, id models.BatchID, c models.BatchCounts, at, due time.Time) error {
	_, err := s.col(colBatches).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "people", Value: c.People}, {Key: "counts", Value: c}, {Key: "counts_at", Value: at}, {Key: "counts_due", Value: due}}}})
	return wrap("set counts", err)
}

// CountSlices gives the occupations and levels that enough people of a growing round share.
//
// One output document of the pipeline: {_id: {occupation: "6-31-01-03", level: "4"}, name: "电工", n: 12}
func (s *Store) CountSlices(ctx context.Context, id models.BatchID) ([]models.BatchSlice, error) {
	var rows []struct {
		Slice models.Slice `bson:"_id"`
		Name  string       `bson:"name"`
		N     int          `bson:"n"`
	}
	err := s.aggregate(ctx, "count slices", colInvitations, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "batch", Value: id}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: "$slice"}, {Key: "name", Value: bson.D{{Key: "$max", Value: "$about.occupation"}}}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
	}, &rows)
	var c models.SliceCounter
	for _, r := range rows {
		c.Add(r.Slice, r.Name, r.N)
	}
	return c.Slices(false), err
}

// SetSlices stores what a growing round tells apart.
func (s *Store) SetSlices(ctx context.Context, id models.BatchID, list []models.BatchSlice) error {
	_, err := s.col(colBatches).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, set("slices", list))
	return wrap("set slices", err)
}
