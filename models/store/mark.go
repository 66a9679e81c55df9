package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindMark reads what jobs remember under a name; an empty Mark when there is nothing.
func (s *Store) FindMark(ctx context.Context, name string) (models.Mark, error) {
	var m models.Mark
	err := wrap("find mark", s.col(colMarks).FindOne(ctx, bson.D{{Key: "_id", Value: name}}).Decode(&m))
	if errors.Is(err, models.ErrNotFound) {
		return models.Mark{ID: name}, nil
	}
	return m, err
}

// SetMark stores a moment and a note under a name, whatever was there.
func (s *Store) SetMark(ctx context.Context, name string, at time.Time, note string) error {
	err := s.upsertMark(ctx, bson.D{{Key: "_id", Value: name}}, bson.D{{Key: "at", Value: at}, {Key: "note", Value: note}})
	if errors.Is(err, models.ErrConflict) { // two first ones raced; the document is there now
		err = s.upsertMark(ctx, bson.D{{Key: "_id", Value: name}}, bson.D{{Key: "at", Value: at}, {Key: "note", Value: note}})
	}
	return err
}

// AdvanceMark moves a watermark forward; it never goes back, so that a slow worker cannot undo a fast one's progress.
func (s *Store) AdvanceMark(ctx context.Context, name string, to time.Time) error {
	err := s.upsertMark(ctx, bson.D{{Key: "_id", Value: name}, {Key: "at", Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: to}}}}}},
		bson.D{{Key: "at", Value: to}})
	if errors.Is(err, models.ErrConflict) { // it stands further already
		return nil
	}
	return err
}

// upsertMark updates the mark that matches or makes it; ErrConflict when it is there and does not match.
func (s *Store) upsertMark(ctx context.Context, filter, fields bson.D) error {
	_, err := s.col(colMarks).UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: fields}}, options.UpdateOne().SetUpsert(true))
	return wrap("set mark", err)
}
