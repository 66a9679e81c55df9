package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/app/indicator"
	"huisheng/internal/demo"
	"huisheng/models"
	"huisheng/models/store"
)

const (
	worldShare  = 10   // a tenth of the people of the long rows are the measured organisation's
	worldOthers = 99   // other organisations with figures
	worldBatch  = 1000 // people of each of their batches, and of each batch whose figures are measured
	worldCases  = 300  // complaints
	worldDesk   = "bench-desk"
	worldUSCC   = "91440101MA5TE5C173" // synthetic
)

// world is a database of its own with so many invitations and answers, and a server of its own in front of it. The organisation that is measured is the same
// in every world; only what is stored about others differs. Two of them are measured by turns, so that what else the machine does hits both.
type world struct {
	*env
	desk                 int // people of the measured organisation: as many invitations, of whom three in ten answered
	invitations, answers int
	took                 time.Duration // of filling it
	org                  models.OrgID
	anchor               time.Time // when the batches opened whose figures are measured
	batch                models.BatchID
	operator, province   string // bearers
	service              *indicator.Service
	changes              int
	ahead                time.Duration // how far the measured job's clock is ahead: a batch that took long would rest for a minute otherwise
	pages                []deskPage
}

// worlds gives the small and the large one; the first call makes them.
func (e *env) worlds(ctx context.Context) (few, many *world, err error) {
	if len(e.made) == 2 {
		return e.made[0], e.made[1], nil
	}
	desk := max(worldBatch, e.opt.People/worldShare)
	answers := e.opt.Answers
	if !wanted(e.opt.Only, "figures") {
		answers = e.opt.Invitations * 3 / 10
	}
	for _, size := range [][2]int{{desk, desk}, {max(desk, e.opt.Invitations), max(desk, answers)}} {
		w, err := e.world(ctx, desk, size[0], size[1])
		if w != nil {
			e.made = append(e.made, w)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return e.made[0], e.made[1], nil
}

// world makes one of so many invitations and answers, of which desk are the measured organisation's.
func (e *env) world(ctx context.Context, desk, invitations, answers int) (*world, error) {
	own := *e
	own.cfg.Database = fmt.Sprintf("%s_%d", e.cfg.Database, invitations+answers)
	own.srv = nil
	w := &world{env: &own, desk: desk, invitations: invitations, answers: answers, anchor: time.Now().AddDate(0, -2, 0).Truncate(time.Second)}
	var err error
	if own.store, err = store.Open(ctx, own.cfg.MongoURI, own.cfg.Database); err != nil {
		return nil, err
	}
	w.service = indicator.New(w.store, w.cat, w.box, w.now)
	start := time.Now()
	if err := w.fill(ctx); err != nil {
		return w, err
	}
	w.took = time.Since(start)
	_, _ = fmt.Fprintf(e.out, "  %d invitations and %d answers stored in %s\n", invitations, answers, w.took.Round(time.Second))
	dir := filepath.Dir(own.cfg.KeysFile)
	if dir, err = os.MkdirTemp(dir, "world-"); err != nil {
		return w, fmt.Errorf("temporary folder: %w", err)
	}
	if own.srv, err = startServer(ctx, own.cfg, dir); err != nil {
		return w, err
	}
	if err := errors.Join(w.open(ctx), w.complain(ctx)); err != nil {
		return w, err
	}
	return w, w.copyFigures(ctx)
}

func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

// end stops the server and drops the database.
func (w *world) end(ctx context.Context) {
	if w.srv != nil {
		w.srv.stop()
	}
	_ = w.store.DropDatabase(ctx) // a leftover database is only untidy
	_ = w.store.Close(ctx)
}

// measuredBatches is how many batches the measured organisation has answers in, besides the one that is open.
func (w *world) measuredBatches() int { return max(1, w.desk*7/10/worldBatch) }

// fill stores the measured batches with their answers, and other organisations' batches with theirs. Jobs have nothing to do with these: they are
// closed, counted and answered long ago, and the watermark is past them, as it would be in the months in which so many come.
func (w *world) fill(ctx context.Context) error {
	if err := w.registerAll(ctx); err != nil {
		return err
	}
	if err := w.store.AdvanceMark(ctx, indicator.MarkName, time.Now().Add(-time.Minute)); err != nil {
		return err
	}
	measured := w.measuredBatches()
	invitations, answers := w.invitations-w.desk, w.answers-w.desk
	others := (max(invitations, answers) + worldBatch - 1) / worldBatch
	share := func(total, i int) int { return total*(i+1)/others - total*i/others }
	return w.bulk(ctx, []string{"invitations", "responses"}, measured+others, func(i int, put func(string, any) error) error {
		if i < measured {
			return w.fillBatch(ctx, w.measuredBatch(i), w.org, "440100", 0, worldBatch, put)
		}
		i -= measured
		return w.fillBatch(ctx, w.otherBatch(i), otherOrg(i), w.regionOf(i), share(invitations, i), share(answers, i), put)
	})
}

func (w *world) measuredBatch(i int) models.BatchID {
	return models.BatchID(fmt.Sprintf("figures-%05d", i))
}

func (w *world) otherBatch(i int) models.BatchID {
	return w.ids.ClaimBatch(models.ClaimID(fmt.Sprint("other", i)))
}

func otherOrg(i int) models.OrgID { return models.OrgID(fmt.Sprintf("other-%02d", i%worldOthers)) }

// regionOf spreads the other organisations over the cities.
func (w *world) regionOf(i int) string {
	regions := w.cat.Regions()
	return regions[i%worldOthers%len(regions)].Code
}

// registerAll stores the organisations.
func (w *world) registerAll(ctx context.Context) error {
	w.org = models.OrgID(models.NewID())
	orgs := []any{models.Org{
		ID: w.org, Kind: models.OrgEnterprise, Name: "合成页面企业", USCC: worldUSCC, Division: "440100", Region: "440100",
		Affiliation: models.AffiliationCity, Filing: demo.Filing(), CreatedAt: w.anchor, UpdatedAt: w.anchor,
	}}
	for i := range worldOthers {
		orgs = append(orgs, models.Org{
			ID: otherOrg(i), Kind: models.OrgEnterprise, Name: fmt.Sprintf("别的企业%02d", i), USCC: fmt.Sprint("other", i), Division: w.regionOf(i), Region: w.regionOf(i),
			Affiliation: models.AffiliationCity, CreatedAt: w.anchor, UpdatedAt: w.anchor,
		})
	}
	return insertThousands(ctx, w.real("orgs"), orgs)
}

// fillBatch stores one batch that is over.
func (w *world) fillBatch(ctx context.Context, id models.BatchID, org models.OrgID, region string, invitations, answers int, put func(string, any) error) error {
	q, _ := w.cat.Latest("ENT_PARTICIPANT")
	b := models.Batch{
		ID: id, Org: org, OrgName: "别的企业", Kind: models.OrgEnterprise, Region: region, ClaimNo: "X", Questionnaire: q.Ref(), State: models.BatchClosed,
		People: worldBatch, Expanded: worldBatch, OpensAt: w.anchor, ClosesAt: w.anchor.AddDate(0, 0, 30), Reminders: 2,
		CountsDue: time.Now().AddDate(500, 0, 0), CreatedAt: w.anchor,
	}
	if _, err := w.real("batches").InsertOne(ctx, b); err != nil {
		return fmt.Errorf("store batch: %w", err)
	}
	for n := range max(invitations, answers) {
		key := fmt.Sprint(id, "-", n)
		inv := models.Invitation{
			ID: w.ids.Invitation(id, models.PersonID(key)), Batch: id, Org: org, Region: region, Record: models.RecordID(key), Questionnaire: q.Ref(),
			About:   models.About{OrgName: "别的企业", Occupation: "电工", Level: "4", AssessedOn: "2026-09-01"},
			CodeMAC: w.ids.CodeMAC(key), TailMAC: w.ids.Digest("t"), PosterMAC: w.ids.Digest("p" + key), PhoneMAC: w.ids.Digest("ph" + key),
			ClosesAt: b.ClosesAt, CreatedAt: b.CreatedAt,
		}
		if n < invitations {
			if err := put("invitations", inv); err != nil {
				return err
			}
		}
		if n < answers {
			if err := put("responses", w.answer(inv.ID, b, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// answer is what the n-th person of a batch said.
func (w *world) answer(inv models.InvitationID, b models.Batch, n int) models.Response {
	overall := []string{"very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied"}
	return models.Response{
		ID: w.ids.Response(inv), Batch: b.ID, Org: b.Org, Region: b.Region, Questionnaire: b.Questionnaire, Anchor: b.OpensAt, Seconds: 60 + n%90,
		Channel: models.ChannelDirect, SubmittedAt: b.OpensAt, ChangedAt: b.OpensAt, Digest: w.ids.Digest("bench"),
		Answers: map[string]any{
			"took_part": "yes", "plan_disclosed": "yes", "raters": "three_or_more", "relevant": "mostly", "fair": "fairly_fair", "notice_posted": "full_5_days",
			"certificate": "received", "post_change": "assigned", "charged": "no", "overall": overall[n%len(overall)],
		},
	}
}

// copyFigures computes the measured organisation's figures and gives every other organisation the same, so that comparing has as much to compare in each
// world; and the tallies that the stored batches would have.
func (w *world) copyFigures(ctx context.Context) error {
	for i := range w.measuredBatches() {
		if err := w.service.RefreshBatch(ctx, w.measuredBatch(i)); err != nil {
			return err
		}
	}
	var rollups []any
	var r bson.D
	if err := w.real("rollups").FindOne(ctx, bson.D{{Key: "_id", Value: models.RollupID(w.org, models.QuarterOf(w.anchor))}}).Decode(&r); err != nil {
		return fmt.Errorf("read figures: %w", err)
	}
	periods := slices.Concat(models.PeriodsOf(w.anchor), models.PeriodsOf(time.Now()))
	slices.Sort(periods)
	for _, period := range slices.Compact(periods) {
		for i := range worldOthers {
			rollups = append(rollups, with(r, bson.D{{Key: "_id", Value: models.RollupID(otherOrg(i), period)}, {Key: "org", Value: otherOrg(i)}, {Key: "region", Value: w.regionOf(i)}, {Key: "period", Value: period}}))
		}
	}
	if err := insertAtOnce(ctx, w.real("rollups"), rollups, 100); err != nil {
		return err
	}
	var t bson.D
	if err := w.real("tallies").FindOne(ctx, bson.D{{Key: "_id", Value: w.measuredBatch(0)}}).Decode(&t); err != nil {
		return fmt.Errorf("read tally: %w", err)
	}
	var tallies []any
	for i := range (max(w.invitations, w.answers) - w.desk) / worldBatch {
		tallies = append(tallies, with(t, bson.D{{Key: "_id", Value: w.otherBatch(i)}, {Key: "org", Value: otherOrg(i)}, {Key: "region", Value: w.regionOf(i)}}))
	}
	return insertAtOnce(ctx, w.real("tallies"), tallies, 100)
}

// complain stores complaints about the other organisations, none of which a job has to look at.
func (w *world) complain(ctx context.Context) error {
	list := make([]any, 0, worldCases)
	for i := range worldCases {
		at := w.anchor.Add(time.Duration(i) * time.Hour)
		list = append(list, models.Complaint{
			ID: models.ComplaintID(fmt.Sprintf("case-%04d", i)), CaseNo: fmt.Sprintf("TS260901%04d", i), Org: otherOrg(i), OrgName: "别的企业", Kind: models.OrgEnterprise,
			Region: w.regionOf(i), Category: w.cat.Categories()[0].Code, Visibility: models.VisibilityAnonymous, State: models.ComplaintSubmitted, CreatedAt: at, ChangedAt: at,
			Deadlines: models.Deadlines{AcceptBy: at.AddDate(0, 0, 7), ResolveBy: at.AddDate(0, 0, 60), Due: at.AddDate(0, 0, 7), DueKind: models.DueAccept, CheckAt: models.NoDue()},
		})
	}
	return insertThousands(ctx, w.real("complaints"), list)
}

// with copies a document with other values of some of its fields.
func with(doc, changed bson.D) bson.D {
	out := make(bson.D, len(doc))
	for i, e := range doc {
		out[i] = e
		for _, c := range changed {
			if c.Key == e.Key {
				out[i].Value = c.Value
			}
		}
	}
	return out
}
