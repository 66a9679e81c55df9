package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindContact reads one contact in scope, or ErrNotFound.
func (s *Store) FindContact(ctx context.Context, sc models.Scope, id models.ContactID) (models.Contact, error) {
	var c models.Contact
	err := s.col(colContacts).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&c)
	return c, wrap("find contact", err)
}

// PutContact stores a contact, whatever was there under its id.
func (s *Store) PutContact(ctx context.Context, c models.Contact) error {
	_, err := s.col(colContacts).ReplaceOne(ctx, bson.D{{Key: "_id", Value: c.ID}}, c, options.Replace().SetUpsert(true))
	return wrap("put contact", err)
}

// ListContacts gives an organisation's contacts that are not removed, by id.
func (s *Store) ListContacts(ctx context.Context, sc models.Scope, org models.OrgID, p models.Page) (models.List[models.Contact], error) {
	filter := bson.D{{Key: "removed", Value: bson.D{{Key: "$ne", Value: true}}}}
	if sc.Org == "" { // else the scope says it, and two values for one field would be read as the last one
		filter = append(filter, bson.E{Key: "org", Value: org})
	}
	if p.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}})
	}
	cur, err := s.col(colContacts).Find(ctx, scoped(sc, filter), findSorted("_id").SetLimit(int64(p.Limit)+1))
	if err != nil {
		return models.List[models.Contact]{}, wrap("list contacts", err)
	}
	var list []models.Contact
	if err := cur.All(ctx, &list); err != nil {
		return models.List[models.Contact]{}, wrap("list contacts", err)
	}
	return models.NewList(list, p, func(c models.Contact) string { return string(c.ID) }), nil
}
