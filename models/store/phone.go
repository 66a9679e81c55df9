package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// FindPhone reads what is remembered of a number; for one never written to, a fresh Phone with this id.
func (s *Store) FindPhone(ctx context.Context, id string) (models.Phone, error) {
	var p models.Phone
	err := wrap("find phone", s.col(colPhones).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&p))
	if errors.Is(err, models.ErrNotFound) {
		return models.Phone{ID: id}, nil
	}
	return p, err
}

// SavePhone stores the slots of p if nobody changed them since p was read (p.Rev), and says ErrConflict otherwise: read again. Flags are
// not touched, they have their own updates.
func (s *Store) SavePhone(ctx context.Context, p models.Phone) error {
	fields := bson.D{{Key: "recent", Value: p.Recent}, {Key: "codes", Value: p.Codes}, {Key: "rev", Value: p.Rev + 1}}
	if p.Rev == 0 {
		fresh := p
		fresh.Rev = 1
		if _, err := s.col(colPhones).InsertOne(ctx, fresh); !errors.Is(wrap("insert phone", err), models.ErrConflict) {
			return wrap("insert phone", err)
		}
	}
	res, err := s.col(colPhones).UpdateOne(ctx, bson.D{{Key: "_id", Value: p.ID}, {Key: "rev", Value: p.Rev}}, bson.D{{Key: "$set", Value: fields}})
	if err != nil {
		return wrap("save phone", err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict
	}
	return nil
}

// OptOutPhone remembers that a number wants no messages. Doing it twice is harmless.
func (s *Store) OptOutPhone(ctx context.Context, id string) error {
	return s.flagPhone(ctx, id, "opted_out", true)
}

// SetPhoneUnreachable remembers that an operator refuses a number for good, or that it is back.
func (s *Store) SetPhoneUnreachable(ctx context.Context, id string, unreachable bool) error {
	return s.flagPhone(ctx, id, "unreachable", unreachable)
}

// flagPhone sets one flag, also on a number never written to; rev 0 lets the first slot be taken as on a fresh one.
func (s *Store) flagPhone(ctx context.Context, id, flag string, value bool) error {
	_, err := s.col(colPhones).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}},
		bson.D{{Key: "$set", Value: bson.D{{Key: flag, Value: value}}}, {Key: "$setOnInsert", Value: bson.D{{Key: "rev", Value: 0}}}},
		options.UpdateOne().SetUpsert(true))
	err = wrap("flag phone", err)
	if errors.Is(err, models.ErrConflict) { // two upserts raced; the document is there now
		_, err = s.col(colPhones).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}}, set(flag, value))
		return wrap("flag phone", err)
	}
	return err
}
