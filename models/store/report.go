package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// The collections of reports.
const (
	colReports      = "reports"
	colReportParts  = "report_parts"
	colReportChecks = "report_checks"
)

// reportSchema is the part of the schema that reports need.
func reportSchema() []index {
	return []index{
		{col: colReports, keys: asc("scope", "version"), unique: true}, // versions of one report; two askers at once make one
		{col: colReports, keys: asc("region", "_id")},                  // a city's reports
		{col: colReports, keys: asc("org", "_id")},                     // reports about an organisation
		{col: colReports, keys: asc("state", "lease_until")},           // those to be made
		{col: colReportParts, keys: asc("report", "org")},              // a report's parts in order
		{col: colReportChecks, keys: asc("state", "lease_until")},      // verifications to be done
	}
}

// large are the fields of a report that lists do without.
func large() bson.D {
	return bson.D{{Key: "body", Value: 0}, {Key: "released", Value: 0}, {Key: "orgs", Value: 0}}
}

// CreateReport inserts a report. ErrConflict: somebody asked for the same one at the same time.
func (s *Store) CreateReport(ctx context.Context, r models.Report) error {
	_, err := s.col(colReports).InsertOne(ctx, r)
	return wrap("insert report", err)
}

// FindReport reads a report in scope with all it says.
func (s *Store) FindReport(ctx context.Context, sc models.Scope, id models.ReportID) (models.Report, error) {
	var r models.Report
	err := s.col(colReports).FindOne(ctx, scoped(sc, bson.D{{Key: "_id", Value: id}})).Decode(&r)
	return r, wrap("find report", err)
}

// LatestReport reads the newest version of a report's scope without its body, or ErrNotFound.
func (s *Store) LatestReport(ctx context.Context, scope string) (models.Report, error) {
	var r models.Report
	err := s.col(colReports).FindOne(ctx, bson.D{{Key: "scope", Value: scope}},
		options.FindOne().SetSort(bson.D{{Key: "version", Value: -1}}).SetProjection(large())).Decode(&r)
	return r, wrap("find latest report", err)
}

// ReportFilter narrows a list of reports; empty fields narrow nothing.
type ReportFilter struct {
	Of     string
	Org    models.OrgID
	Kind   models.OrgKind
	Period string
	Ready  bool
}

// ListReports gives reports in scope without their bodies, newest first. After is the id of the last one of the page before.
func (s *Store) ListReports(ctx context.Context, sc models.Scope, f ReportFilter, p models.Page) (models.List[models.Report], error) {
	filter := bson.D{}
	for _, part := range []struct {
		key   string
		value string
	}{{"of", f.Of}, {"org", string(f.Org)}, {"kind", string(f.Kind)}, {"period", f.Period}} {
		if part.value != "" {
			filter = append(filter, bson.E{Key: part.key, Value: part.value})
		}
	}
	if f.Ready {
		filter = append(filter, bson.E{Key: "state", Value: models.ReportReady})
	}
	if p.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: p.After}}})
	}
	cur, err := s.col(colReports).Find(ctx, allOf(scoped(sc, bson.D{}), filter),
		options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetLimit(int64(p.Limit)+1).SetProjection(large()))
	if err != nil {
		return models.List[models.Report]{}, wrap("list reports", err)
	}
	var list []models.Report
	if err := cur.All(ctx, &list); err != nil {
		return models.List[models.Report]{}, wrap("list reports", err)
	}
	return models.NewList(list, p, func(r models.Report) string { return string(r.ID) }), nil
}

// ReadyReports gives the ids of all finished reports, oldest first.
func (s *Store) ReadyReports(ctx context.Context) ([]models.ReportID, error) {
	cur, err := s.col(colReports).Find(ctx, bson.D{{Key: "state", Value: models.ReportReady}},
		findSorted("_id").SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap("list ready reports", err)
	}
	var list []models.Report
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("list ready reports", err)
	}
	ids := make([]models.ReportID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	return ids, nil
}

// ClaimReport takes a report whose making is due and that nobody else is at, until the given moment; ErrNotFound when there is none.
func (s *Store) ClaimReport(ctx context.Context, now, until time.Time) (models.Report, error) {
	var r models.Report
	err := s.col(colReports).FindOneAndUpdate(ctx, bson.D{
		{Key: "state", Value: models.ReportBuilding},
		{Key: "cut", Value: bson.D{{Key: "$lte", Value: now.Add(-models.ReportSettle)}}},
		{Key: "lease_until", Value: bson.D{{Key: "$lte", Value: now}}},
	}, bson.D{{Key: "$set", Value: bson.D{{Key: "lease_until", Value: until}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&r)
	return r, wrap("claim report", err)
}

// ReportStep is what a worker notes while it makes a report. Nil and empty fields stay as they are.
type ReportStep struct {
	Orgs       []models.OrgID
	Done       int
	LeaseUntil time.Time
	Trouble    string
}

// StepReport notes how far the making is. It changes nothing of a report that is ready.
func (s *Store) StepReport(ctx context.Context, id models.ReportID, step ReportStep) error {
	set := bson.D{{Key: "done", Value: step.Done}, {Key: "lease_until", Value: step.LeaseUntil}, {Key: "trouble", Value: step.Trouble}}
	if step.Orgs != nil {
		set = append(set, bson.E{Key: "orgs", Value: step.Orgs})
	}
	_, err := s.col(colReports).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "state", Value: models.ReportBuilding}}, bson.D{{Key: "$set", Value: set}})
	return wrap("note progress of report", err)
}

