package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// PutDepartments stores departments that are not there yet; their ids are derived, so putting them again changes nothing.
func (s *Store) PutDepartments(ctx context.Context, list []models.Department) error {
	_, err := putNew(ctx, s.col(colDepartments), "insert departments", list)
	return err
}

// FindDepartment reads one department by id. ErrNotFound.
func (s *Store) FindDepartment(ctx context.Context, id string) (models.Department, error) {
	var d models.Department
	err := s.col(colDepartments).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&d)
	return d, wrap("find department", err)
}

// ListDepartments gives the departments of a batch by name. A batch has at most a few hundred.
func (s *Store) ListDepartments(ctx context.Context, batch models.BatchID) ([]models.Department, error) {
	cur, err := s.col(colDepartments).Find(ctx, bson.D{{Key: "batch", Value: batch}}, findSorted("name"))
	if err != nil {
		return nil, wrap("list departments", err)
	}
	var list []models.Department
	return list, wrap("list departments", cur.All(ctx, &list))
}
