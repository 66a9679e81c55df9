package store

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// AnswerFilter says which answers of a batch are read: to which forms, and of which questions.
type AnswerFilter struct {
	Batch     models.BatchID
	Forms     []string        // questionnaire codes, any version
	Questions map[string]bool // ids; nil: all
	Secrets   bool            // with what is sealed
}

// StreamBatchAnswers gives the answers of everybody who has not withdrawn, one person at a time and in no particular order, to fn. What fn is
// given is used again for the next person. Memory does not grow with the batch. An error of fn ends the reading and comes back.
func (s *Store) StreamBatchAnswers(ctx context.Context, f AnswerFilter, fn func(*models.GivenAnswer) error) error {
	return s.streamAnswers(ctx, colResponses, bson.D{
		{Key: "batch", Value: f.Batch},
		{Key: "questionnaire.code", Value: among(f.Forms)},
		{Key: "withdrawn", Value: bson.D{{Key: "$ne", Value: true}}},
	}, f, fn)
}

func (s *Store) streamAnswers(ctx context.Context, col string, filter bson.D, f AnswerFilter, fn func(*models.GivenAnswer) error) error {
	doing := "read answers in " + col
	fields := bson.D{
		{Key: "answers", Value: 1},
		{Key: "questionnaire", Value: 1},
		{Key: "seconds", Value: 1},
		{Key: "submitted_at", Value: 1},
		{Key: "signals", Value: 1},
		{Key: "slice", Value: 1},
	}
	if f.Secrets {
		fields = append(fields, bson.E{Key: "texts", Value: 1})
	}
	cur, err := s.col(col).Find(ctx, filter, options.Find().SetBatchSize(chunkSize).SetProjection(fields))
	if err != nil {
		return wrap(doing, err)
	}
	defer func() { _ = cur.Close(ctx) }() // everything was read, or another error says more
	g := models.GivenAnswer{Answers: models.Answers{}}
	for cur.Next(ctx) {
		if err := readAnswer(cur.Current, f.Questions, &g); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		if err := fn(&g); err != nil {
			return err
		}
	}
	return wrap(doing, cur.Err())
}

// readAnswer fills g from a document without building a map of all of it: a batch may hold a hundred thousand.
func readAnswer(doc bson.Raw, questions map[string]bool, g *models.GivenAnswer) error {
	id, _ := doc.Lookup("_id").StringValueOK()
	g.ID = models.ResponseID(id)
	g.Form.Code, _ = doc.Lookup("questionnaire", "code").StringValueOK()
	g.Form.Version, _ = doc.Lookup("questionnaire", "version").StringValueOK()
	seconds, _ := doc.Lookup("seconds").AsInt64OK()
	g.Seconds = int(seconds)
	g.SubmittedAt, _ = doc.Lookup("submitted_at").TimeOK()
	g.Slice.Occupation, _ = doc.Lookup("slice", "occupation").StringValueOK()
	g.Slice.Level, _ = doc.Lookup("slice", "level").StringValueOK()
	return readState(doc, questions, g)
}

// readState fills what a correction changes, from a response or from an earlier state in its history.
func readState(doc bson.Raw, questions map[string]bool, g *models.GivenAnswer) error {
	clear(g.Answers)
	_, g.Signals, _ = doc.Lookup("signals").BinaryOK()
	_, g.Sealed, _ = doc.Lookup("texts").BinaryOK()
	given, ok := doc.Lookup("answers").DocumentOK()
	if !ok {
		return nil
	}
	elements, err := given.Elements()
	if err != nil {
		return fmt.Errorf("decode answers: %w", err)
	}
	for _, e := range elements {
		id, value := e.Key(), e.Value()
		if questions != nil && !questions[id] {
			continue
		}
		if word, ok := value.StringValueOK(); ok {
			g.Answers[id] = word
		} else if n, ok := value.AsInt64OK(); ok {
			g.Answers[id] = n
		}
	}
	return nil
}

// Reached is how many of a batch's people of one slice the operator confirmed to have reached, and how many opened the page without that.
type Reached struct {
	models.Slice      `bson:"_id"`
	Delivered, Opened int64
}

