package console

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/indicator"
	"huisheng/handlers/web"
	"huisheng/models"
)

// oneData is one indicator of an organisation: its value beside city and province, its trend, who answered what, and what it means.
type oneData struct {
	Title    string
	Figure   figure
	Words    string // the period
	Period   string
	City     string
	Beside   plot
	Trend    plot
	Spread   *plot // who gave which answer
	Quarters *plot // quartiles of money
	Back     link
}

// ShowOwnIndicator is one of the operator's organisation's figures.
func (h *Console) ShowOwnIndicator(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	return h.oneIndicator(c, org, "/console/indicators")
}

// ShowOrgIndicator is one of an organisation's figures on the desk of who supervises it.
func (h *Console) ShowOrgIndicator(c *fiber.Ctx) error {
	org, err := h.app.Registry.Find(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")))
	if err != nil {
		return err
	}
	return h.oneIndicator(c, org, orgURL(org.ID)+"/indicators")
}

func (h *Console) oneIndicator(c *fiber.Ctx, org models.Org, from string) error {
	l, sc := langOf(c), web.Principal(c).Scope()
	d, ok := h.app.Catalog.Indicator(c.Params("id"))
	if !ok || d.Kind != org.Kind {
		return models.ErrNotFound
	}
	beside, err := h.app.Indicators.Compare(c.UserContext(), sc, org.ID, c.Query("period"), models.Slice{})
	if err != nil {
		return err
	}
	trend, err := h.app.Indicators.Trend(c.UserContext(), sc, org.ID, d.ID, nil)
	if err != nil {
		return err
	}
	r := beside.Rollup
	f := pickFigure(l, d, r.View(sc))
	f.Chart = chart(f.V, l.text(d.Title)+" "+f.Value+unitShort(f.V.Unit)+l.intervalLabel(f.Interval), true)
	data := oneData{
		Title: org.Name, Figure: f, Period: r.Period, City: h.regionName(l, beside.City), Trend: h.trendOf(l, d, trend),
		Back: link{URL: from + "?period=" + url.QueryEscape(r.Period), Text: l.say("全部指标", "All indicators")},
	}
	if p, err := models.ParsePeriod(r.Period); err == nil {
		data.Words = l.period(p)
	}
	for _, x := range beside.Items {
		if x.ID == d.ID {
			data.Beside = h.besideOf(l, d, x, data.City)
			data.Quarters = quartersOf(l, d, x, data.City)
		}
	}
	data.Spread = h.spreadOf(l, d, f.V)
	return h.render(c, "indicator", page{Title: l.text(d.Title), Data: data})
}

// besideOf draws the organisation beside its city and province. What they are made of was released in steps as well.
func (h *Console) besideOf(l lang, d models.IndicatorDefinition, x indicator.Compared, city string) plot {
	line := func(name string, v models.IndicatorValue, mine bool) bar {
		b := bar{Label: name, Value: v.Value, Mine: mine}
		f := l.figureOf(d, v, false)
		if b.None = f.None; f.Sample != "" {
			b.Count = f.Sample
		}
		if hasFlag(v, models.FlagFewOrgs) {
			b.None = l.say("不足3家机构，不显示", "fewer than 3 organisations: hidden")
		}
		return b
	}
	most := 0.0
	if d.Unit == models.UnitPercent && d.Measure.Builtin != models.BuiltinPricePosition || d.Unit == models.UnitScore {
		most = 100
	}
	return l.bars(l.say("与本市、全省相比", "Beside city and province"), l.unit(string(d.Unit)), most, []bar{
		line(l.say("本机构", "This organisation"), x.Own, true), line(city, x.City, false), line(l.say("全省", "Province"), x.Province, false),
	})
}

// trendOf draws the last quarters.
func (h *Console) trendOf(l lang, d models.IndicatorDefinition, list []indicator.PeriodValue) plot {
	var labels []string
	s := series{Name: l.text(d.Title)}
	for _, v := range list {
		f := l.figureOf(d, v.IndicatorValue, false)
		labels = append(labels, v.Period)
		s.Values, s.Low, s.High = append(s.Values, v.Value), append(s.Low, v.Low), append(s.High, v.High)
		s.None, s.N = append(s.None, f.None), append(s.N, f.Sample)
	}
	return l.trend(l.say("最近8个季度", "The last eight quarters"), l.unit(string(d.Unit)), labels, []series{s})
}

// spreadOf draws who gave which answer, in the form's words; nil where that is not kept.
func (h *Console) spreadOf(l lang, d models.IndicatorDefinition, v models.IndicatorValue) *plot {
	q, ok := h.app.Catalog.Latest(d.Measure.Questionnaire)
	if !ok || len(v.Parts) == 0 {
		return nil
	}
	form := q.Localized(string(l))
	question := form.Question(d.Measure.Question)
	if question == nil {
		return nil
	}
	by, all := map[string]int64{}, int64(0)
	for _, p := range v.Parts {
		by[p.Value] = p.N
		all += p.N
	}
	var list []bar
	for _, o := range question.Options {
		n, given := by[o.Value]
		if !given && o.Score == nil && o.From == nil { // "not sure" counts nowhere
			continue
		}
		share := 100 * float64(n) / float64(all)
		share = models.RoundHalfUp(share, 2)
		list = append(list, bar{Label: o.Text, Value: &share, Count: grouped(count(n))})
	}
	p := l.bars(l.say("大家怎么答的", "Who gave which answer")+l.say("：", ": ")+question.Text, "%", 100, list)
	return &p
}

// quartersOf draws the quartiles of money; nil for other figures.
func quartersOf(l lang, d models.IndicatorDefinition, x indicator.Compared, city string) *plot {
	if d.Measure.Type != models.MeasureMedian && d.Measure.Type != models.MeasureMedianBand {
		return nil
	}
	line := func(name string, v models.IndicatorValue, mine bool) box {
		b := box{Label: name, Low: v.P25, Middle: v.Value, Top: v.P75, Mine: mine}
		if v.N != nil {
			b.N = count(*v.N)
		}
		if v.P25 == nil {
			b.None = l.say("不到%d人，不显示四分位", "fewer than %d people: no quartiles", models.QuartileSample)
		}
		return b
	}
	p := l.boxes(l.say("分布", "How it is spread"), l.unit(string(d.Unit)), []box{
		line(l.say("本机构", "This organisation"), x.Own, true), line(city, x.City, false), line(l.say("全省", "Province"), x.Province, false),
	})
	return &p
}
