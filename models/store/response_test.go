package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
)

func response(id string, answer string) models.Response {
	now := time.Now()
	return models.Response{
		ID: models.ResponseID(id), Batch: "b", Org: "o", Region: "440100", Answers: map[string]any{"overall": answer},
		Digest: []byte(answer), SubmittedAt: now, ChangedAt: now, Anchor: now,
	}
}

// Many writers, a few ids: exactly one insert of each id wins, every other caller is told so, and nobody gets another's result.
func TestGroupedInsertGivesEachCallerItsOwnResult(t *testing.T) {
	t.Parallel()
	s := testkit.Store(t)
	ctx := context.Background()
	const ids, writers = 40, 8
	var won [ids]atomic.Int32
	var wg sync.WaitGroup
	for w := range writers {
		for i := range ids {
			wg.Go(func() {
				err := s.CreateResponse(ctx, response(fmt.Sprintf("r%d", i), fmt.Sprintf("w%d", w)))
				switch {
				case err == nil:
					won[i].Add(1)
				case !errors.Is(err, models.ErrConflict):
					t.Errorf("id %d: %v", i, err)
				}
			})
		}
	}
	wg.Wait()
	for i := range won {
		require.EqualValues(t, 1, won[i].Load(), "id %d", i)
		_, err := s.FindResponse(ctx, models.ResponseID(fmt.Sprintf("r%d", i)))
		require.NoError(t, err)
	}
}

func TestCorrectKeepsHistoryAndOneWinner(t *testing.T) {
	t.Parallel()
	s := testkit.Store(t)
	ctx := context.Background()
	require.NoError(t, s.CreateResponse(ctx, response("r", "first")))
	old, err := s.FindResponse(ctx, "r")
	require.NoError(t, err)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			next := old
			next.Revision, next.Answers = 1, map[string]any{"overall": fmt.Sprint(i)}
			err := s.CorrectResponse(ctx, next, models.Revision{Answers: old.Answers})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, models.ErrConflict) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, won.Load())
	now, err := s.FindResponse(ctx, "r")
	require.NoError(t, err)
	require.Len(t, now.History, 1)
	require.Equal(t, "first", now.History[0].Answers["overall"])
}
