package indicator

import (
	"fmt"

	"huisheng/models"
)

// sift shows one answer to the judge of quality. Its signals are sealed, so that not even equal ones can be seen in the database.
func (s *Service) sift(sifter *models.QualitySifter, g *models.GivenAnswer) error {
	q, err := s.form(g.Form)
	if err != nil {
		return err
	}
	var signals models.Signals
	if len(g.Signals) > 0 { // answers from before they were captured have none
		plain, err := s.box.Open(g.Signals, models.SignalsPlace(g.ID))
		if err != nil {
			return fmt.Errorf("signals of a response: %w", err)
		}
		if signals, err = models.DecodeSignals(plain); err != nil {
			return err
		}
	}
	sifter.Add(q, g, signals)
	return nil
}

// unseal puts the exact amounts among an answer's questions beside the others, for counting alone.
func (s *Service) unseal(g *models.GivenAnswer, questions []string) error {
	if len(questions) == 0 || len(g.Sealed) == 0 {
		return nil
	}
	var secrets map[string]any
	if err := s.box.OpenJSON(g.Sealed, models.SecretsPlace(g.ID), &secrets); err != nil {
		return fmt.Errorf("amounts of a response: %w", err)
	}
	for _, id := range questions {
		if amount, ok := secrets[id].(float64); ok { // a whole number, as JSON reads it
			g.Answers[id] = int64(amount)
		}
	}
	return nil
}

// QualityRules gives the reasons for which answers are set apart, with their words and thresholds.
func (s *Service) QualityRules() []models.QualityRule { return s.catalog.QualityRules() }
