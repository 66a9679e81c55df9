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
	return s.FindRollupByID(ctx, sc, models.RollupID(org, period))
}

// FindRollupByID is FindRollup by a RollupID or a PartID.
func (s *Store) FindRollupByID(ctx context.Context, sc models.Scope, id string) (models.Rollup, error) {
	return s.findRollup(ctx, sc, id, bson.D{{Key: "cells", Value: 0}, {Key: "shown", Value: 0}, {Key: "flagged", Value: 0}, {Key: "slices.cells", Value: 0}, {Key: "slices.shown", Value: 0}})
}

// FindRollupSlices is FindRollupByID with the cells by occupation and level, and without the finished figures.
func (s *Store) FindRollupSlices(ctx context.Context, sc models.Scope, id string) (models.Rollup, error) {
	return s.findRollup(ctx, sc, id, bson.D{{Key: "cells", Value: 0}, {Key: "shown", Value: 0}, {Key: "flagged", Value: 0}, {Key: "live", Value: 0}, {Key: "released", Value: 0}})
}

func (s *Store) findRollup(ctx context.Context, sc models.Scope, id string, projection bson.D) (models.Rollup, error) {
	var r models.Rollup
	err := s.col(colRollups).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}}), options.FindOne().SetProjection(projection)).Decode(&r)
	return r, wrap("find rollup", err)
}

// FindRollups reads several rollups in scope by their ids, in no particular order; those that are not there are missing.
func (s *Store) FindRollups(ctx context.Context, sc models.Scope, ids []string) ([]models.Rollup, error) {
	cur, err := s.col(colRollups).Find(ctx, scoped(sc, bson.D{{Key: "_id", Value: among(ids)}}),
		options.Find().SetProjection(bson.D{{Key: "cells", Value: 0}, {Key: "shown", Value: 0}, {Key: "flagged", Value: 0}, {Key: "slices", Value: 0}}))
	if err != nil {
		return nil, wrap("find rollups", err)
	}
	var list []models.Rollup
	return list, wrap("find rollups", cur.All(ctx, &list))
}

