package browser_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
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

// The province sees its cities on a map: the darker, the higher; what stands on few people is not shaded; a square leads where the line below it leads.
func TestDeskMap(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for city, answered := range map[string]int{"440100": 6, "440300": 8, "441900": 2, "445200": 0} {
		r := s.inviteIn(city, models.OrgEnterprise, 8)
		for i := range answered {
			r.answer(i)
		}
		require.NoError(t, s.app.Indicators.RefreshBatch(context.Background(), r.batch))
	}
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	b := s.desk("province", deskPassword, deskScreen)
	square := func(city string) string {
		return eval[string](b, `(x => x.className + ' ' + x.innerText.replace(/\s+/g, ' '))([...document.querySelectorAll('.city')].find(x => x.innerText.includes('`+city+`')))`)
	}
	b.until(func() bool {
		b.open(s.url + "/console/overview?kind=enterprise")
		for city, want := range map[string]string{
			"深圳市": "city shade5 深圳市 100%", "广州市": "city shade4 广州市 75%", "东莞市": "city shade2 东莞市 25%", "揭阳市": "city shade1 揭阳市 0%", "韶关市": "city shade0 韶关市 —",
		} {
			if square(city) != want {
				return false
			}
		}
		return true
	}, "the map does not become what was answered")
	b.tidy("overview-map")
	b.run(emulation.SetDeviceMetricsOverride(phoneScreen.width, phoneScreen.height, 1, true))
	b.level("overview on a phone")
	require.True(t, eval[bool](b, `!document.querySelector('.map').getClientRects().length && document.querySelector('.standings').innerText.includes('深圳市')`), "the table says the same")
	b.shot("overview-map-phone")
	b.run(emulation.SetDeviceMetricsOverride(deskScreen.width, deskScreen.height, 1, false))
	b.open(s.url + "/console/regions?kind=enterprise&indicator=E1a")
	b.sees("每个格子是一个地市")
	require.Contains(t, square("深圳市"), "few", "eight people are few")
	b.tidy("compare-map")
	b.tap(".city[href*='440300']")
	b.sees("深圳市")
	require.Contains(t, eval[string](b, `location.pathname`), "/console/regions/440300")
}
