package indicator

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

// Moment says as of when, and of what, figures are computed from raw data alone.
type Moment struct {
	Cut    time.Time
	Region string        // only what belongs to this place: rounds, complaints and records of its exam sites; empty: everything
	Ledger models.Ledger // told of each piece of raw data, and asked whether it counts
	// Known is what was known of the batches at the cut-off; nil: nothing yet. Rounds that people join one by one grow after it.
	Known map[models.BatchID]models.ReportBatch
}

// Counted is what AsOf computed, and from what.
type Counted struct {
	Rollup    models.Rollup
	Inputs    models.ReportInputs
	Batches   []models.ReportBatch
	Withdrawn int64 // answers that were withdrawn after the cut-off
	Shrunk    int64 // batches that are gone, or ask fewer people than at the cut-off: that does not happen by itself
}

// AsOf computes an organisation's figures of a period from raw data as of a moment, past or present. It stores nothing and reads no tally and no
// rollup: it is what those are verified by.
func (s *Service) AsOf(ctx context.Context, o models.Org, p models.Period, at Moment) (Counted, error) {
	src := &past{store: s.store, service: s, at: at, place: s.placeOf(at.Region, o)}
	batches, err := s.store.BatchesOpened(ctx, o.ID, p.Start, p.End, at.Cut)
	if err != nil {
		return Counted{}, err
	}
	var facts models.RollupFacts
	for _, b := range batches {
		if at.Region != "" && b.Region != at.Region {
			continue
		}
		t, err := src.tally(ctx, b)
		if err != nil {
			return Counted{}, err
		}
		facts.Tallies = append(facts.Tallies, t)
	}
	if err := s.collect(ctx, src, o.ID, p, &facts); err != nil {
		return Counted{}, err
	}
	src.out.Shrunk += int64(len(at.Known) - src.known)
	in := &src.out.Inputs
	in.Records, in.Persons, in.Accepted, in.Substantiated = facts.Records.Records, facts.Records.Persons, facts.Accepted, facts.Substantiated
	in.Declared = int64(len(facts.Declared))
	src.out.Rollup = s.rollup(o, p, facts)
	return src.out, nil
}

// collect adds to facts what does not come from batches.
func (s *Service) collect(ctx context.Context, src source, org models.OrgID, p models.Period, facts *models.RollupFacts) (err error) {
	if facts.Accepted, facts.Substantiated, err = src.CountComplaints(ctx, org, p.Start, p.End); err != nil {
		return err
	}
	from, until := p.Days()
	if facts.Records, err = src.CountRecords(ctx, org, from, until); err != nil {
		return err
	}
	return s.declare(ctx, src, org, p, facts)
}

// Merge gives a region's figures from organisations' cells, as ForRegion does.
func (s *Service) Merge(region string, kind models.OrgKind, p models.Period, rollups []models.Rollup) RegionFigures {
	return s.merged(region, kind, p, models.Slice{}, rollups)
}

// placeOf says whether a division belongs to the place that a report is about; an exam site that is not given is where the organisation is.
func (s *Service) placeOf(region string, o models.Org) func(division string) bool {
	return func(division string) bool {
		if region == "" {
			return true
		}
		if city, ok := s.catalog.CityOf(division); ok {
			return city.Code == region
		}
		return o.Region == region
	}
}

// past reads raw data as of a moment.
type past struct {
	store   *store.Store
	service *Service
	at      Moment
	place   func(division string) bool
	batch   *models.ReportBatch // the one that is being counted
	known   int                 // how many of the batches known at the cut-off were met
	out     Counted
}

// tally counts one batch as it was.
func (s *past) tally(ctx context.Context, b models.Batch) (models.Tally, error) {
	if b.RatingsIn.After(s.at.Cut) {
		b.RatingsIn = time.Time{}
	}
	if was, ok := s.at.Known[b.ID]; ok {
		s.known++
		if b.People < was.People || b.Skipped < was.Skipped {
			s.out.Shrunk++
		}
		b.People, b.Skipped = was.People, was.Skipped
	}
	s.batch = &models.ReportBatch{
		Batch: b.ID, Questionnaire: b.Questionnaire, OpensAt: b.OpensAt.In(models.Shanghai()).Format(time.RFC3339), People: b.People, Skipped: b.Skipped,
	}
	t, err := s.service.tally(ctx, s, b, models.Tally{})
	if err != nil {
		return t, err
	}
	s.out.Batches = append(s.out.Batches, *s.batch)
	in := &s.out.Inputs
	in.Batches++
	in.People += int64(b.People - b.Skipped)
	in.Responses += s.batch.Responses
	in.Reached += s.batch.Reached
	in.Ratings += s.batch.Ratings
	return t, nil
}

// StreamBatchAnswers implements source.
func (s *past) StreamBatchAnswers(ctx context.Context, f store.AnswerFilter, fn func(*models.GivenAnswer) error) error {
	withdrawn, err := s.store.StreamAnswersAsOf(ctx, f, s.at.Cut, func(g *models.GivenAnswer) error {
		state, err := s.service.stateOf(g)
		if err != nil || !s.at.Ledger.Count(models.PinAnswer, string(g.ID), state, false) {
			return err
		}
		s.batch.Responses++
		return fn(g)
	})
	s.out.Withdrawn += withdrawn
	return err
}

