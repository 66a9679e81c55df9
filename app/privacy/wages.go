package privacy

import (
	"context"

	"huisheng/models"
)

// formsWithAmounts lists the forms that ask for an exact amount, in every version.
func (s *Service) formsWithAmounts() (list []models.QuestionnaireRef) {
	for _, q := range s.catalog.Questionnaires() {
		if len(q.ExactWages()) > 0 {
			list = append(list, q.Ref())
		}
	}
	return list
}

// band takes the exact amounts out of answers and of their earlier states; words and bands stay.
func (s *Service) band(ctx context.Context, ids []string) error {
	for _, id := range ids {
		r, err := s.store.FindResponse(ctx, models.ResponseID(id))
		if err != nil {
			return err
		}
		q, ok := s.catalog.Questionnaire(r.Questionnaire.Code, r.Questionnaire.Version)
		if !ok {
			return models.ErrNotFound.With("questionnaire", r.Questionnaire)
		}
		if r.Texts, err = s.without(r.ID, r.Texts, q.ExactWages()); err != nil {
			return err
		}
		for i := range r.History {
			if r.History[i].Texts, err = s.without(r.ID, r.History[i].Texts, q.ExactWages()); err != nil {
				return err
			}
		}
		// Somebody may correct it in between: then the next run finds it again.
		if _, err := s.store.BandResponse(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// without opens a sealed part, takes questions out, and seals the rest; nil when nothing is left.
func (s *Service) without(id models.ResponseID, sealed []byte, questions map[string]bool) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	var secrets map[string]any
	if err := s.box.OpenJSON(sealed, models.SecretsPlace(id), &secrets); err != nil {
		return nil, err
	}
	for q := range questions {
		delete(secrets, q)
	}
	if len(secrets) == 0 {
		return nil, nil
	}
	return s.box.SealJSON(secrets, models.SecretsPlace(id))
}
