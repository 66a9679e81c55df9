package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// PutRatings stores ratings by id, replacing earlier ones. At most a thousand. Whether they may still change is for the caller to ask
// before, see HandInRatings.
func (s *Store) PutRatings(ctx context.Context, list []models.Rating) error {
	list = arranged(list, byID(list, func(r models.Rating) string { return r.ID }))
	for range 3 { // two first ratings of one person that race: the loser replaces the winner's
		if len(list) == 0 {
			return nil
		}
		writes := make([]mongo.WriteModel, len(list))
		for i := range list {
			writes[i] = mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: list[i].ID}}).SetReplacement(&list[i]).SetUpsert(true)
		}
		_, err := s.col(colRatings).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		met, err := duplicates(err)
		if err != nil {
			return wrap("put ratings", err)
		}
		var again []models.Rating
		for i := range list {
			if met[i] {
				again = append(again, list[i])
			}
		}
		list = again
	}
	if len(list) > 0 {
		return models.ErrConflict
	}
	return nil
}

// FindRatings reads the ratings of invited people, at most a thousand; people without one are missing from the map.
func (s *Store) FindRatings(ctx context.Context, ids []models.InvitationID) (map[models.InvitationID]models.Rating, error) {
	cur, err := s.col(colRatings).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}}, options.Find().SetBatchSize(chunkSize))
	if err != nil {
		return nil, wrap("find ratings", err)
	}
	var list []models.Rating
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("find ratings", err)
	}
	found := make(map[models.InvitationID]models.Rating, len(list))
	for _, r := range list {
		found[models.InvitationID(r.ID)] = r
	}
	return found, nil
}

// StreamBatchRatings is StreamBatchAnswers for the departments' ratings of a batch.
func (s *Store) StreamBatchRatings(ctx context.Context, f AnswerFilter, fn func(*models.GivenAnswer) error) error {
	return s.streamAnswers(ctx, colRatings, bson.D{{Key: "batch", Value: f.Batch}}, f, fn)
}

// CountRatings counts a batch's ratings.
func (s *Store) CountRatings(ctx context.Context, batch models.BatchID) (int64, error) {
	n, err := s.col(colRatings).CountDocuments(ctx, bson.D{{Key: "batch", Value: batch}})
	return n, wrap("count ratings", err)
}

// RatingProgress counts a batch's people and those rated, by department id; the empty id stands for people without a department.
func (s *Store) RatingProgress(ctx context.Context, batch models.BatchID) (people, rated map[string]int, err error) {
	if people, err = s.countByDepartment(ctx, colInvitations, batch); err != nil {
		return nil, nil, err
	}
	rated, err = s.countByDepartment(ctx, colRatings, batch)
	return people, rated, err
}

// countByDepartment gives documents by department. One output document of the pipeline: {_id: "f3…", n: 12}
func (s *Store) countByDepartment(ctx context.Context, col string, batch models.BatchID) (map[string]int, error) {
	var rows []struct {
		ID string `bson:"_id"`
		N  int    `bson:"n"`
	}
	err := s.aggregate(ctx, "count "+col+" by department", col, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "batch", Value: batch}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: bson.D{{Key: "$ifNull", Value: bson.A{"$department", ""}}}}, {Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
		}}},
	}, &rows)
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.ID] += r.N
	}
	return counts, err
}

// ratedFields is what rating somebody needs of an invitation.
var ratedFields = bson.D{{Key: "batch", Value: 1}, {Key: "org", Value: 1}, {Key: "region", Value: 1}, {Key: "record", Value: 1}, {Key: "about", Value: 1}, {Key: "department", Value: 1}}

// ListInvitationsToRate gives up to a thousand people of a batch's department (empty: those without one) by id, after the given id. Only what
// rating them needs is read.
func (s *Store) ListInvitationsToRate(ctx context.Context, batch models.BatchID, department string, after models.InvitationID) ([]models.Invitation, error) {
	of := bson.E{Key: "department", Value: department}
	if department == "" {
		of.Value = bson.D{{Key: "$exists", Value: false}}
	}
	return s.invitationsToRate(ctx, bson.D{{Key: "batch", Value: batch}, of, {Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}})
}

// FindInvitationsToRate reads people of a batch by id, at most a thousand, in no particular order; ids of other batches are left out.
func (s *Store) FindInvitationsToRate(ctx context.Context, batch models.BatchID, ids []models.InvitationID) ([]models.Invitation, error) {
	return s.invitationsToRate(ctx, bson.D{{Key: "_id", Value: among(ids)}, {Key: "batch", Value: batch}})
}

func (s *Store) invitationsToRate(ctx context.Context, filter bson.D) ([]models.Invitation, error) {
	cur, err := s.col(colInvitations).Find(ctx, filter, findSorted("_id").SetLimit(chunkSize).SetBatchSize(chunkSize).SetProjection(ratedFields))
	if err != nil {
		return nil, wrap("list people to rate", err)
	}
	var list []models.Invitation
	return list, wrap("list people to rate", cur.All(ctx, &list))
}

// HandInRatings marks a batch's ratings as handed in, once. False: they were before, or the batch is not in scope.
func (s *Store) HandInRatings(ctx context.Context, sc models.Scope, batch models.BatchID, at time.Time) (bool, error) {
	res, err := s.col(colBatches).UpdateOne(ctx, scoped(sc, bson.D{
		{Key: "_id", Value: batch}, {Key: "ratings_in", Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: time.UnixMilli(0)}}}}},
	}), set("ratings_in", at))
	if err != nil {
		return false, wrap("hand in ratings", err)
	}
	return res.MatchedCount > 0, nil
}