// FinishReport makes a report ready, once: whoever comes second changes nothing.
func (s *Store) FinishReport(ctx context.Context, r models.Report) error {
	_, err := s.col(colReports).UpdateOne(ctx, bson.D{{Key: "_id", Value: r.ID}, {Key: "state", Value: models.ReportBuilding}}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "state", Value: models.ReportReady},
		{Key: "done", Value: r.Done},
		{Key: "trouble", Value: ""},
		{Key: "body", Value: r.Body},
		{Key: "hash", Value: r.Hash},
		{Key: "mac", Value: r.MAC},
		{Key: "released", Value: r.Released},
		{Key: "catalog", Value: r.Catalog},
		{Key: "computed_at", Value: r.ComputedAt},
	}}})
	return wrap("finish report", err)
}

// CreateReportPart inserts a part; a part that is there already stays as it is.
func (s *Store) CreateReportPart(ctx context.Context, p models.ReportPart) error {
	_, err := putNew(ctx, s.col(colReportParts), "insert report part", []models.ReportPart{p})
	return err
}

// ReportPartsMade tells which organisations' parts of a report are there.
func (s *Store) ReportPartsMade(ctx context.Context, id models.ReportID) (map[models.OrgID]bool, error) {
	made := map[models.OrgID]bool{}
	err := s.streamReportParts(ctx, id, bson.D{{Key: "org", Value: 1}}, func(p *models.ReportPart) error {
		made[p.Org] = true
		return nil
	})
	return made, err
}

// StreamReportParts gives a report's parts one at a time, in the order of their organisations' ids; with pins or without.
func (s *Store) StreamReportParts(ctx context.Context, id models.ReportID, pins bool, fn func(*models.ReportPart) error) error {
	fields := bson.D{}
	if !pins {
		fields = append(fields, bson.E{Key: "pins", Value: 0})
	}
	return s.streamReportParts(ctx, id, fields, fn)
}

func (s *Store) streamReportParts(ctx context.Context, id models.ReportID, fields bson.D, fn func(*models.ReportPart) error) error {
	cur, err := s.col(colReportParts).Find(ctx, bson.D{{Key: "report", Value: id}}, findSorted("org").SetBatchSize(20).SetProjection(fields))
	if err != nil {
		return wrap("read report parts", err)
	}
	defer func() { _ = cur.Close(ctx) }() // everything was read, or another error says more
	for cur.Next(ctx) {
		var p models.ReportPart
		if err := cur.Decode(&p); err != nil {
			return wrap("decode report part", err)
		}
		if err := fn(&p); err != nil {
			return err
		}
	}
	return wrap("read report parts", cur.Err())
}

// AskCheck stores that a report is to be verified anew. One that is under way goes on.
func (s *Store) AskCheck(ctx context.Context, c models.ReportCheck) error {
	_, err := s.col(colReportChecks).UpdateOne(ctx, bson.D{{Key: "_id", Value: c.ID}, {Key: "state", Value: bson.D{{Key: "$ne", Value: models.CheckRunning}}}},
		bson.D{{Key: "$set", Value: bson.D{
			{Key: "report", Value: c.Report},
			{Key: "state", Value: models.CheckRunning},
			{Key: "by", Value: c.By},
			{Key: "asked_at", Value: c.AskedAt},
			{Key: "lease_until", Value: c.LeaseUntil},
			{Key: "done", Value: 0},
			{Key: "result", Value: models.CheckResult{}},
		}}}, options.UpdateOne().SetUpsert(true))
	if mongo.IsDuplicateKeyError(err) { // it is under way
		return nil
	}
	return wrap("ask for verification", err)
}

// ClaimCheck takes a verification that nobody is at; ErrNotFound when there is none.
func (s *Store) ClaimCheck(ctx context.Context, now, until time.Time) (models.ReportCheck, error) {
	var c models.ReportCheck
	err := s.col(colReportChecks).FindOneAndUpdate(ctx,
		bson.D{{Key: "state", Value: models.CheckRunning}, {Key: "lease_until", Value: bson.D{{Key: "$lte", Value: now}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "lease_until", Value: until}, {Key: "done", Value: 0}}}},
		options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&c)
	return c, wrap("claim verification", err)
}

// StepCheck notes how far a verification is.
func (s *Store) StepCheck(ctx context.Context, id string, done int, until time.Time) error {
	_, err := s.col(colReportChecks).UpdateOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "state", Value: models.CheckRunning}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "done", Value: done}, {Key: "lease_until", Value: until}}}})
	return wrap("note progress of verification", err)
}

// FinishCheck stores what a verification found.
func (s *Store) FinishCheck(ctx context.Context, c models.ReportCheck) error {
	_, err := s.col(colReportChecks).UpdateOne(ctx, bson.D{{Key: "_id", Value: c.ID}}, bson.D{{Key: "$set", Value: bson.D{
		{Key: "report", Value: c.Report},
		{Key: "state", Value: models.CheckDone},
		{Key: "result", Value: c.Result},
		{Key: "done", Value: c.Done},
		{Key: "done_at", Value: c.DoneAt},
		{Key: "asked_at", Value: c.AskedAt},
	}}}, options.UpdateOne().SetUpsert(true))
	return wrap("finish verification", err)
}

// FindCheck reads the newest verification of a report, or ErrNotFound.
func (s *Store) FindCheck(ctx context.Context, id models.ReportID) (models.ReportCheck, error) {
	var c models.ReportCheck
	err := s.col(colReportChecks).FindOne(ctx, bson.D{{Key: "_id", Value: string(id)}}).Decode(&c)
	return c, wrap("find verification", err)
}
