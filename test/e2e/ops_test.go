package e2e

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The alert rules and the board name metrics that exist, and each alert has its section in the runbook.
func TestAlertsNameRealMetrics(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.serve("--with-worker")
	s.org("enterprise") // so that requests have been counted
	a, err := s.try("GET", "/metrics", "", nil)
	require.NoError(t, err)
	require.Equal(t, 200, a.status)
	metrics := string(a.body)
	require.Contains(t, metrics, "huisheng_backlog_readable 1")
	named := regexp.MustCompile(`\b(huisheng|process|go)_[a-z_]+`)
	anchor := regexp.MustCompile(`runbook\.md#([a-z-]+)`)
	sections := map[string]bool{}
	for line := range strings.Lines(read(t, "../../docs/runbook.md")) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			sections[strings.ReplaceAll(strings.ToLower(title), " ", "-")] = true
		}
	}
	alerts, board := read(t, "../../docs/ops/alerts.yml"), read(t, "../../docs/ops/dashboard.json")
	require.True(t, json.Valid([]byte(board)))
	for _, text := range []string{alerts, board} {
		names := named.FindAllString(text, -1)
		require.NotEmpty(t, names)
		for _, name := range names {
			require.Contains(t, metrics, "\n"+name, "no such metric")
		}
	}
	for _, m := range anchor.FindAllStringSubmatch(alerts, -1) {
		require.True(t, sections[m[1]], "the runbook has no section %q", m[1])
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(raw)
}
