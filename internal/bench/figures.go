package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/app/indicator"
	"huisheng/models"
)

const (
	figuresBatch = 1000 // people of each batch
	figuresFew   = 10   // batches stored at first
)

// figures measures reading an organisation's indicators, and computing them anew after one changed answer, with ten thousand answers stored and then with
// a hundred times as many, spread over batches and organisations.
func figures(ctx context.Context, e *env) ([]Row, error) {
	f := &figuresRun{e: e}
	f.service = indicator.New(e.store, e.cat, e.box, f.now)
	if err := f.prepare(ctx); err != nil {
		return nil, err
	}
	fewReads, fewChanges, err := f.measure(ctx)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := f.load(ctx, figuresFew, e.opt.Answers/figuresBatch); err != nil {
		return nil, err
	}
	took := time.Since(start)
	manyReads, manyChanges, err := f.measure(ctx)
	if err != nil {
		return nil, err
	}
	count := fmt.Sprintf("%d answers stored (loaded in %s)", e.opt.Answers, took.Round(time.Second))
	return []Row{
		f.row("read an organisation's indicators, "+count, fewReads, manyReads, 1.2),
		f.row("figures after one changed answer in a batch of 1000, "+count, fewChanges, manyChanges, 1.5),
	}, nil
}

// row compares the two states, each against the bare driver at the same minute: minutes apart, the machine may be busy with something else.
func (f *figuresRun) row(name string, few, many figuresTimes, limit float64) Row {
	ratio := many.ours.Seconds() / many.bare.Seconds() / (few.ours.Seconds() / few.bare.Seconds())
	return Row{
		Name: name, Ceiling: fmt.Sprintf("%s with 10 000 (bare driver %s)", short(few.ours), short(few.bare)),
		Ours: fmt.Sprintf("%s (bare driver %s)", short(many.ours), short(many.bare)), Ratio: ratio,
		Target: fmt.Sprintf("≤ %.1f × the time", limit), Met: ratio <= limit,
	}
}

// figuresRun is the state of the measurement.
type figuresRun struct {
	e       *env
	service *indicator.Service
	org     models.OrgID
	bearer  string
	anchor  time.Time
	changes int
	ahead   time.Duration // how far the measured job's clock is ahead: a batch that took long would rest for a minute otherwise
}

func (f *figuresRun) now() time.Time { return time.Now().Add(f.ahead) }

// figuresTimes are ours and the bare driver's.
type figuresTimes struct{ ours, bare time.Duration }

// prepare makes the organisation that is measured, its first batches and their figures. The watermark moves past what is loaded, as it would have in the months
// in which so many answers come.
func (f *figuresRun) prepare(ctx context.Context) error {
	f.org, f.anchor = models.OrgID(models.NewID()), time.Now().AddDate(0, -2, 0).Truncate(time.Second)
	err := f.e.store.CreateOrg(ctx, models.Org{
		ID: f.org, Kind: models.OrgEnterprise, Name: "量测企业", USCC: "bench" + string(f.org), Division: "440100", Region: "440100", Affiliation: models.AffiliationCity,
	})
	if err != nil {
		return err
	}
	if f.bearer, err = f.e.login(ctx, "province"); err != nil {
		return err
	}
	if err := f.e.store.AdvanceMark(ctx, "tally", time.Now().Add(-time.Minute)); err != nil {
		return err
	}
	if err := f.load(ctx, 0, figuresFew); err != nil {
		return err
	}
	for i := range figuresFew {
		if err := f.service.RefreshBatch(ctx, f.batch(i)); err != nil {
			return err
		}
	}
	return nil
}

func (f *figuresRun) batch(i int) models.BatchID {
	return models.BatchID(fmt.Sprintf("figures-%05d", i))
}

