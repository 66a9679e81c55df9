package console

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// figure is one indicator as a page shows it.
type figure struct {
	Def      models.IndicatorDefinition
	V        models.IndicatorValue
	Value    string // with two decimals at most; empty if there is none
	Unit     string
	Interval string
	Sample   string
	Few      bool     // too small a sample to rank by
	None     string   // why there is no value
	Notes    []string // what to bear in mind
	Chart    template.HTML
	URL      string // its own page
	Change   string // since the period before; may be empty
	Worse    bool   // it moved the wrong way
}

func (l lang) unit(u string) string {
	switch models.IndicatorUnit(u) {
	case models.UnitPercent:
		return "%"
	case models.UnitScore:
		return l.say("分（满分100）", "points of 100")
	case models.UnitPer100:
		return l.say("件 / 百人次", "per 100 assessments")
	case models.UnitYuan:
		return l.say("元", "yuan")
	}
	return ""
}

// figureOf puts a value and its definition into words. Axis draws the scale too.
func (l lang) figureOf(d models.IndicatorDefinition, v models.IndicatorValue, axis bool) figure {
	f := figure{Def: d, V: v, Unit: l.unit(v.Unit)}
	has := func(flag string) bool { return hasFlag(v, flag) }
	switch {
	case v.Value != nil:
		f.Value = number(*v.Value)
	case has(models.FlagNotSliced):
		f.None = l.say("不按工种和等级分", "Not known by occupation and level")
	case v.Suppressed:
		f.None = l.hidden(d)
	case has(models.FlagNoFigure):
		f.None = l.say("缺少申报数据", "A declared figure is missing")
		f.Notes = append(f.Notes, l.say("计算它要用机构申报的数据，在「申报数据」里填写后就有了。", "It needs a figure that the organisation declares under “Declared figures”."))
	case v.N == nil || *v.N == 0:
		f.None = l.say("还没有数据", "No data yet")
	default:
		f.None = l.say("人数太少，暂不计算", "Too few people to compute")
	}
	if v.Value == nil {
		return f
	}
	if v.Low != nil && v.High != nil {
		f.Interval = number(*v.Low) + "～" + number(*v.High) + unitShort(v.Unit)
	}
	if v.N != nil {
		f.Sample = grouped(fmt.Sprint(*v.N))
	}
	if has(models.FlagOrMore) {
		f.Unit += l.say("或更多", " or more")
	}
	if has(models.FlagLowSample) {
		f.Few = true
	}
	f.Notes = append(f.Notes, l.remarks(v)...)
	f.Notes = append(f.Notes, l.sifted(v.Quality, v.Unit)...)
	f.Chart = chart(v, l.text(d.Title)+" "+f.Value+unitShort(v.Unit)+l.intervalLabel(f.Interval), axis)
	return f
}

// remarks says what a reader should know about how a value came about.
func (l lang) remarks(v models.IndicatorValue) []string {
	var notes []string
	say := func(s string) { notes = append(notes, s) }
	if hasFlag(v, models.FlagFeeAlert) {
		say(l.say("学员实付高于公布价格，请核查收费。", "Trainees paid more than was published: look into the fees."))
	}
	if hasFlag(v, models.FlagDropped) {
		say(l.say("明显填错的金额没有算进来。", "Impossible amounts are left out."))
	}
	if v.P25 != nil && v.P75 != nil {
		say(l.say("中间一半的人在 %s 到 %s 元之间。", "The middle half lies between %s and %s yuan.", number(*v.P25), number(*v.P75)))
	}
	if hasFlag(v, models.FlagNoFigure) {
		say(l.say("有的机构没有申报数据，没有算进来。", "Organisations that declared no figure are left out."))
	}
	if hasFlag(v, models.FlagOldVersion) {
		say(l.say("其中一部分是按以前的定义算的。", "Part of it was computed by an earlier definition."))
	}
	return notes
}

func hasFlag(v models.IndicatorValue, flag string) bool { return slices.Contains(v.Flags, flag) }

