package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// StartSecond keeps a second factor that is not confirmed yet; a newer start replaces it. False when one is in force already.
func (s *Store) StartSecond(ctx context.Context, id models.AccountID, f models.SecondFactor) (bool, error) {
	return s.changeSecond(ctx, "start second factor", bson.D{{Key: "_id", Value: id}, {Key: "second", Value: bson.D{{Key: "$exists", Value: false}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "enrolling", Value: f}}}})
}

// ConfirmSecond puts a second factor in force, if it is the one that was started and none is in force.
func (s *Store) ConfirmSecond(ctx context.Context, id models.AccountID, started []byte, f models.SecondFactor) (bool, error) {
	return s.changeSecond(ctx, "confirm second factor",
		bson.D{{Key: "_id", Value: id}, {Key: "second", Value: bson.D{{Key: "$exists", Value: false}}}, {Key: "enrolling.secret", Value: started}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "second", Value: f}}}, {Key: "$unset", Value: bson.D{{Key: "enrolling", Value: ""}}}})
}

// UseStep takes a time step: of all who come with its code, one gets true, and nobody with an earlier one afterwards.
func (s *Store) UseStep(ctx context.Context, id models.AccountID, step int64) (bool, error) {
	return s.changeSecond(ctx, "use code", bson.D{{Key: "_id", Value: id}, {Key: "second.step", Value: bson.D{{Key: "$lt", Value: step}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "second.step", Value: step}}}})
}

// UseRecovery takes a recovery code by its hash, once.
func (s *Store) UseRecovery(ctx context.Context, id models.AccountID, hash string) (bool, error) {
	return s.changeSecond(ctx, "use recovery code", bson.D{{Key: "_id", Value: id}, {Key: "second.recovery", Value: hash}},
		bson.D{{Key: "$pull", Value: bson.D{{Key: "second.recovery", Value: hash}}}})
}

func (s *Store) changeSecond(ctx context.Context, doing string, filter, change bson.D) (bool, error) {
	res, err := s.col(colAccounts).UpdateOne(ctx, filter, change)
	if err != nil {
		return false, wrap(doing, err)
	}
	return res.MatchedCount == 1, nil
}
