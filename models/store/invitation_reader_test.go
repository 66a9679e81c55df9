package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
)

// Many readers at once: each gets its own invitation, whoever asks for what does not exist is told so, and what somebody has written before is read.
func TestGroupedReadGivesEachCallerItsOwnInvitation(t *testing.T) {
	t.Parallel()
	s := testkit.Store(t)
	ctx := context.Background()
	const n = 40
	list := make([]models.Invitation, n)
	for i := range list {
		id := fmt.Sprintf("i%d", i)
		list[i] = models.Invitation{ID: models.InvitationID(id), Record: models.RecordID(id), CodeMAC: []byte(id), Questionnaire: models.QuestionnaireRef{Code: "Q", Version: "1"}}
	}
	refused, err := s.PutInvitations(ctx, list)
	require.NoError(t, err)
	require.Empty(t, refused)
	var wg sync.WaitGroup
	for i := range n {
		id := list[i].ID
		wg.Go(func() {
			for round := range 5 {
				until := time.UnixMilli(int64(1_800_000_000_000 + round))
				if err := s.LockInvitation(ctx, id, until); err != nil {
					t.Error(err)
				}
				if inv, err := s.FindInvitation(ctx, id); err != nil || inv.ID != id || !inv.LockedUntil.Equal(until) {
					t.Errorf("%s after writing %v: %s %v %v", id, until, inv.ID, inv.LockedUntil, err)
				}
			}
		})
		wg.Go(func() {
			for range 5 {
				if inv, err := s.FindInvitation(ctx, id); err != nil || inv.ID != id {
					t.Errorf("%s: %s %v", id, inv.ID, err)
				}
				if _, err := s.FindInvitation(ctx, "no"+id); !errors.Is(err, models.ErrNotFound) {
					t.Errorf("no%s: %v", id, err)
				}
			}
		})
	}
	wg.Wait()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.FindInvitation(gone, list[0].ID)
	require.ErrorIs(t, err, context.Canceled)
}
