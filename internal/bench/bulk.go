package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	bulkWriters = 2    // more only wait for each other on a small machine
	bulkSize    = 5000 // documents of one insert
)

// bulk fills collections of the server's database without their secondary indexes and makes these again when everything is in: keeping them up to date
// one document at a time costs ten times as much. No server may work on the database meanwhile. fill is called for 0…n-1 by a few writers at once.
func (e *env) bulk(ctx context.Context, cols []string, n int, fill func(i int, put func(col string, doc any) error) error) error {
	indexes := make([]bson.A, len(cols))
	for i, col := range cols {
		var err error
		if indexes[i], err = takeIndexes(ctx, e.real(col)); err != nil {
			return err
		}
	}
	errs := make([]error, bulkWriters)
	var wg sync.WaitGroup
	for w := range bulkWriters {
		wg.Go(func() {
			b := bulkWriter{ctx: ctx, e: e, waiting: map[string][]any{}}
			for i := w; i < n && errs[w] == nil; i += bulkWriters {
				errs[w] = fill(i, b.put)
			}
			for _, col := range cols {
				errs[w] = errors.Join(errs[w], b.flush(col))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i, col := range cols {
		if err := putIndexes(ctx, e.real(col), indexes[i]); err != nil {
			return err
		}
	}
	return nil
}

// bulkWriter gathers documents of one writer.
type bulkWriter struct {
	ctx     context.Context
	e       *env
	waiting map[string][]any
}

func (b *bulkWriter) put(col string, doc any) error {
	raw, err := bson.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	b.waiting[col] = append(b.waiting[col], bson.Raw(raw))
	if len(b.waiting[col]) < bulkSize {
		return nil
	}
	return b.flush(col)
}

func (b *bulkWriter) flush(col string) error {
	docs := b.waiting[col]
	b.waiting[col] = b.waiting[col][:0]
	return insertAtOnce(b.ctx, b.e.real(col), docs, bulkSize)
}

// takeIndexes drops a collection's secondary indexes and gives what it takes to make them again.
func takeIndexes(ctx context.Context, col *mongo.Collection) (bson.A, error) {
	cur, err := col.Indexes().List(ctx)
	if err != nil {
		return nil, fmt.Errorf("indexes of %s: %w", col.Name(), err)
	}
	var list []bson.D
	if err := cur.All(ctx, &list); err != nil {
		return nil, fmt.Errorf("indexes of %s: %w", col.Name(), err)
	}
	kept := bson.A{}
	for _, x := range list {
		spec := bson.D{}
		for _, e := range x {
			if e.Key != "v" && e.Key != "ns" {
				spec = append(spec, e)
			}
			if e.Key == "name" && e.Value == "_id_" {
				spec = nil
				break
			}
		}
		if spec != nil {
			kept = append(kept, spec)
		}
	}
	if err := col.Indexes().DropAll(ctx); err != nil {
		return nil, fmt.Errorf("drop indexes of %s: %w", col.Name(), err)
	}
	return kept, nil
}

func putIndexes(ctx context.Context, col *mongo.Collection, list bson.A) error {
	if len(list) == 0 {
		return nil
	}
	err := col.Database().RunCommand(ctx, bson.D{{Key: "createIndexes", Value: col.Name()}, {Key: "indexes", Value: list}}).Err()
	if err != nil {
		return fmt.Errorf("indexes of %s: %w", col.Name(), err)
	}
	return nil
}
