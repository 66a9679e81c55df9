package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CreateClient inserts a machine client.
func (s *Store) CreateClient(ctx context.Context, c models.Client) error {
	_, err := s.col(colClients).InsertOne(ctx, c)
	return wrap("insert client", err)
}

// FindClient reads a machine client, or ErrNotFound.
func (s *Store) FindClient(ctx context.Context, id models.ClientID) (models.Client, error) {
	var c models.Client
	err := s.col(colClients).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&c)
	return c, wrap("find client", err)
}

// ListClients lists machine clients by id; they are the province's, so there is no scope but its.
func (s *Store) ListClients(ctx context.Context, p models.Page) (models.List[models.Client], error) {
	var list []models.Client
	cur, err := s.col(colClients).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}}}, findSorted("_id").SetLimit(int64(p.Limit)+1))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(c models.Client) string { return string(c.ID) }), wrap("list clients", err)
}

// RotateClient gives a client another key; the one before still opens until the given moment. ErrNotFound when it is revoked or not there.
func (s *Store) RotateClient(ctx context.Context, id models.ClientID, before, key []byte, now, until, expires time.Time) (models.Client, error) {
	return s.changeClient(ctx, "rotate client", bson.D{{Key: "_id", Value: id}, {Key: "revoked", Value: false}, {Key: "key", Value: before}}, bson.D{
		{Key: "key", Value: key}, {Key: "previous", Value: before}, {Key: "until", Value: until}, {Key: "rotated_at", Value: now}, {Key: "expires_at", Value: expires},
	})
}

// RevokeClient ends a client; its keys open nothing from then on. Doing it twice is harmless.
func (s *Store) RevokeClient(ctx context.Context, id models.ClientID) (models.Client, error) {
	return s.changeClient(ctx, "revoke client", bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "revoked", Value: true}})
}

func (s *Store) changeClient(ctx context.Context, doing string, filter, set bson.D) (models.Client, error) {
	var c models.Client
	err := s.col(colClients).FindOneAndUpdate(ctx, filter, bson.D{{Key: "$set", Value: set}}, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&c)
	return c, wrap(doing, err)
}

// ClientUsed notes that a client's key was used.
func (s *Store) ClientUsed(ctx context.Context, id models.ClientID, at time.Time) error {
	_, err := s.col(colClients).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$set", Value: bson.D{{Key: "used_at", Value: at}}}})
	return wrap("note use of client", err)
}
