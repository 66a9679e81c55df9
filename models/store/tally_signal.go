package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// Changed sums up what of one batch, organisation or month changed since a moment. Two equal ones mean that nothing changed in between: a new
// document raises N, a changed one Revisions or Last.
type Changed[ID ~string] struct {
	ID        ID        `bson:"_id"`
	N         int64     `bson:"n"`
	Revisions int64     `bson:"revisions"`
	Last      time.Time `bson:"last"`
}

// ResponsesSince tells in which batches answers came, were corrected or were withdrawn at or after the given moment.
func (s *Store) ResponsesSince(ctx context.Context, from time.Time) ([]Changed[models.BatchID], error) {
	return changedSince[models.BatchID](ctx, s, colResponses, "batch", "revision", from)
}

// RatingsSince tells in which batches departments rated at or after the given moment.
func (s *Store) RatingsSince(ctx context.Context, from time.Time) ([]Changed[models.BatchID], error) {
	return changedSince[models.BatchID](ctx, s, colRatings, "batch", "revision", from)
}

// changedSince groups what changed. One output document of the pipeline: {_id: "b1", n: 12, revisions: 3, last: …}
func changedSince[ID ~string](ctx context.Context, s *Store, col, by, revision string, from time.Time) ([]Changed[ID], error) {
	var rows []Changed[ID]
	err := s.aggregate(ctx, "look for changed "+col, col, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "changed_at", Value: bson.D{{Key: "$gte", Value: from}}}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: "$" + by},
			{Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
			{Key: "revisions", Value: bson.D{{Key: "$sum", Value: "$" + revision}}},
			{Key: "last", Value: bson.D{{Key: "$max", Value: "$changed_at"}}},
		}}},
	}, &rows)
	return rows, err
}

// BatchChange is what of a batch matters to figures besides answers.
type BatchChange struct {
	ID        models.BatchID     `bson:"_id"`
	Counts    models.BatchCounts `bson:"counts"`
	Skipped   int                `bson:"skipped"`
	RatingsIn time.Time          `bson:"ratings_in"`
}

// BatchesSince gives the batches whose counts were derived, or whose ratings were handed in, at or after the given moment. A new batch is
// counted within seconds, so it is among them.
func (s *Store) BatchesSince(ctx context.Context, from time.Time) ([]BatchChange, error) {
	var all []BatchChange
	for _, field := range []string{"counts_at", "ratings_in"} {
		cur, err := s.col(colBatches).Find(ctx, bson.D{{Key: field, Value: bson.D{{Key: "$gte", Value: from}}}},
			options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{
				{Key: "counts", Value: 1}, {Key: "skipped", Value: 1}, {Key: "ratings_in", Value: 1},
			}))
		if err != nil {
			return nil, wrap("look for changed batches", err)
		}
		var list []BatchChange
		if err := cur.All(ctx, &list); err != nil {
			return nil, wrap("look for changed batches", err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// ComplaintChange is what of a complaint matters to figures.
type ComplaintChange struct {
	Org        models.OrgID `bson:"org"`
	AcceptedAt time.Time    `bson:"accepted_at"`
	Version    int          `bson:"version"`
}

// ComplaintsSince gives the accepted complaints that took a step at or after the given moment.
func (s *Store) ComplaintsSince(ctx context.Context, from time.Time) ([]ComplaintChange, error) {
	cur, err := s.col(colComplaints).Find(ctx, bson.D{
		{Key: "changed_at", Value: bson.D{{Key: "$gte", Value: from}}}, {Key: "accepted_at", Value: bson.D{{Key: "$exists", Value: true}}},
	}, options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{{Key: "org", Value: 1}, {Key: "accepted_at", Value: 1}, {Key: "version", Value: 1}}))
	if err != nil {
		return nil, wrap("look for changed complaints", err)
	}
	var list []ComplaintChange
	return list, wrap("look for changed complaints", cur.All(ctx, &list))
}

// ImportingOrgs gives the organisations whose uploads ended, or fell silent half-way, at or after the given moment, with when the first of these
// uploads began: no record that it wrote is older.
func (s *Store) ImportingOrgs(ctx context.Context, from, silentSince time.Time) (map[models.OrgID]time.Time, error) {
	cur, err := s.col(colImports).Find(ctx, bson.D{
		{Key: "org", Value: bson.D{{Key: "$gt", Value: ""}}},
		{Key: "updated_at", Value: bson.D{{Key: "$gte", Value: from}}},
		{Key: "dry_run", Value: false},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: "state", Value: bson.D{{Key: "$ne", Value: models.ImportRunning}}}},
			bson.D{{Key: "updated_at", Value: bson.D{{Key: "$lt", Value: silentSince}}}},
		}},
	}, options.Find().SetProjection(bson.D{{Key: "org", Value: 1}, {Key: "created_at", Value: 1}}))
	if err != nil {
		return nil, wrap("look for uploads", err)
	}
	var list []struct {
		Org       models.OrgID `bson:"org"`
		CreatedAt time.Time    `bson:"created_at"`
	}
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("look for uploads", err)
	}
	began := map[models.OrgID]time.Time{}
	for _, i := range list {
		if first, ok := began[i.Org]; !ok || i.CreatedAt.Before(first) {
			began[i.Org] = i.CreatedAt
		}
	}
	return began, nil
}

// RecordMonthsSince tells in which months (2006-01) lie the records of an organisation that were written at or after the given moment.
//
// One output document of the pipeline: {_id: "2026-11", n: 120, last: …}
func (s *Store) RecordMonthsSince(ctx context.Context, org models.OrgID, from time.Time) ([]Changed[string], error) {
	var rows []Changed[string]
	err := s.aggregate(ctx, "look for changed records", colRecords, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "org", Value: org}, {Key: "updated_at", Value: bson.D{{Key: "$gte", Value: from}}}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: bson.D{{Key: "$substrBytes", Value: bson.A{"$anchor", 0, 7}}}},
			{Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
			{Key: "last", Value: bson.D{{Key: "$max", Value: "$updated_at"}}},
		}}},
	}, &rows)
	return rows, err
}

// OrgChange is one organisation that was registered or changed since a moment.
type OrgChange struct {
	ID        models.OrgID `bson:"_id"`
	Region    string       `bson:"region"` // who supervises it now
	UpdatedAt time.Time    `bson:"updated_at"`
}

// OrgsSince gives the organisations that were registered or changed at or after the given moment.
func (s *Store) OrgsSince(ctx context.Context, from time.Time) ([]OrgChange, error) {
	cur, err := s.col(colOrgs).Find(ctx, bson.D{{Key: "updated_at", Value: bson.D{{Key: "$gte", Value: from}}}},
		options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{{Key: "region", Value: 1}, {Key: "updated_at", Value: 1}}))
	if err != nil {
		return nil, wrap("look for changed orgs", err)
	}
	var list []OrgChange
	return list, wrap("look for changed orgs", cur.All(ctx, &list))
}
