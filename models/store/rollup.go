package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindRollup reads an organisation's finished figures of a period in scope by one look-up, without the cells; ErrNotFound when there are none,
// or not for this reader.
func (s *Store) FindRollup(ctx context.Context, sc models.Scope, org models.OrgID, period string) (models.Rollup, error) {
	var r models.Rollup
	err := s.col(colRollups).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: models.RollupID(org, period)}}),
		options.FindOne().SetProjection(bson.D{{Key: "cells", Value: 0}, {Key: "flagged", Value: 0}})).Decode(&r)
	return r, wrap("find rollup", err)
}

// PutRollup stores a rollup whose Version is one more than that of the one it replaces; the first has 1. ErrConflict: another worker stored
// one meanwhile.
func (s *Store) PutRollup(ctx context.Context, r models.Rollup) error {
	return s.putVersion(ctx, colRollups, r.ID, r.Version, r)
}

// RollupFilter says whose figures a region's are merged from.
type RollupFilter struct {
	Region  string // the supervising region; empty: everywhere
	Kind    models.OrgKind
	Periods []string
}

// ListRollupCells gives the cells of the rollups in scope, with organisation and period and nothing else, in no particular order.
func (s *Store) ListRollupCells(ctx context.Context, sc models.Scope, f RollupFilter) ([]models.Rollup, error) {
	filter := bson.D{{Key: "kind", Value: f.Kind}, {Key: "period", Value: bson.D{{Key: "$in", Value: f.Periods}}}}
	if f.Region != "" {
		filter = append(filter, bson.E{Key: "region", Value: f.Region})
	}
	cur, err := s.col(colRollups).Find(ctx, allOf(scoped(sc, bson.D{}), filter),
		options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{
			{Key: "org", Value: 1}, {Key: "period", Value: 1}, {Key: "cells", Value: 1}, {Key: "flagged", Value: 1}, {Key: "quality", Value: 1}, {Key: "computed_at", Value: 1},
		}))
	if err != nil {
		return nil, wrap("list rollups", err)
	}
	var list []models.Rollup
	return list, wrap("list rollups", cur.All(ctx, &list))
}

// RollupPeriods gives the periods for which an organisation's figures are kept, other than under the given region: those that another
// regulator would still be shown.
func (s *Store) RollupPeriods(ctx context.Context, org models.OrgID, region string) ([]string, error) {
	first := models.RollupID(org, "")
	cur, err := s.col(colRollups).Find(ctx, bson.D{
		{Key: "_id", Value: bson.D{{Key: "$gt", Value: first}, {Key: "$lt", Value: first + "~"}}},
		{Key: "region", Value: bson.D{{Key: "$ne", Value: region}}},
	}, options.Find().SetProjection(bson.D{{Key: "period", Value: 1}}))
	if err != nil {
		return nil, wrap("list rollup periods", err)
	}
	var list []models.Rollup
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("list rollup periods", err)
	}
	periods := make([]string, len(list))
	for i, r := range list {
		periods[i] = r.Period
	}
	return periods, nil
}

// StaleRollups gives the ids of rollups that were computed with other definitions than those of catalog and before the given moment.
func (s *Store) StaleRollups(ctx context.Context, catalog string, before time.Time, limit int) ([]string, error) {
	return staleIDs[string](ctx, s, colRollups, catalog, before, limit)
}

// CountRecords counts an organisation's assessment records anchored on the days [from, until), and the different people among them.
//
// One output document of the pipeline: {_id: null, n: 130, persons: 121}
func (s *Store) CountRecords(ctx context.Context, org models.OrgID, from, until models.Date) (models.RecordCount, error) {
	var rows []models.RecordCount
	err := s.aggregate(ctx, "count records", colRecords, bson.A{
		bson.D{{Key: "$match", Value: bson.D{
			{Key: "org", Value: org}, {Key: "anchor", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
		}}},
		bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$person"}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: nil}, {Key: "n", Value: bson.D{{Key: "$sum", Value: "$n"}}}, {Key: "persons", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
	}, &rows)
	if err != nil || len(rows) == 0 {
		return models.RecordCount{}, err
	}
	return rows[0], nil
}

// CountComplaints counts an organisation's complaints that were accepted in [from, until), whatever became of them, and the ones among them that
// were found true or partly true.
func (s *Store) CountComplaints(ctx context.Context, org models.OrgID, from, until time.Time) (accepted, substantiated int64, err error) {
	filter := bson.D{{Key: "org", Value: org}, {Key: "accepted_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}}}
	accepted, err = s.col(colComplaints).CountDocuments(ctx, filter)
	if err != nil || accepted == 0 {
		return 0, 0, wrap("count complaints", err)
	}
	substantiated, err = s.col(colComplaints).CountDocuments(ctx, append(filter, bson.E{
		Key: "outcome", Value: bson.D{{Key: "$in", Value: bson.A{models.OutcomeSubstantiated, models.OutcomePartly}}},
	}))
	return accepted, substantiated, wrap("count complaints", err)
}
