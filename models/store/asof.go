package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// What follows reads raw data as it was at a moment in the past, as far as it keeps its history: answers with their revisions, declared figures
// with their versions. Of the rest it gives what is needed to judge whether it was so then.

// BatchesOpened gives an organisation's batches that opened in [from, until) and were made by the cut-off, in the order of their ids.
func (s *Store) BatchesOpened(ctx context.Context, org models.OrgID, from, until, cut time.Time) ([]models.Batch, error) {
	cur, err := s.col(colBatches).Find(ctx, bson.D{
		{Key: "org", Value: org},
		{Key: "created_at", Value: bson.D{{Key: "$lte", Value: cut}}},
		{Key: "opens_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
	}, findSorted("_id"))
	if err != nil {
		return nil, wrap("list batches of a period", err)
	}
	var list []models.Batch
	return list, wrap("list batches of a period", cur.All(ctx, &list))
}

// StreamAnswersAsOf is StreamBatchAnswers as it would have been at the cut-off: without what was submitted since, and with what has been
// corrected since as it was before. Answers that were withdrawn since are deleted; withdrawn is how many.
func (s *Store) StreamAnswersAsOf(ctx context.Context, f AnswerFilter, cut time.Time, fn func(*models.GivenAnswer) error) (withdrawn int64, err error) {
	doing := "read answers as of a moment"
	cur, err := s.col(colResponses).Find(ctx, bson.D{
		{Key: "batch", Value: f.Batch},
		{Key: "questionnaire.code", Value: among(f.Forms)},
		{Key: "submitted_at", Value: bson.D{{Key: "$lte", Value: cut}}},
	}, options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{{Key: "consents", Value: 0}, {Key: "digest", Value: 0}}))
	if err != nil {
		return 0, wrap(doing, err)
	}
	defer func() { _ = cur.Close(ctx) }() // everything was read, or another error says more
	g := models.GivenAnswer{Answers: models.Answers{}}
	for cur.Next(ctx) {
		doc := cur.Current
		changed, _ := doc.Lookup("changed_at").TimeOK()
		late := changed.After(cut)
		if gone, _ := doc.Lookup("withdrawn").BooleanOK(); gone {
			if late {
				withdrawn++
			}
			continue
		}
		if err = readAnswer(doc, f.Questions, &g); err == nil && late {
			err = readRevision(doc, cut, f.Questions, &g)
		}
		if err != nil {
			return withdrawn, fmt.Errorf("%s: %w", doing, err)
		}
		if err := fn(&g); err != nil {
			return withdrawn, err
		}
	}
	return withdrawn, wrap(doing, cur.Err())
}

// readRevision puts the state that held at the cut-off into g: the first of the earlier ones that was replaced after it.
func readRevision(doc bson.Raw, cut time.Time, questions map[string]bool, g *models.GivenAnswer) error {
	history, ok := doc.Lookup("history").ArrayOK()
	if !ok {
		return nil
	}
	values, err := history.Values()
	if err != nil {
		return fmt.Errorf("decode history: %w", err)
	}
	for _, v := range values {
		earlier, ok := v.DocumentOK()
		if !ok {
			continue
		}
		if until, _ := earlier.Lookup("until").TimeOK(); until.After(cut) {
			return readState(earlier, questions, g)
		}
	}
	return nil
}

// StreamReached tells of each of a batch's invitations whether the operator confirmed it, and whether its page was opened.
func (s *Store) StreamReached(ctx context.Context, batch models.BatchID, fn func(id models.InvitationID, delivered, opened bool)) error {
	cur, err := s.col(colInvitations).Find(ctx, bson.D{
		{Key: "batch", Value: batch}, {Key: "$or", Value: bson.A{bson.D{{Key: "delivered", Value: true}}, bson.D{{Key: "opened", Value: true}}}},
	}, options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{{Key: "delivered", Value: 1}, {Key: "opened", Value: 1}}))
	if err != nil {
		return wrap("read reached invitations", err)
	}
	defer func() { _ = cur.Close(ctx) }() // everything was read, or another error says more
	for cur.Next(ctx) {
		id, _ := cur.Current.Lookup("_id").StringValueOK()
		delivered, _ := cur.Current.Lookup("delivered").BooleanOK()
		opened, _ := cur.Current.Lookup("opened").BooleanOK()
		fn(models.InvitationID(id), delivered, opened)
	}
	return wrap("read reached invitations", cur.Err())
}

// CountedRecord is what of an assessment record matters to figures.
type CountedRecord struct {
	ID         models.RecordID `bson:"_id"`
	Person     models.PersonID `bson:"person"`
	Anchor     string          `bson:"anchor"`
	ExamRegion string          `bson:"exam_region"`
	CreatedAt  time.Time       `bson:"created_at"`
	UpdatedAt  time.Time       `bson:"updated_at"`
}

