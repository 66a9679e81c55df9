package phone

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPreparedPageIsTheSameCompressed(t *testing.T) {
	t.Parallel()
	html := "<p>MarkA</p>" + strings.Repeat("同样的话 ", 500) + "MarkB MarkA"
	p := prepare(html, []string{"MarkA", "MarkB"})
	for _, values := range [][]string{
		{"一", "二"},
		{"", ""},
		{"<b>&", strings.Repeat("很长", 60_000)}, // more than one stored block
		{"MarkB", "MarkA"},                     // a value that looks like a mark stays what it is
	} {
		want := "<p>" + values[0] + "</p>" + strings.Repeat("同样的话 ", 500) + values[1] + " " + values[0]
		require.Equal(t, want, string(p.html(values...)))
		r, err := gzip.NewReader(bytes.NewReader(p.gzip(values...)))
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err, "checksum and length are right")
		require.Equal(t, want, string(got))
	}
	require.Less(t, len(p.gzip("一", "二")), 300, "the fixed text is compressed")
}

func TestPreparedPageWithoutMarks(t *testing.T) {
	t.Parallel()
	p := prepare("就这些", []string{"Mark"})
	require.Equal(t, "就这些", string(p.html("x")))
}
