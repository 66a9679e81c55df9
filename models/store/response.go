package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindResponse reads one response, or ErrNotFound.
func (s *Store) FindResponse(ctx context.Context, id models.ResponseID) (models.Response, error) {
	var r models.Response
	err := s.col(colResponses).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&r)
	return r, wrap("find response", err)
}

// HasResponse says whether a response exists, withdrawn or not.
func (s *Store) HasResponse(ctx context.Context, id models.ResponseID) (bool, error) {
	n, err := s.col(colResponses).CountDocuments(ctx, bson.D{{Key: "_id", Value: id}}, options.Count().SetLimit(1))
	return n > 0, wrap("look for response", err)
}

// ExistingResponses tells which of ids have a response: one query for a chunk of up to a thousand.
func (s *Store) ExistingResponses(ctx context.Context, ids []models.ResponseID) (map[models.ResponseID]bool, error) {
	cur, err := s.col(colResponses).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}},
		options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap("look for responses", err)
	}
	var found []struct {
		ID models.ResponseID `bson:"_id"`
	}
	if err := cur.All(ctx, &found); err != nil {
		return nil, wrap("look for responses", err)
	}
	set := make(map[models.ResponseID]bool, len(found))
	for _, f := range found {
		set[f.ID] = true
	}
	return set, nil
}

// CorrectResponse replaces the answers of r's response if it still has revision r.Revision-1, and keeps the earlier state in its history.
// ErrConflict: somebody was faster; read again.
func (s *Store) CorrectResponse(ctx context.Context, r models.Response, before models.Revision) error {
	res, err := s.col(colResponses).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: r.ID}, {Key: "revision", Value: r.Revision - 1}},
		bson.D{
			{Key: "$set", Value: bson.D{
				{Key: "answers", Value: r.Answers},
				{Key: "texts", Value: r.Texts},
				{Key: "consents", Value: r.Consents},
				{Key: "signals", Value: r.Signals},
				{Key: "withdrawn", Value: r.Withdrawn},
				{Key: "revision", Value: r.Revision},
				{Key: "changed_at", Value: r.ChangedAt},
			}},
			{Key: "$push", Value: bson.D{{Key: "history", Value: before}}},
		})
	if err != nil {
		return wrap("correct response", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict
	}
	return nil
}

// WithdrawResponse empties a response's answers and history and marks it withdrawn; doing it twice is harmless. The document stays, so
// that the invitation remains used.
func (s *Store) WithdrawResponse(ctx context.Context, id models.ResponseID, r models.Response) error {
	res, err := s.col(colResponses).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "withdrawn", Value: true}, {Key: "answers", Value: bson.D{}}, {Key: "changed_at", Value: r.ChangedAt}}},
		{Key: "$unset", Value: bson.D{{Key: "texts", Value: ""}, {Key: "signals", Value: ""}, {Key: "history", Value: ""}}},
		{Key: "$inc", Value: bson.D{{Key: "revision", Value: 1}}},
	})
	if err != nil {
		return wrap("withdraw response", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrNoResponse
	}
	return nil
}
