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

// QualityRules gives the reasons for which answers are set apart, with their words and thresholds.
func (s *Service) QualityRules() []models.QualityRule { return s.catalog.QualityRules() }