// stateOf is all of an answer that figures and quality follow from, in one way of writing. Resealing does not change it.
func (s *Service) stateOf(g *models.GivenAnswer) ([]byte, error) {
	signals := []byte{}
	if len(g.Signals) > 0 {
		var err error
		if signals, err = s.box.Open(g.Signals, models.SignalsPlace(g.ID)); err != nil {
			return nil, fmt.Errorf("signals of a response: %w", err)
		}
	}
	b := models.Canonical(g.Answers, models.Consents{})
	b = append(b, g.Form.Code+"/"+g.Form.Version+"/"...)
	b = binary.BigEndian.AppendUint64(b, uint64(g.Seconds)) //nolint:gosec // seconds are zero or more; the bytes are hashed
	b = binary.BigEndian.AppendUint64(b, uint64(g.SubmittedAt.UnixMilli()))
	return append(b, signals...), nil
}

// StreamBatchRatings implements source.
func (s *past) StreamBatchRatings(ctx context.Context, f store.AnswerFilter, fn func(*models.GivenAnswer) error) error {
	return s.store.StreamBatchRatings(ctx, f, func(g *models.GivenAnswer) error {
		if !s.at.Ledger.Count(models.PinRating, string(g.ID), models.Canonical(g.Answers, models.Consents{}), false) {
			return nil
		}
		s.batch.Ratings++
		return fn(g)
	})
}

// CountRatings implements source; they were counted while they were read.
func (s *past) CountRatings(context.Context, models.BatchID) (int64, error) {
	return s.batch.Ratings, nil
}

// CountReached implements source. Nobody wrote down when a page was opened: what was not pinned came later.
func (s *past) CountReached(ctx context.Context, id models.BatchID) ([]store.Reached, error) {
	var r store.Reached
	err := s.store.StreamReached(ctx, id, func(inv models.InvitationID, delivered, opened bool) {
		switch {
		case delivered && s.at.Ledger.Count(models.PinDelivered, string(inv), nil, true):
			r.Delivered++
		case delivered && s.at.Ledger.Had(models.PinOpened, string(inv), nil): // the receipt came after the cut-off
			r.Opened++
		case !delivered && opened && s.at.Ledger.Count(models.PinOpened, string(inv), nil, true):
			r.Opened++
		}
	})
	s.batch.Reached = r.Delivered + r.Opened
	return []store.Reached{r}, err
}

// CountComplaints implements source.
func (s *past) CountComplaints(ctx context.Context, org models.OrgID, from, until time.Time) (accepted, substantiated int64, err error) {
	list, err := s.store.CountedComplaints(ctx, org, from, until)
	for _, c := range list {
		if c.AcceptedAt.After(s.at.Cut) || s.at.Region != "" && c.Region != s.at.Region {
			continue
		}
		open, counts := c.ChangedAt.After(s.at.Cut), c.Counts()
		if counts && s.at.Ledger.Count(models.PinAccepted, string(c.ID), nil, open) || !counts && open && s.at.Ledger.Had(models.PinAccepted, string(c.ID), nil) {
			accepted++
		} else {
			continue
		}
		found := c.Substantiated()
		if found && s.at.Ledger.Count(models.PinSubstantiated, string(c.ID), nil, open) || !found && open && s.at.Ledger.Had(models.PinSubstantiated, string(c.ID), nil) {
			substantiated++
		}
	}
	return accepted, substantiated, err
}

// CountRecords implements source.
func (s *past) CountRecords(ctx context.Context, org models.OrgID, from, until models.Date) (models.RecordCount, error) {
	n, persons := models.RecordCount{At: s.at.Cut}, map[models.PersonID]bool{}
	err := s.store.StreamCountedRecords(ctx, org, from, until, func(r *store.CountedRecord) {
		if r.CreatedAt.After(s.at.Cut) || !s.place(r.ExamRegion) {
			return
		}
		if s.at.Ledger.Count(models.PinRecord, string(r.ID), []byte(string(r.Person)+"|"+r.Anchor), r.UpdatedAt.After(s.at.Cut)) {
			n.Records++
			persons[r.Person] = true
		}
	})
	n.Persons = int64(len(persons))
	return n, err
}

// PricesInForce implements source. A price list is for everybody, wherever the exam site is.
func (s *past) PricesInForce(ctx context.Context, org models.OrgID, before time.Time) ([]models.Price, error) {
	if until := s.at.Cut.Add(time.Millisecond); until.Before(before) { // moments are kept in milliseconds: what was published at the cut-off counts
		before = until
	}
	return s.store.PricesInForce(ctx, org, before)
}

// DeclaredFigures implements source. What an organisation declares for all of itself belongs to no place.
func (s *past) DeclaredFigures(ctx context.Context, org models.OrgID, periods []string) (map[string]map[string]float64, error) {
	if s.at.Region != "" {
		return nil, nil
	}
	return s.store.FiguresAsOf(ctx, org, periods, s.at.Cut)
}
