package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// JoinRound makes a pooled round if it is not there, keeps it open at least until its closing time says, and has it counted. Doing it twice, or
// with an earlier time, is harmless. The closing time moves first: closing looks at it, so that it cannot close what somebody has just joined.
func (s *Store) JoinRound(ctx context.Context, b models.Batch, now time.Time) (models.Batch, error) {
	if err := s.PutBatch(ctx, b); err != nil {
		return b, err
	}
	var joined models.Batch
	err := s.col(colBatches).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: b.ID}}, bson.D{
		{Key: "$max", Value: bson.D{{Key: "closes_at", Value: b.ClosesAt}}},
		{Key: "$min", Value: bson.D{{Key: "counts_due", Value: now}}},
	}, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&joined)
	if err != nil || joined.State != models.BatchClosed || !now.Before(joined.ClosesAt) {
		return joined, wrap("join round", err)
	}
	_, err = s.moveBatch(ctx, b.ID, bson.A{models.BatchClosed}, bson.D{{Key: "state", Value: models.BatchOpen}})
	joined.State = models.BatchOpen
	return joined, err
}

// CloseRound closes a pooled round whose last invitation has ended. False when somebody has joined meanwhile, or it is closed already.
func (s *Store) CloseRound(ctx context.Context, id models.BatchID, now time.Time) (bool, error) {
	res, err := s.col(colBatches).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "closes_at", Value: bson.D{{Key: "$lte", Value: now}}}, {Key: "state", Value: bson.D{{Key: "$ne", Value: models.BatchClosed}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: models.BatchClosed}, {Key: "closed_at", Value: now}, {Key: "counts_due", Value: now}}}})
	if err != nil {
		return false, wrap("close round", err)
	}
	return res.MatchedCount > 0, nil
}

// FindInvitations reads invitations by id, in no particular order; those that do not exist are missing.
func (s *Store) FindInvitations(ctx context.Context, ids []models.InvitationID) ([]models.Invitation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cur, err := s.col(colInvitations).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}}, options.Find().SetBatchSize(chunkSize))
	if err != nil {
		return nil, wrap("find invitations", err)
	}
	var list []models.Invitation
	return list, wrap("find invitations", cur.All(ctx, &list))
}

// MoveInvitation gives a person who was not written to yet, and has not come yet, another day, round and record. It is one write, and the person keeps id,
// link and code. False: a message went out or the person came meanwhile, and everything stays.
func (s *Store) MoveInvitation(ctx context.Context, inv models.Invitation) (bool, error) {
	res, err := s.col(colInvitations).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: inv.ID}, {Key: "sent", Value: false}, {Key: "opened", Value: false}, {Key: "verified", Value: false}},
		bson.D{{Key: "$set", Value: bson.D{
			{Key: "batch", Value: inv.Batch},
			{Key: "region", Value: inv.Region},
			{Key: "record", Value: inv.Record},
			{Key: "about", Value: inv.About},
			{Key: "questionnaire", Value: inv.Questionnaire},
			{Key: "triggered_on", Value: inv.TriggeredOn},
			{Key: "closes_at", Value: inv.ClosesAt},
			{Key: "tail_mac", Value: inv.TailMAC},
			{Key: "poster_mac", Value: inv.PosterMAC},
			{Key: "phone_mac", Value: inv.PhoneMAC},
		}}})
	if err != nil {
		return false, wrap("move invitation", err)
	}
	return res.MatchedCount > 0, nil
}

// PostponeDelivery gives a message that has not gone out another moment and round. False: it is on its way, or over.
func (s *Store) PostponeDelivery(ctx context.Context, d models.Delivery) (bool, error) {
	res, err := s.col(colDeliveries).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: d.ID}, {Key: "state", Value: among(bson.A{models.DeliveryDue, models.DeliveryHeld})}},
		bson.D{{Key: "$set", Value: bson.D{
			{Key: "due_at", Value: d.DueAt}, {Key: "for", Value: d.For}, {Key: "batch", Value: d.Batch}, {Key: "phone_mac", Value: d.PhoneMAC},
		}}})
	if err != nil {
		return false, wrap("postpone delivery", err)
	}
	return res.MatchedCount > 0, nil
}

// FindFirstDeliveries reads the first message of each invitation; those that have none are missing.
func (s *Store) FindFirstDeliveries(ctx context.Context, ids []models.InvitationID) (map[models.InvitationID]models.Delivery, error) {
	keys := make([]models.DeliveryID, len(ids))
	for i, id := range ids {
		keys[i] = models.FirstMessage(id)
	}
	cur, err := s.col(colDeliveries).Find(ctx, bson.D{{Key: "_id", Value: among(keys)}}, options.Find().SetBatchSize(chunkSize))
	if err != nil {
		return nil, wrap("find first deliveries", err)
	}
	var list []models.Delivery
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("find first deliveries", err)
	}
	first := make(map[models.InvitationID]models.Delivery, len(list))
	for _, d := range list {
		first[d.Invitation] = d
	}
	return first, nil
}
