package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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

// SetSessionPending says what the holder of a login has to do before anything else.
func (s *Store) SetSessionPending(ctx context.Context, id string, what models.Pending) error {
	_, err := s.col(colSessions).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$set", Value: bson.D{{Key: "pending", Value: what}}}})
	return wrap("set what is pending", err)
}

// maxSessions bounds a list of logins: nobody has more devices, a script does.
const maxSessions = 200

// ListSessions lists the logins of an account that have not run out, the newest first.
func (s *Store) ListSessions(ctx context.Context, account models.AccountID, now time.Time) ([]models.Session, error) {
	var list []models.Session
	cur, err := s.col(colSessions).Find(ctx, bson.D{{Key: "account", Value: account}, {Key: "expires_at", Value: bson.D{{Key: "$gt", Value: now}}}},
		options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(maxSessions))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list sessions", err)
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
