package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"huisheng/app/indicator"
	"huisheng/app/port"
	"huisheng/models"
	"huisheng/models/store"
)

// storeStep is what a worker notes on the way.
type storeStep = store.ReportStep

// maxDifferences bounds how many figures a verification lists.
const maxDifferences = 200

// AskCheck asks for a report to be recomputed from raw data. One that is under way goes on.
func (s *Service) AskCheck(ctx context.Context, p models.Principal, id models.ReportID) (models.ReportCheck, error) {
	if err := regulatorsOnly(p); err != nil {
		return models.ReportCheck{}, err
	}
	got, err := s.ready(ctx, p, id)
	if err != nil {
		return models.ReportCheck{}, err
	}
	c := models.ReportCheck{ID: string(id), Report: id, By: p.Account, AskedAt: s.now().Truncate(time.Millisecond)}
	if err := s.store.AskCheck(ctx, c); err != nil {
		return c, err
	}
	s.queue.Wake(ctx, port.JobReport, string(id))
	if err := s.record(ctx, p, got.Report, models.AuditReport, map[string]string{"what": "verify"}); err != nil {
		return c, err
	}
	return s.store.FindCheck(ctx, id)
}

// CheckDue does the verifications that were asked for.
func (s *Service) CheckDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		now := s.now()
		c, err := s.store.ClaimCheck(ctx, now, now.Add(s.lease))
		if errors.Is(err, models.ErrNotFound) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		tell := func(done int) error { return s.store.StepCheck(ctx, c.ID, done, s.now().Add(s.lease)) }
		if c.Result, c.Done, err = s.Verify(ctx, c.Report, tell); err != nil {
			return n, errors.Join(fmt.Errorf("verify report %s: %w", c.Report, err), s.store.StepCheck(ctx, c.ID, c.Done, s.now().Add(retryAfter)))
		}
		c.DoneAt = s.now().Truncate(time.Millisecond)
		if err := s.store.FinishCheck(ctx, c); err != nil {
			return n, err
		}
	}
}

// Ready lists all finished reports, oldest first.
func (s *Service) Ready(ctx context.Context) ([]models.ReportID, error) {
	return s.store.ReadyReports(ctx)
}

// Verify recomputes a report from raw data as of its cut-off and says what it found. It stores nothing. tell, if not nil, hears how many parts are done.
func (s *Service) Verify(ctx context.Context, id models.ReportID, tell func(done int) error) (models.CheckResult, int, error) {
	v := verification{s: s, tell: tell}
	r, err := s.store.FindReport(ctx, models.SystemScope(), id)
	if err != nil {
		return v.result, 0, err
	}
	if r.State != models.ReportReady {
		return v.result, 0, models.ErrReportBuilding
	}
	err = v.run(ctx, r)
	v.result.Judge()
	return v.result, v.done, err
}

// verification is the state of one.
type verification struct {
	s       *Service
	tell    func(int) error
	report  models.Report
	period  models.Period
	listed  map[models.OrgID]string // the hashes that the report's body has of its parts
	rollups []models.Rollup
	result  models.CheckResult
	done    int
}

func (v *verification) run(ctx context.Context, r models.Report) (err error) {
	v.report = r
	if v.period, err = models.ParsePeriod(r.Period); err != nil {
		return err
	}
	var body models.ReportBody
	if err := decode(r.Body, &body); err != nil {
		return err
	}
	v.result.HashHolds = hashOf(r.Body) == r.Hash && bytes.Equal(r.MAC, v.s.mac.Sum(string(r.ID), r.Hash)) && body.ID == r.ID
	v.listed = map[models.OrgID]string{}
	for _, p := range body.Parts {
		v.listed[p.Org] = p.SHA256
	}
	if err := v.s.store.StreamReportParts(ctx, r.ID, true, func(p *models.ReportPart) error { return v.part(ctx, p) }); err != nil {
		return err
	}
	if len(v.listed) > 0 { // a part is gone
		v.result.HashHolds = false
		v.result.Missing += int64(len(v.listed))
	}
	items, _ := v.s.merged(r, v.period, v.rollups)
	if r.Org == "" {
		v.compare("", body.Items, items)
	}
	return nil
}

