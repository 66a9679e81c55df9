package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindFigures reads what an organisation declared for a period, with all earlier versions; ErrNotFound when nothing, or not for this reader.
func (s *Store) FindFigures(ctx context.Context, sc models.Scope, org models.OrgID, period string) (models.Figures, error) {
	var f models.Figures
	err := s.col(colFigures).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: models.RollupID(org, period)}})).Decode(&f)
	return f, wrap("find figures", err)
}

// PutFigures stores figures whose Current.N is one more than that of the version they replace; the first has 1. ErrFiguresChanged: somebody was faster.
func (s *Store) PutFigures(ctx context.Context, f models.Figures) error {
	if f.Current.N <= 1 {
		_, err := s.col(colFigures).InsertOne(ctx, f)
		if err = wrap("insert figures", err); errors.Is(err, models.ErrConflict) {
			return models.ErrFiguresChanged.Because(err)
		}
		return err
	}
	res, err := s.col(colFigures).ReplaceOne(ctx, bson.D{{Key: "_id", Value: f.ID}, {Key: "current.n", Value: f.Current.N - 1}}, f)
	if err != nil {
		return wrap("replace figures", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrFiguresChanged.Because(fmt.Errorf("figures %s have another version", f.ID))
	}
	return nil
}

// DeclaredFigures gives the current values that an organisation declared, by period; periods without any are missing from the map.
func (s *Store) DeclaredFigures(ctx context.Context, org models.OrgID, periods []string) (map[string]map[string]float64, error) {
	ids := make([]string, len(periods))
	for i, p := range periods {
		ids[i] = models.RollupID(org, p)
	}
	cur, err := s.col(colFigures).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}},
		options.Find().SetProjection(bson.D{{Key: "period", Value: 1}, {Key: "current", Value: 1}}))
	if err != nil {
		return nil, wrap("find declared figures", err)
	}
	var list []models.Figures
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("find declared figures", err)
	}
	byPeriod := make(map[string]map[string]float64, len(list))
	for _, f := range list {
		byPeriod[f.Period] = f.Current.Values
	}
	return byPeriod, nil
}

// FigureChange is one declaration since a moment.
type FigureChange struct {
	Org     models.OrgID         `bson:"org"`
	Period  string               `bson:"period"`
	Current models.FigureVersion `bson:"current"`
}

// FiguresSince gives what was declared at or after the given moment.
func (s *Store) FiguresSince(ctx context.Context, from time.Time) ([]FigureChange, error) {
	cur, err := s.col(colFigures).Find(ctx, bson.D{{Key: "current.at", Value: bson.D{{Key: "$gte", Value: from}}}},
		options.Find().SetProjection(bson.D{{Key: "org", Value: 1}, {Key: "period", Value: 1}, {Key: "current.n", Value: 1}}))
	if err != nil {
		return nil, wrap("look for declared figures", err)
	}
	var list []FigureChange
	return list, wrap("look for declared figures", cur.All(ctx, &list))
}
