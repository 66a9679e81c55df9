package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CreateFile inserts a photo. ErrConflict: its id (the same upload) exists.
func (s *Store) CreateFile(ctx context.Context, f models.File) error {
	_, err := s.col(colFiles).InsertOne(ctx, f)
	return wrap("insert file", err)
}

// FindFile reads a photo; the caller has read the complaint in its reader's scope.
func (s *Store) FindFile(ctx context.Context, id models.FileID) (models.File, error) {
	var f models.File
	err := s.col(colFiles).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&f)
	return f, wrap("find file", err)
}

// FileDigest reads the digest of a photo without its content.
func (s *Store) FileDigest(ctx context.Context, id models.FileID) ([]byte, error) {
	var f models.File
	err := s.col(colFiles).FindOne(ctx, bson.D{{Key: "_id", Value: id}}, options.FindOne().SetProjection(bson.D{{Key: "digest", Value: 1}})).Decode(&f)
	return f.Digest, wrap("find file digest", err)
}

// CountFiles counts the photos of a session that are not kept by a complaint.
func (s *Store) CountFiles(ctx context.Context, owner []byte) (int, error) {
	n, err := s.col(colFiles).CountDocuments(ctx, bson.D{{Key: "owner", Value: owner}})
	return int(n), wrap("count files", err)
}

// ReserveFile gives a session's photo to a complaint that is about to be inserted, and lets it wait until purge for that. Doing it again for the
// same complaint is harmless. ErrNotFound: there is none, it is another session's, or another complaint has it.
func (s *Store) ReserveFile(ctx context.Context, id models.FileID, owner []byte, complaint models.ComplaintID, purge time.Time) error {
	err := s.col(colFiles).FindOneAndUpdate(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "$or", Value: bson.A{
			bson.D{{Key: "owner", Value: owner}, {Key: "complaint", Value: bson.D{{Key: "$exists", Value: false}}}},
			bson.D{{Key: "complaint", Value: complaint}},
		}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "complaint", Value: complaint}, {Key: "purge_at", Value: purge}}}},
		options.FindOneAndUpdate().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	return wrap("reserve file", err)
}

// KeepFiles makes the photos of a complaint that was inserted permanent, and takes off them who had uploaded them. Doing it again is harmless.
func (s *Store) KeepFiles(ctx context.Context, complaint models.ComplaintID, ids []models.FileID) error {
	_, err := s.col(colFiles).UpdateMany(ctx,
		bson.D{{Key: "_id", Value: among(ids)}, {Key: "complaint", Value: complaint}},
		bson.D{{Key: "$unset", Value: bson.D{{Key: "owner", Value: ""}, {Key: "purge_at", Value: ""}}}})
	return wrap("keep files", err)
}

// ReservedFiles lists photos that a complaint reserved and that are not kept, by id, without their content.
func (s *Store) ReservedFiles(ctx context.Context, after models.FileID, limit int) ([]models.File, error) {
	exists := bson.D{{Key: "$exists", Value: true}}
	cur, err := s.col(colFiles).Find(ctx,
		bson.D{{Key: "purge_at", Value: exists}, {Key: "complaint", Value: exists}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}},
		options.Find().SetSort(asc("_id")).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "complaint", Value: 1}}))
	if err != nil {
		return nil, wrap("list reserved files", err)
	}
	var list []models.File
	return list, wrap("list reserved files", cur.All(ctx, &list))
}

// PurgeFiles deletes the photos that no complaint kept in time. It is no TTL index, because the server would not look first whether a complaint
// has them, and a complaint is not to lose its photos because no worker ran for a day.
func (s *Store) PurgeFiles(ctx context.Context, now time.Time) error {
	_, err := s.col(colFiles).DeleteMany(ctx, bson.D{{Key: "purge_at", Value: bson.D{{Key: "$lt", Value: now}}}, {Key: "measure", Value: bson.D{{Key: "$exists", Value: false}}}})
	return wrap("purge files", err)
}

// KeepPaper makes a paper of a case of supervision permanent, after the case names it. Doing it again is harmless.
func (s *Store) KeepPaper(ctx context.Context, id models.FileID) error {
	_, err := s.col(colFiles).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$unset", Value: bson.D{{Key: "owner", Value: ""}, {Key: "purge_at", Value: ""}}}})
	return wrap("keep paper", err)
}

// WaitingPapers lists papers of cases of supervision that are not kept yet, by id, without their content.
func (s *Store) WaitingPapers(ctx context.Context, after models.FileID, limit int) ([]models.File, error) {
	exists := bson.D{{Key: "$exists", Value: true}}
	cur, err := s.col(colFiles).Find(ctx, bson.D{{Key: "purge_at", Value: exists}, {Key: "measure", Value: exists}, {Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}},
		options.Find().SetSort(asc("_id")).SetLimit(int64(limit)).SetProjection(bson.D{{Key: "measure", Value: 1}, {Key: "purge_at", Value: 1}}))
	if err != nil {
		return nil, wrap("list waiting papers", err)
	}
	var list []models.File
	return list, wrap("list waiting papers", cur.All(ctx, &list))
}

// DropFiles deletes files.
func (s *Store) DropFiles(ctx context.Context, ids []string) error {
	_, err := s.col(colFiles).DeleteMany(ctx, bson.D{{Key: "_id", Value: among(ids)}})
	return wrap("drop files", err)
}
