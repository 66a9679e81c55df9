package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
)

func TestAWatermarkNeverGoesBack(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), t.Context()
	base := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.AdvanceMark(ctx, "m", base.Add(time.Duration(i)*time.Minute)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	m, err := s.FindMark(ctx, "m")
	require.NoError(t, err)
	require.WithinDuration(t, base.Add(19*time.Minute), m.At, 0)
}
