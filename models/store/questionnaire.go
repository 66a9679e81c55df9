package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// QuestionnaireVersions lists the versions that were published, in no order of meaning.
func (s *Store) QuestionnaireVersions(ctx context.Context) ([]models.QuestionnaireVersion, error) {
	cur, err := s.col(colQuestionnaires).Find(ctx, bson.D{}, findSorted("_id"))
	if err != nil {
		return nil, wrap("list questionnaire versions", err)
	}
	var list []models.QuestionnaireVersion
	return list, wrap("list questionnaire versions", cur.All(ctx, &list))
}

// PublishQuestionnaire stores a version. ErrConflict if another one with its number was first: a version is written once and never changed.
func (s *Store) PublishQuestionnaire(ctx context.Context, v models.QuestionnaireVersion) error {
	_, err := s.col(colQuestionnaires).InsertOne(ctx, v)
	return wrap("publish questionnaire", err)
}
