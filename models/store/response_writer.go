package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"huisheng/models"
)

const (
	// groupMax is how many inserts one round trip carries at most.
	groupMax = 128
	// groupWriters is how many round trips may be under way: while one waits for the disk, the other gathers.
	groupWriters = 2
)

// responseWriter groups concurrent inserts into one round trip, so that under load the database syncs its log once for many answers.
// There is no timer: a lone insert goes at once, and whatever arrives while a round trip is under way makes up the next group. Each caller gets
// the result of its own document.
type responseWriter struct {
	col   *mongo.Collection
	queue chan pending
	stop  chan struct{}
	done  sync.WaitGroup
}

type pending struct {
	doc    bson.Raw
	result chan error // buffered: the writer never waits for a caller that gave up
}

func newResponseWriter(col *mongo.Collection) *responseWriter {
	w := &responseWriter{col: col, queue: make(chan pending, groupMax), stop: make(chan struct{})}
	for range groupWriters {
		w.done.Go(w.run)
	}
	return w
}

// insert returns when the document is durable, or with what went wrong. When ctx ends first the outcome is unknown to the caller;
// the _id makes asking again safe.
func (w *responseWriter) insert(ctx context.Context, doc bson.Raw) error {
	p := pending{doc: doc, result: make(chan error, 1)}
	select {
	case w.queue <- p:
	case <-w.stop:
		return mongo.ErrClientDisconnected
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-p.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close lets the writers finish what was accepted. Callers must have stopped submitting: HTTP is shut down before the store.
func (w *responseWriter) close() {
	close(w.stop)
	w.done.Wait()
}

func (w *responseWriter) run() {
	group := make([]pending, 0, groupMax)
	docs := make([]any, 0, groupMax)
	for {
		select {
		case p := <-w.queue:
			group = append(group[:0], p)
		case <-w.stop:
			select {
			case p := <-w.queue: // accepted before the stop
				group = append(group[:0], p)
			default:
				return
			}
		}
		group = w.gather(group)
		// As in byID: retries of the same answers may be in the other writer's group.
		slices.SortFunc(group, func(a, b pending) int { return strings.Compare(rawID(a.doc), rawID(b.doc)) })
		docs = docs[:0]
		for _, p := range group {
			docs = append(docs, p.doc)
		}
		w.flush(group, docs)
	}
}

// gather takes what is waiting already, without waiting for more.
func (w *responseWriter) gather(group []pending) []pending {
	for len(group) < groupMax {
		select {
		case p := <-w.queue:
			group = append(group, p)
		default:
			return group
		}
	}
	return group
}

func (w *responseWriter) flush(group []pending, docs []any) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if len(group) == 1 {
		_, err := w.col.InsertOne(ctx, docs[0])
		group[0].result <- err
		return
	}
	_, err := w.col.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	for i, p := range group {
		p.result <- resultOf(err, i)
	}
}

// resultOf picks the result of one document of an unordered insert: its own write error, or nothing if only others failed.
func resultOf(err error, i int) error {
	var bulk mongo.BulkWriteException
	if err == nil || !errors.As(err, &bulk) || bulk.WriteConcernError != nil {
		return err
	}
	for _, e := range bulk.WriteErrors {
		if e.Index == i {
			return e.WriteError
		}
	}
	return nil
}

// CreateResponse inserts a response and returns when it is durable. A response with the same id exists: ErrConflict; find it to see whether it is the same.
func (s *Store) CreateResponse(ctx context.Context, r models.Response) error {
	doc, err := bson.Marshal(r)
	if err != nil {
		return wrap("encode response", err)
	}
	return wrap("insert response", s.writer.insert(ctx, doc))
}
