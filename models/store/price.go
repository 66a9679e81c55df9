package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// FindPrices reads an organisation's price list with all earlier versions; ErrNotFound when there is none, or not for this reader.
func (s *Store) FindPrices(ctx context.Context, sc models.Scope, org models.OrgID) (models.PriceList, error) {
	var l models.PriceList
	err := s.col(colPrices).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: org}})).Decode(&l)
	return l, wrap("find prices", err)
}

// PutPrices stores a list whose Current.N is one more than that of the one it replaces; the first has 1. ErrPricesChanged: somebody was faster.
func (s *Store) PutPrices(ctx context.Context, l models.PriceList) error {
	if l.Current.N <= 1 {
		_, err := s.col(colPrices).InsertOne(ctx, l)
		if err = wrap("insert prices", err); errors.Is(err, models.ErrConflict) {
			return models.ErrPricesChanged.Because(err)
		}
		return err
	}
	res, err := s.col(colPrices).ReplaceOne(ctx, bson.D{{Key: "_id", Value: l.ID}, {Key: "current.n", Value: l.Current.N - 1}}, l)
	if err != nil {
		return wrap("replace prices", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrPricesChanged
	}
	return nil
}
