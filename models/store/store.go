// Package store is the one place that speaks MongoDB. It writes to the common ground of MongoDB and its protocol-compatible
// servers: single-document atomicity, unique and partial indexes, TTL, bulk writes, findOneAndUpdate and aggregation; no
// multi-document transactions and no change streams. Every state change is one document write; what is derived from it can be repaired by a sweep.
//
// One file a collection; indexes.go is the schema. Methods take the context first, return models, translate driver errors
// once (errors.go) and say what they were doing when they failed.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// timeout bounds every operation that has no earlier deadline.
const timeout = 20 * time.Second

// Store holds one client and the database of one deployment. It is safe for concurrent use.
type Store struct {
	client *mongo.Client
	db     *mongo.Database
	writer *responseWriter
	reader *invitationReader
}

// Open connects, waits until the server answers, and makes the indexes. Writes are acknowledged by a majority and
// journalled: an acknowledged answer survives the loss of any one machine.
func Open(ctx context.Context, uri, database string) (*Store, error) {
	journal := true
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTimeout(timeout).SetMaxPoolSize(100).SetMaxConnecting(8).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).SetRetryWrites(false))
	if err != nil {
		return nil, fmt.Errorf("mongodb: connect: %w", err)
	}
	s := &Store{client: client, db: client.Database(database)}
	if err := s.Ping(ctx); err != nil {
		_ = client.Disconnect(ctx) // the ping's error says more
		return nil, err
	}
	if err := s.ensureIndexes(ctx); err != nil {
		_ = client.Disconnect(ctx)
		return nil, err
	}
	s.writer = newResponseWriter(s.db.Collection(colResponses))
	s.reader = newInvitationReader(s.db.Collection(colInvitations))
	return s, nil
}

// Ping asks whether the server answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx, readpref.Primary()); err != nil {
		return fmt.Errorf("mongodb: ping: %w", err)
	}
	return nil
}

// Time gives the server's clock, to the millisecond.
func (s *Store) Time(ctx context.Context) (time.Time, error) {
	var hello struct {
		LocalTime time.Time `bson:"localTime"`
	}
	if err := s.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return time.Time{}, fmt.Errorf("mongodb: hello: %w", err)
	}
	if hello.LocalTime.IsZero() {
		return time.Time{}, errors.New("mongodb: hello tells no time")
	}
	return hello.LocalTime, nil
}

// Close waits for the grouped round trips under way and disconnects.
func (s *Store) Close(ctx context.Context) error {
	s.writer.close()
	s.reader.close()
	if err := s.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongodb: disconnect: %w", err)
	}
	return nil
}

// DropDatabase removes everything. Only tests and `seed --reset` call it.
func (s *Store) DropDatabase(ctx context.Context) error {
	return wrap("drop database", s.db.Drop(ctx))
}

func (s *Store) col(name string) *mongo.Collection { return s.db.Collection(name) }