// StreamCountedRecords gives an organisation's assessment records that are anchored on the days [from, until).
func (s *Store) StreamCountedRecords(ctx context.Context, org models.OrgID, from, until models.Date, fn func(*CountedRecord)) error {
	cur, err := s.col(colRecords).Find(ctx, bson.D{
		{Key: "org", Value: org}, {Key: "anchor", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
	}, options.Find().SetBatchSize(chunkSize).SetProjection(bson.D{
		{Key: "person", Value: 1}, {Key: "anchor", Value: 1}, {Key: "exam_region", Value: 1}, {Key: "created_at", Value: 1}, {Key: "updated_at", Value: 1},
	}))
	if err != nil {
		return wrap("read records of a period", err)
	}
	defer func() { _ = cur.Close(ctx) }() // everything was read, or another error says more
	for cur.Next(ctx) {
		var r CountedRecord
		if err := cur.Decode(&r); err != nil {
			return wrap("decode record", err)
		}
		fn(&r)
	}
	return wrap("read records of a period", cur.Err())
}

// CountRecordsChanged counts an organisation's records that were changed after a moment and made before it.
func (s *Store) CountRecordsChanged(ctx context.Context, org models.OrgID, cut time.Time) (int64, error) {
	n, err := s.col(colRecords).CountDocuments(ctx, bson.D{
		{Key: "org", Value: org}, {Key: "updated_at", Value: bson.D{{Key: "$gt", Value: cut}}}, {Key: "created_at", Value: bson.D{{Key: "$lte", Value: cut}}},
	})
	return n, wrap("count changed records", err)
}

// CountedComplaint is what of a complaint matters to figures.
type CountedComplaint struct {
	ID         models.ComplaintID      `bson:"_id"`
	Region     string                  `bson:"region"`
	State      models.ComplaintState   `bson:"state"`
	Outcome    models.ComplaintOutcome `bson:"outcome"`
	AcceptedAt time.Time               `bson:"accepted_at"`
	ChangedAt  time.Time               `bson:"changed_at"`
}

// CountedComplaints gives the complaints about an organisation that were accepted in [from, until), merged ones too.
func (s *Store) CountedComplaints(ctx context.Context, org models.OrgID, from, until time.Time) ([]CountedComplaint, error) {
	cur, err := s.col(colComplaints).Find(ctx, bson.D{
		{Key: "org", Value: org}, {Key: "accepted_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
	}, findSorted("_id").SetProjection(bson.D{
		{Key: "region", Value: 1}, {Key: "state", Value: 1}, {Key: "outcome", Value: 1}, {Key: "accepted_at", Value: 1}, {Key: "changed_at", Value: 1},
	}))
	if err != nil {
		return nil, wrap("list complaints of a period", err)
	}
	var list []CountedComplaint
	return list, wrap("list complaints of a period", cur.All(ctx, &list))
}

// FiguresAsOf is DeclaredFigures at a moment: of each period the newest version that had been declared by then.
func (s *Store) FiguresAsOf(ctx context.Context, org models.OrgID, periods []string, cut time.Time) (map[string]map[string]float64, error) {
	ids := make([]string, len(periods))
	for i, p := range periods {
		ids[i] = models.RollupID(org, p)
	}
	cur, err := s.col(colFigures).Find(ctx, bson.D{{Key: "_id", Value: among(ids)}})
	if err != nil {
		return nil, wrap("find declared figures", err)
	}
	var list []models.Figures
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("find declared figures", err)
	}
	byPeriod := map[string]map[string]float64{}
	for _, f := range list {
		for _, v := range append(f.Versions, f.Current) {
			if !v.At.After(cut) {
				byPeriod[f.Period] = v.Values
			}
		}
	}
	return byPeriod, nil
}

// OrgsOfReport lists the organisations of a kind in a region (empty: everywhere) that were registered by the cut-off, in the order of their ids.
func (s *Store) OrgsOfReport(ctx context.Context, region string, kind models.OrgKind, cut time.Time) ([]models.OrgID, error) {
	filter := bson.D{{Key: "kind", Value: kind}, {Key: "created_at", Value: bson.D{{Key: "$lte", Value: cut}}}}
	if region != "" {
		filter = append(filter, bson.E{Key: "region", Value: region})
	}
	cur, err := s.col(colOrgs).Find(ctx, filter, findSorted("_id").SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap("list organisations of a report", err)
	}
	var list []struct {
		ID models.OrgID `bson:"_id"`
	}
	if err := cur.All(ctx, &list); err != nil {
		return nil, wrap("list organisations of a report", err)
	}
	ids := make([]models.OrgID, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	return ids, nil
}

// OrgsWithBatchesIn lists the organisations of a kind whose rounds belong to a region and opened in [from, until): a social organisation
// examines in other cities than its own.
func (s *Store) OrgsWithBatchesIn(ctx context.Context, region string, kind models.OrgKind, from, until time.Time) ([]models.OrgID, error) {
	var rows []struct {
		ID models.OrgID `bson:"_id"`
	}
	err := s.aggregate(ctx, "list organisations with batches", colBatches, bson.A{
		bson.D{{Key: "$match", Value: bson.D{
			{Key: "region", Value: region}, {Key: "kind", Value: kind}, {Key: "opens_at", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
		}}},
		bson.D{{Key: "$group", Value: bson.D{{Key: "_id", Value: "$org"}}}},
	}, &rows)
	ids := make([]models.OrgID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
}

// Counts says whether the complaint is one of those accepted.
func (c CountedComplaint) Counts() bool { return c.State != complaintMerged }

// complaintMerged is the state of one that counts as another.
const complaintMerged models.ComplaintState = "MERGED"

// Substantiated says whether it was found true or partly true.
func (c CountedComplaint) Substantiated() bool {
	return c.Outcome == models.OutcomeSubstantiated || c.Outcome == models.OutcomePartly
}
