package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// importPart is one sealed piece of the file of an import's rejected rows. It lies beside the imports but has no organisation, so that no
// scoped query ever meets it: the way to it is through its import.
type importPart struct {
	ID        string    `bson:"_id"`
	Sealed    []byte    `bson:"sealed"`
	ExpiresAt time.Time `bson:"expires_at"`
}

// CreateImport inserts an import.
func (s *Store) CreateImport(ctx context.Context, i models.Import) error {
	_, err := s.col(colImports).InsertOne(ctx, i)
	return wrap("insert import", err)
}

// FindImport reads one import in scope, or ErrNotFound.
func (s *Store) FindImport(ctx context.Context, sc models.Scope, id models.ImportID) (models.Import, error) {
	var i models.Import
	err := s.col(colImports).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}, {Key: "state", Value: bson.D{{Key: "$exists", Value: true}}}})).Decode(&i)
	return i, wrap("find import", err)
}

// ListImports lists an organisation's imports in scope, newest first. next is the Page.After of the following page, empty at the end.
func (s *Store) ListImports(ctx context.Context, sc models.Scope, org models.OrgID, p models.Page) (list []models.Import, next string, err error) {
	filter := bson.D{{Key: "org", Value: org}}
	if p.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: p.After}}})
	}
	cur, err := s.col(colImports).Find(ctx, scoped(sc, filter), options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(int64(p.Limit)+1))
	if err != nil {
		return nil, "", wrap("list imports", err)
	}
	if err := cur.All(ctx, &list); err != nil {
		return nil, "", wrap("list imports", err)
	}
	page := models.NewList(list, p, func(i models.Import) string { return string(i.ID) })
	return page.Items, page.Next, nil
}

// UpdateImport writes how far an import is: everything that changes while it runs.
func (s *Store) UpdateImport(ctx context.Context, i models.Import) error {
	_, err := s.col(colImports).UpdateOne(ctx, bson.D{{Key: "_id", Value: i.ID}}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "state", Value: i.State},
		{Key: "rows", Value: i.Rows},
		{Key: "result", Value: i.Result},
		{Key: "failure", Value: i.Failure},
		{Key: "chunks", Value: i.Chunks},
		{Key: "updated_at", Value: i.UpdatedAt},
	}}})
	return wrap("update import", err)
}

// CreateImportPart stores the n-th sealed piece of an import's file of rejected rows, at most 1 MiB, until expires.
func (s *Store) CreateImportPart(ctx context.Context, id models.ImportID, n int, sealed []byte, expires time.Time) error {
	_, err := s.col(colImports).InsertOne(ctx, importPart{ID: partID(id, n), Sealed: sealed, ExpiresAt: expires})
	return wrap("insert part of rejected rows", err)
}

// FindImportPart reads the n-th sealed piece, or ErrNotFound once it has expired. The caller has found the import in scope before.
func (s *Store) FindImportPart(ctx context.Context, id models.ImportID, n int, now time.Time) ([]byte, error) {
	var p importPart
	err := s.col(colImports).FindOne(ctx, bson.D{
		{Key: "_id", Value: partID(id, n)}, {Key: "expires_at", Value: bson.D{{Key: "$gt", Value: now}}},
	}).Decode(&p)
	return p.Sealed, wrap("find part of rejected rows", err)
}

func partID(id models.ImportID, n int) string { return fmt.Sprintf("%s/%05d", id, n) }
