package store

import "go.mongodb.org/mongo-driver/v2/bson"

// among matches a field that has one of the values; without any it matches nothing. Every $in of a filter is made here: a nil slice would be written as
// null, which the server refuses ("Expected 'array' type for $in").
func among[S ~[]E, E any](values S) bson.D {
	if values == nil {
		values = S{}
	}
	return bson.D{{Key: "$in", Value: values}}
}
