package store_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// Writers that bring the same documents from opposite ends do not wait for each other: whoever comes second is told so at once. (With the documents in each
// writer's own order, a database that keeps what was written locked lets both run out of time.)
func TestOppositeWritersDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	s := testkit.Store(t)
	const rounds, each = 40, 100
	for round := range rounds {
		forth := make([]models.Record, each)
		for i := range forth {
			id := fmt.Sprintf("r%d-%03d", round, i)
			forth[i] = models.Record{ID: models.RecordID(id), Org: "o", Certificate: "c" + id, Digest: []byte("d")}
		}
		back := slices.Clone(forth)
		slices.Reverse(back)
		var wg sync.WaitGroup
		var created atomic.Int32
		for _, list := range [][]models.Record{forth, back} {
			wg.Go(func() {
				outcome, _, err := s.PutRecords(t.Context(), list, nil)
				if err != nil {
					t.Errorf("round %d: %v", round, err)
				}
				for _, o := range outcome {
					if o == store.PutCreated {
						created.Add(1)
					}
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, each, created.Load())
	}
}
