package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"huisheng/app/indicator"
	"huisheng/models"
)

const (
	// retryAfter is the wait after an attempt that failed.
	retryAfter = 30 * time.Second
	// schema is the version of a report's JSON.
	schema = 1
)

// MakeDue makes the reports that are due, one after another. It gives how many became ready.
func (s *Service) MakeDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		now := s.now()
		r, err := s.store.ClaimReport(ctx, now, now.Add(s.lease))
		if errors.Is(err, models.ErrNotFound) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if err := s.make(ctx, r); err != nil {
			note := s.store.StepReport(ctx, r.ID, stepOf(r, s.now().Add(retryAfter), "failed"))
			return n, errors.Join(fmt.Errorf("report %s: %w", r.ID, err), note)
		}
	}
}

// make makes a report from where the last worker stood.
func (s *Service) make(ctx context.Context, r models.Report) error {
	p, err := models.ParsePeriod(r.Period)
	if err != nil {
		return err
	}
	if r.Orgs == nil {
		if r.Orgs, err = s.orgs(ctx, r, p); err != nil {
			return err
		}
		if err := s.store.StepReport(ctx, r.ID, stepWith(r, s.now().Add(s.lease))); err != nil {
			return err
		}
	}
	made, err := s.store.ReportPartsMade(ctx, r.ID)
	if err != nil {
		return err
	}
	r.Done = len(made)
	for _, id := range r.Orgs {
		if made[id] {
			continue
		}
		part, err := s.part(ctx, r, p, id)
		if err != nil {
			return err
		}
		if err := s.store.CreateReportPart(ctx, part); err != nil {
			return err
		}
		r.Done++
		if err := s.store.StepReport(ctx, r.ID, stepOf(r, s.now().Add(s.lease), "")); err != nil {
			return err
		}
	}
	return s.finish(ctx, r, p)
}

// orgs lists whose parts a report has.
func (s *Service) orgs(ctx context.Context, r models.Report, p models.Period) ([]models.OrgID, error) {
	if r.Org != "" {
		return []models.OrgID{r.Org}, nil
	}
	region := r.Of
	if region == models.Province {
		region = ""
	}
	list, err := s.store.OrgsOfReport(ctx, region, r.Kind, r.Cut)
	if err != nil || place(r) == "" {
		return append([]models.OrgID{}, list...), err
	}
	guests, err := s.store.OrgsWithBatchesIn(ctx, region, r.Kind, p.Start, p.End)
	list = append(list, guests...)
	slices.Sort(list)
	return append([]models.OrgID{}, slices.Compact(list)...), err
}

// place is the region that an organisation's raw data must belong to in order to count in a report; empty: all of it does. A social organisation's
// rounds belong to where its exam sites are.
func place(r models.Report) string {
	if r.Kind == models.OrgSocial && r.Of != "" && r.Of != models.Province {
		return r.Of
	}
	return ""
}

func stepOf(r models.Report, until time.Time, trouble string) storeStep {
	return storeStep{Done: r.Done, LeaseUntil: until, Trouble: trouble}
}

func stepWith(r models.Report, until time.Time) storeStep {
	step := stepOf(r, until, "")
	step.Orgs = r.Orgs
	return step
}

// part computes one organisation's part from raw data and pins what counted.
func (s *Service) part(ctx context.Context, r models.Report, p models.Period, id models.OrgID) (models.ReportPart, error) {
	out := models.ReportPart{ID: models.ReportPartID(r.ID, id), Report: r.ID, Org: id}
	o, err := s.store.FindOrg(ctx, models.SystemScope(), id)
	if err != nil {
		return out, err
	}
	pins := models.NewPinning(s.pinHash(r.ID))
	c, err := s.indicators.AsOf(ctx, o, p, indicator.Moment{Cut: r.Cut, Region: place(r), Ledger: pins})
	if err != nil {
		return out, err
	}
	out.Empty, out.Cells, out.Flagged, out.Pins = c.Inputs.IsZero() && r.Org == "", c.Rollup.Cells, c.Rollup.Flagged, pins.Pins()
	out.Body, err = canonical(models.ReportPartBody{
		Org: o.ID, Name: o.Name, Region: o.Region, Inputs: c.Inputs, Quality: c.Rollup.Quality, Items: c.Rollup.Live, Batches: c.Batches,
	})
	out.Hash = hashOf(out.Body)
	return out, err
}

