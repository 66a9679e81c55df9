package store

import (
	"context"
	"errors"
	"time"

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

// PricesInForce reads an organisation's list that was the newest one before a moment: its prices, empty but not nil where there are none; nil without a list.
func (s *Store) PricesInForce(ctx context.Context, org models.OrgID, before time.Time) ([]models.Price, error) {
	for _, fields := range []string{"current", ""} { // earlier lists are long, and seldom asked for
		opt := options.FindOne()
		if fields != "" {
			opt.SetProjection(bson.D{{Key: fields, Value: 1}})
		}
		var l models.PriceList
		err := wrap("find prices", s.col(colPrices).FindOne(ctx, bson.D{{Key: "_id", Value: org}}, opt).Decode(&l))
		if errors.Is(err, models.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if v, ok := l.InForce(before); ok {
			return append([]models.Price{}, v.Items...), nil
		}
	}
	return nil, nil
}

// PriceChange is one list published since a moment.
type PriceChange struct {
	Org     models.OrgID        `bson:"org"`
	Current models.PriceVersion `bson:"current"`
}

// PricesSince gives the organisations that published prices at or after the given moment, without the prices.
func (s *Store) PricesSince(ctx context.Context, from time.Time) ([]PriceChange, error) {
	cur, err := s.col(colPrices).Find(ctx, bson.D{{Key: "current.at", Value: bson.D{{Key: "$gte", Value: from}}}},
		options.Find().SetProjection(bson.D{{Key: "org", Value: 1}, {Key: "current.n", Value: 1}, {Key: "current.at", Value: 1}}))
	if err != nil {
		return nil, wrap("look for published prices", err)
	}
	var list []PriceChange
	return list, wrap("look for published prices", cur.All(ctx, &list))
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