// part recomputes one organisation's part.
func (v *verification) part(ctx context.Context, p *models.ReportPart) error {
	if !p.Empty {
		if v.listed[p.Org] != p.Hash || hashOf(p.Body) != p.Hash {
			v.result.HashHolds = false
		}
		delete(v.listed, p.Org)
	}
	var said models.ReportPartBody
	if err := decode(p.Body, &said); err != nil {
		return err
	}
	o, err := v.s.store.FindOrg(ctx, models.SystemScope(), p.Org)
	if errors.Is(err, models.ErrNotFound) {
		v.result.Missing++
		return nil
	}
	if err != nil {
		return err
	}
	o.Name, o.Region = said.Name, said.Region // as they were
	ledger := models.NewChecking(v.s.pinHash(v.report.ID), p.Pins)
	known := map[models.BatchID]models.ReportBatch{}
	for _, b := range said.Batches {
		known[b.Batch] = b
	}
	c, err := v.s.indicators.AsOf(ctx, o, v.period, indicator.Moment{Cut: v.report.Cut, Region: place(v.report), Ledger: ledger, Known: known})
	if err != nil {
		return err
	}
	if err := v.judge(ctx, p.Org, c, ledger); err != nil {
		return err
	}
	v.compare(p.Org, said.Items, c.Rollup.Live)
	if !p.Empty {
		v.rollups = append(v.rollups, models.Rollup{Org: p.Org, Cells: c.Rollup.Cells, Flagged: c.Rollup.Flagged, Quality: c.Rollup.Quality, Live: c.Rollup.Live})
	}
	v.done++
	if v.tell != nil {
		return v.tell(v.done)
	}
	return nil
}

// judge weighs what raw data was altered, is gone, or changed in the open.
func (v *verification) judge(ctx context.Context, org models.OrgID, c indicator.Counted, ledger *models.Checking) error {
	changed, err := v.s.store.CountRecordsChanged(ctx, org, v.report.Cut)
	if err != nil {
		return err
	}
	r := &v.result
	r.Altered += ledger.Altered() + c.Shrunk
	gone := ledger.Gone(models.PinAnswer)
	r.Withdrawn += min(gone, c.Withdrawn)
	r.Missing += gone - min(gone, c.Withdrawn)
	gone = ledger.Gone(models.PinRecord)
	r.Corrected += min(gone, changed)
	r.Missing += gone - min(gone, changed)
	for _, kind := range []string{models.PinAccepted, models.PinRating, models.PinDelivered, models.PinOpened} {
		r.Missing += ledger.Gone(kind)
	}
	r.Missing += ledger.Gone(models.PinSubstantiated)
	return nil
}

// compare notes the figures that come out differently. Those by definitions that this program does not have cannot be compared.
func (v *verification) compare(org models.OrgID, stored, now []models.IndicatorValue) {
	byID := make(map[string]models.IndicatorValue, len(now))
	for _, x := range now {
		byID[x.ID] = x
	}
	for _, was := range stored {
		is, ok := byID[was.ID]
		if !ok || is.Version != was.Version {
			v.result.Outdated++
			continue
		}
		same := equal(was.Value, is.Value) && equal(was.Numerator, is.Numerator) && equal(was.Denominator, is.Denominator) && equal(was.N, is.N)
		if same && (v.report.Catalog != v.s.catalog.Hash() || sameQuality(was.Quality, is.Quality)) {
			continue
		}
		if len(v.result.Differences) < maxDifferences {
			v.result.Differences = append(v.result.Differences, models.Difference{
				Org: org, Indicator: was.ID, Stored: was.Value, Now: is.Value, StoredN: was.N, NowN: is.N,
			})
		}
	}
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func sameQuality(a, b *models.ValueQuality) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Flagged == b.Flagged && a.CleanN == b.CleanN && equal(a.CleanValue, b.CleanValue)
}
