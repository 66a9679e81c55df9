package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CreateAuditIntent leaves word that something is about to be recorded and done.
func (s *Store) CreateAuditIntent(ctx context.Context, x models.AuditIntent) error {
	_, err := s.col(colAuditIntents).InsertOne(ctx, x)
	return wrap("leave audit intent", err)
}

// DeleteAuditIntents takes word away: what came of it is known.
func (s *Store) DeleteAuditIntents(ctx context.Context, ids []string) error {
	_, err := s.col(colAuditIntents).DeleteMany(ctx, bson.D{{Key: "_id", Value: among(ids)}})
	return wrap("take audit intents away", err)
}

// AuditIntentsBefore lists what was left before a time, oldest first: up to limit.
func (s *Store) AuditIntentsBefore(ctx context.Context, before time.Time, limit int) ([]models.AuditIntent, error) {
	var list []models.AuditIntent
	cur, err := s.col(colAuditIntents).Find(ctx, bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: before}}}},
		options.Find().SetSort(bson.D{{Key: "at", Value: 1}}).SetLimit(int64(limit)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list audit intents", err)
}
