package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// Outbox is where the console channel puts messages for a developer to read. Development only.
type Outbox struct{ col *mongo.Collection }

// Outbox gives the developer's outbox.
func (s *Store) Outbox() Outbox { return Outbox{s.col(colOutbox)} }

// Put stores a message under its delivery's id; the same id again leaves one message.
func (o Outbox) Put(ctx context.Context, m models.OutboxMessage) error {
	_, err := o.col.InsertOne(ctx, m)
	if mongo.IsDuplicateKeyError(err) {
		return nil
	}
	return wrap("put into outbox", err)
}

// Find says whether a message is there.
func (o Outbox) Find(ctx context.Context, id models.DeliveryID) (models.OutboxMessage, bool, error) {
	var m models.OutboxMessage
	err := wrap("find in outbox", o.col.FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&m))
	if errors.Is(err, models.ErrNotFound) {
		return m, false, nil
	}
	return m, err == nil, err
}

// OutboxFilter narrows the outbox; empty fields match everything.
type OutboxFilter struct {
	Batch models.BatchID
	To    string
}

// List gives the newest messages first.
func (o Outbox) List(ctx context.Context, f OutboxFilter, limit int) ([]models.OutboxMessage, error) {
	filter := bson.D{}
	if f.Batch != "" {
		filter = append(filter, bson.E{Key: "batch", Value: f.Batch})
	}
	if f.To != "" {
		filter = append(filter, bson.E{Key: "to", Value: f.To})
	}
	cur, err := o.col.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: -1}}).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list outbox", err)
	}
	list := []models.OutboxMessage{}
	return list, wrap("list outbox", cur.All(ctx, &list))
}
