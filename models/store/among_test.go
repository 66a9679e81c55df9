package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/internal/testkit"
	"huisheng/models"
	"huisheng/models/store"
)

// Whoever asks for nothing gets nothing, and no error of the server: a nil slice in $in would be written as null.
func TestAskingForNothingIsNoError(t *testing.T) {
	t.Parallel()
	s, ctx := testkit.Store(t), context.Background()
	require.NoError(t, s.CreateResponse(ctx, response("r", "yes")))
	read := func(*models.GivenAnswer) error { t.Error("found something"); return nil }
	for name, ask := range map[string]func() error{
		"answers": func() error { return s.StreamBatchAnswers(ctx, store.AnswerFilter{Batch: "b"}, read) },
		"answers before": func() error {
			_, err := s.StreamAnswersAsOf(ctx, store.AnswerFilter{Batch: "b"}, time.Now(), read)
			return err
		},
		"records":        func() error { _, err := s.FindRecordsByID(ctx, "o", nil); return err },
		"certificates":   func() error { _, err := s.FindRecordsByCertificate(ctx, "o", nil); return err },
		"organisations":  func() error { _, err := s.FindOrgs(ctx, nil); return err },
		"rollups":        func() error { _, err := s.FindRollups(ctx, models.SystemScope(), nil); return err },
		"cells":          func() error { _, err := s.ListRollupCells(ctx, models.SystemScope(), store.RollupFilter{}); return err },
		"reinstatements": func() error { _, err := s.Reinstatements(ctx, nil); return err },
		"figures":        func() error { _, err := s.DeclaredFigures(ctx, "o", nil); return err },
		"keep files":     func() error { return s.KeepFiles(ctx, "c", nil) },
		"deliveries":     func() error { return s.ForgetDeliveries(ctx, nil) },
	} {
		require.NoError(t, ask(), name)
	}
}

// Every filter with $in goes through among, which never sends null.
func TestNobodyWritesInByHand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		if !strings.HasSuffix(f, "_test.go") && f != "among.go" {
			require.NotContains(t, string(text), `Key: "$in"`, f)
		}
	}
}