// hidden says in two words why a figure is hidden from an organisation; the page explains it once for all.
func (l lang) hidden(d models.IndicatorDefinition) string {
	switch d.Measure.Builtin {
	case models.BuiltinComplaintRate, models.BuiltinSubstantiatedRate:
		return l.say("不到%d件，暂不显示", "Fewer than %d cases: hidden", models.MinCell)
	}
	return l.say("不到%d人填写，暂不显示", "Fewer than %d answers: hidden", models.MinCell)
}

func unitShort(u string) string {
	if models.IndicatorUnit(u) == models.UnitPercent {
		return "%"
	}
	return ""
}

func (l lang) intervalLabel(s string) string {
	if s == "" {
		return ""
	}
	return l.say("，95%区间 ", ", 95% interval ") + s
}

// figuresOf pairs values with their definitions, in the definitions' order.
func (h *Console) figuresOf(l lang, kind models.OrgKind, values []models.IndicatorValue) []figure {
	var list []figure
	for _, d := range h.app.Catalog.Indicators(kind) {
		for _, v := range values {
			if v.ID == d.ID {
				list = append(list, l.figureOf(d, v, true))
			}
		}
	}
	return list
}

// periodChoice is one period to pick.
type periodChoice struct{ Name, Text string }

// periods are those that people ask for: the last quarters, the years, the academic year for schools, the last twelve months.
func periods(l lang, kind models.OrgKind, now time.Time, chosen string) []periodChoice {
	now = now.In(models.Shanghai())
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location())
	var names []string
	for i := range 4 {
		names = append(names, models.QuarterOf(month.AddDate(0, -3*i, 0)))
	}
	names = append(names, fmt.Sprint(now.Year()), fmt.Sprint(now.Year()-1))
	if kind == models.OrgSchool {
		year := now.AddDate(0, -8, 0).Year() // it begins in September
		names = append(names, fmt.Sprintf("AY%d", year), fmt.Sprintf("AY%d", year-1))
	}
	names = append(names, models.MonthOf(month), models.MonthOf(month.AddDate(0, -1, 0)), "R12-"+models.MonthOf(month))
	if chosen != "" && !slices.Contains(names, chosen) {
		names = append(names, chosen)
	}
	list := make([]periodChoice, 0, len(names))
	for _, n := range names {
		if p, err := models.ParsePeriod(n); err == nil {
			list = append(list, periodChoice{n, l.period(p)})
		}
	}
	return list
}

// sliceChoice is an occupation and level to pick.
type sliceChoice struct {
	models.Slice
	Text string
}

// sliceChoices names the occupations and levels for which figures are kept apart.
func (h *Console) sliceChoices(l lang, list []models.SliceCells) []sliceChoice {
	out := make([]sliceChoice, 0, len(list))
	for _, s := range list {
		text := s.Name
		if text == "" {
			text = s.Occupation
		}
		for _, level := range h.app.Catalog.Levels() {
			if level.Code == s.Level {
				text += " · " + l.text(level.Name)
			}
		}
		out = append(out, sliceChoice{s.Slice, text})
	}
	return out
}

type figuresData struct {
	Slice      models.Slice
	Slices     []sliceChoice
	Title      string // whose
	Kind       models.OrgKind
	Period     string
	Words      string // the period in words
	Periods    []periodChoice
	Figures    []figure
	ComputedAt time.Time
	Orgs       int // regions: of how many organisations
	Org        bool
	Quality    *quality // for regulators, if there is anything to judge
	Back       link
	Kinds      []link     // regions: the same for another kind of organisation
	Lines      []standing // regions: the organisations
	First      string
	Next       string
}

// ShowOwnIndicators are the operator's organisation's figures.
func (h *Console) ShowOwnIndicators(c *fiber.Ctx) error {
	org, err := h.own(c)
	if err != nil {
		return err
	}
	return h.orgIndicators(c, org, link{})
}

