package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// Backlog looks at what waits, by indexes alone. figures and halt name the marks of the figures' watermark and of the halt of sending.
func (s *Store) Backlog(ctx context.Context, now time.Time, figures, halt string) (models.Backlog, error) {
	b := models.Backlog{Messages: map[models.DeliveryState]int64{}}
	for _, state := range []models.DeliveryState{models.DeliveryDue, models.DeliverySending, models.DeliveryUnknown, models.DeliveryHeld} {
		n, err := s.col(colDeliveries).CountDocuments(ctx, bson.D{{Key: "state", Value: state}})
		if err != nil {
			return b, wrap("count messages", err)
		}
		b.Messages[state] = n
	}
	var err error
	if b.Oldest, err = s.oldestDue(ctx, now); err != nil {
		return b, err
	}
	if b.Expanding, err = s.col(colBatches).CountDocuments(ctx, bson.D{{Key: "state", Value: models.BatchExpanding}}); err != nil {
		return b, wrap("count expanding batches", err)
	}
	b.Overdue, err = s.col(colComplaints).CountDocuments(ctx, bson.D{
		{Key: "state", Value: among(models.OpenComplaintStates())},
		{Key: "resolve_by", Value: bson.D{{Key: "$lt", Value: now}}},
	})
	if err != nil {
		return b, wrap("count overdue complaints", err)
	}
	for name, at := range map[string]*time.Time{figures: &b.FiguresAt, halt: &b.HaltedTill} {
		m, err := s.FindMark(ctx, name)
		if err != nil {
			return b, err
		}
		*at = m.At
	}
	return b, nil
}

func (s *Store) oldestDue(ctx context.Context, now time.Time) (time.Time, error) {
	var oldest time.Time
	for _, urgent := range []bool{true, false} {
		var d struct {
			DueAt time.Time `bson:"due_at"`
		}
		err := s.col(colDeliveries).FindOne(ctx,
			bson.D{{Key: "state", Value: models.DeliveryDue}, {Key: "urgent", Value: urgent}, {Key: "due_at", Value: bson.D{{Key: "$lte", Value: now}}}},
			options.FindOne().SetSort(bson.D{{Key: "due_at", Value: 1}}).SetProjection(bson.D{{Key: "due_at", Value: 1}}),
		).Decode(&d)
		if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
			return oldest, wrap("find the oldest due message", err)
		}
		if err == nil && (oldest.IsZero() || d.DueAt.Before(oldest)) {
			oldest = d.DueAt
		}
	}
	return oldest, nil
}
