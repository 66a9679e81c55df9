package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// AccountFilter narrows a list of accounts; empty fields narrow nothing.
type AccountFilter struct {
	Org  models.OrgID
	Role models.Role
}

// CreateAccount inserts an account; ErrAccountTaken when its login is in use.
func (s *Store) CreateAccount(ctx context.Context, a models.Account) error {
	_, err := s.col(colAccounts).InsertOne(ctx, a)
	if err = wrap("insert account", err); errors.Is(err, models.ErrConflict) {
		return models.ErrAccountTaken.Because(err)
	}
	return err
}

// FindAccount reads one account in scope, or ErrNotFound.
func (s *Store) FindAccount(ctx context.Context, sc models.Scope, id models.AccountID) (models.Account, error) {
	return s.findAccount(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}}))
}

// FindAccountByLogin reads the account that logs in under a (lower-case) name, or ErrNotFound. Only for logging in and seeding.
func (s *Store) FindAccountByLogin(ctx context.Context, login string) (models.Account, error) {
	return s.findAccount(ctx, bson.D{{Key: "login", Value: login}})
}

func (s *Store) findAccount(ctx context.Context, filter bson.D) (models.Account, error) {
	var a models.Account
	err := s.col(colAccounts).FindOne(ctx, filter).Decode(&a)
	return a, wrap("find account", err)
}

// ListAccounts lists accounts in scope by id.
func (s *Store) ListAccounts(ctx context.Context, sc models.Scope, f AccountFilter, p models.Page) (models.List[models.Account], error) {
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: p.After}}}}
	if f.Org != "" {
		filter = append(filter, bson.E{Key: "org", Value: f.Org})
	}
	if f.Role != "" {
		filter = append(filter, bson.E{Key: "role", Value: f.Role})
	}
	var list []models.Account
	cur, err := s.col(colAccounts).Find(ctx, allOf(scoped(sc, bson.D{}), filter), findSorted("_id").SetLimit(int64(p.Limit)+1))
	if err == nil {
		err = cur.All(ctx, &list)
	}
	return models.NewList(list, p, func(a models.Account) string { return string(a.ID) }), wrap("list accounts", err)
}

// CountWrongPassword counts one wrong password and, at the allowed number in a row, locks the account until the given moment and starts
// counting anew. It says whether this one locked it.
func (s *Store) CountWrongPassword(ctx context.Context, id models.AccountID, allowed int, until time.Time) (locked bool, err error) {
	var a models.Account
	err = s.col(colAccounts).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "failed", Value: 1}}}}, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&a)
	if err != nil || a.Failed < allowed {
		return false, wrap("count wrong password", err)
	}
	// Of several wrong ones at once, one locks: the condition no longer holds for the others.
	res, err := s.col(colAccounts).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "failed", Value: bson.D{{Key: "$gte", Value: allowed}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "failed", Value: 0}, {Key: "locked_until", Value: until}}}})
	if err != nil {
		return false, wrap("lock account", err)
	}
	return res.MatchedCount == 1, nil
}

// ConfirmLogin forgets the wrong passwords of an account whose password was just given correctly. It reports false, and changes nothing, when
// the account is disabled or was locked meanwhile: a right guess among many wrong ones sent at once does not open it.
func (s *Store) ConfirmLogin(ctx context.Context, id models.AccountID, now time.Time) (bool, error) {
	res, err := s.col(colAccounts).UpdateOne(ctx,
		bson.D{{Key: "_id", Value: id}, {Key: "disabled", Value: false}, {Key: "locked_until", Value: bson.D{{Key: "$lte", Value: now}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "failed", Value: 0}}}})
	if err != nil {
		return false, wrap("confirm login", err)
	}
	return res.MatchedCount == 1, nil
}

// AccountChange is what an update may set; nil leaves a field as it is.
type AccountChange struct {
	Name         *string
	Disabled     *bool
	PasswordHash *string // also ends a lock
	MustChange   *bool
	ResetSecond  bool // forgets the second factor
}

// UpdateAccount changes an account in scope and gives it as it is then, or ErrNotFound.
func (s *Store) UpdateAccount(ctx context.Context, sc models.Scope, id models.AccountID, ch AccountChange) (models.Account, error) {
	set := bson.D{}
	if ch.Name != nil {
		set = append(set, bson.E{Key: "name", Value: *ch.Name})
	}
	if ch.Disabled != nil {
		set = append(set, bson.E{Key: "disabled", Value: *ch.Disabled})
	}
	if ch.PasswordHash != nil {
		set = append(set, bson.E{Key: "password_hash", Value: *ch.PasswordHash}, bson.E{Key: "failed", Value: 0}, bson.E{Key: "locked_until", Value: time.Time{}})
	}
	if ch.MustChange != nil {
		set = append(set, bson.E{Key: "must_change", Value: *ch.MustChange})
	}
	change := bson.D{}
	if len(set) > 0 {
		change = append(change, bson.E{Key: "$set", Value: set})
	}
	if ch.ResetSecond {
		change = append(change, bson.E{Key: "$unset", Value: bson.D{{Key: "second", Value: ""}, {Key: "enrolling", Value: ""}}})
	}
	if len(change) == 0 {
		return s.FindAccount(ctx, sc, id)
	}
	var a models.Account
	err := s.col(colAccounts).FindOneAndUpdate(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}}), change,
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&a)
	return a, wrap("update account", err)
}
