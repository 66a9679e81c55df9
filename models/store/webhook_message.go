package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// PutWebhookMessages plans messages. Ids follow from endpoint and event, so planning one twice leaves one as it is: it gives how many are new.
func (s *Store) PutWebhookMessages(ctx context.Context, list []models.WebhookMessage) (added int, err error) {
	refused, err := putNew(ctx, s.col(colWebhookMessages), "insert webhook messages", list)
	return len(list) - len(refused), err
}

// KnownWebhookMessages tells which of some messages are there.
func (s *Store) KnownWebhookMessages(ctx context.Context, ids []models.WebhookMessageID) (map[models.WebhookMessageID]bool, error) {
	var list []models.WebhookMessage
	cur, err := s.col(colWebhookMessages).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}},
		options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	known := make(map[models.WebhookMessageID]bool, len(list))
	for _, m := range list {
		known[m.ID] = true
	}
	return known, wrap("find webhook messages", err)
}

// ClaimWebhookMessage takes one message that is due, for an endpoint that is not among those to be left alone. Its time moves to until, so that others
// leave it alone so long and find it again if the caller dies. ErrNotFound when there is none.
func (s *Store) ClaimWebhookMessage(ctx context.Context, now, until time.Time, leave []models.WebhookID) (models.WebhookMessage, error) {
	filter := bson.D{{Key: "state", Value: models.WebhookDue}, {Key: "due_at", Value: bson.D{{Key: "$lte", Value: now}}}}
	if len(leave) > 0 {
		filter = append(filter, bson.E{Key: "webhook", Value: bson.D{{Key: "$nin", Value: leave}}})
	}
	var m models.WebhookMessage
	err := s.col(colWebhookMessages).FindOneAndUpdate(ctx, filter,
		bson.D{{Key: "$set", Value: bson.D{{Key: "due_at", Value: until}}}, {Key: "$inc", Value: bson.D{{Key: "attempts", Value: 1}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&m)
	return m, wrap("claim webhook message", err)
}

// UpdateWebhookMessage records what became of an attempt, if the message is still at it: a slow worker does not undo what a later one found out.
func (s *Store) UpdateWebhookMessage(ctx context.Context, m models.WebhookMessage, a models.WebhookAttempt) (bool, error) {
	set := bson.D{{Key: "state", Value: m.State}, {Key: "due_at", Value: m.DueAt}}
	if !m.DoneAt.IsZero() {
		set = append(set, bson.E{Key: "done_at", Value: m.DoneAt}, bson.E{Key: "purge_at", Value: m.PurgeAt})
	}
	res, err := s.col(colWebhookMessages).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: m.ID}, {Key: "attempts", Value: m.Attempts}, {Key: "state", Value: models.WebhookDue}},
		bson.D{
			{Key: "$set", Value: set},
			{Key: "$push", Value: bson.D{{Key: "log", Value: bson.D{{Key: "$each", Value: bson.A{a}}, {Key: "$slice", Value: -models.MaxWebhookLog}}}}},
		})
	if err != nil {
		return false, wrap("update webhook message", err)
	}
	return res.MatchedCount > 0, nil
}

// FindWebhookMessage reads one message of an endpoint.
func (s *Store) FindWebhookMessage(ctx context.Context, w models.WebhookID, id models.WebhookMessageID) (models.WebhookMessage, error) {
	var m models.WebhookMessage
	err := s.col(colWebhookMessages).FindOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "webhook", Value: w}}).Decode(&m)
	return m, wrap("find webhook message", err)
}

// ListWebhookMessages lists an endpoint's messages, newest first.
func (s *Store) ListWebhookMessages(ctx context.Context, w models.WebhookID, state models.WebhookState, p models.Page) (models.List[models.WebhookMessage], error) {
	older, err := olderThan(p.After)
	if err != nil {
		return models.List[models.WebhookMessage]{}, err
	}
	var list []models.WebhookMessage
	cur, err := s.col(colWebhookMessages).Find(ctx, allOf(only("webhook", string(w), "state", string(state)), older), newestFirst(p))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(m models.WebhookMessage) string { return cursorOf(m.CreatedAt, m.ID) }), wrap("list webhook messages", err)
}

// RedeliverWebhookMessage makes a message due again, whatever became of it. False when there is none such.
func (s *Store) RedeliverWebhookMessage(ctx context.Context, w models.WebhookID, id models.WebhookMessageID, now time.Time) (bool, error) {
	res, err := s.col(colWebhookMessages).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "webhook", Value: w}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "state", Value: models.WebhookDue}, {Key: "due_at", Value: now}, {Key: "attempts", Value: 0}}},
		{Key: "$unset", Value: bson.D{{Key: "purge_at", Value: ""}, {Key: "done_at", Value: ""}}},
	})
	if err != nil {
		return false, wrap("redeliver webhook message", err)
	}
	return res.MatchedCount > 0, nil
}

// MoveWebhookMessages moves an endpoint's messages from one state to another: held while it is off, due again when it is on.
func (s *Store) MoveWebhookMessages(ctx context.Context, w models.WebhookID, from, to models.WebhookState, due time.Time) error {
	_, err := s.col(colWebhookMessages).UpdateMany(ctx, bson.D{{Key: "webhook", Value: w}, {Key: "state", Value: from}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: to}, {Key: "due_at", Value: due}}}})
	return wrap("move webhook messages", err)
}

// ClaimsExpandedSince gives the claims whose expansion ended at or after a moment, without their lists.
func (s *Store) ClaimsExpandedSince(ctx context.Context, from time.Time) ([]models.Claim, error) {
	var list []models.Claim
	cur, err := s.col(colClaims).Find(ctx, bson.D{{Key: "expanded_at", Value: bson.D{{Key: "$gte", Value: from}}}},
		options.Find().SetBatchSize(chunkSize).SetProjection(append(bson.D{{Key: "rejected", Value: 0}}, withoutList...)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("look for expanded claims", err)
}

// BatchesCountedSince gives the batches whose counts were derived at or after a moment.
func (s *Store) BatchesCountedSince(ctx context.Context, from time.Time) ([]models.Batch, error) {
	var list []models.Batch
	cur, err := s.col(colBatches).Find(ctx, bson.D{{Key: "counts_at", Value: bson.D{{Key: "$gte", Value: from}}}}, options.Find().SetBatchSize(chunkSize))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("look for counted batches", err)
}

// MeasuresChangedSince gives the numbered decisions that changed at or after a moment.
func (s *Store) MeasuresChangedSince(ctx context.Context, from time.Time) ([]models.Proceeding, error) {
	var list []models.Proceeding
	cur, err := s.col(colMeasures).Find(ctx, bson.D{{Key: "changed_at", Value: bson.D{{Key: "$gte", Value: from}}}, {Key: "seq", Value: bson.D{{Key: "$gt", Value: 0}}}})
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("look for decisions", err)
}