// StreamQuartersSince gives the quarters of a kind of organisation, whole and in parts, whose figures were computed at or after the given moment: the
// figures for regulators and the cells by occupation and level.
func (s *Store) StreamQuartersSince(ctx context.Context, kind models.OrgKind, from time.Time, fn func(models.Rollup) error) error {
	cur, err := s.col(colRollups).Find(ctx, bson.D{
		{Key: "kind", Value: kind}, {Key: "computed_at", Value: bson.D{{Key: "$gte", Value: from}}}, {Key: "period", Value: bson.D{{Key: "$regex", Value: "Q"}}},
	}, options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{
		{Key: "cells", Value: 0}, {Key: "shown", Value: 0}, {Key: "flagged", Value: 0}, {Key: "released", Value: 0}, {Key: "slices.shown", Value: 0},
	}))
	if err != nil {
		return wrap("read quarters", err)
	}
	defer func() { _ = cur.Close(ctx) }() // everything was read, or another error says more
	for cur.Next(ctx) {
		var r models.Rollup
		if err := cur.Decode(&r); err != nil {
			return wrap("read quarters", err)
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return wrap("read quarters", cur.Err())
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
	Slice   models.Slice // an occupation, a level, or both; zero: everybody
	Shown   bool         // what was released instead of all
	Parts   bool         // of social organisations: by exam site, also when Region is empty
}

// ListRollupCells gives the cells of the rollups in scope, or of the slices that the filter names, with organisation, region, period and nothing
// else, in no particular order. A social organisation's figures are in the region's whose exam sites its rounds were at.
func (s *Store) ListRollupCells(ctx context.Context, sc models.Scope, f RollupFilter) ([]models.Rollup, error) {
	filter := bson.D{{Key: "kind", Value: f.Kind}, {Key: "period", Value: among(f.Periods)}}
	if f.Region != "" {
		filter = append(filter, bson.E{Key: "region", Value: f.Region})
	}
	filter = append(filter, bson.E{Key: "part", Value: bson.D{{Key: "$exists", Value: (f.Region != "" || f.Parts) && f.Kind == models.OrgSocial}}})
	cells := "cells"
	if f.Shown {
		cells = "shown"
	}
	fields := bson.D{
		{Key: "org", Value: 1}, {Key: "region", Value: 1}, {Key: "period", Value: 1}, {Key: "computed_at", Value: 1}, {Key: cells, Value: 1},
	}
	if !f.Shown && f.Slice.IsZero() {
		fields = append(bson.D{{Key: "flagged", Value: 1}, {Key: "quality", Value: 1}}, fields...)
	}
	if !f.Slice.IsZero() {
		fields[len(fields)-1] = bson.E{Key: "slices", Value: sliceProjection(f.Slice, cells)}
		if f.Slice.Occupation != "" {
			filter = append(filter, bson.E{Key: "slices.occupation", Value: f.Slice.Occupation})
		}
		if f.Slice.Level != "" {
			filter = append(filter, bson.E{Key: "slices.level", Value: f.Slice.Level})
		}
	}
	var list []models.Rollup
	err := s.aggregate(ctx, "list rollups", colRollups, bson.A{
		bson.D{{Key: "$match", Value: allOf(scoped(sc, bson.D{}), filter)}}, bson.D{{Key: "$project", Value: fields}},
	}, &list)
	return list, err
}

// sliceProjection keeps of an array of slices those that a filter names, and one kind of their cells.
func sliceProjection(slice models.Slice, cells string) bson.D {
	is := bson.A{}
	if slice.Occupation != "" {
		is = append(is, bson.D{{Key: "$eq", Value: bson.A{"$$s.occupation", slice.Occupation}}})
	}
	if slice.Level != "" {
		is = append(is, bson.D{{Key: "$eq", Value: bson.A{"$$s.level", slice.Level}}})
	}
	kept := bson.D{{Key: "$filter", Value: bson.D{{Key: "input", Value: "$slices"}, {Key: "as", Value: "s"}, {Key: "cond", Value: bson.D{{Key: "$and", Value: is}}}}}}
	return bson.D{{Key: "$map", Value: bson.D{{Key: "input", Value: kept}, {Key: "as", Value: "s"}, {Key: "in", Value: bson.D{
		{Key: "occupation", Value: "$$s.occupation"}, {Key: "level", Value: "$$s.level"}, {Key: "name", Value: "$$s.name"}, {Key: cells, Value: "$$s." + cells},
	}}}}}
}

// RollupPeriods gives the periods for which an organisation's figures are kept, other than under the given region: those that another
// regulator would still be shown.
func (s *Store) RollupPeriods(ctx context.Context, org models.OrgID, region string) ([]string, error) {
	first := models.RollupID(org, "")
	cur, err := s.col(colRollups).Find(ctx, bson.D{
		{Key: "_id", Value: bson.D{{Key: "$gt", Value: first}, {Key: "$lt", Value: first + "~"}}},
		{Key: "region", Value: bson.D{{Key: "$ne", Value: region}}},
		{Key: "part", Value: bson.D{{Key: "$exists", Value: false}}}, // a part stays with its exam sites
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
	filter := bson.D{
		{Key: "org", Value: org},
		{Key: "accepted_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
		{Key: "state", Value: bson.D{{Key: "$ne", Value: models.ComplaintMerged}}}, // the one it was merged into counts
	}
	accepted, err = s.col(colComplaints).CountDocuments(ctx, filter)
	if err != nil || accepted == 0 {
		return 0, 0, wrap("count complaints", err)
	}
	substantiated, err = s.col(colComplaints).CountDocuments(ctx, append(filter, bson.E{
		Key: "outcome", Value: among(bson.A{models.OutcomeSubstantiated, models.OutcomePartly}),
	}))
	return accepted, substantiated, wrap("count complaints", err)
}

// RegionComplaints is how many complaints one region's authority handled.
type RegionComplaints struct {
	Region                  string `bson:"_id"`
	Accepted, Substantiated int64
}

// CountComplaintsByRegion is CountComplaints by the region that handles them.
//
// One output document of the pipeline: {_id: "440300", accepted: 3, substantiated: 1}
func (s *Store) CountComplaintsByRegion(ctx context.Context, org models.OrgID, from, until time.Time) ([]RegionComplaints, error) {
	found := bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: "$eq", Value: bson.A{"$outcome", models.OutcomeSubstantiated}}}, bson.D{{Key: "$eq", Value: bson.A{"$outcome", models.OutcomePartly}}},
	}}}
	var rows []RegionComplaints
	err := s.aggregate(ctx, "count complaints by region", colComplaints, bson.A{
		bson.D{{Key: "$match", Value: bson.D{
			{Key: "org", Value: org}, {Key: "accepted_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
		}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: "$region"},
			{Key: "accepted", Value: bson.D{{Key: "$sum", Value: 1}}},
			{Key: "substantiated", Value: bson.D{{Key: "$sum", Value: bson.D{{Key: "$cond", Value: bson.A{found, 1, 0}}}}}},
		}}},
	}, &rows)
	return rows, err
}

// CountRecordsBySite is CountRecords by the division of the exam site, empty where the roster gives none. Somebody who sat at two sites is a
// person of both.
//
// One output document of the pipeline: {_id: "440305", n: 130, persons: 121}
func (s *Store) CountRecordsBySite(ctx context.Context, org models.OrgID, from, until models.Date) (map[string]models.RecordCount, error) {
	var rows []struct {
		Site               string `bson:"_id"`
		models.RecordCount `bson:",inline"`
	}
	err := s.aggregate(ctx, "count records by exam site", colRecords, bson.A{
		bson.D{{Key: "$match", Value: bson.D{
			{Key: "org", Value: org}, {Key: "anchor", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
		}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: bson.D{{Key: "site", Value: "$exam_region"}, {Key: "person", Value: "$person"}}}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: "$_id.site"}, {Key: "n", Value: bson.D{{Key: "$sum", Value: "$n"}}}, {Key: "persons", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
	}, &rows)
	counts := make(map[string]models.RecordCount, len(rows))
	for _, r := range rows {
		counts[r.Site] = r.RecordCount
	}
	return counts, err
}
