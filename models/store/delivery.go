package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// PutDeliveries plans messages. Ids are derived from what a message is for, so planning one twice leaves one: it gives how many are new.
func (s *Store) PutDeliveries(ctx context.Context, list []models.Delivery) (added int, err error) {
	refused, err := putNew(ctx, s.col(colDeliveries), "insert deliveries", list)
	if err != nil {
		return 0, err
	}
	return len(list) - len(refused), nil
}

// TriedDelivery says whether a message to an invited person was handed to a provider at least once, whatever became of it.
func (s *Store) TriedDelivery(ctx context.Context, inv models.InvitationID) (bool, error) {
	n, err := s.col(colDeliveries).CountDocuments(ctx, bson.D{
		{Key: "invitation", Value: inv}, {Key: "attempts", Value: bson.D{{Key: "$gt", Value: 0}}}, {Key: "urgent", Value: false},
	}, options.Count().SetLimit(1))
	return n > 0, wrap("look for a tried delivery", err)
}

// FindDelivery reads one delivery, or ErrNotFound.
func (s *Store) FindDelivery(ctx context.Context, id models.DeliveryID) (models.Delivery, error) {
	return s.findDelivery(ctx, bson.D{{Key: "_id", Value: id}})
}

// FindDeliveryByProvider reads the delivery that a provider knows under its own id, or ErrNotFound.
func (s *Store) FindDeliveryByProvider(ctx context.Context, id string) (models.Delivery, error) {
	return s.findDelivery(ctx, bson.D{{Key: "provider_id", Value: id}})
}

func (s *Store) findDelivery(ctx context.Context, filter bson.D) (models.Delivery, error) {
	var d models.Delivery
	return d, wrap("find delivery", s.col(colDeliveries).FindOne(ctx, filter).Decode(&d))
}

// Holder is who claims and until when.
type Holder struct {
	Name  string
	Now   time.Time
	Until time.Time
}

// ClaimDelivery takes one message that is due, marks it sending and counts the attempt, by one atomic update: of many workers one gets it.
// ErrNotFound when none is due. It does not ask for an order: the index (state, urgent, due_at) gives the oldest first by itself where
// the server walks it, and sorting would read everything due for each message.
func (s *Store) ClaimDelivery(ctx context.Context, urgent bool, h Holder) (models.Delivery, error) {
	var d models.Delivery
	err := s.col(colDeliveries).FindOneAndUpdate(ctx,
		bson.D{{Key: "state", Value: models.DeliveryDue}, {Key: "urgent", Value: urgent}, {Key: "due_at", Value: bson.D{{Key: "$lte", Value: h.Now}}}},
		bson.D{
			{Key: "$set", Value: bson.D{
				{Key: "state", Value: models.DeliverySending},
				{Key: "lease_by", Value: h.Name},
				{Key: "lease_until", Value: h.Until},
				{Key: "tried_at", Value: h.Now},
			}},
			{Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}},
		},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&d)
	return d, wrap("claim delivery", err)
}

