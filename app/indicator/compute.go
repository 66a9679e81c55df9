package indicator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

const (
	// tries bounds how often a document is computed again because another worker stored one meanwhile.
	tries = 5
	// recountAfter is how old the count of records in a rollup may be: counting the people of a large organisation costs more than all else, and
	// uploads are noticed anyway.
	recountAfter = 10 * time.Minute
)

// RefreshBatch computes a batch's tally and the figures of its organisation anew, whether or not anything changed.
func (s *Service) RefreshBatch(ctx context.Context, id models.BatchID) error {
	t, err := s.refreshTally(ctx, id)
	if err != nil {
		return err
	}
	var errs []error
	for _, period := range models.PeriodsOf(t.Anchor) {
		errs = append(errs, s.refreshRollup(ctx, t.Org, period, false))
	}
	return errors.Join(errs...)
}

// refreshTally computes a batch's tally from its raw answers and stores it. The previous one is read before the answers, so that storing fails
// if anybody stored one in between: what an organisation sees never follows from an older state than what it saw already.
func (s *Service) refreshTally(ctx context.Context, id models.BatchID) (models.Tally, error) {
	for range tries {
		previous, err := s.store.FindTally(ctx, id)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return previous, err
		}
		next, err := s.Tally(ctx, id, previous)
		if err != nil {
			return next, err
		}
		if err = s.store.PutTally(ctx, next); !errors.Is(err, models.ErrConflict) {
			return next, err
		}
	}
	return models.Tally{}, models.ErrConflict.Because(fmt.Errorf("tally of batch %s: %d attempts lost against other workers", id, tries))
}

// Tally computes a batch's tally from its raw answers without storing it, also for whoever verifies a stored one: its Live must be the same.
func (s *Service) Tally(ctx context.Context, id models.BatchID, previous models.Tally) (models.Tally, error) {
	b, err := s.store.FindBatch(ctx, models.SystemScope(), id)
	if err != nil {
		return models.Tally{}, err
	}
	return s.tally(ctx, s.store, b, previous)
}

// source is where raw data comes from: the store as it is now, or as it was at a moment.
type source interface {
	StreamBatchAnswers(ctx context.Context, f store.AnswerFilter, fn func(*models.GivenAnswer) error) error
	StreamBatchRatings(ctx context.Context, f store.AnswerFilter, fn func(*models.GivenAnswer) error) error
	CountRatings(ctx context.Context, id models.BatchID) (int64, error)
	CountReached(ctx context.Context, id models.BatchID) ([]store.Reached, error)
	CountComplaints(ctx context.Context, org models.OrgID, from, until time.Time) (accepted, substantiated int64, err error)
	CountRecords(ctx context.Context, org models.OrgID, from, until models.Date) (models.RecordCount, error)
	PricesInForce(ctx context.Context, org models.OrgID, before time.Time) ([]models.Price, error)
	DeclaredFigures(ctx context.Context, org models.OrgID, periods []string) (map[string]map[string]float64, error)
}

// tally counts a batch's raw data.
func (s *Service) tally(ctx context.Context, src source, b models.Batch, previous models.Tally) (models.Tally, error) {
	id := b.ID
	var err error
	defs := s.catalog.Indicators(b.Kind)
	facts := models.BatchFacts{Batch: b}
	limits := models.WageLimits{Min: s.catalog.MinimumWage(b.Region, models.DateOf(b.OpensAt)) / 2}
	counter, sifter := models.NewAnswerCounter(defs, limits), models.NewQualitySifter(s.catalog.QualityRules(), defs, limits)
	count := func(g *models.GivenAnswer) error {
		q, err := s.form(g.Form)
		if err == nil {
			counter.Add(g.Slice, q, g.Answers)
		}
		return err
	}
	secret := counter.Secrets()
	f := store.AnswerFilter{Batch: id, Forms: counter.Forms(), Secrets: len(secret) > 0} // the judge looks at every question
	if err := src.StreamBatchAnswers(ctx, f, func(g *models.GivenAnswer) error {
		return errors.Join(s.unseal(g, secret[g.Form.Code]), count(g), s.sift(sifter, g))
	}); err != nil {
		return models.Tally{}, err
	}
	facts.Quality, facts.Flagged = sifter.Result()
	f.Questions, f.Secrets = counter.Questions(), false
	if !b.RatingsIn.IsZero() {
		if err := src.StreamBatchRatings(ctx, f, count); err != nil {
			return models.Tally{}, err
		}
		if facts.Rated, err = src.CountRatings(ctx, id); err != nil {
			return models.Tally{}, err
		}
	}
	reached, err := src.CountReached(ctx, id)
	if err != nil {
		return models.Tally{}, err
	}
	facts.Groups = groups(b, counter, reached)
	return models.NewTally(previous, facts, defs, s.catalog.Hash(), s.now().Truncate(time.Millisecond)), nil
}

