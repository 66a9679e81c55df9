package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// NextCaseNumber gives the next running number of a day (2006-01-02), from 1. A number taken by a process that dies leaves a gap, never a double.
func (s *Store) NextCaseNumber(ctx context.Context, day string) (int, error) {
	var c struct {
		N int `bson:"n"`
	}
	err := s.col(colCounters).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: "case/" + day}}, bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: 1}}}},
		options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&c)
	return c.N, wrap("next case number", err)
}

// CreateComplaint inserts a complaint. ErrConflict: its id (the same idempotency key) or its case number exists.
func (s *Store) CreateComplaint(ctx context.Context, c models.Complaint) error {
	_, err := s.col(colComplaints).InsertOne(ctx, c)
	return wrap("insert complaint", err)
}

// FindComplaint reads one complaint in scope.
func (s *Store) FindComplaint(ctx context.Context, sc models.Scope, id models.ComplaintID) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&c)
	return c, wrap("find complaint", err)
}

// FindComplaintByCase reads one complaint by its case number; the caller checks the passphrase.
func (s *Store) FindComplaintByCase(ctx context.Context, caseNo string) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOne(ctx, bson.D{{Key: "case_no", Value: caseNo}}).Decode(&c)
	return c, wrap("find case", err)
}

// TryCase counts one attempt at a passphrase before it is compared. ErrNotFound while the case is locked or unknown.
func (s *Store) TryCase(ctx context.Context, caseNo string, now time.Time) (models.Complaint, error) {
	var c models.Complaint
	err := s.col(colComplaints).FindOneAndUpdate(ctx,
		bson.D{{Key: "case_no", Value: caseNo}, {Key: "locked_until", Value: bson.D{{Key: "$lte", Value: now}}}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "tries", Value: 1}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&c)
	return c, wrap("try case", err)
}

// ResetCase forgets wrong attempts; lock, if not zero, closes the case to attempts until then.
func (s *Store) ResetCase(ctx context.Context, id models.ComplaintID, lock time.Time) error {
	set := bson.D{{Key: "tries", Value: 0}}
	if !lock.IsZero() {
		set = append(set, bson.E{Key: "locked_until", Value: lock})
	}
	_, err := s.col(colComplaints).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$set", Value: set}})
	return wrap("reset case", err)
}

// UpdateComplaint writes what a step changed of a complaint that still has version c.Version-1. ErrConflict: somebody was faster. The counters of
// wrong passphrases and the rating are others' business and stay as they are.
func (s *Store) UpdateComplaint(ctx context.Context, c models.Complaint) error {
	raw, err := bson.Marshal(c)
	if err != nil {
		return fmt.Errorf("update complaint: %w", err)
	}
	var fields bson.D
	if err := bson.Unmarshal(raw, &fields); err != nil {
		return fmt.Errorf("update complaint: %w", err)
	}
	set, there := bson.D{}, map[string]bool{}
	for _, f := range fields {
		there[f.Key] = true
		if !slices.Contains(foreign(), f.Key) {
			set = append(set, f)
		}
	}
	update := bson.D{{Key: "$set", Value: set}}
	unset := bson.D{}
	for _, name := range []string{"extension", "review", "merged_into", "copies", "recused", "asks"} {
		if !there[name] {
			unset = append(unset, bson.E{Key: name, Value: ""})
		}
	}
	if len(unset) > 0 {
		update = append(update, bson.E{Key: "$unset", Value: unset})
	}
	res, err := s.col(colComplaints).UpdateOne(ctx, bson.D{{Key: "_id", Value: c.ID}, {Key: "version", Value: c.Version - 1}}, update)
	if err != nil {
		return wrap("update complaint", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("complaint %s has another version", c.ID))
	}
	return nil
}

// foreign are the fields of a complaint that no step writes.
func foreign() []string {
	return []string{"_id", "tries", "locked_until", "rating", "pass", "told", "merged"}
}

// RateComplaint stores the complainant's rating unless there is one or the state allows none: then ErrNotFound. It counts as a version, so that
// an official's step that was prepared before does not overwrite it.
func (s *Store) RateComplaint(ctx context.Context, id models.ComplaintID, r models.CaseRating) error {
	res, err := s.col(colComplaints).UpdateOne(ctx,
		bson.D{
			{Key: "_id", Value: id},
			{Key: "rating", Value: bson.D{{Key: "$exists", Value: false}}},
			{Key: "state", Value: among(models.RateableStates())},
		},
		bson.D{{Key: "$set", Value: bson.D{{Key: "rating", Value: r}}}, {Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}}})
	if err != nil {
		return wrap("rate complaint", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrNotFound
	}
	return nil
}
