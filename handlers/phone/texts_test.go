package phone

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
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
			if strings.HasSuffix(n, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(n)
			require.NoError(t, err)
			all.Write(raw)
		}
	}
	return all.String()
}

// table reads the texts of both languages by key.
func table(t *testing.T) map[string][2]string {
	t.Helper()
	c, err := catalog.Load()
	require.NoError(t, err)
	texts := map[string][2]string{}
	for _, key := range c.TextKeys() {
		zh, _ := c.Text(models.LangChinese, key)
		en, _ := c.Text(models.LangEnglish, key)
		texts[key] = [2]string{zh, en}
	}
	return texts
}

func TestEveryTextIsThereAndUsed(t *testing.T) {
	t.Parallel()
	table, all := table(t), sources(t)
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

func TestTextsAreWritten(t *testing.T) {
	t.Parallel()
	for key, both := range table(t) {
		require.NotRegexp(t, `\p{Han}`, strings.ReplaceAll(both[1], "“%s”", ""), "%s: Chinese in the English text", key)
		require.NotRegexp(t, `你`, both[0], "%s: we say 您", key)
	}
}
