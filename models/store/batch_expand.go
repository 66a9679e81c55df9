package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// LeaseBatch takes the expansion of a batch until the given moment. ErrNotFound when somebody else holds it. The lease's end is also what
// proves the holder in AdvanceBatch: nobody can hold the same one.
func (s *Store) LeaseBatch(ctx context.Context, id models.BatchID, now, until time.Time) (models.Batch, error) {
	var b models.Batch
	err := s.col(colBatches).FindOneAndUpdate(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "expand_lease", Value: bson.D{{Key: "$lte", Value: now}}}},
		set("expand_lease", until), options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&b)
	return b, wrap("lease batch", err)
}

// AdvanceBatch moves the resume point and extends the lease if both are still what the holder left. False: somebody else has taken over.
func (s *Store) AdvanceBatch(ctx context.Context, b models.Batch, to int, until time.Time) (bool, error) {
	return s.updateLeased(ctx, b, bson.D{{Key: "expanded", Value: to}, {Key: "expand_lease", Value: until}})
}

// ReleaseBatch gives the lease back before its end, so that another worker need not wait. Losing it meanwhile is no error.
func (s *Store) ReleaseBatch(ctx context.Context, b models.Batch, now time.Time) error {
	_, err := s.updateLeased(ctx, b, bson.D{{Key: "expand_lease", Value: now}})
	return err
}

func (s *Store) updateLeased(ctx context.Context, b models.Batch, fields bson.D) (bool, error) {
	res, err := s.col(colBatches).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: b.ID}, {Key: "expanded", Value: b.Expanded}, {Key: "expand_lease", Value: b.ExpandLease}},
		bson.D{{Key: "$set", Value: fields}})
	if err != nil {
		return false, wrap("update leased batch", err)
	}
	return res.MatchedCount > 0, nil
}

// SetSkipped records how many people another batch had invited first. The number is computed, not added up, so that a second run
// gives the same.
func (s *Store) SetSkipped(ctx context.Context, id models.BatchID, n int) error {
	_, err := s.col(colBatches).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, set("skipped", n))
	return wrap("set skipped", err)
}

// CountInvitations counts a batch's invitations.
func (s *Store) CountInvitations(ctx context.Context, id models.BatchID) (int, error) {
	n, err := s.col(colInvitations).CountDocuments(ctx, bson.D{{Key: "batch", Value: id}})
	return int(n), wrap("count invitations", err)
}
