package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The heap may grow under load, stays so while the load lasts although fewer collections are needed then, and is kept small again when it is over
// or when much is in use.
func TestPaceOfCollections(t *testing.T) {
	t.Parallel()
	percent := gcIdle
	for _, x := range []struct {
		collections int64
		live        uint64
		want        int
	}{
		{0, 0, gcIdle},
		{1, 0, gcIdle},
		{10, 0, gcIdle},
		{60, 0, gcLoad},
		{15, 0, gcLoad},
		{5, 0, gcLoad},
		{1, 0, gcIdle},
		{5, 0, gcIdle},
		{60, gcLarge + 1, gcIdle},
		{60, gcLarge, gcLoad},
		{10, gcLarge + 1, gcIdle},
		{10, 0, gcIdle}, // a large import is not waited for
	} {
		percent = nextPace(percent, x.collections, x.live)
		require.Equal(t, x.want, percent, "%d collections", x.collections)
	}
}
