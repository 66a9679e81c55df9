package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// PutBatch stores a batch unless it is there already; its id is derived from the claim, so repairing an interrupted claim changes nothing.
func (s *Store) PutBatch(ctx context.Context, b models.Batch) error {
	_, err := s.col(colBatches).InsertOne(ctx, b)
	if err = wrap("insert batch", err); errors.Is(err, models.ErrConflict) {
		return nil
	}
	return err
}

// FindBatch reads one batch in scope, or ErrNotFound.
func (s *Store) FindBatch(ctx context.Context, sc models.Scope, id models.BatchID) (models.Batch, error) {
	var b models.Batch
	err := s.col(colBatches).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&b)
	return b, wrap("find batch", err)
}

// BatchFilter narrows a list of batches; empty fields match everything.
type BatchFilter struct {
	Org   models.OrgID
	State models.BatchState // as stored
}

// ListBatches gives batches in scope, newest first. Page.After is the position that BatchCursor gives.
func (s *Store) ListBatches(ctx context.Context, sc models.Scope, f BatchFilter, p models.Page) (models.List[models.Batch], error) {
	none := models.List[models.Batch]{}
	filter := bson.D{}
	if f.Org != "" {
		filter = append(filter, bson.E{Key: "org", Value: f.Org})
	}
	if f.State != "" {
		filter = append(filter, bson.E{Key: "state", Value: f.State})
	}
	if p.After != "" {
		at, id, err := readBatchCursor(p.After)
		if err != nil {
			return none, err
		}
		filter = append(filter, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "created_at", Value: bson.D{{Key: "$lt", Value: at}}}},
			bson.D{{Key: "created_at", Value: at}, {Key: "_id", Value: bson.D{{Key: "$lt", Value: id}}}},
		}})
	}
	if sc.Org != "" && f.Org != "" && sc.Org != f.Org { // two values for one field would be read as the last one
		return models.NewList[models.Batch](nil, p, BatchCursor), nil
	}
	cur, err := s.col(colBatches).Find(ctx, scoped(sc, filter),
		options.Find().SetSort(bson.D{{Key: "created_at", Value: -1}, {Key: "_id", Value: -1}}).SetLimit(int64(p.Limit)+1))
	if err != nil {
		return none, wrap("list batches", err)
	}
	var list []models.Batch
	if err := cur.All(ctx, &list); err != nil {
		return none, wrap("list batches", err)
	}
	return models.NewList(list, p, BatchCursor), nil
}

// BatchCursor is where a list of batches goes on after b.
func BatchCursor(b models.Batch) string { return fmt.Sprintf("%d.%s", b.CreatedAt.UnixMilli(), b.ID) }

func readBatchCursor(s string) (time.Time, models.BatchID, error) {
	ms, id, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(ms, 10, 64)
	if !ok || err != nil {
		return time.Time{}, "", models.ErrInvalid.WithFields(models.FieldError{Field: "after", Code: "cursor", Message: "after 应使用上一页返回的 next。"})
	}
	return time.UnixMilli(n), models.BatchID(id), nil
}

// PauseBatch stops a batch's messages with a reason for people to read. False when it is closed or paused already.
func (s *Store) PauseBatch(ctx context.Context, id models.BatchID, reason string) (bool, error) {
	return s.moveBatch(ctx, id, bson.A{models.BatchExpanding, models.BatchOpen},
		bson.D{{Key: "state", Value: models.BatchPaused}, {Key: "paused_reason", Value: reason}})
}

// ResumeBatch lets a paused batch go on in the given state. False when it was not paused.
func (s *Store) ResumeBatch(ctx context.Context, id models.BatchID, to models.BatchState) (bool, error) {
	return s.moveBatch(ctx, id, bson.A{models.BatchPaused},
		bson.D{{Key: "state", Value: to}, {Key: "paused_reason", Value: ""}, {Key: "refused", Value: 0}})
}

