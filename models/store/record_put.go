package store

import (
	"bytes"
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

// PutOutcome says what became of one record.
type PutOutcome int

// The outcomes of PutRecords.
const (
	PutCreated          PutOutcome = iota // it was not there before
	PutUpdated                            // it was there with other columns
	PutUnchanged                          // another import had just written the same
	PutCertificateTaken                   // nothing was written: another record of the organisation has the certificate number
)

// PutRecords inserts created and replaces changed, and says for each what became of it, in the same order. One record is one document write,
// so each is done or not, never half. A record in created that another import has written meanwhile is compared by digest and then counts
// as unchanged or is replaced; putting the same records again is harmless. At most a thousand of each.
func (s *Store) PutRecords(ctx context.Context, created, changed []models.Record) (ofCreated, ofChanged []PutOutcome, err error) {
	ofCreated = make([]PutOutcome, len(created))
	ofChanged = make([]PutOutcome, len(changed))
	met, err := putNew(ctx, s.col(colRecords), "insert records", created)
	if err != nil {
		return nil, nil, err
	}
	again, err := s.judgeMet(ctx, created, met, ofCreated)
	if err != nil {
		return nil, nil, err
	}
	replace := make([]models.Record, 0, len(changed)+len(again))
	outcome := make([]*PutOutcome, 0, cap(replace))
	for i := range changed {
		replace, outcome = append(replace, changed[i]), append(outcome, &ofChanged[i])
	}
	for _, i := range again {
		replace, outcome = append(replace, created[i]), append(outcome, &ofCreated[i])
	}
	return ofCreated, ofChanged, s.replaceRecords(ctx, replace, outcome)
}

// judgeMet tells, for the inserts that a unique index refused, whether the record itself was there (unchanged, or to be replaced: its position is
// returned) or its certificate number. It asks for the ids instead of reading the server's message, which is not part of any contract.
func (s *Store) judgeMet(ctx context.Context, list []models.Record, met map[int]bool, outcome []PutOutcome) (again []int, err error) {
	if len(met) == 0 {
		return nil, nil
	}
	ids := make([]models.RecordID, 0, len(met))
	for i := range met {
		ids = append(ids, list[i].ID)
	}
	stored, err := s.FindRecordDigests(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if !met[i] {
			continue
		}
		d, there := stored[list[i].ID]
		switch {
		case !there:
			outcome[i] = PutCertificateTaken
		case bytes.Equal(d.Digest, list[i].Digest):
			outcome[i] = PutUnchanged
		default:
			again = append(again, i)
		}
	}
	return again, nil
}

// replaceRecords replaces by id; a record deleted meanwhile is put back. A refused one is tried once more, because the record that held
// its certificate number may have given it up further down the same list.
func (s *Store) replaceRecords(ctx context.Context, list []models.Record, outcome []*PutOutcome) error {
	for range 2 {
		if len(list) == 0 {
			return nil
		}
		met, err := s.replaceOnce(ctx, list)
		if err != nil {
			return err
		}
		var refused []models.Record
		var open []*PutOutcome
		for i := range list {
			*outcome[i] = PutUpdated
			if met[i] {
				*outcome[i] = PutCertificateTaken
				refused, open = append(refused, list[i]), append(open, outcome[i])
			}
		}
		list, outcome = refused, open
	}
	return nil
}

func (s *Store) replaceOnce(ctx context.Context, list []models.Record) (map[int]bool, error) {
	order := byID(list, func(r models.Record) models.RecordID { return r.ID })
	writes := make([]mongo.WriteModel, len(list))
	for i, at := range order {
		writes[i] = mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: list[at].ID}}).SetReplacement(&list[at]).SetUpsert(true)
	}
	_, err := s.col(colRecords).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	met, err := duplicates(err)
	if err != nil {
		return nil, wrap(fmt.Sprintf("replace %d records", len(list)), err)
	}
	return placed(met, order), nil
}
