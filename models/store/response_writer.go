package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// responseWriter inserts answers, many in one round trip. Each caller gets the result of its own document.
type responseWriter = grouper[bson.Raw, struct{}]

func newResponseWriter(col *mongo.Collection) *responseWriter {
	return newGrouper(func(ctx context.Context, group []*grouped[bson.Raw, struct{}]) {
		if len(group) == 1 {
			_, group[0].err = col.InsertOne(ctx, group[0].in)
			return
		}
		// As in byID: retries of the same answers may be in the other round trip's group.
		slices.SortFunc(group, func(a, b *grouped[bson.Raw, struct{}]) int { return strings.Compare(rawID(a.in), rawID(b.in)) })
		docs := make([]any, len(group))
		for i, c := range group {
			docs[i] = c.in
		}
		_, err := col.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
		for i, c := range group {
			c.err = resultOf(err, i)
		}
	})
}

// resultOf picks the result of one document of an unordered insert: its own write error, or nothing if only others failed.
func resultOf(err error, i int) error {
	var bulk mongo.BulkWriteException
	if err == nil || !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return err
	}
	for _, e := range bulk.WriteErrors {
		if e.Index == i {
			return e.WriteError
		}
	}
	return nil
}

// CreateResponse inserts a response and returns when it is durable. A response with the same id exists: ErrConflict; find it to see whether it is the same.
// When ctx ends first the outcome is unknown to the caller; the id makes asking again safe.
func (s *Store) CreateResponse(ctx context.Context, r models.Response) error {
	doc, err := bson.Marshal(r)
	if err != nil {
		return wrap("encode response", err)
	}
	_, err = s.writer.do(ctx, doc)
	return wrap("insert response", err)
}
