package console

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// Every action that the log may hold can be searched for and is called by words.
func TestEveryAuditActionHasItsWords(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../models/audit.go")
	require.NoError(t, err)
	declared := regexp.MustCompile(`(?m)^\tAudit\w+\s+AuditAction = "(\w+)"`).FindAllSubmatch(source, -1)
	require.Greater(t, len(declared), 30)
	for _, d := range declared {
		a := models.AuditAction(d[1])
		require.Contains(t, models.AuditActions(), a)
		require.NotEqual(t, string(a), lang("").auditAction(a))
	}
}
