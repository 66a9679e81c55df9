package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// PutInvitations stores invitations in one round trip and tells at which positions a unique index refused one: its id (expanded before), its
// code (drawn by another) or its record and questionnaire (another batch was first). The caller finds out which.
func (s *Store) PutInvitations(ctx context.Context, list []models.Invitation) (refused map[int]bool, err error) {
	return putNew(ctx, s.col(colInvitations), "insert invitations", list)
}

// ExistingInvitations tells which of ids exist.
func (s *Store) ExistingInvitations(ctx context.Context, ids []models.InvitationID) (map[models.InvitationID]bool, error) {
	var found []struct {
		ID models.InvitationID `bson:"_id"`
	}
	err := s.readInvitations(ctx, bson.D{{Key: "_id", Value: among(ids)}}, bson.D{{Key: "_id", Value: 1}}, &found)
	exists := make(map[models.InvitationID]bool, len(found))
	for _, f := range found {
		exists[f.ID] = true
	}
	return exists, err
}

// InvitedRecords tells which of records have an invitation to a questionnaire, in whatever batch.
func (s *Store) InvitedRecords(ctx context.Context, records []models.RecordID, questionnaire string) (map[models.RecordID]bool, error) {
	var found []struct {
		Record models.RecordID `bson:"record"`
	}
	err := s.readInvitations(ctx,
		bson.D{{Key: "record", Value: among(records)}, {Key: "questionnaire.code", Value: questionnaire}},
		bson.D{{Key: "record", Value: 1}}, &found)
	invited := make(map[models.RecordID]bool, len(found))
	for _, f := range found {
		invited[f.Record] = true
	}
	return invited, err
}

func (s *Store) readInvitations(ctx context.Context, filter, projection bson.D, into any) error {
	cur, err := s.col(colInvitations).Find(ctx, filter, options.Find().SetProjection(projection).SetBatchSize(chunkSize))
	if err != nil {
		return wrap("look for invitations", err)
	}
	return wrap("look for invitations", cur.All(ctx, into))
}

// InvitationFilter narrows a batch's list: to those whose messages did not arrive, or to those who were sent one that did not fail.
type InvitationFilter struct {
	Batch   models.BatchID
	Failed  bool
	Reached bool
}

// ListInvitations gives a batch's invitations in scope by id, which says nothing about the people's order on any list.
func (s *Store) ListInvitations(ctx context.Context, sc models.Scope, f InvitationFilter, p models.Page) (models.List[models.Invitation], error) {
	filter := bson.D{{Key: "batch", Value: f.Batch}}
	if f.Failed {
		filter = append(filter, bson.E{Key: "failed", Value: true})
	}
	if f.Reached {
		filter = append(filter, bson.E{Key: "sent", Value: true}, bson.E{Key: "failed", Value: false})
	}
	if p.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}})
	}
	cur, err := s.col(colInvitations).Find(ctx, scoped(sc, filter), findSorted("_id").SetLimit(int64(p.Limit)+1))
	if err != nil {
		return models.List[models.Invitation]{}, wrap("list invitations", err)
	}
	var list []models.Invitation
	if err := cur.All(ctx, &list); err != nil {
		return models.List[models.Invitation]{}, wrap("list invitations", err)
	}
	return models.NewList(list, p, func(i models.Invitation) string { return string(i.ID) }), nil
}

// MarkInvitationSent records that a provider took a message. Doing it twice is harmless, as with the two below.
func (s *Store) MarkInvitationSent(ctx context.Context, id models.InvitationID) error {
	return s.markInvitation(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "sent", Value: true}, {Key: "failed", Value: false}})
}

// MarkInvitationDelivered records that the phone has a message.
func (s *Store) MarkInvitationDelivered(ctx context.Context, id models.InvitationID) error {
	return s.markInvitation(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "sent", Value: true}, {Key: "delivered", Value: true}, {Key: "failed", Value: false}})
}

// MarkInvitationFailed records that the person could not be reached. Whoever has had one message counts as reached, whatever became of
// a later one.
func (s *Store) MarkInvitationFailed(ctx context.Context, id models.InvitationID) error {
	return s.markInvitation(ctx, bson.D{{Key: "_id", Value: id}, {Key: "delivered", Value: false}}, bson.D{{Key: "failed", Value: true}})
}

func (s *Store) markInvitation(ctx context.Context, filter, fields bson.D) error {
	_, err := s.col(colInvitations).UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: fields}})
	return wrap("mark invitation", err)
}

// ChangeInvitationPhone records that an invitation goes to another number now, where nothing was sent yet, if it still had the old one. False: somebody was faster.
func (s *Store) ChangeInvitationPhone(ctx context.Context, id models.InvitationID, old, mac []byte) (bool, error) {
	res, err := s.col(colInvitations).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "phone_mac", Value: old}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "phone_mac", Value: mac}, {Key: "sent", Value: false}, {Key: "failed", Value: false}}}})
	if err != nil {
		return false, wrap("change invitation's phone", err)
	}
	return res.MatchedCount > 0, nil
}
