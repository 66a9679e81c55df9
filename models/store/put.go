package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// putNew inserts all documents in one round trip and tells at which positions a unique index refused one; the others are in. With derived
// ids it is the idempotent insert: what a run before a crash left behind is met again and stays as it is.
func putNew[T any](ctx context.Context, col *mongo.Collection, doing string, docs []T) (refused map[int]bool, err error) {
	if len(docs) == 0 {
		return nil, nil
	}
	_, err = col.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	refused, err = duplicates(err)
	return refused, wrap(doing, err)
}

func findSorted(fields ...string) *options.FindOptionsBuilder {
	return options.Find().SetSort(asc(fields...))
}
