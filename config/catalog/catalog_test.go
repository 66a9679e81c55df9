package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func load(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	for _, line := range HumanErrors(err) {
		t.Error(line)
	}
	if err != nil {
		t.FailNow()
	}
	return c
}

// copyFiles gives the real data as a file system that a test may break.
func copyFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		out[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// breakLine replaces the first occurrence of old in a file and gives the number of its line.
func breakLine(t *testing.T, fsys fstest.MapFS, name, old, replacement string) int {
	t.Helper()
	data := string(fsys[name].Data)
	i := strings.Index(data, old)
	if i < 0 {
		t.Fatalf("%s does not hold %q", name, old)
	}
	fsys[name].Data = []byte(strings.Replace(data, old, replacement, 1))
	return strings.Count(data[:i], "\n") + 1
}

func TestAllProblemsAtOnce(t *testing.T) {
	fsys := copyFiles(t)
	first := breakLine(t, fsys, "regions.yaml", "en: Zhuhai", `en: ""`)
	second := breakLine(t, fsys, "subsidy_types.yaml", "en: Project training subsidy", `en: ""`)
	delete(fsys, "levels.yaml")
	_, err := LoadFS(fsys)
	got := HumanErrors(err)
	if len(got) != 3 || !strings.Contains(got[0], fmt.Sprintf("regions.yaml:%d:", first)) || !strings.Contains(got[1], fmt.Sprintf("subsidy_types.yaml:%d:", second)) || !strings.HasPrefix(got[2], "catalog/levels.yaml: cannot be read") {
		t.Errorf("got %q", got)
	}
	var problem Problem
	if !errors.As(err, &problem) || problem.File != "regions.yaml" {
		t.Errorf("first problem is %+v", problem)
	}
	if HumanErrors(nil) != nil || !slices.Equal(HumanErrors(errors.New("x")), []string{"x"}) {
		t.Error("other errors must give their own text")
	}
}

func TestHashFollowsTheData(t *testing.T) {
	whole := load(t).Hash()
	if len(whole) != 32 || whole != load(t).Hash() {
		t.Fatalf("hash %q is not stable", whole)
	}
	fsys := copyFiles(t)
	breakLine(t, fsys, "sets.yaml", "score: 60", "score: 59")
	changed, err := LoadFS(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Hash() == whole {
		t.Error("another score gives the same hash")
	}
}
