package store

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// scoped adds the caller's scope to a filter over documents that carry org, region and (some) kind. The zero scope matches nothing.
func scoped(sc models.Scope, filter bson.D) bson.D {
	switch {
	case sc.Org != "":
		filter = append(filter, bson.E{Key: "org", Value: sc.Org})
	case sc.Region != "":
		filter = append(filter, bson.E{Key: "region", Value: sc.Region})
	case !sc.All:
		return append(filter, bson.E{Key: "_id", Value: among(bson.A{})})
	}
	if sc.Kind != "" {
		filter = append(filter, bson.E{Key: "kind", Value: sc.Kind})
	}
	return filter
}