// pinHash pins raw data in one report; pins of two reports do not compare.
func (s *Service) pinHash(id models.ReportID) models.PinHash {
	return func(kind, piece string, state []byte) []byte {
		return s.pin.Sum(string(id), kind, piece, string(state))
	}
}

// finish joins the parts and makes the report ready.
func (s *Service) finish(ctx context.Context, r models.Report, p models.Period) error {
	body := s.head(r, p)
	var rollups []models.Rollup
	err := s.store.StreamReportParts(ctx, r.ID, false, func(part *models.ReportPart) error {
		if part.Empty {
			return nil
		}
		var said models.ReportPartBody
		if err := decode(part.Body, &said); err != nil {
			return err
		}
		body.Orgs++
		body.Inputs.Add(said.Inputs)
		body.Parts = append(body.Parts, models.ReportPartHash{Org: part.Org, SHA256: part.Hash})
		rollups = append(rollups, models.Rollup{Org: part.Org, Cells: part.Cells, Flagged: part.Flagged, Quality: said.Quality, Live: said.Items})
		return nil
	})
	if err != nil {
		return err
	}
	body.Items, body.Quality = s.merged(r, p, rollups)
	if r.Body, err = canonical(body); err != nil {
		return err
	}
	r.Hash, r.Catalog, r.ComputedAt = hashOf(r.Body), s.catalog.Hash(), s.now().Truncate(time.Millisecond)
	r.MAC = s.mac.Sum(string(r.ID), r.Hash)
	if r.Org != "" {
		if r.Released, err = s.released(ctx, r); err != nil {
			return err
		}
	}
	if err := s.record(ctx, models.Principal{}, r, models.AuditReport, map[string]string{"what": "ready", "sha256": r.Hash}); err != nil {
		return err
	}
	return s.store.FinishReport(ctx, r)
}

// merged gives the figures of the whole: the one organisation's own, or a region's merged from the cells of all.
func (s *Service) merged(r models.Report, p models.Period, rollups []models.Rollup) ([]models.IndicatorValue, models.Quality) {
	if r.Org != "" && len(rollups) == 1 {
		return rollups[0].Live, rollups[0].Quality
	}
	figures := s.indicators.Merge(r.Of, r.Kind, p, rollups)
	return figures.Items, figures.Quality
}

func (s *Service) head(r models.Report, p models.Period) models.ReportBody {
	return models.ReportBody{
		Schema: schema, ID: r.ID, Region: r.Of, Org: r.Org, Name: r.Name, Kind: r.Kind, Period: r.Period,
		Start: moment(p.Start), End: moment(p.End), Cut: moment(r.Cut), Version: r.Version, Replaces: r.Replaces, ComputedAt: moment(s.now()),
		Catalog: s.catalog.Hash(), Definitions: s.catalog.Indicators(r.Kind), Parts: []models.ReportPartHash{},
	}
}

func moment(t time.Time) string { return t.In(models.Shanghai()).Format(time.RFC3339) }

// released is what the organisation may read of a report about itself: the figures that it could see at this moment. They move in steps and cannot be
// recomputed, so they stand outside of what the hash covers.
func (s *Service) released(ctx context.Context, r models.Report) ([]byte, error) {
	sc := models.Scope{Org: r.Org}
	seen, err := s.indicators.ForOrg(ctx, sc, r.Org, r.Period)
	if err != nil {
		return nil, err
	}
	return canonical(models.ReleasedBody{
		ID: r.ID, Org: r.Org, Name: r.Name, Kind: r.Kind, Period: r.Period, Version: r.Version, ComputedAt: moment(s.now()), Items: seen.View(sc),
	})
}
