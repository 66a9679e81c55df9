package indicator

import (
	"context"
	"sync"
	"time"

	"huisheng/models"
)

// priceBook keeps what everybody publishes for a while: a position is against the whole province, so one organisation's price moves those of others, whose
// figures are not computed anew for that.
type priceBook struct {
	mu   sync.Mutex // protects what follows
	book models.PriceBook
	at   time.Time
}

func (s *Service) prices(ctx context.Context) (models.PriceBook, error) {
	now := s.now()
	s.priceBook.mu.Lock()
	defer s.priceBook.mu.Unlock()
	if age := now.Sub(s.priceBook.at); !s.priceBook.at.IsZero() && age >= 0 && age < benchmarkTTL {
		return s.priceBook.book, nil
	}
	lists, err := s.store.ListPrices(ctx)
	if err != nil {
		return models.PriceBook{}, err
	}
	s.priceBook.book, s.priceBook.at = models.NewPriceBook(lists), now
	return s.priceBook.book, nil
}

// position fills in a social organisation's price position, as of now. Prices are public, so everybody sees the same.
func (s *Service) position(ctx context.Context, r *models.Rollup) error {
	if r.Kind != models.OrgSocial || r.Part != "" {
		return nil
	}
	for _, values := range [][]models.IndicatorValue{r.Live, r.Released} {
		for i, v := range values {
			d, ok := s.catalog.Indicator(v.ID)
			if !ok || d.Measure.Builtin != models.BuiltinPricePosition || len(v.Flags) > 0 && v.Flags[0] == models.FlagNotSliced {
				continue
			}
			book, err := s.prices(ctx)
			if err != nil {
				return err
			}
			c := book.Position(r.Org)
			if c.Version = d.Version; c.N == 0 {
				c = models.Cell{Missing: 1}
			}
			values[i] = d.Value(c, nil)
		}
	}
	return nil
}
