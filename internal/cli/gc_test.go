package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The heap may grow under load, stays so while the load lasts although fewer collections are needed then, and is kept small again when it is over.
func TestPaceOfCollections(t *testing.T) {
	t.Parallel()
	percent := gcIdle
	for _, x := range []struct {
		collections int64
		want        int
	}{{0, gcIdle}, {1, gcIdle}, {10, gcIdle}, {60, gcLoad}, {15, gcLoad}, {5, gcLoad}, {1, gcIdle}, {5, gcIdle}} {
		percent = nextPace(percent, x.collections)
		require.Equal(t, x.want, percent, "%d collections", x.collections)
	}
}