// load stores batches from to until, each with its answers; the first belong to the organisation that is measured, every tenth of the others too.
func (f *figuresRun) load(ctx context.Context, from, until int) error {
	const writers = 4
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := from + w; i < until && errs[w] == nil; i += writers {
				errs[w] = f.loadBatch(ctx, i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (f *figuresRun) loadBatch(ctx context.Context, i int) error {
	q, _ := f.e.cat.Latest("ENT_PARTICIPANT")
	org := f.org
	if i >= figuresFew && i%10 != 0 {
		org = models.OrgID(fmt.Sprintf("figures-org-%d", i%100))
	}
	b := models.Batch{
		ID: f.batch(i), Org: org, OrgName: "合成企业", Kind: models.OrgEnterprise, Region: "440100", Questionnaire: q.Ref(), State: models.BatchClosed, People: figuresBatch,
		OpensAt: f.anchor, ClosesAt: f.anchor.AddDate(0, 0, 30), CreatedAt: f.anchor, CountsDue: time.Now().AddDate(100, 0, 0),
	}
	if _, err := f.e.real("batches").InsertOne(ctx, b); err != nil {
		return fmt.Errorf("load batch: %w", err)
	}
	overall := []string{"very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied"}
	docs := make([]any, figuresBatch)
	for n := range docs {
		docs[n] = models.Response{
			ID: models.ResponseID(fmt.Sprintf("figures-%05d-%04d", i, n)), Batch: b.ID, Org: b.Org, Region: b.Region, Questionnaire: q.Ref(), Anchor: b.OpensAt, Seconds: 60 + n%90,
			Channel: models.ChannelDirect, SubmittedAt: f.anchor, ChangedAt: f.anchor, Digest: []byte("bench"), Consents: models.Consents{Notice: q.Notice.Version},
			Answers: map[string]any{
				"took_part": "yes", "plan_disclosed": "yes", "raters": "three_or_more", "relevant": "mostly", "fair": "fairly_fair", "notice_posted": "full_5_days",
				"certificate": "received", "post_change": "assigned", "charged": "no", "overall": overall[n%len(overall)],
			},
		}
	}
	return insertThousands(ctx, f.e.real("responses"), docs)
}

// measure reads and changes by turns, each beside the bare driver's part of it, and gives the medians.
func (f *figuresRun) measure(ctx context.Context) (reads, changes figuresTimes, err error) {
	path := "/api/v1/indicators/orgs/" + string(f.org) + "?period=" + models.QuarterOf(f.anchor)
	rollup := bson.D{{Key: "_id", Value: models.RollupID(f.org, models.QuarterOf(f.anchor))}}
	var ours, bare, change, find []time.Duration
	for range f.e.opt.Rounds {
		b, o, err := alternate(3, func() (load, error) {
			return timed(1, f.e.opt.For/4, func(int, int64) error {
				return f.e.real("rollups").FindOne(ctx, rollup).Err()
			})
		}, func() (load, error) {
			return timed(1, f.e.opt.For/4, func(int, int64) error {
				_, err := f.e.call(ctx, http.MethodGet, path, f.bearer, nil)
				return err
			})
		})
		if err != nil {
			return reads, changes, err
		}
		ours, bare = append(ours, o.p50), append(bare, b.p50)
		took, plain, err := f.change(ctx)
		if err != nil {
			return reads, changes, err
		}
		change, find = append(change, took), append(find, plain)
	}
	return figuresTimes{median(ours), median(bare)}, figuresTimes{median(change), median(find)}, nil
}

// change corrects one answer and times the pass that follows, and the bare reading of the batch's answers, which is what must be done at least.
func (f *figuresRun) change(ctx context.Context) (took, bare time.Duration, err error) {
	f.changes++
	f.ahead += 3 * time.Minute
	batch := f.batch(f.changes % figuresFew)
	_, err = f.e.real("responses").UpdateOne(ctx, bson.D{{Key: "_id", Value: fmt.Sprintf("%s-%04d", batch, f.changes)}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "answers.overall", Value: "very_dissatisfied"}, {Key: "changed_at", Value: f.now()}}}, {Key: "$inc", Value: bson.D{{Key: "revision", Value: 1}}},
	})
	if err != nil {
		return 0, 0, fmt.Errorf("change an answer: %w", err)
	}
	start := time.Now()
	n, err := f.service.Refresh(ctx)
	if err == nil && n == 0 {
		err = fmt.Errorf("a changed answer led to no new figures")
	}
	if took = time.Since(start); err != nil {
		return 0, 0, err
	}
	start = time.Now()
	_, err = f.e.all(ctx, "responses", bson.D{{Key: "batch", Value: batch}})
	return took, time.Since(start), err
}
