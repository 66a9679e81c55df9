package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CreateAuditEntry inserts an entry under its number; ErrConflict when the number is taken, which is how several processes agree on one order.
func (s *Store) CreateAuditEntry(ctx context.Context, e models.AuditEntry) error {
	_, err := s.col(colAudit).InsertOne(ctx, e)
	return wrap("insert audit entry", err)
}

// LastAuditEntry reads the newest entry, or ErrNotFound in an empty log.
func (s *Store) LastAuditEntry(ctx context.Context) (models.AuditEntry, error) {
	var e models.AuditEntry
	err := s.col(colAudit).FindOne(ctx, bson.D{}, options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})).Decode(&e)
	return e, wrap("last audit entry", err)
}

// ListAudit lists entries in scope, newest first, below the number before (0: from the newest): up to limit.
func (s *Store) ListAudit(ctx context.Context, sc models.Scope, f models.AuditFilter, before int64, limit int) ([]models.AuditEntry, error) {
	filter := bson.D{}
	if before > 0 {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: before}}})
	}
	if f.Action != "" {
		filter = append(filter, bson.E{Key: "action", Value: f.Action})
	}
	if f.Actor != "" {
		filter = append(filter, bson.E{Key: "actor", Value: f.Actor})
	}
	if f.Object != "" {
		filter = append(filter, bson.E{Key: "object", Value: f.Object})
	}
	if at := bounds(f.From, f.Until); len(at) > 0 {
		filter = append(filter, bson.E{Key: "at", Value: at})
	}
	if f.Org != "" {
		filter = append(filter, bson.E{Key: "org", Value: f.Org})
	}
	var list []models.AuditEntry
	cur, err := s.col(colAudit).Find(ctx, allOf(scoped(sc, bson.D{}), filter), options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(int64(limit)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("list audit", err)
}

// AuditAfter reads the log in order, up to limit entries with a number above seq.
func (s *Store) AuditAfter(ctx context.Context, seq int64, limit int) ([]models.AuditEntry, error) {
	var list []models.AuditEntry
	cur, err := s.col(colAudit).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: seq}}}}, findSorted("_id").SetLimit(int64(limit)))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return list, wrap("read audit", err)
}

// bounds is a half-open stretch of time; empty when neither end is given.
func bounds(from, until time.Time) bson.D {
	d := bson.D{}
	if !from.IsZero() {
		d = append(d, bson.E{Key: "$gte", Value: from})
	}
	if !until.IsZero() {
		d = append(d, bson.E{Key: "$lt", Value: until})
	}
	return d
}

const auditHeadID = "head"

// FindAuditHead reads how far the log had come, or ErrNotFound.
func (s *Store) FindAuditHead(ctx context.Context) (models.AuditHead, error) {
	var h models.AuditHead
	err := s.col(colAuditHead).FindOne(ctx, bson.D{{Key: "_id", Value: auditHeadID}}).Decode(&h)
	return h, wrap("find audit head", err)
}

// AdvanceAuditHead moves the head forward; it never goes back, so that a slow process cannot undo a fast one's.
func (s *Store) AdvanceAuditHead(ctx context.Context, h models.AuditHead) error {
	_, err := s.col(colAuditHead).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: auditHeadID}, {Key: "seq", Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: h.Seq}}}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "seq", Value: h.Seq}, {Key: "mac", Value: h.MAC}, {Key: "seal", Value: h.Seal}}}},
		options.UpdateOne().SetUpsert(true))
	if err = wrap("advance audit head", err); errors.Is(err, models.ErrConflict) { // it stands further already
		return nil
	}
	return err
}
