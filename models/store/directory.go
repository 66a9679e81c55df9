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

// CreateDirectoryEntry inserts an entry; ErrDirectoryExists when the enterprise has one for this organisation.
func (s *Store) CreateDirectoryEntry(ctx context.Context, e models.DirectoryEntry) error {
	_, err := s.col(colDirectory).InsertOne(ctx, e)
	if err = wrap("insert directory entry", err); errors.Is(err, models.ErrConflict) {
		return models.ErrDirectoryExists.Because(err)
	}
	return err
}

// FindDirectoryEntry reads one entry in scope.
func (s *Store) FindDirectoryEntry(ctx context.Context, sc models.Scope, id models.DirectoryID) (models.DirectoryEntry, error) {
	var e models.DirectoryEntry
	err := s.col(colDirectory).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&e)
	return e, wrap("find directory entry", err)
}

// DirectoryEntriesOf gives the entries that rest on one answer.
func (s *Store) DirectoryEntriesOf(ctx context.Context, r models.ResponseID) ([]models.DirectoryEntry, error) {
	var list []models.DirectoryEntry
	cur, err := s.col(colDirectory).Find(ctx, bson.D{{Key: "$or", Value: bson.A{bson.D{{Key: "response", Value: r}}, bson.D{{Key: "consents.response", Value: r}}}}})
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("find directory entries of an answer", err)
}

// DirectoryFilter narrows a list of entries; empty fields match everything.
type DirectoryFilter struct {
	Org         models.OrgID
	State       models.DirectoryState
	ConfirmedBy time.Time // last confirmed at or before; zero: any
}

// ListDirectory lists entries in scope, newest first.
func (s *Store) ListDirectory(ctx context.Context, sc models.Scope, f DirectoryFilter, p models.Page) (models.List[models.DirectoryEntry], error) {
	older, err := olderThan(p.After)
	if err != nil {
		return models.List[models.DirectoryEntry]{}, err
	}
	filter := only("org", string(f.Org), "state", string(f.State))
	if !f.ConfirmedBy.IsZero() {
		filter = append(filter, bson.E{Key: "confirmed_at", Value: bson.D{{Key: "$lte", Value: f.ConfirmedBy}}})
	}
	var list []models.DirectoryEntry
	cur, err := s.col(colDirectory).Find(ctx, allOf(scoped(sc, bson.D{}), filter, older), newestFirst(p))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(e models.DirectoryEntry) string { return cursorOf(e.CreatedAt, e.ID) }), wrap("list directory", err)
}

// UpdateDirectoryEntry replaces an entry that still has version e.Version-1. ErrConflict: somebody was faster.
func (s *Store) UpdateDirectoryEntry(ctx context.Context, e models.DirectoryEntry) error {
	res, err := s.col(colDirectory).ReplaceOne(ctx, bson.D{{Key: "_id", Value: e.ID}, {Key: "version", Value: e.Version - 1}}, e)
	if err != nil {
		return wrap("update directory entry", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("directory entry %s has another version", e.ID))
	}
	return nil
}

// EmployerAnswers gives the answers to a form that changed at or after a moment, oldest change first, at most limit.
func (s *Store) EmployerAnswers(ctx context.Context, form string, from time.Time, limit int) ([]models.Response, error) {
	var list []models.Response
	cur, err := s.col(colResponses).Find(ctx, bson.D{
		{Key: "changed_at", Value: bson.D{{Key: "$gte", Value: from}}}, {Key: "questionnaire.code", Value: form},
	}, options.Find().SetSort(asc("changed_at")).SetLimit(int64(limit)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("look for employers' answers", err)
}
