package bench

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// figures measures reading an organisation's indicators, and computing them anew after one changed answer, with ten thousand answers stored and with a
// hundred times as many, by turns.
func figures(ctx context.Context, e *env) ([]Row, error) {
	few, many, err := e.worlds(ctx)
	if err != nil {
		return nil, err
	}
	var reads, changes [2]figuresTimes
	var list [2][]figuresTimes
	for round := range e.opt.Rounds + 1 {
		for i, w := range []*world{few, many} {
			took, bare, err := w.change(ctx)
			if err != nil {
				return nil, err
			}
			if round > 0 { // the first of a world computes what it does not remember yet
				list[i] = append(list[i], figuresTimes{took, bare})
			}
		}
	}
	for i := range list {
		changes[i] = middleTimes(list[i])
	}
	if reads[0], reads[1], err = measureReads(ctx, few, many); err != nil {
		return nil, err
	}
	count := fmt.Sprintf("%d answers stored (in %s)", many.answers, many.took.Round(time.Second))
	return []Row{
		figuresRow("read an organisation's indicators, "+count, few, reads, 1.2),
		figuresRow("figures after one changed answer in a batch of 1000, "+count, few, changes, 1.5),
	}, nil
}

// figuresRow compares the two states.
func figuresRow(name string, few *world, t [2]figuresTimes, limit float64) Row {
	ratio := t[1].ours.Seconds() / t[0].ours.Seconds()
	return Row{
		Name: name, Ceiling: fmt.Sprintf("%s with %d (bare driver %s)", short(t[0].ours), few.answers, short(t[0].bare)),
		Ours: fmt.Sprintf("%s (bare driver %s)", short(t[1].ours), short(t[1].bare)), Ratio: ratio,
		Target: fmt.Sprintf("≤ %.1f × the time", limit), Met: ratio <= limit,
	}
}

// figuresTimes are ours and the bare driver's.
type figuresTimes struct{ ours, bare time.Duration }

func middleTimes(list []figuresTimes) figuresTimes {
	var ours, bare []time.Duration
	for _, t := range list {
		ours, bare = append(ours, t.ours), append(bare, t.bare)
	}
	return figuresTimes{median(ours), median(bare)}
}

// measureReads reads both by turns, a moment each, and gives the medians of the rounds.
func measureReads(ctx context.Context, few, many *world) (a, b figuresTimes, err error) {
	var list [2][]figuresTimes
	for range few.opt.Rounds * 3 {
		for i, w := range []*world{few, many} {
			t, err := w.reads(ctx)
			if err != nil {
				return a, b, err
			}
			list[i] = append(list[i], t)
		}
	}
	return middleTimes(list[0]), middleTimes(list[1]), nil
}

// reads reads the measured organisation's figures for a moment, through the server and with the bare driver.
func (w *world) reads(ctx context.Context) (figuresTimes, error) {
	path := "/api/v1/indicators/orgs/" + string(w.org) + "?period=" + models.QuarterOf(w.anchor)
	rollup := bson.D{{Key: "_id", Value: models.RollupID(w.org, models.QuarterOf(w.anchor))}}
	b, o, err := alternate(1, func() (load, error) {
		return timed(1, w.opt.For/8, func(int, int64) error {
			return w.real("rollups").FindOne(ctx, rollup).Err()
		})
	}, func() (load, error) {
		return timed(1, w.opt.For/8, func(int, int64) error {
			_, err := w.call(ctx, http.MethodGet, path, w.province, nil)
			return err
		})
	})
	return figuresTimes{o.p50, b.p50}, err
}

// change corrects one answer and times the pass that follows, and the bare reading of the batch's answers, which is what must be done at least.
func (w *world) change(ctx context.Context) (took, bare time.Duration, err error) {
	w.changes++
	w.ahead += 3 * time.Minute
	batch := w.measuredBatch(w.changes % w.measuredBatches())
	res, err := w.real("responses").UpdateOne(ctx, bson.D{{Key: "_id", Value: w.ids.Response(w.ids.Invitation(batch, models.PersonID(fmt.Sprint(batch, "-", w.changes))))}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: "answers.overall", Value: "very_dissatisfied"}, {Key: "changed_at", Value: w.now()}}}, {Key: "$inc", Value: bson.D{{Key: "revision", Value: 1}}},
	})
	if err == nil && res.MatchedCount == 0 {
		err = fmt.Errorf("not there")
	}
	if err != nil {
		return 0, 0, fmt.Errorf("change an answer: %w", err)
	}
	start := time.Now()
	n, err := w.service.Refresh(ctx)
	if err == nil && n == 0 {
		err = fmt.Errorf("a changed answer led to no new figures")
	}
	if took = time.Since(start); err != nil {
		return 0, 0, err
	}
	start = time.Now()
	_, err = w.all(ctx, "responses", bson.D{{Key: "batch", Value: batch}})
	return took, time.Since(start), err
}
