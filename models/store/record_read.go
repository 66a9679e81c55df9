package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindRecordsByID reads an organisation's records by id, up to a thousand at once and in no particular order; ids that are unknown or another
// organisation's are left out.
func (s *Store) FindRecordsByID(ctx context.Context, org models.OrgID, ids []models.RecordID) ([]models.Record, error) {
	return s.findRecordsIn(ctx, org, "_id", among(ids), bson.D{{Key: "digest", Value: 0}})
}

// FindRecordsByCertificate is FindRecordsByID by certificate number.
func (s *Store) FindRecordsByCertificate(ctx context.Context, org models.OrgID, numbers []string) ([]models.Record, error) {
	return s.findRecordsIn(ctx, org, "certificate", among(numbers), bson.D{{Key: "digest", Value: 0}})
}

// FindRecordsToInvite is FindRecordsByID without the sealed identity: expanding has no need to open it.
func (s *Store) FindRecordsToInvite(ctx context.Context, org models.OrgID, ids []models.RecordID) ([]models.Record, error) {
	return s.findRecordsIn(ctx, org, "_id", among(ids), bson.D{{Key: "identity", Value: 0}, {Key: "digest", Value: 0}})
}

func (s *Store) findRecordsIn(ctx context.Context, org models.OrgID, field string, values, fields bson.D) ([]models.Record, error) {
	cur, err := s.col(colRecords).Find(ctx, bson.D{{Key: "org", Value: org}, {Key: field, Value: values}},
		options.Find().SetProjection(fields).SetBatchSize(chunkSize))
	if err != nil {
		return nil, wrap("find records by "+field, err)
	}
	var list []models.Record
	return list, wrap("find records by "+field, cur.All(ctx, &list))
}

// HasRecords says whether an organisation in scope has any record. It asks for no order: putting a whole roster in order to see one costs as much as the list.
func (s *Store) HasRecords(ctx context.Context, sc models.Scope, org models.OrgID) (bool, error) {
	err := s.col(colRecords).FindOne(ctx, allOf(scoped(sc, bson.D{}), bson.D{{Key: "org", Value: org}}), options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if err = wrap("look for a record", err); errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
