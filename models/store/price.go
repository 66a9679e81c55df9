package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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

// ListPrices reads everybody's current price list, without the earlier ones.
func (s *Store) ListPrices(ctx context.Context) ([]models.PriceList, error) {
	cur, err := s.col(colPrices).Find(ctx, bson.D{}, options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{{Key: "org", Value: 1}, {Key: "current.items", Value: 1}}))
	if err != nil {
		return nil, wrap("list prices", err)
	}
	var list []models.PriceList
	return list, wrap("list prices", cur.All(ctx, &list))
}
