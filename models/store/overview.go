package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"huisheng/models"
)

// OrgCount is how many organisations of a kind a region supervises, and how their filing stands.
type OrgCount struct {
	Region string         `bson:"region"`
	Kind   models.OrgKind `bson:"kind"`
	N      int            `bson:"n"`
	Ended  int            `bson:"ended"`  // the letter's last day is over
	Ending int            `bson:"ending"` // it will be before long
	Blank  int            `bson:"blank"`  // no occupation filed: nobody can be invited
}

// CountOrgs counts organisations in scope by supervising region and kind. today and soon are days (2006-01-02): what ends in between is ending.
//
// One output document of the pipeline: {region: "440100", kind: "enterprise", n: 12, ended: 1, ending: 2, blank: 0}
func (s *Store) CountOrgs(ctx context.Context, sc models.Scope, today, soon string) ([]OrgCount, error) {
	to := bson.D{{Key: "$ifNull", Value: bson.A{"$filing.valid_to", ""}}}
	dated := bson.D{{Key: "$gt", Value: bson.A{to, ""}}}
	ended := bson.D{{Key: "$and", Value: bson.A{dated, bson.D{{Key: "$lt", Value: bson.A{to, today}}}}}}
	ending := bson.D{{Key: "$and", Value: bson.A{bson.D{{Key: "$gte", Value: bson.A{to, today}}}, bson.D{{Key: "$lt", Value: bson.A{to, soon}}}}}}
	blank := bson.D{{Key: "$eq", Value: bson.A{bson.D{{Key: "$size", Value: bson.D{{Key: "$ifNull", Value: bson.A{"$filing.occupations", bson.A{}}}}}}, 0}}}
	var list []OrgCount
	err := s.aggregate(ctx, "count orgs", colOrgs, bson.A{
		bson.D{{Key: "$match", Value: scopedOrgs(sc, bson.D{})}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: bson.D{{Key: "region", Value: "$region"}, {Key: "kind", Value: "$kind"}}},
			{Key: "n", Value: bson.D{{Key: "$sum", Value: 1}}},
			sumIf("ended", ended), sumIf("ending", ending), sumIf("blank", blank),
		}}},
		bson.D{{Key: "$project", Value: bson.D{
			{Key: "_id", Value: 0},
			{Key: "region", Value: "$_id.region"},
			{Key: "kind", Value: "$_id.kind"},
			{Key: "n", Value: 1},
			{Key: "ended", Value: 1},
			{Key: "ending", Value: 1},
			{Key: "blank", Value: 1},
		}}},
	}, &list)
	return list, err
}

// sumIf counts the documents for which a condition holds.
func sumIf(name string, cond any) bson.E {
	return bson.E{Key: name, Value: bson.D{{Key: "$sum", Value: bson.D{{Key: "$cond", Value: bson.A{cond, 1, 0}}}}}}
}

// BatchSum is what the rounds of a region or of an organisation come to.
type BatchSum struct {
	Region    string         `bson:"region"`
	Org       models.OrgID   `bson:"org"`
	Kind      models.OrgKind `bson:"kind"`
	Batches   int            `bson:"batches"`
	Running   int            `bson:"running"` // answers are taken at now
	Paused    int            `bson:"paused"`
	Sent      int            `bson:"sent"`
	Invited   int            `bson:"invited"`
	Failed    int            `bson:"failed"`
	Submitted int            `bson:"submitted"`
}

// BatchSumFilter says which rounds are summed: those that opened in [From, Until), of the organisations named, or of everybody.
type BatchSumFilter struct {
	From, Until time.Time
	Orgs        []models.OrgID // nil: everybody, summed by region and kind; else by organisation
}

// SumBatches adds up the funnels of rounds in scope, by region and kind or by organisation.
//
// One output document of the pipeline: {region: "440100", kind: "school", batches: 4, running: 1, paused: 0, sent: 118, invited: 120, failed: 2, submitted: 60}
func (s *Store) SumBatches(ctx context.Context, sc models.Scope, f BatchSumFilter, now time.Time) ([]BatchSum, error) {
	filter := bson.D{{Key: "opens_at", Value: bson.D{{Key: "$gte", Value: f.From}, {Key: "$lt", Value: f.Until}}}}
	by := bson.D{{Key: "region", Value: "$region"}, {Key: "kind", Value: "$kind"}}
	if f.Orgs != nil {
		filter = append(filter, bson.E{Key: "org", Value: among(f.Orgs)})
		by = bson.D{{Key: "org", Value: "$org"}, {Key: "kind", Value: "$kind"}}
	}
	taken := bson.D{{Key: "$and", Value: bson.A{bson.D{{Key: "$ne", Value: bson.A{"$state", models.BatchClosed}}}, bson.D{{Key: "$gt", Value: bson.A{"$closes_at", now}}}}}}
	paused := bson.D{{Key: "$and", Value: bson.A{bson.D{{Key: "$eq", Value: bson.A{"$state", models.BatchPaused}}}, bson.D{{Key: "$gt", Value: bson.A{"$closes_at", now}}}}}}
	group, shown := bson.D{
		{Key: "_id", Value: by}, {Key: "batches", Value: bson.D{{Key: "$sum", Value: 1}}}, sumIf("running", taken), sumIf("paused", paused),
	}, bson.D{
		{Key: "_id", Value: 0},
		{Key: "region", Value: "$_id.region"},
		{Key: "org", Value: "$_id.org"},
		{Key: "kind", Value: "$_id.kind"},
		{Key: "batches", Value: 1},
		{Key: "running", Value: 1},
		{Key: "paused", Value: 1},
	}
	for _, n := range []string{"sent", "invited", "failed", "submitted"} {
		group = append(group, bson.E{Key: n, Value: bson.D{{Key: "$sum", Value: "$counts." + n}}})
		shown = append(shown, bson.E{Key: n, Value: 1})
	}
	var list []BatchSum
	err := s.aggregate(ctx, "sum batches", colBatches, bson.A{
		bson.D{{Key: "$match", Value: allOf(scoped(sc, bson.D{}), filter)}}, bson.D{{Key: "$group", Value: group}}, bson.D{{Key: "$project", Value: shown}},
	}, &list)
	return list, err
}
