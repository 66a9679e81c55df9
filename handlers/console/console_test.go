package console

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/config/catalog"
	"huisheng/models"
	"huisheng/static"
)

func TestEveryPageParses(t *testing.T) {
	t.Parallel()
	cat, err := catalog.Load()
	require.NoError(t, err)
	site, err := static.New(Funcs(cat))
	require.NoError(t, err)
	n := 0
	for _, name := range site.PageNames() {
		if strings.HasPrefix(name, "console/") {
			n++
		}
	}
	require.Greater(t, n, 20)
}

func TestLoginLeadsInsideOnly(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/console/roster?x=1": "/console/roster?x=1", "/console": "/console", "": "/console", "https://evil.example": "/console",
		"//evil.example": "/console", "/console/../../x": "/console", "/console/\\evil": "/console", "/consoleevil": "/console", "/api/v1/me": "/console",
	} {
		require.Equal(t, want, inside(next), next)
	}
}

func TestReadOccupations(t *testing.T) {
	t.Parallel()
	got := readOccupations("6-18-01-01 车工 五级、四级,3\n\n  养老护理员 五级  \n无等级\n")
	require.Equal(t, []models.FiledOccupation{
		{Code: "6-18-01-01", Name: "车工", Levels: []string{"五级", "四级", "3"}},
		{Name: "养老护理员", Levels: []string{"五级"}},
		{Name: "无等级"},
	}, got)
}

func TestCount(t *testing.T) {
	t.Parallel()
	n, f := int64(1234567), 62.5
	for want, v := range map[string]any{"0": 0, "999": 999, "1,000": 1000, "1,234,567": &n, "62.5": &f, "-1,200": -1200, "—": (*int)(nil), "0.12": 0.123} {
		require.Equal(t, want, count(v))
	}
}

func TestLastDayOfAnEnd(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 12, 25, 0, 0, 0, 0, models.Shanghai())
	require.Equal(t, "2026年12月24日", clock(lastDay(end), "2006年1月2日"))
	require.Equal(t, "—", clock(lastDay(time.Time{}), "2006年1月2日"))
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, models.Shanghai())
	list := periods("zh", models.OrgSchool, now, "2024Q1")
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"2026Q4", "2026Q3", "2026Q2", "2026Q1", "2026", "2025", "AY2026", "AY2025", "2026-11", "2026-10", "R12-2026-11", "2024Q1"}, names)
	require.Equal(t, "2026年第四季度", list[0].Text)
	require.Equal(t, "2026学年（2026年9月至2027年8月）", list[6].Text)
	require.Equal(t, "近12个月（2025年12月至2026年11月）", list[10].Text)
	early := periods("zh", models.OrgSchool, time.Date(2027, 2, 1, 0, 0, 0, 0, models.Shanghai()), "")
	require.Equal(t, "AY2026", early[6].Name, "until August it is still last year's")
}

func TestChart(t *testing.T) {
	t.Parallel()
	v, low, high := 80.0, 49.02, 150.0
	svg := string(chart(models.IndicatorValue{Value: &v, Low: &low, High: &high, Unit: "percent"}, `率"<script>`, true))
	require.NoError(t, xml.Unmarshal([]byte(svg), new(struct{})))
	require.NotContains(t, svg, "<script")
	require.Contains(t, svg, `H296.0`, "nothing is drawn beyond the end")
	require.NotContains(t, svg, "style=", "the policy forbids it")
	require.Empty(t, chart(models.IndicatorValue{Value: &v, Unit: "yuan"}, "", true))
	require.Empty(t, chart(models.IndicatorValue{Unit: "percent"}, "", true))
}

func TestWhyThereIsNoFigure(t *testing.T) {
	t.Parallel()
	zero, n := int64(0), int64(8)
	for want, v := range map[string]models.IndicatorValue{
		"不到5人填写，暂不显示": {Suppressed: true},
		"缺少申报数据":      {Flags: []string{models.FlagNoFigure}},
		"还没有数据":       {N: &zero},
		"人数太少，暂不计算":   {N: &n},
	} {
		f := lang("zh").figureOf(models.IndicatorDefinition{}, v, true)
		require.Equal(t, want, f.None)
		require.Empty(t, f.Value)
		require.Empty(t, f.Chart)
	}
}

func TestMenuMarksOnePlace(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/console": "首页", "/console/batches/x/ratings": "反馈批次", "/console/claims/new": "发起申领", "/console/password": ""} {
		here := ""
		for _, l := range menu("zh", models.RoleOperator, models.OrgEnterprise, path) {
			if l.Here {
				here += l.Text
			}
		}
		require.Equal(t, want, here, path)
	}
}
