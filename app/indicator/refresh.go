package indicator

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"huisheng/models"
	"huisheng/models/store"
)

const (
	// MarkName is where the watermark is kept.
	MarkName = "tally"
	// overlap is how far behind the clock the watermark stays: longer than any request may take from taking its time stamp to being durable, and
	// than clocks of servers differ.
	overlap = 2 * time.Minute
	// step is how far the watermark moves at once. While it stands, what it shows of a batch can be compared with the pass before.
	step = time.Minute
	// staleAfter keeps processes with an old and a new catalog, side by side during an upgrade, from undoing each other's work all the time.
	staleAfter = 10 * time.Minute
	// staleAtOnce is how many outdated tallies and rollups a pass computes anew.
	staleAtOnce = 200
	// A batch that took longer than slow is not computed again until rest times as long has passed, at most maxRest, so that a large one that is
	// being answered does not keep the worker busy all the time.
	slow    = 250 * time.Millisecond
	rest    = 10
	maxRest = time.Minute
	// memoSize bounds what a process remembers; after that it computes some things once more.
	memoSize = 100_000
)

// batchSignal is all that can change a batch's tally, as seen from the watermark. Equal signals mean the same tally.
type batchSignal struct {
	from                        int64
	answers, revisions, last    int64
	ratings, reratings, lastOne int64
	counts                      models.BatchCounts
	skipped                     int
	ratingsIn                   int64
}

// rollupSignal is all that can change a rollup besides tallies.
type rollupSignal struct {
	from                 int64
	complaints, versions int64
	records, last        int64
	figures              int64
	prices               int64
	org                  int64
}

type rollupKey struct {
	org    models.OrgID
	period string
}

// Refresh is one pass: it computes the tallies and figures anew that changed since the watermark, and some of those of other definitions. It
// gives how many tallies and figures it stored. What fails is tried again with the next pass, because then the watermark stays.
func (s *Service) Refresh(ctx context.Context) (int, error) {
	start := s.now()
	mark, err := s.store.FindMark(ctx, MarkName)
	if err != nil {
		return 0, err
	}
	w := work{s: s, start: start, done: start, from: mark.At.UnixMilli(), dirty: map[rollupKey]bool{}}
	if err := w.find(ctx, mark.At); err != nil {
		return 0, err
	}
	w.tallies(ctx)
	w.figures(ctx)
	if next := w.done.Add(-overlap).Truncate(step); len(w.errs) == 0 && next.After(mark.At) {
		w.errs = append(w.errs, s.store.AdvanceMark(ctx, MarkName, next))
	}
	return w.stored, errors.Join(w.errs...)
}

// work is the state of one pass.
type work struct {
	s       *Service
	start   time.Time
	from    int64
	batches map[models.BatchID]batchSignal
	rollups map[rollupKey]rollupSignal
	stale   []models.BatchID
	dirty   map[rollupKey]bool // figures to compute; true: their records changed
	done    time.Time          // up to when everything is computed
	stored  int
	errs    []error
}

