package indicator

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"huisheng/models"
)

// refreshParts stores a social organisation's figures of a period once more, by the region whose authority supervises the exam sites (考场当地).
// A part holds what belongs to a place: rounds, records, complaints, and the price list, which holds everywhere. What else an organisation declares for
// all of itself is in the whole alone.
func (s *Service) refreshParts(ctx context.Context, o models.Org, p models.Period) error {
	if o.Kind != models.OrgSocial {
		return nil
	}
	parts, err := s.parts(ctx, o, p)
	if err != nil {
		return err
	}
	for _, region := range slices.Sorted(maps.Keys(parts)) {
		r := s.rollup(o, p, *parts[region])
		r.ID, r.Region, r.Part = models.PartID(o.ID, p.Name, region), region, region
		previous, err := s.store.FindRollupByID(ctx, models.SystemScope(), r.ID)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		r.Version = previous.Version + 1
		if err := s.store.PutRollup(ctx, r); err != nil {
			return err // ErrConflict: the caller computes everything again
		}
	}
	return nil
}

// parts collects the facts of each region.
func (s *Service) parts(ctx context.Context, o models.Org, p models.Period) (map[string]*models.RollupFacts, error) {
	parts := map[string]*models.RollupFacts{}
	at := func(region string) *models.RollupFacts {
		if parts[region] == nil {
			parts[region] = &models.RollupFacts{}
		}
		return parts[region]
	}
	tallies, err := s.store.ListTallies(ctx, o.ID, p.Start, p.End)
	if err != nil {
		return nil, err
	}
	for _, t := range tallies {
		f := at(t.Region)
		f.Tallies = append(f.Tallies, t)
	}
	complaints, err := s.store.CountComplaintsByRegion(ctx, o.ID, p.Start, p.End)
	if err != nil {
		return nil, err
	}
	for _, c := range complaints {
		f := at(c.Region)
		f.Accepted, f.Substantiated = c.Accepted, c.Substantiated
	}
	prices, err := s.store.PricesInForce(ctx, o.ID, p.End)
	if err != nil {
		return nil, err
	}
	from, until := p.Days()
	records, err := s.store.CountRecordsBySite(ctx, o.ID, from, until)
	if err != nil {
		return nil, err
	}
	for division, n := range records {
		region := o.Region // no exam site given
		if city, ok := s.catalog.CityOf(division); ok {
			region = city.Code
		}
		f := at(region)
		f.Records.Records += n.Records
		f.Records.Persons += n.Persons
		f.Records.At = s.now().Truncate(time.Millisecond)
	}
	for _, f := range parts { // a price list is for everybody, wherever the exam site is
		f.Prices = prices
	}
	return parts, nil
}
