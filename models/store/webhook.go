package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// CreateWebhook inserts an endpoint.
func (s *Store) CreateWebhook(ctx context.Context, w models.Webhook) error {
	_, err := s.col(colWebhooks).InsertOne(ctx, w)
	return wrap("insert webhook", err)
}

// FindWebhook reads one endpoint.
func (s *Store) FindWebhook(ctx context.Context, id models.WebhookID) (models.Webhook, error) {
	var w models.Webhook
	err := s.col(colWebhooks).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&w)
	return w, wrap("find webhook", err)
}

// ListWebhooks lists endpoints, newest first.
func (s *Store) ListWebhooks(ctx context.Context, p models.Page) (models.List[models.Webhook], error) {
	older, err := olderThan(p.After)
	if err != nil {
		return models.List[models.Webhook]{}, err
	}
	var list []models.Webhook
	cur, err := s.col(colWebhooks).Find(ctx, allOf(older), newestFirst(p))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(w models.Webhook) string { return cursorOf(w.CreatedAt, w.ID) }), wrap("list webhooks", err)
}

// UpdateWebhook replaces what people decide about an endpoint, if it still has revision w.Revision-1. How it fares is written by
// NoteWebhook, beside it.
func (s *Store) UpdateWebhook(ctx context.Context, w models.Webhook) error {
	fields := bson.D{
		{Key: "url", Value: w.URL},
		{Key: "note", Value: w.Note},
		{Key: "events", Value: w.Events},
		{Key: "secrets", Value: w.Secrets},
		{Key: "enabled", Value: w.Enabled},
		{Key: "why", Value: w.Why},
		{Key: "failing", Value: w.Failing},
		{Key: "revision", Value: w.Revision},
		{Key: "changed_at", Value: w.ChangedAt},
	}
	res, err := s.col(colWebhooks).UpdateOne(ctx, bson.D{{Key: "_id", Value: w.ID}, {Key: "revision", Value: w.Revision - 1}}, bson.D{{Key: "$set", Value: fields}})
	if err != nil {
		return wrap("update webhook", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("webhook %s has another revision", w.ID))
	}
	return nil
}

// DeleteWebhook removes an endpoint; what it was told expires by itself.
func (s *Store) DeleteWebhook(ctx context.Context, id models.WebhookID) error {
	if _, err := s.col(colWebhooks).DeleteOne(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
		return wrap("delete webhook", err)
	}
	_, err := s.col(colWebhookMessages).DeleteMany(ctx, bson.D{
		{Key: "webhook", Value: id}, {Key: "state", Value: among(bson.A{models.WebhookDue, models.WebhookHeld})},
	})
	return wrap("drop messages of a webhook", err)
}

// WebhookArrived notes that an endpoint took a message.
func (s *Store) WebhookArrived(ctx context.Context, id models.WebhookID, at time.Time) error {
	_, err := s.col(colWebhooks).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "last_ok", Value: at}, {Key: "failing", Value: time.Time{}}}}})
	return wrap("note that a webhook took a message", err)
}

// WebhookFailed notes since when an endpoint takes nothing, unless that is noted already.
func (s *Store) WebhookFailed(ctx context.Context, id models.WebhookID, at time.Time) error {
	_, err := s.col(colWebhooks).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "failing", Value: time.Time{}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "failing", Value: at}}}})
	return wrap("note that a webhook fails", err)
}

// SwitchOffWebhook switches an endpoint off for a reason; false when it was off. It counts as a revision, so that nobody overwrites it unseen.
func (s *Store) SwitchOffWebhook(ctx context.Context, id models.WebhookID, why string, at time.Time) (bool, error) {
	res, err := s.col(colWebhooks).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "enabled", Value: true}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "enabled", Value: false}, {Key: "why", Value: why}, {Key: "changed_at", Value: at}}},
		{Key: "$inc", Value: bson.D{{Key: "revision", Value: 1}}},
	})
	if err != nil {
		return false, wrap("switch off webhook", err)
	}
	return res.ModifiedCount > 0, nil
}
