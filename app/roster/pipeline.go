package roster

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"huisheng/internal/rosterfile"
	"huisheng/models"
)

// chunkRows is how many rows travel through the stages together, and go to the database in one command.
const chunkRows = 1000

// judged is one row of the file on its way.
type judged struct {
	row    rosterfile.Row
	issues []rosterfile.Issue
	record models.Record
	fate   fate
}

// fate says what an import does with a row.
type fate int

const (
	refused fate = iota
	create
	change
	same
)

func (j *judged) refuse(column, code, message string) {
	j.fate = refused
	j.issues = append(j.issues, rosterfile.Issue{Row: j.row.Line, Column: column, Code: code, Message: message, Severity: rosterfile.SeverityError})
}

// chunk is up to chunkRows rows in the file's order.
type chunk []judged

// stages runs functions side by side; the first error stops all of them. A panic counts as an error: a file that somebody uploads must not
// be able to end the process.
type stages struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
}

func newStages(ctx context.Context) *stages {
	s := &stages{}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	return s
}

func (s *stages) run(f func() error) {
	s.wg.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				s.cancel(fmt.Errorf("import: panic: %v\n%s", r, debug.Stack()))
			}
		}()
		if err := f(); err != nil {
			s.cancel(err)
		}
	})
}

// wait gives the first error.
func (s *stages) wait() error {
	s.wg.Wait()
	err := context.Cause(s.ctx)
	s.cancel(nil)
	return err
}

// through passes chunks from in to the channel it returns, each treated by f.
func (s *stages) through(in <-chan chunk, f func(chunk) error) <-chan chunk {
	out := make(chan chunk)
	s.run(func() error {
		defer close(out)
		for c := range in {
			if err := f(c); err != nil {
				return err
			}
			if err := s.send(out, c); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// abreast is through with two chunks treated at once (a third one did not make it faster); they leave in the order in which they came.
func (s *stages) abreast(in <-chan chunk, f func(chunk) error) <-chan chunk {
	type job struct {
		c    chunk
		done chan error // gets one value
	}
	queue := make(chan job) // one job waits here while the next stage waits for the one before
	s.run(func() error {
		defer close(queue)
		for c := range in {
			j := job{c, make(chan error, 1)}
			s.run(func() error {
				err := f(j.c)
				j.done <- err
				return err
			})
			select {
			case queue <- j:
			case <-s.ctx.Done():
				return context.Cause(s.ctx)
			}
		}
		return nil
	})
	out := make(chan chunk)
	s.run(func() error {
		defer close(out)
		for j := range queue {
			select {
			case err := <-j.done:
				if err != nil {
					return err
				}
			case <-s.ctx.Done(): // also when f panicked
				return context.Cause(s.ctx)
			}
			if err := s.send(out, j.c); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

func (s *stages) send(out chan<- chunk, c chunk) error {
	select {
	case out <- c:
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

// halves lets two goroutines treat a chunk's rows: sealing is the part of an import that costs this process most.
func (s *stages) halves(c chunk, f func(*judged) error) error {
	pair := newStages(s.ctx)
	for part := range slices.Chunk(c, (len(c)+1)/2) {
		pair.run(func() error {
			for i := range part {
				if err := f(&part[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return pair.wait()
}
