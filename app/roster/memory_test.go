package roster_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/app/roster"
	"huisheng/internal/demo"
	"huisheng/models"
)

// childFile names the roster that the child process of TestMemory imports.
const childFile = "HUISHENG_TEST_IMPORT"

// A roster is a stream: 50 000 rows need hardly more memory than a thousand. A process of its own imports it, because only its own peak counts.
func TestMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roster.xlsx")
	people := demo.People(20, 50_000)
	for i := range people {
		if i%10 == 0 {
			people[i].Phone = "1" // ten in a hundred are rejected, so that their file is made too
		}
	}
	require.NoError(t, os.WriteFile(path, xlsx(t, models.OrgEnterprise, people), 0o600))
	child := exec.Command(os.Args[0], "-test.run=^TestMemoryChild$", "-test.v")
	child.Env = append(os.Environ(), childFile+"="+path)
	out, err := child.CombinedOutput()
	require.NoError(t, err, string(out))
	_, peak, found := strings.Cut(string(out), "peak: ")
	require.True(t, found, string(out))
	kB, err := strconv.Atoi(strings.Fields(peak)[0])
	require.NoError(t, err)
	t.Logf("peak resident memory %d MB", kB/1024)
	require.Less(t, kB/1024, 150*raceFactor)
}

// TestMemoryChild is what TestMemory runs in a process of its own; by itself it has nothing to do.
func TestMemoryChild(t *testing.T) {
	path := os.Getenv(childFile)
	if path == "" {
		return
	}
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	info, err := f.Stat()
	require.NoError(t, err)
	b := newBed(t)
	res, err := b.Import(context.Background(), b.who, b.org.ID, roster.File{Content: f, Size: info.Size(), Name: "名单.xlsx"}, false, nil)
	require.NoError(t, err)
	require.Equal(t, []int{50_000, 45_000, 5000}, []int{res.Rows, res.Created, res.Rejected})
	require.Len(t, res.Errors, models.MaxIssues)
	require.Equal(t, 5000, res.ErrorsTotal)
	t.Logf("peak: %d kB", peakMemory(t))
}

// peakMemory is the most memory that this process ever had resident, in kB.
func peakMemory(t *testing.T) int {
	t.Helper()
	f, err := os.Open("/proc/self/status")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for s := bufio.NewScanner(f); s.Scan(); {
		if value, ok := strings.CutPrefix(s.Text(), "VmHWM:"); ok {
			n, err := strconv.Atoi(strings.Fields(value)[0])
			require.NoError(t, err)
			return n
		}
	}
	t.Fatal("no VmHWM")
	return 0
}