// ClaimUnknown takes one message of unknown fate that is to be asked about and puts the next question off until h.Until. ErrNotFound when
// there is none.
func (s *Store) ClaimUnknown(ctx context.Context, h Holder) (models.Delivery, error) {
	var d models.Delivery
	err := s.col(colDeliveries).FindOneAndUpdate(ctx,
		bson.D{{Key: "state", Value: models.DeliveryUnknown}, {Key: "due_at", Value: bson.D{{Key: "$lte", Value: h.Now}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "due_at", Value: h.Until}, {Key: "lease_by", Value: h.Name}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&d)
	return d, wrap("claim unknown delivery", err)
}

// ExpireLeases makes unknown what a dead worker was sending: it may have gone out. It gives how many.
func (s *Store) ExpireLeases(ctx context.Context, now time.Time) (int, error) {
	return s.moveDeliveries(ctx,
		bson.D{{Key: "state", Value: models.DeliverySending}, {Key: "lease_until", Value: bson.D{{Key: "$lte", Value: now}}}},
		bson.D{
			{Key: "state", Value: models.DeliveryUnknown},
			{Key: "due_at", Value: now},
			{Key: "code", Value: "lease_expired"},
			{Key: "note", Value: "the sending process ended"},
		})
}

// UpdateDelivery stores what became of an attempt if the delivery is still at that attempt and in one of the states from. False: something
// newer is known, and it stays.
func (s *Store) UpdateDelivery(ctx context.Context, d models.Delivery, from ...models.DeliveryState) (bool, error) {
	fields := bson.D{
		{Key: "state", Value: d.State},
		{Key: "due_at", Value: d.DueAt},
		{Key: "lease_until", Value: time.Time{}},
		{Key: "retries", Value: d.Retries},
		{Key: "code", Value: d.Code},
		{Key: "note", Value: d.Note},
		{Key: "channel", Value: d.Channel},
		{Key: "again", Value: d.Again},
	}
	if d.ProviderID != "" { // the partial index holds whatever has the field
		fields = append(fields, bson.E{Key: "provider_id", Value: d.ProviderID})
	}
	if !d.SentAt.IsZero() {
		fields = append(fields, bson.E{Key: "sent_at", Value: d.SentAt})
	}
	if !d.DoneAt.IsZero() {
		fields = append(fields, bson.E{Key: "done_at", Value: d.DoneAt})
	}
	res, err := s.col(colDeliveries).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: d.ID}, {Key: "attempts", Value: d.Attempts}, {Key: "state", Value: among(from)}},
		bson.D{{Key: "$set", Value: fields}})
	if err != nil {
		return false, wrap("update delivery", err)
	}
	return res.MatchedCount > 0, nil
}

// HoldDeliveries sets aside what is due of a paused batch, so that the claimer need not step over it again and again.
func (s *Store) HoldDeliveries(ctx context.Context, batch models.BatchID) (int, error) {
	return s.moveDeliveries(ctx, ofBatch(batch, models.DeliveryDue), bson.D{{Key: "state", Value: models.DeliveryHeld}})
}

// ReleaseDeliveries makes due again what was held of a batch.
func (s *Store) ReleaseDeliveries(ctx context.Context, batch models.BatchID) (int, error) {
	return s.moveDeliveries(ctx, ofBatch(batch, models.DeliveryHeld), bson.D{{Key: "state", Value: models.DeliveryDue}})
}

// SkipDeliveries ends what has not gone out of a closed batch.
func (s *Store) SkipDeliveries(ctx context.Context, batch models.BatchID, now time.Time) (int, error) {
	return s.moveDeliveries(ctx, ofBatch(batch, models.DeliveryDue, models.DeliveryHeld),
		bson.D{{Key: "state", Value: models.DeliverySkipped}, {Key: "code", Value: "closed"}, {Key: "done_at", Value: now}})
}

// SkipInvitation ends the messages to one person that have not gone out.
func (s *Store) SkipInvitation(ctx context.Context, id models.InvitationID, now time.Time) error {
	_, err := s.moveDeliveries(ctx,
		bson.D{{Key: "invitation", Value: id}, {Key: "state", Value: among(bson.A{models.DeliveryDue, models.DeliveryHeld})}},
		bson.D{{Key: "state", Value: models.DeliverySkipped}, {Key: "code", Value: "erased"}, {Key: "done_at", Value: now}})
	return err
}

// HeldBatches gives the batches that have messages set aside.
func (s *Store) HeldBatches(ctx context.Context) ([]models.BatchID, error) {
	var ids []models.BatchID
	err := s.col(colDeliveries).Distinct(ctx, "batch", bson.D{{Key: "state", Value: models.DeliveryHeld}}).Decode(&ids)
	return ids, wrap("find held batches", err)
}

// ofBatch matches a batch's messages in some states; one-time codes are nobody's batch.
func ofBatch(batch models.BatchID, states ...models.DeliveryState) bson.D {
	return bson.D{{Key: "batch", Value: batch}, {Key: "state", Value: among(states)}, {Key: "urgent", Value: false}}
}

func (s *Store) moveDeliveries(ctx context.Context, filter, fields bson.D) (int, error) {
	res, err := s.col(colDeliveries).UpdateMany(ctx, filter, bson.D{{Key: "$set", Value: fields}})
	if err != nil {
		return 0, wrap("move deliveries", err)
	}
	return int(res.ModifiedCount), nil
}