// find looks for everything that changed.
func (w *work) find(ctx context.Context, from time.Time) error {
	w.batches, w.rollups = map[models.BatchID]batchSignal{}, map[rollupKey]rollupSignal{}
	for _, look := range []func(context.Context, time.Time) error{
		w.findAnswers, w.findRatings, w.findBatches, w.findComplaints, w.findRecords, w.findFigures, w.findPrices, w.findOrgs, w.findStale,
	} {
		if err := look(ctx, from); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) batch(id models.BatchID, change func(*batchSignal)) {
	signal := w.batches[id]
	signal.from = w.from
	change(&signal)
	w.batches[id] = signal
}

func (w *work) rollup(org models.OrgID, period string, change func(*rollupSignal)) {
	key := rollupKey{org, period}
	signal := w.rollups[key]
	signal.from = w.from
	change(&signal)
	w.rollups[key] = signal
}

func (w *work) findAnswers(ctx context.Context, from time.Time) error {
	list, err := w.s.store.ResponsesSince(ctx, from)
	for _, c := range list {
		w.batch(c.ID, func(b *batchSignal) { b.answers, b.revisions, b.last = c.N, c.Revisions, c.Last.UnixMilli() })
	}
	return err
}

func (w *work) findRatings(ctx context.Context, from time.Time) error {
	list, err := w.s.store.RatingsSince(ctx, from)
	for _, c := range list {
		w.batch(c.ID, func(b *batchSignal) { b.ratings, b.reratings, b.lastOne = c.N, c.Revisions, c.Last.UnixMilli() })
	}
	return err
}

func (w *work) findBatches(ctx context.Context, from time.Time) error {
	list, err := w.s.store.BatchesSince(ctx, from)
	for _, c := range list {
		w.batch(c.ID, func(b *batchSignal) { b.counts, b.skipped, b.ratingsIn = c.Counts, c.Skipped, c.RatingsIn.UnixMilli() })
	}
	return err
}

func (w *work) findComplaints(ctx context.Context, from time.Time) error {
	list, err := w.s.store.ComplaintsSince(ctx, from)
	for _, c := range list {
		for _, period := range models.PeriodsOf(c.AcceptedAt) {
			w.rollup(c.Org, period, func(r *rollupSignal) { r.complaints++; r.versions += int64(c.Version) })
		}
	}
	return err
}

// findRecords looks at the records of organisations that uploaded some; the records themselves have no index by time, which would cost
// every import.
func (w *work) findRecords(ctx context.Context, from time.Time) error {
	orgs, err := w.s.store.ImportingOrgs(ctx, from, w.start.Add(-models.ImportSilence))
	if err != nil {
		return err
	}
	for org, began := range orgs {
		months, err := w.s.store.RecordMonthsSince(ctx, org, began)
		if err != nil {
			return err
		}
		w.recordMonths(org, months)
	}
	return nil
}

func (w *work) recordMonths(org models.OrgID, months []store.Changed[string]) {
	for _, m := range months {
		p, err := models.ParsePeriod(m.ID)
		if err != nil {
			continue // a record without a day belongs to no period
		}
		for _, period := range models.PeriodsOf(p.Start) {
			w.rollup(org, period, func(r *rollupSignal) { r.records += m.N; r.last = max(r.last, m.Last.UnixMilli()) })
		}
	}
}

func (w *work) findFigures(ctx context.Context, from time.Time) error {
	list, err := w.s.store.FiguresSince(ctx, from)
	for _, c := range list {
		p, err := models.ParsePeriod(c.Period)
		if err != nil {
			continue
		}
		for _, period := range append(p.SameEnd(), p.Next()) { // growth is against the period before
			w.rollup(c.Org, period, func(r *rollupSignal) { r.figures += int64(c.Current.N) })
		}
	}
	return err
}

// findPrices looks for published price lists. One holds from the period in which it was published until the next.
func (w *work) findPrices(ctx context.Context, from time.Time) error {
	list, err := w.s.store.PricesSince(ctx, from)
	for _, c := range list {
		for at := c.Current.At; ; at = at.AddDate(0, 0, 28) {
			at = earlier(at, w.start)
			for _, period := range models.PeriodsOf(at) {
				w.rollup(c.Org, period, func(r *rollupSignal) { r.prices = int64(c.Current.N) })
			}
			if !at.Before(w.start) {
				break
			}
		}
	}
	return err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// findOrgs looks for organisations that another regulator supervises now: the one before must not be shown their figures any longer.
func (w *work) findOrgs(ctx context.Context, from time.Time) error {
	list, err := w.s.store.OrgsSince(ctx, from)
	if err != nil {
		return err
	}
	for _, o := range list {
		periods, err := w.s.store.RollupPeriods(ctx, o.ID, o.Region)
		if err != nil {
			return err
		}
		for _, period := range periods {
			w.rollup(o.ID, period, func(r *rollupSignal) { r.org = o.UpdatedAt.UnixMilli() })
		}
	}
	return nil
}

// findStale adds what was computed with other definitions.
func (w *work) findStale(ctx context.Context, _ time.Time) error {
	hash, before := w.s.catalog.Hash(), w.start.Add(-staleAfter)
	batches, err := w.s.store.StaleTallies(ctx, hash, before, staleAtOnce)
	if err != nil {
		return err
	}
	w.stale = batches
	rollups, err := w.s.store.StaleRollups(ctx, hash, before, staleAtOnce)
	for _, id := range rollups {
		if org, period, ok := strings.Cut(id, "|"); ok {
			period, _, _ = strings.Cut(period, "|") // a part is computed with its whole
			w.dirty[rollupKey{models.OrgID(org), period}] = false
		}
	}
	return err
}

// tallies computes the batches that changed and notes whose figures follow. They are noted although the tally may be the same as before: a
// process that died between the two leaves such figures behind.
func (w *work) tallies(ctx context.Context) {
	todo := w.stale
	for id, signal := range w.batches {
		known, rested := w.s.recall(id)
		switch {
		case known == signal:
			delete(w.batches, id)
		case w.start.Before(rested.until):
			delete(w.batches, id)
			if rested.since.Before(w.done) { // what came since it was last computed stays ahead of the watermark
				w.done = rested.since
			}
		default:
			todo = append(todo, id)
		}
	}
	slices.Sort(todo)
	for _, id := range slices.Compact(todo) {
		if err := w.tally(ctx, id); err != nil {
			w.errs = append(w.errs, err)
			delete(w.batches, id)
		}
	}
}

func (w *work) tally(ctx context.Context, id models.BatchID) error {
	began, since := time.Now(), w.s.now()
	t, err := w.s.refreshTally(ctx, id)
	if errors.Is(err, models.ErrNotFound) { // answers of a batch that is gone
		return nil
	}
	if err != nil {
		return err
	}
	w.stored++
	for _, period := range models.PeriodsOf(t.Anchor) {
		key := rollupKey{t.Org, period}
		w.dirty[key] = false
	}
	if took := time.Since(began); took > slow {
		w.s.rest(id, resting{since: since, until: since.Add(min(rest*took, maxRest))})
	}
	return nil
}

// figures computes the rollups that follow, and then remembers what this pass saw.
func (w *work) figures(ctx context.Context) {
	for key, signal := range w.rollups {
		if w.s.recallRollup(key) == signal {
			delete(w.rollups, key)
			continue
		}
		w.dirty[key] = signal.records > 0
	}
	failed := false
	for key, recount := range w.dirty {
		if err := w.s.refreshRollup(ctx, key.org, key.period, recount); err != nil {
			w.errs = append(w.errs, err)
			failed = true
			continue
		}
		w.stored++
	}
	if !failed {
		w.s.remember(w.batches, w.rollups)
	}
}
