package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindOneTime reads the one-time code for what is being opened; for a first one, a fresh OneTimeCode with this id.
func (s *Store) FindOneTime(ctx context.Context, id string) (models.OneTimeCode, error) {
	var o models.OneTimeCode
	err := wrap("find one-time code", s.col(colOneTime).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&o))
	if errors.Is(err, models.ErrNotFound) {
		return models.OneTimeCode{ID: id}, nil
	}
	return o, err
}

// SaveOneTime stores a renewed code if it is still the successor of before: of parallel requests for a code one wins, the others get
// ErrOTPTooSoon.
func (s *Store) SaveOneTime(ctx context.Context, before, o models.OneTimeCode) error {
	if len(before.Sent) == 0 {
		_, err := s.col(colOneTime).InsertOne(ctx, o)
		if err = wrap("insert one-time code", err); errors.Is(err, models.ErrConflict) {
			return models.ErrOTPTooSoon
		}
		return err
	}
	res, err := s.col(colOneTime).ReplaceOne(ctx, bson.D{{Key: "_id", Value: o.ID}, {Key: "sent", Value: before.Sent}}, o)
	if err != nil {
		return wrap("save one-time code", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrOTPTooSoon
	}
	return nil
}

// TryOneTime counts one try before the code is compared, so that parallel guesses count each. ErrWrongOTP when there is no valid code or no
// try left.
func (s *Store) TryOneTime(ctx context.Context, id string, now time.Time) (models.OneTimeCode, error) {
	var o models.OneTimeCode
	err := wrap("count try", s.col(colOneTime).FindOneAndUpdate(ctx,
		bson.D{
			{Key: "_id", Value: id},
			{Key: "tries", Value: bson.D{{Key: "$lt", Value: models.OTPTries}}},
			{Key: "expires_at", Value: bson.D{{Key: "$gt", Value: now}}},
			{Key: "nonce", Value: bson.D{{Key: "$ne", Value: ""}}},
		},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "tries", Value: 1}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&o))
	if errors.Is(err, models.ErrNotFound) {
		return o, models.ErrWrongOTP
	}
	return o, err
}

// UseOneTime consumes the code: of parallel uses of one code exactly one gets nil, the others ErrWrongOTP.
func (s *Store) UseOneTime(ctx context.Context, id, nonce string) error {
	res, err := s.col(colOneTime).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "nonce", Value: nonce}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "nonce", Value: ""}}}, {Key: "$unset", Value: bson.D{{Key: "phone", Value: ""}}}})
	if err != nil {
		return wrap("use one-time code", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrWrongOTP
	}
	return nil
}

// ForgetTypedPhones removes the sealed numbers of codes that ended before the given moment.
func (s *Store) ForgetTypedPhones(ctx context.Context, before time.Time) error {
	_, err := s.col(colOneTime).UpdateMany(ctx,
		bson.D{{Key: "expires_at", Value: bson.D{{Key: "$lt", Value: before}}}, {Key: "phone", Value: bson.D{{Key: "$exists", Value: true}}}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: "phone", Value: ""}}}})
	return wrap("forget typed phones", err)
}
