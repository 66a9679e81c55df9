package browser_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// An official looks at the quality of answers, has a report made, leaves, comes back, and has it verified; then somebody changes an answer in the
// database, and the page says which figure that moved.
func TestDeskReport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := context.Background()
	r := s.invite(models.OrgEnterprise, 8)
	for i := range 6 {
		r.answer(i)
	}
	_, err := s.app.Indicators.Refresh(ctx)
	require.NoError(t, err)
	s.account("city-440100", models.Account{Role: models.RoleCity, Region: "440100"})
	b := s.desk("city-440100", deskPassword, deskScreen)
	b.open(s.url + "/console/orgs/" + string(r.org) + "/indicators")
	b.sees("答卷质量")
	b.tidy("quality")

	b.open(s.url + "/console/reports")
	b.sees("还没有报告")
	b.tidy("reports-empty")
	b.tapText("生成")
	b.sees("正在生成")
	require.Equal(t, "4", eval[string](b, `document.querySelector('[data-reload]').dataset.reload`))
	b.run(chromedp.Evaluate(`for (let i = 0; i < 9999; i++) clearTimeout(i)`, nil)) // it would look again while it is looked at
	b.tidy("report-building")
	page := b.at()
	b.open(s.url + "/console")
	require.Eventually(t, func() bool {
		n, err := s.app.Reports.MakeDue(ctx)
		return err == nil && n == 1
	}, 60*time.Second, time.Second, "the report was not made")
	b.open(s.url + "/console/reports")
	b.tapText("广州市")
	require.Equal(t, page, b.at(), "the report that was left is found again")
	b.sees("参评人员满意率")
	b.sees("还没有核对过")
	b.tidy("report")
	verify := func(button string) {
		t.Helper()
		b.tapText(button)
		b.sees("正在核对")
		_, err := s.app.Reports.CheckDue(ctx)
		require.NoError(t, err)
		b.open(s.url + page)
	}
	verify("核对")
	b.sees("每个数字都相同")
	b.tidy("report-matches")
	var answer models.Response
	s.probe.First("responses", map[string]any{"batch": string(r.batch)}, &answer)
	s.probe.Set("responses", string(answer.ID), map[string]any{"answers.overall": "very_dissatisfied"})
	verify("再核对一次")
	b.sees("不一致")
	b.sees("E1a")
	b.tidy("report-mismatch")
	b.open(s.url + page + "?lang=en")
	b.sees("Does not match.")
	b.tidy("report-english")
	phone := s.desk("city-440100", deskPassword, phoneScreen)
	phone.open(s.url + page)
	phone.fits("report on a phone")
	phone.shot("console-report-phone")
}
