package alert

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/models"
)

// fees looks at the quarters of social organisations that were computed since the watermark: where the median that trainees paid is above the published
// one, over all or for one occupation and level, the regulator is told, and for exam sites elsewhere the city there as well. The figure itself has to stand on
// enough people (see IndicatorDefinition.Value), so that nobody's own payment raises it; the organisation reads the gap among its figures, in its steps.
func (s *Service) fees(ctx context.Context, from time.Time) (n int, err error) {
	var errs []error
	err = s.store.StreamQuartersSince(ctx, models.OrgSocial, from, func(r models.Rollup) error {
		changed, err := s.fee(ctx, r)
		if changed {
			n++
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("fee alert of %s: %w", r.ID, err))
		}
		return nil
	})
	return n, errors.Join(append(errs, err)...)
}

// gapOf is the widest gap of a quarter.
type gapOf struct {
	slice models.Slice
	n     int64
	yuan  int64
}

func (s *Service) fee(ctx context.Context, r models.Rollup) (bool, error) {
	o, err := s.store.FindOrg(ctx, models.SystemScope(), r.Org)
	if errors.Is(err, models.ErrNotFound) || err == nil && r.Part == o.Region { // the whole tells the same regulator
		return false, nil
	}
	if err != nil {
		return false, err
	}
	widest := s.widest(r)
	first := models.Alert{
		ID: s.ident.Derive("alert", models.AlertFeeGap, r.ID), Kind: models.AlertFeeGap, Org: o.ID, OrgName: o.Name, OrgKind: o.Kind, Region: r.Region, Period: r.Period,
	}
	return s.put(ctx, first, widest.yuan > 0, func(a models.Alert, now time.Time) models.Alert {
		if a.Version > 0 && a.N == widest.n && a.Yuan == widest.yuan && a.Slice == widest.slice {
			return a
		}
		a.Region = r.Region
		return a.Remeasured(widest.n, widest.yuan, widest.slice, now)
	})
}

// widest finds where most was paid above the published price.
func (s *Service) widest(r models.Rollup) (best gapOf) {
	look := func(slice models.Slice, values []models.IndicatorValue) {
		for _, v := range values {
			d, _ := s.catalog.Indicator(v.ID)
			if d.Measure.Builtin != models.BuiltinGap || v.Value == nil || v.N == nil || int64(*v.Value) <= best.yuan {
				continue
			}
			best = gapOf{slice: slice, n: *v.N, yuan: int64(*v.Value)}
		}
	}
	look(models.Slice{}, r.Live)
	defs := s.catalog.Indicators(r.Kind)
	for _, part := range r.Slices {
		look(part.Slice, models.SliceValues(defs, part.Cells, func(string, string) []models.Option { return nil }, false))
	}
	return best
}
