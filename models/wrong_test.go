package models

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// said is a code with its Chinese, as fields and rows are found wrong; errors of their own kind (NewError) carry their English beside them.
var said = regexp.MustCompile(`"([a-z][a-z_0-9]+)",\s*(?:Message:\s*)?(?:fmt\.Sprintf\()?"[^"]*\p{Han}`)

func TestEveryWrongHasItsEnglish(t *testing.T) {
	t.Parallel()
	found := 0
	for _, dir := range []string{".", "store", "../app/*", "../internal/rosterfile", "../handlers/api", "../handlers/web", "../handlers/console"} {
		files, err := filepath.Glob(dir + "/*.go")
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			for line := range strings.Lines(string(raw)) {
				if strings.Contains(line, "NewError(") || strings.Contains(line, "say(") {
					continue
				}
				for _, m := range said.FindAllStringSubmatch(line, -1) {
					found++
					if wrongEnglish[m[1]] == "" {
						t.Errorf("%s: %q has no English in wrong_english.go", file, m[1])
					}
				}
			}
		}
	}
	require.Greater(t, found, 60)
	for code, r := range map[RefusalCode]string{RefusedMinor: "Under 14"} {
		require.Contains(t, Refusal{Code: code}.In(LangEnglish), r)
	}
	for code := range refusalWords {
		require.NotContains(t, Refusal{Code: code}.In(LangEnglish), "Please check", code)
		require.NotEmpty(t, Refusal{Code: code}.In(LangChinese), code)
	}
	require.Equal(t, "请先选择文件。", FieldError{Code: "file_missing", Message: "请先选择文件。"}.In(LangChinese))
}