// OpenBatch says that a batch is expanded; a paused one stays paused. Doing it twice is harmless.
func (s *Store) OpenBatch(ctx context.Context, id models.BatchID) error {
	_, err := s.moveBatch(ctx, id, bson.A{models.BatchExpanding}, bson.D{{Key: "state", Value: models.BatchOpen}})
	return err
}

// CloseBatch closes a batch for good; by is empty when its time has come. Its counts are derived once more. False when it was closed already.
func (s *Store) CloseBatch(ctx context.Context, id models.BatchID, by models.AccountID, now time.Time) (bool, error) {
	return s.moveBatch(ctx, id, bson.A{models.BatchOpen, models.BatchPaused, models.BatchExpanding}, bson.D{
		{Key: "state", Value: models.BatchClosed}, {Key: "closed_by", Value: by}, {Key: "closed_at", Value: now}, {Key: "counts_due", Value: now},
	})
}

func (s *Store) moveBatch(ctx context.Context, id models.BatchID, from bson.A, fields bson.D) (bool, error) {
	res, err := s.col(colBatches).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "state", Value: among(from)}}, bson.D{{Key: "$set", Value: fields}})
	if err != nil {
		return false, wrap("move batch", err)
	}
	return res.MatchedCount > 0, nil
}

// ListBatchesPastEnd gives batches that are not marked closed although their time is over.
func (s *Store) ListBatchesPastEnd(ctx context.Context, now time.Time, limit int) ([]models.Batch, error) {
	return s.findBatches(ctx, bson.D{
		{Key: "state", Value: among(bson.A{models.BatchOpen, models.BatchPaused})},
		{Key: "closes_at", Value: bson.D{{Key: "$lte", Value: now}}},
	}, limit)
}

// ListBatchesToRemind gives open batches that have had exactly round reminders and opened at or before the given moment.
func (s *Store) ListBatchesToRemind(ctx context.Context, now time.Time, round int, openedBy time.Time, limit int) ([]models.Batch, error) {
	return s.findBatches(ctx, bson.D{
		{Key: "state", Value: models.BatchOpen},
		{Key: "closes_at", Value: bson.D{{Key: "$gt", Value: now}}},
		{Key: "reminders", Value: round},
		{Key: "opens_at", Value: bson.D{{Key: "$lte", Value: openedBy}}},
	}, limit)
}

// ListPausedBatches gives the batches whose messages stand still.
func (s *Store) ListPausedBatches(ctx context.Context, limit int) ([]models.Batch, error) {
	return s.findBatches(ctx, bson.D{{Key: "state", Value: models.BatchPaused}}, limit)
}

func (s *Store) findBatches(ctx context.Context, filter bson.D, limit int) ([]models.Batch, error) {
	cur, err := s.col(colBatches).Find(ctx, filter, options.Find().SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("list batches", err)
	}
	var list []models.Batch
	return list, wrap("list batches", cur.All(ctx, &list))
}

// AdvanceReminders records that a round of reminders is planned. False when somebody else recorded it before.
func (s *Store) AdvanceReminders(ctx context.Context, id models.BatchID, from int) (bool, error) {
	res, err := s.col(colBatches).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "reminders", Value: from}}, set("reminders", from+1))
	if err != nil {
		return false, wrap("advance reminders", err)
	}
	return res.MatchedCount > 0, nil
}

// CountRefusedText counts a text that the provider refused and gives how many it were in a row.
func (s *Store) CountRefusedText(ctx context.Context, id models.BatchID) (int, error) {
	var b models.Batch
	err := s.col(colBatches).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "refused", Value: 1}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&b)
	return b.Refused, wrap("count refused text", err)
}

// ForgetRefusedTexts starts that count anew.
func (s *Store) ForgetRefusedTexts(ctx context.Context, id models.BatchID) error {
	_, err := s.col(colBatches).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, set("refused", 0))
	return wrap("forget refused texts", err)
}
