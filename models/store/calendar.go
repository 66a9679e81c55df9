package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// CalendarYears lists the imported years, rising.
func (s *Store) CalendarYears(ctx context.Context) ([]models.CalendarYear, error) {
	cur, err := s.col(colCalendar).Find(ctx, bson.D{}, findSorted("_id"))
	if err != nil {
		return nil, wrap("list calendar years", err)
	}
	var list []models.CalendarYear
	return list, wrap("list calendar years", cur.All(ctx, &list))
}

// PutCalendarYear stores a year in place of what was imported for it.
func (s *Store) PutCalendarYear(ctx context.Context, y models.CalendarYear) error {
	put := func() error {
		_, err := s.col(colCalendar).ReplaceOne(ctx, bson.D{{Key: "_id", Value: y.Year}}, y, options.Replace().SetUpsert(true))
		return wrap("put calendar year", err)
	}
	err := put()
	if errors.Is(err, models.ErrConflict) { // two first ones raced; the document is there now
		err = put()
	}
	return err
}