// groups puts together what is known of each slice of a batch's people.
func groups(b models.Batch, counter *models.AnswerCounter, reached []store.Reached) map[models.Slice]models.GroupFacts {
	all := map[models.Slice]models.GroupFacts{}
	for slice, cells := range counter.Cells() {
		all[slice] = models.GroupFacts{Answers: cells}
	}
	for _, r := range reached {
		slice := b.Narrow(r.Slice) // an invitation knows its slice however few share it
		g := all[slice]
		g.Delivered += r.Delivered
		g.Opened += r.Opened
		all[slice] = g
	}
	return all
}

// refreshRollup computes an organisation's figures of a period and stores them; recount says that its records changed. An organisation that
// is gone has none.
func (s *Service) refreshRollup(ctx context.Context, org models.OrgID, period string, recount bool) error {
	p, err := models.ParsePeriod(period)
	if err != nil {
		return fmt.Errorf("rollup of %s: %w", period, err)
	}
	o, err := s.store.FindOrg(ctx, models.SystemScope(), org)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	for range tries {
		if err != nil {
			return err
		}
		var previous models.Rollup
		previous, err = s.store.FindRollup(ctx, models.SystemScope(), org, period)
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		known := previous.Records
		if recount || s.now().Sub(known.At) > recountAfter {
			known = models.RecordCount{}
		}
		var next models.Rollup
		if next, err = s.build(ctx, o, p, known); err != nil {
			return err
		}
		if err = s.refreshParts(ctx, o, p); err != nil {
			return err
		}
		next.Version = previous.Version + 1
		if err = s.store.PutRollup(ctx, next); !errors.Is(err, models.ErrConflict) {
			return err
		}
		err = nil
	}
	return models.ErrConflict.Because(fmt.Errorf("rollup of %s, %s: %d attempts lost against other workers", org, period, tries))
}

// build computes an organisation's figures of a period from tallies, complaints, records and declared figures. known is an earlier count of
// records that still holds; the zero value counts.
func (s *Service) build(ctx context.Context, o models.Org, p models.Period, known models.RecordCount) (models.Rollup, error) {
	facts := models.RollupFacts{Records: known}
	var err error
	if facts.Tallies, err = s.store.ListTallies(ctx, o.ID, p.Start, p.End); err != nil {
		return models.Rollup{}, err
	}
	if facts.Accepted, facts.Substantiated, err = s.store.CountComplaints(ctx, o.ID, p.Start, p.End); err != nil {
		return models.Rollup{}, err
	}
	if known.At.IsZero() {
		from, until := p.Days()
		if facts.Records, err = s.store.CountRecords(ctx, o.ID, from, until); err != nil {
			return models.Rollup{}, err
		}
		facts.Records.At = s.now().Truncate(time.Millisecond)
	}
	if err = s.declare(ctx, s.store, o.ID, p, &facts); err != nil {
		return models.Rollup{}, err
	}
	r := s.rollup(o, p, facts)
	r.ID, r.Region = models.RollupID(o.ID, p.Name), o.Region
	return r, nil
}

// rollup makes the document of facts.
func (s *Service) rollup(o models.Org, p models.Period, facts models.RollupFacts) models.Rollup {
	defs := s.catalog.Indicators(o.Kind)
	r := models.Rollup{
		Org: o.ID, Kind: o.Kind, Period: p.Name, Records: facts.Records, Catalog: s.catalog.Hash(), ComputedAt: s.now().Truncate(time.Millisecond),
	}
	r.Cells, r.Shown = facts.Cells(defs)
	r.Live, r.Released = models.Values(defs, r.Cells, s.options), models.ReleasedValues(defs, r.Shown, s.options)
	r.Slices = facts.Slices(defs)
	r.Quality, r.Flagged = facts.Sifted()
	models.AddQuality(r.Live, defs, r.Cells, r.Flagged, s.options)
	return r
}

// declare fills in the declared figures. A headcount and a price hold as of the period's last day, also where they were declared for another
// period that ends on it; what is counted over a period was declared for that one. Of price lists the one in force when the period ends counts.
func (s *Service) declare(ctx context.Context, src source, org models.OrgID, p models.Period, facts *models.RollupFacts) error {
	names, before := p.SameEnd(), p.Previous()
	declared, err := src.DeclaredFigures(ctx, org, append(names, before))
	if err != nil {
		return err
	}
	if facts.Prices, err = src.PricesInForce(ctx, org, p.End); err != nil {
		return err
	}
	facts.Declared, facts.Before = map[string]float64{}, declared[before]
	for i, name := range names {
		for figure, x := range declared[name] {
			asOfDay := figure == models.FigureHeadcount || figure == models.FigureCoursePrice
			if _, known := facts.Declared[figure]; !known && (i == 0 || asOfDay) {
				facts.Declared[figure] = x
			}
		}
	}
	return nil
}
