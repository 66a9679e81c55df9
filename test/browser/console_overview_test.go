package browser_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// From the start page down to a batch by links alone: kind, city, organisation, batch with its counts. A city begins at its organisations.
func TestDeskDrillsDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 8)
	for i := range 6 {
		r.answer(i)
	}
	require.NoError(t, s.app.Indicators.RefreshBatch(context.Background(), r.batch))
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	s.account("city", models.Account{Role: models.RoleCity, Region: "440100"})
	b := s.desk("province", deskPassword, deskScreen)
	b.until(func() bool {
		b.open(s.url + "/console")
		return eval[bool](b, `document.querySelector('.standings').innerText.includes('6 / 8 人')`)
	}, "the counts do not arrive")
	b.sees("本季度总览")
	b.tidy("home-overview")
	b.tapText("企业")
	b.sees("按地市看")
	b.sees("还没有这类机构的地市")
	b.sees("样本少")
	b.tidy("overview")
	b.tapText("广州市")
	b.sees("1 家机构合并")
	b.tidy("region")
	b.tapText("示例机电有限公司")
	b.sees("最近的反馈批次")
	b.tapText("T-1")
	b.sees("已填写反馈")
	require.Contains(t, b.css(`[data-count=submitted]`), "6 人", "a regulator sees the exact count")
	b.tidy("batch-official")

	c := s.desk("city", deskPassword, tabletScreen)
	c.tapText("总览")
	c.sees("按机构看")
	c.sees("示例机电有限公司")
	c.tidy("overview-city")
	c.tapText("技工院校")
	c.sees("还没有这类机构")
}
