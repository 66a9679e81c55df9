package store

import (
	"context"
	"errors"
	"regexp"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// OrgFilter narrows a list of organisations; empty fields narrow nothing.
type OrgFilter struct {
	Kind   models.OrgKind
	Region string // the supervising region
	Name   string // how the name begins
	USCC   string // exactly
}

// CreateOrg inserts an organisation; ErrOrgExists when its credit code is registered.
func (s *Store) CreateOrg(ctx context.Context, o models.Org) error {
	_, err := s.col(colOrgs).InsertOne(ctx, o)
	if err = wrap("insert org", err); errors.Is(err, models.ErrConflict) {
		return models.ErrOrgExists.Because(err)
	}
	return err
}

// FindOrg reads one organisation in scope, or ErrNotFound.
func (s *Store) FindOrg(ctx context.Context, sc models.Scope, id models.OrgID) (models.Org, error) {
	var o models.Org
	err := s.col(colOrgs).FindOne(ctx, scopedOrgs(sc, bson.D{{Key: "_id", Value: id}})).Decode(&o)
	return o, wrap("find org", err)
}

// FindOrgs reads organisations by their ids, with name and region alone; those that are gone are missing. Whose figures a reader may see is decided before.
func (s *Store) FindOrgs(ctx context.Context, ids []models.OrgID) ([]models.Org, error) {
	cur, err := s.col(colOrgs).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}},
		options.Find().SetProjection(bson.D{{Key: "name", Value: 1}, {Key: "region", Value: 1}}))
	if err != nil {
		return nil, wrap("find orgs", err)
	}
	var list []models.Org
	return list, wrap("find orgs", cur.All(ctx, &list))
}

// ListOrgs lists organisations in scope by id, that is by when they were registered.
func (s *Store) ListOrgs(ctx context.Context, sc models.Scope, f OrgFilter, p models.Page) (models.List[models.Org], error) {
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}}}
	if f.Kind != "" {
		filter = append(filter, bson.E{Key: "kind", Value: f.Kind})
	}
	if f.Region != "" {
		filter = append(filter, bson.E{Key: "region", Value: f.Region})
	}
	if f.USCC != "" {
		filter = append(filter, bson.E{Key: "uscc", Value: f.USCC})
	}
	if f.Name != "" {
		filter = append(filter, bson.E{Key: "name", Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(f.Name)}})
	}
	var list []models.Org
	cur, err := s.col(colOrgs).Find(ctx, scopedOrgs(sc, filter), findSorted("_id").SetLimit(int64(p.Limit)+1))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(o models.Org) string { return string(o.ID) }), wrap("list orgs", err)
}

// ReplaceOrg writes an organisation that was read with its UpdatedAt as it was; ErrConflict when somebody else changed it in between,
// ErrOrgExists when another one has the credit code.
func (s *Store) ReplaceOrg(ctx context.Context, o models.Org, was time.Time) error {
	res, err := s.col(colOrgs).ReplaceOne(ctx, bson.D{{Key: "_id", Value: o.ID}, {Key: "updated_at", Value: was}}, o)
	switch err = wrap("replace org", err); {
	case errors.Is(err, models.ErrConflict):
		return models.ErrOrgExists.Because(err)
	case err == nil && res.MatchedCount == 0:
		return models.ErrConflict
	}
	return err
}

// scopedOrgs is scoped for the organisations themselves, whose own id is what `org` is elsewhere. The scope stands beside the filter and not in
// it, so that no filter can replace it.
func scopedOrgs(sc models.Scope, filter bson.D) bson.D {
	own := scoped(models.Scope{All: sc.All, Region: sc.Region, Kind: sc.Kind}, bson.D{})
	if sc.Org != "" {
		own = bson.D{{Key: "_id", Value: sc.Org}}
	}
	return allOf(own, filter)
}

// allOf joins filters that may speak of the same field.
func allOf(filters ...bson.D) bson.D {
	and := bson.A{}
	for _, f := range filters {
		if len(f) > 0 {
			and = append(and, f)
		}
	}
	if len(and) == 0 {
		return bson.D{}
	}
	return bson.D{{Key: "$and", Value: and}}
}
