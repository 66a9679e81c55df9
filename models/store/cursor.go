package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// cursorOf is where a list that is sorted by created_at and _id, newest first, goes on after a document.
func cursorOf[ID ~string](at time.Time, id ID) string {
	return fmt.Sprintf("%d.%s", at.UnixMilli(), id)
}

// olderThan is the part of a filter that starts after a cursor; nil at the start of the list.
func olderThan(after string) (bson.D, error) {
	if after == "" {
		return nil, nil
	}
	ms, id, ok := strings.Cut(after, ".")
	n, err := strconv.ParseInt(ms, 10, 64)
	if !ok || err != nil {
		return nil, models.ErrInvalid.WithFields(models.FieldError{Field: "after", Code: "cursor", Message: "after 应使用上一页返回的 next。"})
	}
	at := time.UnixMilli(n)
	return bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: "created_at", Value: bson.D{{Key: "$lt", Value: at}}}},
		bson.D{{Key: "created_at", Value: at}, {Key: "_id", Value: bson.D{{Key: "$lt", Value: id}}}},
	}}}, nil
}

// newestFirst is the order that olderThan goes on in, with one document more than the page.
func newestFirst(p models.Page) *options.FindOptionsBuilder {
	return options.Find().SetSort(bson.D{{Key: "created_at", Value: -1}, {Key: "_id", Value: -1}}).SetLimit(int64(p.Limit) + 1)
}

// only gives a filter of the fields that are not empty.
func only(pairs ...string) bson.D {
	f := bson.D{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			f = append(f, bson.E{Key: pairs[i], Value: pairs[i+1]})
		}
	}
	return f
}
