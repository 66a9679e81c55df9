package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// CreateSession inserts a login.
func (s *Store) CreateSession(ctx context.Context, x models.Session) error {
	_, err := s.col(colSessions).InsertOne(ctx, x)
	return wrap("insert session", err)
}

// FindSession reads a login that has not run out, or ErrNotFound. The TTL index deletes late, so the moment is asked for.
func (s *Store) FindSession(ctx context.Context, id string, now time.Time) (models.Session, error) {
	var x models.Session
	err := s.col(colSessions).FindOne(ctx, alive(id, now)).Decode(&x)
	return x, wrap("find session", err)
}

// RotateSession replaces the current refresh token's hash with the next one and keeps it as the previous; false when another hash is current
// or the session is over. Of several calls with the same token exactly one gets true.
func (s *Store) RotateSession(ctx context.Context, id string, current, next []byte, now time.Time) (bool, error) {
	res, err := s.col(colSessions).UpdateOne(ctx, append(alive(id, now), bson.E{Key: "current", Value: current}),
		bson.D{{Key: "$set", Value: bson.D{{Key: "current", Value: next}, {Key: "previous", Value: current}, {Key: "rotated_at", Value: now}}}})
	if err != nil {
		return false, wrap("rotate session", err)
	}
	return res.MatchedCount == 1, nil
}

// DeleteSession ends a login; ending it twice is no error.
func (s *Store) DeleteSession(ctx context.Context, id string) error {
	_, err := s.col(colSessions).DeleteOne(ctx, bson.D{{Key: "_id", Value: id}})
	return wrap("delete session", err)
}

// DeleteSessionsOf ends all logins of an account except one (empty: none).
func (s *Store) DeleteSessionsOf(ctx context.Context, account models.AccountID, except string) error {
	_, err := s.col(colSessions).DeleteMany(ctx, bson.D{{Key: "account", Value: account}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: except}}}})
	return wrap("delete sessions", err)
}

func alive(id string, now time.Time) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "expires_at", Value: bson.D{{Key: "$gt", Value: now}}}}
}
