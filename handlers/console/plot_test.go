package console

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/static"
)

func ptr(v float64) *float64 { return &v }

// rendered gives a plot as a page does.
func rendered(t *testing.T, p plot) string {
	t.Helper()
	cat, err := catalog.Load()
	require.NoError(t, err)
	site, err := static.New(Funcs(cat))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, site.Partial(&b, string(english), "console/indicators", "chart", p))
	return b.String()
}

func TestBars(t *testing.T) {
	t.Parallel()
	html := rendered(t, english.bars("Satisfied <b>", "%", 100, []bar{
		{Label: `Very "satisfied"`, Value: ptr(62.5), Count: "25"}, {Label: "Dissatisfied", Value: ptr(250)}, {Label: "Not sure", None: "hidden"},
	}))
	require.NotContains(t, html, "style=", "the policy forbids it")
	require.NotContains(t, html, "Satisfied <b>")
	require.Contains(t, html, `width="62.50"`)
	require.NotContains(t, html, `width="250`)
	require.Contains(t, html, "62.5%")
	require.Contains(t, html, "hidden")
	require.NotRegexp(t, hanText, html)
}

func TestBoxes(t *testing.T) {
	t.Parallel()
	html := rendered(t, english.boxes("Wage", "yuan", []box{
		{Label: "Here", Low: ptr(4000), Middle: ptr(5000), Top: ptr(6000), N: "40", Mine: true}, {Label: "City", None: "hidden"},
	}))
	require.Contains(t, html, "5,000 yuan")
	require.Contains(t, html, `class="mine"`)
	require.NotContains(t, html, "NaN")
	require.NotContains(t, html, "style=")
	require.NotContains(t, rendered(t, english.boxes("Wage", "yuan", []box{{Label: "Here", None: "hidden"}})), "Inf")
}

func TestTrend(t *testing.T) {
	t.Parallel()
	p := lang("zh").trend("满意率", "%", []string{"2026Q1", "2026Q2", `"><script>`}, []series{
		{
			Name: "本机构", Values: []*float64{ptr(80), nil, ptr(90)}, Low: []*float64{ptr(70), nil, ptr(85)}, High: []*float64{ptr(88), nil, ptr(96)},
			None: []string{"", "不到5人", ""}, N: []string{"40", "", "60"},
		},
		{Name: "全市", Values: []*float64{ptr(82), ptr(83), ptr(84)}},
	})
	require.NoError(t, xml.Unmarshal([]byte(p.SVG), new(struct{})))
	require.Equal(t, 2, strings.Count(string(p.SVG), `class="mark"`))
	require.Contains(t, string(p.SVG), "M44.0")
	html := rendered(t, p)
	require.NotContains(t, html, "<script>")
	require.NotContains(t, html, " style=")
	require.NotContains(t, html, "ZgotmplZ")
	require.Contains(t, html, "不到5人")
	require.Contains(t, html, "70–88")
	require.NotEmpty(t, lang("zh").trend("满意率", "%", []string{"2026Q1"}, []series{{Name: "本机构", Values: []*float64{nil}}}).Empty)
}
