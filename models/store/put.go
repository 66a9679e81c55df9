package store

import (
	"cmp"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// putNew inserts all documents in one round trip and tells at which positions a unique index refused one; the others are in. With derived
// ids it is the idempotent insert: what a run before a crash left behind is met again and stays as it is.
func putNew[T any](ctx context.Context, col *mongo.Collection, doing string, docs []T) (refused map[int]bool, err error) {
	if len(docs) == 0 {
		return nil, nil
	}
	raws := make([]bson.Raw, len(docs))
	for i := range docs {
		if raws[i], err = bson.Marshal(&docs[i]); err != nil {
			return nil, wrap(doing, err)
		}
	}
	order := byID(raws, rawID)
	_, err = col.InsertMany(ctx, arranged(raws, order), options.InsertMany().SetOrdered(false))
	refused, err = duplicates(err)
	return placed(refused, order), wrap(doing, err)
}

// byID gives the order in which one round trip writes a list: by id, whoever writes. A database may keep each document that it has written locked until the
// round trip ends; two that came to the same documents from opposite ends would wait for each other until both are out of time.
func byID[T any, K cmp.Ordered](list []T, id func(T) K) (order []int) {
	order = make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(id(list[a]), id(list[b])) })
	return order
}

// arranged puts a list in an order.
func arranged[T any](list []T, order []int) []T {
	out := make([]T, len(order))
	for i, at := range order {
		out[i] = list[at]
	}
	return out
}

// placed says of positions in an order where they are in the list.
func placed(met map[int]bool, order []int) map[int]bool {
	out := make(map[int]bool, len(met))
	for i := range met {
		out[order[i]] = true
	}
	return out
}

// rawID gives the id of an encoded document, as bytes that can be compared.
func rawID(doc bson.Raw) string { return string(doc.Lookup("_id").Value) }

func findSorted(fields ...string) *options.FindOptionsBuilder {
	return options.Find().SetSort(asc(fields...))
}
