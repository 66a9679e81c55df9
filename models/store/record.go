package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// chunkSize is how many documents or ids one command carries: large enough that the round trip vanishes, small enough to stay far
// below the 16 MiB of a message.
const chunkSize = 1000

// RecordFilter narrows a list of records; empty fields do not.
type RecordFilter struct {
	Org         models.OrgID
	Certificate string // the beginning of the certificate number, upper case
	Department  string
	Occupation  string
	Level       string
	From, Until string // anchor day 2006-01-02, both inclusive
}

func (f RecordFilter) bson() bson.D {
	d := bson.D{}
	equal := func(field, value string) {
		if value != "" {
			d = append(d, bson.E{Key: field, Value: value})
		}
	}
	equal("org", string(f.Org))
	equal("department", f.Department)
	equal("occupation", f.Occupation)
	equal("level", f.Level)
	if f.Certificate != "" { // a range, not a pattern: a reader's text never becomes a regular expression
		d = append(d, bson.E{Key: "certificate", Value: bson.D{{Key: "$gte", Value: f.Certificate}, {Key: "$lt", Value: f.Certificate + "\uffff"}}})
	}
	var days bson.D
	if f.From != "" {
		days = append(days, bson.E{Key: "$gte", Value: f.From})
	}
	if f.Until != "" {
		days = append(days, bson.E{Key: "$lte", Value: f.Until})
	}
	if days != nil {
		d = append(d, bson.E{Key: "anchor", Value: days})
	}
	return d
}

// FindRecords lists records in scope by id. next is what to give as Page.After for the following page, empty at the end. Page.Limit is
// at least 1.
func (s *Store) FindRecords(ctx context.Context, sc models.Scope, f RecordFilter, p models.Page) (list []models.Record, next string, err error) {
	filter := f.bson()
	if p.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}})
	}
	cur, err := s.col(colRecords).Find(ctx, scoped(sc, filter),
		options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(p.Limit)+1))
	if err != nil {
		return nil, "", wrap("list records", err)
	}
	if err := cur.All(ctx, &list); err != nil {
		return nil, "", wrap("list records", err)
	}
	page := models.NewList(list, p, func(r models.Record) string { return string(r.ID) })
	return page.Items, page.Next, nil
}

// FindRecord reads one record in scope, or ErrNotFound.
func (s *Store) FindRecord(ctx context.Context, sc models.Scope, id models.RecordID) (models.Record, error) {
	var r models.Record
	err := s.col(colRecords).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&r)
	return r, wrap("find record", err)
}

// RecordDigest is what an import needs to know of a stored record.
type RecordDigest struct {
	ID          models.RecordID `bson:"_id"`
	Org         models.OrgID    `bson:"org"`
	Digest      []byte          `bson:"digest"`
	Certificate string          `bson:"certificate"`
	CreatedAt   time.Time       `bson:"created_at"`
}

// FindRecordDigests reads what an import compares with, one command for each thousand ids. Ids without a record are missing from the map.
func (s *Store) FindRecordDigests(ctx context.Context, ids []models.RecordID) (map[models.RecordID]RecordDigest, error) {
	list, err := findDigests(ctx, s, nil, "_id", ids)
	if err != nil {
		return nil, err
	}
	found := make(map[models.RecordID]RecordDigest, len(list))
	for _, d := range list {
		found[d.ID] = d
	}
	return found, nil
}

// FindCertificateHolders tells which record of the organisation has each certificate number; free numbers are missing from the map.
func (s *Store) FindCertificateHolders(ctx context.Context, org models.OrgID, nos []string) (map[string]models.RecordID, error) {
	list, err := findDigests(ctx, s, bson.D{{Key: "org", Value: org}}, "certificate", nos)
	if err != nil {
		return nil, err
	}
	holders := make(map[string]models.RecordID, len(list))
	for _, d := range list {
		holders[d.Certificate] = d.ID
	}
	return holders, nil
}

// findDigests reads the records whose field is one of values, in chunks.
func findDigests[V ~string](ctx context.Context, s *Store, base bson.D, field string, values []V) ([]RecordDigest, error) {
	all := make([]RecordDigest, 0, len(values))
	o := options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{
		{Key: "org", Value: 1}, {Key: "digest", Value: 1}, {Key: "certificate", Value: 1}, {Key: "created_at", Value: 1},
	})
	for chunk := range slices.Chunk(values, chunkSize) {
		filter := append(slices.Clone(base), bson.E{Key: field, Value: among(chunk)})
		cur, err := s.col(colRecords).Find(ctx, filter, o)
		if err != nil {
			return nil, wrap("find digests by "+field, err)
		}
		var part []RecordDigest
		if err := cur.All(ctx, &part); err != nil {
			return nil, wrap("find digests by "+field, err)
		}
		all = append(all, part...)
	}
	return all, nil
}

// UpdateRecordPhone gives a record another phone if it still has the digest before: identity, phone_mac, digest and updated_at are taken
// from r. ErrConflict: somebody changed the record in between; read it again.
func (s *Store) UpdateRecordPhone(ctx context.Context, sc models.Scope, r models.Record, before []byte) error {
	res, err := s.col(colRecords).UpdateOne(ctx,
		scoped(sc, bson.D{{Key: "_id", Value: r.ID}, {Key: "digest", Value: before}}),
		bson.D{{Key: "$set", Value: bson.D{
			{Key: "identity", Value: r.Identity},
			{Key: "phone_mac", Value: r.PhoneMAC},
			{Key: "digest", Value: r.Digest},
			{Key: "updated_at", Value: r.UpdatedAt},
		}}})
	if err != nil {
		return wrap("update record's phone", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("record %s has changed", r.ID))
	}
	return nil
}
