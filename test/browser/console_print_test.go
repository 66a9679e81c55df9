package browser_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"huisheng/models"
)

// printed shows the page as it would be printed.
func (b *tab) printed() {
	b.t.Helper()
	b.run(emulation.SetEmulatedMedia().WithMedia("print"), emulation.SetDeviceMetricsOverride(720, 1020, 1, false))
}

// Charts: on the screen the trend fills its card and says its numbers in a table; on paper the drawing of the server stands with the table open beside it,
// without menus, buttons and forms, and the PDF has pages.
func TestDeskChartsOnScreenAndPaper(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	r := s.invite(models.OrgEnterprise, 12)
	for i := range 11 {
		r.answer(i)
	}
	require.NoError(t, s.app.Indicators.RefreshBatch(context.Background(), r.batch))
	s.account("desk", models.Account{Role: models.RoleOperator, Org: r.org})
	s.account("province", models.Account{Role: models.RoleProvince, Region: models.Province})
	b := s.desk("desk", deskPassword, deskScreen)
	b.open(s.url + "/console/indicators/E1a")
	b.css(".drawing.redrawn canvas")
	require.Greater(t, eval[float64](b, `document.querySelector('.drawing canvas').getBoundingClientRect().width`), 600.0, "the trend fills its card")
	b.tapText("看数字")
	b.sees("95%区间")
	b.tidy("indicator-trend")
	require.Empty(t, eval[[]string](b, `[...document.querySelectorAll('figure.plot')].filter(f => !f.querySelector('table') || !f.querySelector('figcaption').innerText.trim()).map(f => f.outerHTML.slice(0, 80))`),
		"a chart without its table or its name")
	b.open(s.url + "/console/indicators/E1a")
	b.css(".drawing.redrawn canvas")
	b.printed()
	require.Greater(t, eval[float64](b, `document.querySelector('svg.trend').getBoundingClientRect().width`), 500.0, "the server's drawing on paper")
	require.True(t, eval[bool](b, `document.querySelector('.numbers table').getBoundingClientRect().height > 100`), "its table is open on paper")
	for _, gone := range []string{".side", ".top", "canvas", "form", "button"} {
		require.Zero(t, eval[int](b, `[...document.querySelectorAll('`+gone+`')].filter(e => e.getClientRects().length).length`), gone)
	}
	b.shot("paper-indicator")
	var pdf []byte
	b.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = page.PrintToPDF().WithPrintBackground(false).Do(ctx)
		return err
	}))
	require.Greater(t, len(pdf), 10_000)

	p := s.desk("province", deskPassword, deskScreen)
	for _, path := range []string{"/console/regions?by=org", "/console/regions/440100", "/console/overview"} {
		p.open(s.url + path)
		p.printed()
		require.Zero(t, eval[int](p, `[...document.querySelectorAll('form, .side, .tabs')].filter(e => e.getClientRects().length).length`), path)
		require.LessOrEqual(t, eval[int](p, `document.documentElement.scrollWidth`), 720, "%s is cut off on paper", path)
		p.shot("paper" + path)
		p.run(p.media())
	}
}