// ShowOrgIndicators are an organisation's figures on the desk of who supervises it.
func (h *Console) ShowOrgIndicators(c *fiber.Ctx) error {
	org, err := h.app.Registry.Find(c.UserContext(), web.Principal(c), models.OrgID(c.Params("org")))
	if err != nil {
		return err
	}
	return h.orgIndicators(c, org, link{URL: orgURL(org.ID), Text: org.Name})
}

func (h *Console) orgIndicators(c *fiber.Ctx, org models.Org, from link) error {
	sc := web.Principal(c).Scope()
	slice := models.Slice{Occupation: c.Query("occupation"), Level: c.Query("level")}
	r, err := h.app.Indicators.ForOrgSlice(c.UserContext(), sc, org.ID, c.Query("period"), slice)
	if err != nil {
		return err
	}
	d := figuresData{
		Slice: slice, Slices: h.sliceChoices(langOf(c), r.Slices),
		Title: org.Name, Kind: org.Kind, Period: r.Period, Periods: periods(langOf(c), org.Kind, time.Now(), r.Period), ComputedAt: r.ComputedAt,
		Figures: h.figuresOf(langOf(c), org.Kind, r.View(sc)), Org: sc.InSteps(), Quality: h.qualityOf(langOf(c), r.QualityFor(sc)), Back: from,
	}
	at := "/console/indicators"
	if from.URL != "" {
		at = from.URL + "/indicators"
	}
	for i := range d.Figures {
		d.Figures[i].URL = at + "/" + d.Figures[i].Def.ID + "?period=" + url.QueryEscape(r.Period)
	}
	before, err := h.app.Indicators.ForOrgSlice(c.UserContext(), sc, org.ID, lastPeriod(r.Period), slice)
	if err != nil {
		return err
	}
	langOf(c).sinceBefore(d.Figures, before.View(sc))
	return h.figures(c, d)
}

func (h *Console) figures(c *fiber.Ctx, d figuresData) error {
	if p, err := models.ParsePeriod(d.Period); err == nil {
		d.Words = langOf(c).period(p)
	}
	return h.render(c, "indicators", page{Title: say(c, "指标", "Indicators"), Data: d})
}

// ShowRegionIndicators are the merged figures of a region's organisations, and the organisations.
func (h *Console) ShowRegionIndicators(c *fiber.Ctx) error {
	kind, who, region, l := kindOf(c), web.Principal(c), c.Params("region"), langOf(c)
	r, err := h.app.Indicators.ForRegion(c.UserContext(), who, region, kind, c.Query("period"))
	if err != nil {
		return err
	}
	before, err := h.app.Indicators.ForRegion(c.UserContext(), who, region, kind, lastPeriod(r.Period))
	if err != nil {
		return err
	}
	same := url.Values{"kind": {string(kind)}, "period": {r.Period}}
	d := figuresData{
		Title: h.regionName(l, r.Region) + " · " + l.orgKind(kind), Kind: kind, Period: r.Period, Periods: periods(l, kind, time.Now(), r.Period),
		ComputedAt: r.ComputedAt, Figures: h.figuresOf(l, kind, r.Items), Orgs: r.Orgs, Quality: h.qualityOf(l, &r.Quality),
		Back: link{URL: "/console/overview?" + same.Encode(), Text: l.say("总览", "Overview")}, Kinds: l.kindTabs("/console/regions/"+region, kind, r.Period),
	}
	l.sinceBefore(d.Figures, before.Items)
	for i := range d.Figures {
		d.Figures[i].URL = "/console/regions?indicator=" + d.Figures[i].Def.ID + "&" + same.Encode()
	}
	f := store.OrgFilter{Kind: kind, Region: region}
	if region == models.Province {
		f.Region = ""
	}
	if d.Lines, d.Next, err = h.orgLines(c, who, f, r.Period); err != nil {
		return err
	}
	if c.Query("after") != "" {
		d.First = here(c, "")
	}
	return h.figures(c, d)
}

func kindOf(c *fiber.Ctx) models.OrgKind {
	if k := models.OrgKind(c.Query("kind")); k.Valid() {
		return k
	}
	if web.Principal(c).Role == models.RoleAlliance {
		return models.OrgSchool
	}
	return models.OrgEnterprise
}
