package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// RaiseAlerts stores alerts that are not there yet; those that are stay as they are, acknowledged or not.
func (s *Store) RaiseAlerts(ctx context.Context, list []models.Alert) error {
	_, err := putNew(ctx, s.col(colAlerts), "raise alerts", list)
	return err
}

// FindAlert reads one alert in scope, or ErrNotFound.
func (s *Store) FindAlert(ctx context.Context, sc models.Scope, id string) (models.Alert, error) {
	var a models.Alert
	err := s.col(colAlerts).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&a)
	return a, wrap("find alert", err)
}

// PutAlert stores an alert whose Version is one more than that of the one it was made from; the first has 1. ErrConflict: somebody was faster.
func (s *Store) PutAlert(ctx context.Context, a models.Alert) error {
	return s.putVersion(ctx, colAlerts, a.ID, a.Version, a)
}

// AlertFilter narrows a list of alerts; empty fields narrow nothing.
type AlertFilter struct {
	Open *bool
	Kind string
	Org  models.OrgID
}

// ListAlerts gives alerts in scope by id, which is in no particular order.
func (s *Store) ListAlerts(ctx context.Context, sc models.Scope, f AlertFilter, p models.Page) (models.List[models.Alert], error) {
	filter := bson.D{}
	if f.Open != nil {
		filter = append(filter, bson.E{Key: "open", Value: *f.Open})
	}
	if f.Kind != "" {
		filter = append(filter, bson.E{Key: "alert", Value: f.Kind})
	}
	if f.Org != "" && sc.Org == "" {
		filter = append(filter, bson.E{Key: "org", Value: f.Org})
	}
	if p.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}})
	}
	cur, err := s.col(colAlerts).Find(ctx, scoped(sc, filter), findSorted("_id").SetLimit(int64(p.Limit)+1))
	if err != nil {
		return models.List[models.Alert]{}, wrap("list alerts", err)
	}
	var list []models.Alert
	if err := cur.All(ctx, &list); err != nil {
		return models.List[models.Alert]{}, wrap("list alerts", err)
	}
	return models.NewList(list, p, func(a models.Alert) string { return a.ID }), nil
}

// CountAnswers counts the people of a round whose answers to a form hold one of the given values; whoever withdrew is not counted.
func (s *Store) CountAnswers(ctx context.Context, batch models.BatchID, form string, values map[string][]string) (int64, error) {
	either := bson.A{}
	for question, list := range values {
		either = append(either, bson.D{{Key: "answers." + question, Value: among(list)}})
	}
	n, err := s.col(colResponses).CountDocuments(ctx, bson.D{
		{Key: "batch", Value: batch}, {Key: "questionnaire.code", Value: form}, {Key: "withdrawn", Value: bson.D{{Key: "$ne", Value: true}}}, {Key: "$or", Value: either},
	})
	return n, wrap("count answers", err)
}