// CountReached counts a batch's invitations that the operator confirmed, and those that were opened without such a receipt, by slice.
//
// One output document of the pipeline: {_id: {occupation: "6-31-01-03", level: "4"}, delivered: 117, opened: 3}
func (s *Store) CountReached(ctx context.Context, batch models.BatchID) ([]Reached, error) {
	one := func(condition any) bson.D {
		return bson.D{{Key: "$sum", Value: bson.D{{Key: "$cond", Value: bson.A{condition, 1, 0}}}}}
	}
	var rows []Reached
	err := s.aggregate(ctx, "count reached invitations", colInvitations, bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "batch", Value: batch}}}},
		bson.D{{Key: "$group", Value: bson.D{
			{Key: "_id", Value: "$slice"},
			{Key: "delivered", Value: one("$delivered")},
			{Key: "opened", Value: one(bson.D{{Key: "$and", Value: bson.A{"$opened", bson.D{{Key: "$not", Value: bson.A{"$delivered"}}}}}})},
		}}},
	}, &rows)
	return rows, err
}

func (s *Store) aggregate(ctx context.Context, doing, col string, pipeline bson.A, into any) error {
	cur, err := s.col(col).Aggregate(ctx, pipeline)
	if err != nil {
		return wrap(doing, err)
	}
	return wrap(doing, cur.All(ctx, into))
}

// FindTally reads a batch's tally, or ErrNotFound.
func (s *Store) FindTally(ctx context.Context, id models.BatchID) (models.Tally, error) {
	var t models.Tally
	err := s.col(colTallies).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Decode(&t)
	return t, wrap("find tally", err)
}

// PutTally stores a tally whose Version is one more than that of the one it was computed from; the first has 1. ErrConflict: another worker
// stored one meanwhile, so the organisation may have seen more; compute again from that.
func (s *Store) PutTally(ctx context.Context, t models.Tally) error {
	return s.putVersion(ctx, colTallies, t.ID, t.Version, t)
}

// putVersion inserts version 1 of a document, or replaces the version before. ErrConflict when somebody was faster.
func (s *Store) putVersion(ctx context.Context, col string, id any, version int64, doc any) error {
	if version <= 1 {
		_, err := s.col(col).InsertOne(ctx, doc)
		return wrap("insert into "+col, err)
	}
	res, err := s.col(col).ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "version", Value: version - 1}}, doc)
	if err != nil {
		return wrap("replace in "+col, err)
	}
	if res.MatchedCount == 0 {
		return models.ErrConflict.Because(fmt.Errorf("%s %v has another version", col, id))
	}
	return nil
}

// ListTallies gives the tallies of an organisation's batches that opened in [from, until), in no particular order.
func (s *Store) ListTallies(ctx context.Context, org models.OrgID, from, until time.Time) ([]models.Tally, error) {
	cur, err := s.col(colTallies).Find(ctx, bson.D{
		{Key: "org", Value: org}, {Key: "anchor", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: until}}},
	})
	if err != nil {
		return nil, wrap("list tallies", err)
	}
	var list []models.Tally
	return list, wrap("list tallies", cur.All(ctx, &list))
}

// StaleTallies gives batches whose tally was computed with other definitions than those of catalog and before the given moment. The moment keeps
// an old and a new process that run side by side from undoing each other's work without end.
func (s *Store) StaleTallies(ctx context.Context, catalog string, before time.Time, limit int) ([]models.BatchID, error) {
	return staleIDs[models.BatchID](ctx, s, colTallies, catalog, before, limit)
}

func staleIDs[ID ~string](ctx context.Context, s *Store, col, catalog string, before time.Time, limit int) ([]ID, error) {
	cur, err := s.col(col).Find(ctx, bson.D{
		{Key: "$or", Value: bson.A{ // an index serves both halves, but not $ne
			bson.D{{Key: "catalog", Value: bson.D{{Key: "$lt", Value: catalog}}}}, bson.D{{Key: "catalog", Value: bson.D{{Key: "$gt", Value: catalog}}}},
		}},
		{Key: "computed_at", Value: bson.D{{Key: "$lt", Value: before}}},
	}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap("look for stale "+col, err)
	}
	var found []struct {
		ID ID `bson:"_id"`
	}
	if err := cur.All(ctx, &found); err != nil {
		return nil, wrap("look for stale "+col, err)
	}
	ids := make([]ID, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	return ids, nil
}
