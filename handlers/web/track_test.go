package web

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// What a request recorded is settled when it did its work or refused; not after a panic or when something behind it failed, because then nobody knows.
func TestOutcomesAreSettledWhenTheyAreKnown(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		outcome func() error
		known   bool
	}{
		"done":           {func() error { return nil }, true},
		"refused":        {func() error { return models.ErrConflict.Because(errors.New("taken")) }, true},
		"no such route":  {func() error { return fiber.ErrNotFound }, true},
		"database away":  {func() error { return models.ErrUnavailable }, false},
		"somebody's own": {func() error { return fmt.Errorf("write: %w", errors.New("connection reset")) }, false},
		"panic":          {func() error { panic("x") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var settled atomic.Int32
			s := open(t, func(o *Options) {
				o.Track = func(ctx context.Context) (context.Context, func()) { return ctx, func() { settled.Add(1) } }
			}, Route{Method: "POST", Path: "/api/v1/act", Guard: Public, Handler: func(*fiber.Ctx) error { return tt.outcome() }})
			s.do("POST", "/api/v1/act", `{}`)
			require.Equal(t, tt.known, settled.Load() == 1)
		})
	}
}
