package clock

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheDatabasesTimeCounts(t *testing.T) {
	ahead := 3 * time.Hour
	own := func() time.Time { return time.Now().Add(ahead) }
	var failure error
	c := New(func(context.Context) (time.Time, error) { return time.Now(), failure }, own)
	near := func(want time.Time) {
		t.Helper()
		require.WithinDuration(t, want, c.Now(), time.Minute)
	}
	near(own()) // nobody was asked yet
	require.NoError(t, c.Sync(t.Context()))
	near(time.Now())
	require.InDelta(t, ahead, c.Skew(), float64(time.Minute))

	ahead = -48 * time.Hour // the machine's clock jumps
	near(time.Now())

	failure = errors.New("away")
	require.ErrorIs(t, c.Sync(t.Context()), failure)
	near(time.Now())
}
