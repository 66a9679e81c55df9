package console

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShade(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		v, low, high float64
		want         int
	}{{0, 0, 100, 1}, {19.9, 0, 100, 1}, {20, 0, 100, 2}, {59, 0, 100, 3}, {99, 0, 100, 5}, {100, 0, 100, 5}, {7, 7, 7, 3}, {-3, -3, 9, 1}} {
		require.Equal(t, tt.want, shade(tt.v, tt.low, tt.high), tt)
	}
}
