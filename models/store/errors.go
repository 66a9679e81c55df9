package store

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"huisheng/models"
)

// wrap translates a driver error once: no document is ErrNotFound, a duplicate key ErrConflict, a lost or slow server ErrUnavailable; anything else
// stays internal. The driver's text stays in the cause, for the log alone.
func wrap(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mongo.ErrNoDocuments):
		return models.ErrNotFound.Because(fmt.Errorf("%s: %w", doing, err))
	case mongo.IsDuplicateKeyError(err):
		return models.ErrConflict.Because(fmt.Errorf("%s: %w", doing, err))
	case mongo.IsTimeout(err), mongo.IsNetworkError(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, mongo.ErrClientDisconnected):
		return models.ErrUnavailable.Because(fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// duplicates tells, for an unordered bulk insert, at which positions a duplicate key was met. Any other write error is returned.
func duplicates(err error) (map[int]bool, error) {
	if err == nil {
		return nil, nil
	}
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return nil, err
	}
	dup := make(map[int]bool, len(bulk.WriteErrors))
	for _, e := range bulk.WriteErrors {
		if !mongo.IsDuplicateKeyError(e.WriteError) {
			return nil, err
		}
		dup[e.Index] = true
	}
	return dup, nil
}
