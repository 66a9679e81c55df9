package calendar_test

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huisheng/app/audit"
	"huisheng/app/calendar"
	"huisheng/config/catalog"
	"huisheng/internal/testkit"
	"huisheng/models"
)

// The notice for 2026 as it was published.
const notice2026 = `国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。`

// An invented notice for 2027, of the same make. Its first day off lies in the year before.
const notice2027 = `一、元旦：2026年12月31日（周四）至1月2日（周六）放假调休，共3天。
二、春节：2月5日（周五）至12日（周五）放假调休，共8天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假，共1天。
六、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。`

var province = models.Principal{Account: "p", Role: models.RoleProvince, Region: models.Province}

type kit struct {
	*calendar.Service
	other *calendar.Service // another process
	clock *testkit.Clock
	db    testkit.Probe
	log   *bytes.Buffer
}

func newKit(t *testing.T) kit {
	t.Helper()
	t.Parallel()
	st, db := testkit.Probed(t)
	cat, err := catalog.Load()
	require.NoError(t, err)
	clock, box, log := testkit.NewClock(), testkit.Box(t), &bytes.Buffer{}
	l := audit.New(st, box, clock.Now, slog.New(slog.DiscardHandler))
	return kit{
		calendar.New(st, cat, l, clock.Now, slog.New(slog.NewTextHandler(log, nil))),
		calendar.New(st, cat, l, clock.Now, slog.New(slog.DiscardHandler)), clock, db, log,
	}
}

func read(t *testing.T, text string, year int, number string) models.CalendarYear {
	t.Helper()
	y, err := calendar.ReadNotice(text, year, number)
	require.NoError(t, err)
	return y
}

// What is read from the published text is what the catalog holds.
func TestThePublishedNoticeIsRead(t *testing.T) {
	t.Parallel()
	y := read(t, notice2026, 0, "")
	require.Equal(t, 2026, y.Year)
	require.Equal(t, "国办发明电〔2025〕7号", y.Number)
	require.Empty(t, y.Check())
	cat, err := catalog.Load()
	require.NoError(t, err)
	got, err := models.AssembleCalendar([]models.CalendarYear{y})
	require.NoError(t, err)
	var want []models.SpecialDay
	for _, d := range cat.Calendar().Days() {
		if d.Date >= "2026-01-01" {
			want = append(want, d)
		}
	}
	require.Equal(t, want, got.Days())
}

func TestSlipsInTheTextAreFound(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"一、元旦：1月1日（周四）至3日（周日）放假调休，共3天。": "写着周日，实际是星期六",
		"一、元旦：1月1日（周四）至3日（周六）放假调休，共4天。": "写着共4天，读出来是3天",
		"一、元旦：2月29日至31日放假。":             "没有2026年2月29日",
		"一、元旦：1月9日至3日放假。":               "读不通",
		"一、元旦：放假。":                      "没有读出放假的日子",
		"全年放假安排另行通知。":                   "没有读出放假的日子",
	} {
		_, err := calendar.ReadNotice(text, 2026, "国办发明电〔2025〕7号")
		var e *models.Error
		require.ErrorAs(t, err, &e, text)
		require.Contains(t, e.Fields[0].Message, says)
	}
	_, err := calendar.ReadNotice("一、元旦：1月1日放假。", 0, "")
	require.ErrorIs(t, err, models.ErrInvalid)
}

func TestAnImportedYearCountsInEveryProcess(t *testing.T) {
	k := newKit(t)
	ctx := t.Context()
	first := k.other.Current(ctx)
	require.EqualValues(t, "2026-12-31", first.CoveredUntil())
	require.NoError(t, k.Warn(ctx))
	require.Contains(t, k.log.String(), "year=2027")
	due, provisional := first.AddWorkdays("2026-12-29", 3)
	require.EqualValues(t, "2027-01-01", due)
	require.True(t, provisional)

	y := read(t, notice2027, 2027, "国办发明电〔2026〕9号")
	dry, err := k.Import(ctx, province, y, false, true)
	require.NoError(t, err)
	require.EqualValues(t, "2027-12-31", dry.CoveredUntil)
	require.EqualValues(t, "2026-12-31", k.Current(ctx).CoveredUntil(), "a trial keeps nothing")
	require.Zero(t, k.db.Count("audit", nil))

	done, err := k.Import(ctx, province, y, false, false)
	require.NoError(t, err)
	require.True(t, done.Changed)
	require.Equal(t, 1, k.db.Count("audit", testkit.Doc{"action": models.AuditCalendar}))
	k.clock.Add(11 * time.Second)
	for _, s := range []*calendar.Service{k.Service, k.other} {
		c := s.Current(ctx)
		require.NotEqual(t, first.Hash, c.Hash)
		due, provisional = c.AddWorkdays("2026-12-29", 3) // 30 Dec, then 31 Dec to 2 Jan are off: 4 Jan, 5 Jan
		require.EqualValues(t, "2027-01-05", due)
		require.False(t, provisional)
	}
	k.log.Reset()
	require.NoError(t, k.Warn(ctx))
	require.Empty(t, k.log.String())

	again, err := k.Import(ctx, province, y, false, false)
	require.NoError(t, err)
	require.False(t, again.Changed)
	y.Days[4].Rest = append(y.Days[4].Rest, "2027-06-10")
	_, err = k.Import(ctx, province, y, false, false)
	require.ErrorIs(t, err, models.ErrYearKnown)
	_, err = k.Import(ctx, province, y, true, false)
	require.NoError(t, err)
	require.Equal(t, 2, k.db.Count("audit", nil))
	require.Equal(t, 1, k.db.Count("calendar", nil))
}

func TestOnlyTheProvinceImports(t *testing.T) {
	k := newKit(t)
	for _, r := range []models.Role{models.RoleCity, models.RoleAlliance, models.RoleOperator, ""} {
		_, err := k.Import(t.Context(), models.Principal{Account: "x", Role: r, Region: "440100"}, read(t, notice2027, 2027, "国办发明电〔2026〕9号"), false, false)
		require.ErrorIs(t, err, models.ErrForbidden)
	}
	require.Zero(t, k.db.Count("calendar", nil))
}
