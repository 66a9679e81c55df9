package phone

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources reads the pages and the code that words them.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"../../static/templates/phone/*.html", "*.go"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, n := range names {
			if strings.HasPrefix(n, "texts_") {
				continue
			}
			raw, err := os.ReadFile(n)
			require.NoError(t, err)
			all.Write(raw)
		}
	}
	return all.String()
}

func TestEveryTextIsThereAndUsed(t *testing.T) {
	t.Parallel()
	table, err := loadTexts()
	require.NoError(t, err)
	all := sources(t)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:\.T|text|newPage\(c,|say|Title =|Title:|,) "([a-z]+\.[A-Za-z0-9_.]+)"|text\("([a-z]+\.[A-Za-z0-9_.]+)"|say\("([^"]+)"`).FindAllStringSubmatch(all, -1) {
		used[m[1]+m[2]+m[3]] = true
	}
	for key := range used {
		if _, isFile := strings.CutSuffix(key, ".css"); isFile || strings.HasSuffix(key, ".js") || strings.HasSuffix(key, ".") {
			continue
		}
		require.Contains(t, table, key, "a page uses a text that is not there")
	}
	var beginnings []string
	for _, m := range regexp.MustCompile(`"([a-z]+\.[a-z0-9_.]*\.?)"(?: \.| \+)`).FindAllStringSubmatch(all, -1) {
		beginnings = append(beginnings, m[1])
	}
	for key := range table {
		ok := used[key] || strings.Contains(all, `"`+key+`"`)
		for _, b := range beginnings {
			ok = ok || strings.HasPrefix(key, b)
		}
		require.True(t, ok, "no page uses the text %q", key)
	}
}

func TestTextsMatchInBothLanguages(t *testing.T) {
	t.Parallel()
	verbs := regexp.MustCompile(`%[sd]`)
	table, err := loadTexts()
	require.NoError(t, err)
	for key, both := range table {
		require.Equal(t, verbs.FindAllString(both[0], -1), verbs.FindAllString(both[1], -1), key)
		require.NotRegexp(t, `\p{Han}`, strings.NewReplacer("中文", "", "“%s”", "").Replace(both[1]), "%s: Chinese in the English text", key)
		require.NotRegexp(t, `你`, both[0], "%s: we say 您", key)
	}
}
