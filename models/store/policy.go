package store

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CreatePolicy inserts a draft; ErrPolicyExists when its number is taken, or its code has a draft.
func (s *Store) CreatePolicy(ctx context.Context, p models.Policy) error {
	_, err := s.col(colPolicies).InsertOne(ctx, p)
	if err = wrap("insert policy", err); errors.Is(err, models.ErrConflict) {
		return models.ErrPolicyExists.Because(err)
	}
	return err
}

// FindPolicy reads one version.
func (s *Store) FindPolicy(ctx context.Context, id models.PolicyID) (models.Policy, error) {
	var p models.Policy
	err := s.col(colPolicies).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&p)
	return p, wrap("find policy", err)
}

// LatestPolicyNumber gives the highest number of a code, 0 when there is none.
func (s *Store) LatestPolicyNumber(ctx context.Context, code string) (int, error) {
	var p models.Policy
	err := wrap("latest policy", s.col(colPolicies).FindOne(ctx, bson.D{{Key: "code", Value: code}},
		options.FindOne().SetSort(bson.D{{Key: "n", Value: -1}})).Decode(&p))
	if errors.Is(err, models.ErrNotFound) {
		return 0, nil
	}
	return p.N, err
}

// ListPolicies lists versions, newest first; without drafts unless drafts is set.
func (s *Store) ListPolicies(ctx context.Context, drafts bool, p models.Page) (models.List[models.Policy], error) {
	none := models.List[models.Policy]{}
	older, err := olderThan(p.After)
	if err != nil {
		return none, err
	}
	filter := bson.D{}
	if !drafts {
		filter = bson.D{{Key: "state", Value: bson.D{{Key: "$ne", Value: models.PolicyDraft}}}}
	}
	var list []models.Policy
	cur, err := s.col(colPolicies).Find(ctx, allOf(filter, older), newestFirst(p))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(x models.Policy) string { return cursorOf(x.CreatedAt, x.ID) }), wrap("list policies", err)
}

// PublishedPolicies gives every published version.
func (s *Store) PublishedPolicies(ctx context.Context) ([]models.Policy, error) {
	var list []models.Policy
	cur, err := s.col(colPolicies).Find(ctx, bson.D{{Key: "state", Value: models.PolicyPublished}}, findSorted("_id"))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list published policies", err)
}

// UpdatePolicy replaces a version that still has revision p.Revision-1 and the state it was read with. ErrConflict: somebody was faster.
func (s *Store) UpdatePolicy(ctx context.Context, p models.Policy, was models.PolicyState) error {
	res, err := s.col(colPolicies).ReplaceOne(ctx,
		bson.D{{Key: "_id", Value: p.ID}, {Key: "revision", Value: p.Revision - 1}, {Key: "state", Value: was}}, p)
	if err != nil {
		return wrap("update policy", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("policy %s has another revision", p.ID))
	}
	return nil
}

// DeleteDraft removes a draft that still has the given revision; a published version stays for ever.
func (s *Store) DeleteDraft(ctx context.Context, id models.PolicyID, revision int) error {
	res, err := s.col(colPolicies).DeleteOne(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "state", Value: models.PolicyDraft}, {Key: "revision", Value: revision}})
	if err != nil {
		return wrap("delete draft", err)
	}
	if res.DeletedCount == 0 {
		return models.ErrConflict
	}
	return nil
}
