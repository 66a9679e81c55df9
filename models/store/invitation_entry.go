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

// FindInvitationByCode reads one invitation by the keyed hash of its SMS code.
func (s *Store) FindInvitationByCode(ctx context.Context, codeMAC []byte) (models.Invitation, error) {
	return s.findInvitation(ctx, bson.D{{Key: "code_mac", Value: codeMAC}})
}

// FindInvitationByPoster reads the invitation of a batch's person by the keyed hash of name and last six. Should two people of one batch share
// both, the first by id is meant; the other still has the link in the message.
func (s *Store) FindInvitationByPoster(ctx context.Context, b models.BatchID, posterMAC []byte) (models.Invitation, error) {
	return s.findInvitation(ctx, bson.D{{Key: "batch", Value: b}, {Key: "poster_mac", Value: posterMAC}})
}

func (s *Store) findInvitation(ctx context.Context, filter bson.D) (models.Invitation, error) {
	var inv models.Invitation
	err := s.col(colInvitations).FindOne(ctx, filter, options.FindOne().SetSort(asc("_id"))).Decode(&inv)
	return inv, wrap("find invitation", err)
}

// TryInvitation counts one attempt at an invitation's digits before they are compared, so that a thousand parallel guesses count as a
// thousand. ErrTailLocked while it is locked; the attempt that goes over the limit locks it.
func (s *Store) TryInvitation(ctx context.Context, id models.InvitationID, now time.Time) (models.Invitation, error) {
	var inv models.Invitation
	err := s.col(colInvitations).FindOneAndUpdate(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "locked_until", Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: now}}}}}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}}, {Key: "$set", Value: bson.D{{Key: "opened", Value: true}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&inv)
	if errors.Is(err, mongo.ErrNoDocuments) {
		inv, err := s.FindInvitation(ctx, id)
		if err != nil {
			return inv, err
		}
		return inv, models.ErrTailLocked
	}
	if err != nil {
		return inv, wrap("count attempt", err)
	}
	if inv.Attempts > models.MaxTailAttempts {
		inv.LockedUntil = now.Add(models.TailLock)
		return inv, errors.Join(models.ErrTailLocked, s.LockInvitation(ctx, id, inv.LockedUntil))
	}
	return inv, nil
}

// LockInvitation closes an invitation to attempts until the given moment and starts the count anew.
func (s *Store) LockInvitation(ctx context.Context, id models.InvitationID, until time.Time) error {
	_, err := s.col(colInvitations).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "locked_until", Value: until}, {Key: "attempts", Value: 0}}}})
	return wrap("lock invitation", err)
}

// VerifyInvitation records that the person proved who they are, and forgets earlier wrong attempts.
func (s *Store) VerifyInvitation(ctx context.Context, id models.InvitationID) error {
	_, err := s.col(colInvitations).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "verified", Value: true}, {Key: "attempts", Value: 0}}}})
	return wrap("verify invitation", err)
}
