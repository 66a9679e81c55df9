// Package indicator computes figures: a tally for each batch from its raw answers, a rollup for each organisation and period from tallies,
// complaints, records and declared figures, and a region's figures from rollups.
//
// Nothing is counted up. A pass finds what changed since a watermark, computes exactly that anew, and replaces one document each, so it may be
// interrupted anywhere, run twice, or run by several processes at once. What an organisation may see of a batch moves in steps of five
// people (models.Release); that state lives in the tally and moves only together with its version.
package indicator

import (
	"fmt"
	"sync"

	"huisheng/app/port"
	"huisheng/config/catalog"
	"huisheng/internal/seal"
	"huisheng/models"
	"huisheng/models/store"
)

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	catalog *catalog.Catalog
	box     *seal.Box
	now     port.Clock

	mu   sync.Mutex // protects memo
	memo memo

	benchmarks benchmarks
	priceBook  priceBook
}

// New makes the service.
func New(s *store.Store, c *catalog.Catalog, box *seal.Box, now port.Clock) *Service {
	return &Service{store: s, catalog: c, box: box, now: now, memo: newMemo()}
}

// Definitions lists what the indicators of a kind of organisation mean, of every kind when kind is empty.
func (s *Service) Definitions(kind models.OrgKind) ([]models.IndicatorDefinition, error) {
	if kind != "" && !kind.Valid() {
		return nil, kindUnknown()
	}
	list := []models.IndicatorDefinition{}
	for _, k := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		if kind == "" || kind == k {
			list = append(list, s.catalog.Indicators(k)...)
		}
	}
	return list, nil
}

func kindUnknown() error {
	return models.ErrInvalid.WithFields(models.FieldError{Field: "kind", Code: "unknown", Message: "kind 应为 enterprise、school 或 social_org。"})
}

// period reads a period's name; empty means the current quarter, the regulators' default.
func (s *Service) period(name string) (models.Period, error) {
	if name == "" {
		name = models.QuarterOf(s.now())
	}
	return models.ParsePeriod(name)
}

// options gives the options of a question in the newest version of a form, for the bounds of bands.
func (s *Service) options(form, question string) []models.Option {
	q, ok := s.catalog.Latest(form)
	if !ok {
		return nil
	}
	if found := q.Question(question); found != nil {
		return found.Options
	}
	return nil
}

// form finds the version of a questionnaire that somebody answered. Versions are never removed; not to know one means that another, newer
// program took the answer.
func (s *Service) form(ref models.QuestionnaireRef) (*models.Questionnaire, error) {
	q, ok := s.catalog.Questionnaire(ref.Code, ref.Version)
	if !ok {
		return nil, fmt.Errorf("questionnaire %s version %s is not in this program's catalog", ref.Code, ref.Version)
	}
	return q, nil
}
