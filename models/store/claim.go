package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// withoutList leaves the frozen list out: it is megabytes for a large claim and only expanding needs it.
var withoutList = bson.D{{Key: "records", Value: 0}}

// CreateClaim stores a claim with its frozen list by one insert: the commit of claiming. A claim with the same id exists: ErrConflict.
func (s *Store) CreateClaim(ctx context.Context, c models.Claim) error {
	_, err := s.col(colClaims).InsertOne(ctx, c)
	return wrap("insert claim", err)
}

// FindClaim reads a claim without its list of records; Refused people come with their codes only, see Refusal.Explain. ErrNotFound.
func (s *Store) FindClaim(ctx context.Context, sc models.Scope, id models.ClaimID) (models.Claim, error) {
	var c models.Claim
	err := s.col(colClaims).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}}), options.FindOne().SetProjection(withoutList)).Decode(&c)
	return c, wrap("find claim", err)
}

// FindClaimRecords reads the frozen list of a claim, in order. ErrNotFound.
func (s *Store) FindClaimRecords(ctx context.Context, id models.ClaimID) ([]models.RecordID, error) {
	var c struct {
		Records []models.RecordID `bson:"records"`
	}
	err := s.col(colClaims).FindOne(ctx, bson.D{{Key: "_id", Value: id}},
		options.FindOne().SetProjection(bson.D{{Key: "records", Value: 1}})).Decode(&c)
	return c.Records, wrap("find claim's records", err)
}

// ListClaimsToExpand gives the oldest claims that are not expanded yet, without their lists.
func (s *Store) ListClaimsToExpand(ctx context.Context, limit int) ([]models.Claim, error) {
	cur, err := s.col(colClaims).Find(ctx, bson.D{{Key: "state", Value: models.ClaimAccepted}},
		options.Find().SetProjection(append(bson.D{{Key: "rejected", Value: 0}}, withoutList...)).SetSort(asc("created_at")).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list claims to expand", err)
	}
	var list []models.Claim
	return list, wrap("list claims to expand", cur.All(ctx, &list))
}

// FinishClaim records that every person of a claim was expanded, and when. Doing it twice is harmless.
func (s *Store) FinishClaim(ctx context.Context, id models.ClaimID, at time.Time) error {
	_, err := s.col(colClaims).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "state", Value: bson.D{{Key: "$ne", Value: models.ClaimExpanded}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: models.ClaimExpanded}, {Key: "expanded_at", Value: at}}}})
	return wrap("finish claim", err)
}

// set is the update that sets one field.
func set(field string, value any) bson.D {
	return bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}}
}
