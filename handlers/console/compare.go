package console

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/indicator"
	"huisheng/handlers/web"
	"huisheng/models"
)

// compared is one line of a comparison.
type compared struct {
	Name, URL string
	Figure    figure
	Place     int    // 0: not ranked
	Change    string // since the period before; may be empty
	Worse     bool
}

type compareData struct {
	Kind      models.OrgKind
	Kinds     []models.OrgKind
	Period    string
	Periods   []periodChoice
	Indicator models.IndicatorDefinition
	All       []models.IndicatorDefinition
	By        string // org or city
	Slice     models.Slice
	Levels    []models.Level
	Worse     bool   // only what got worse
	XLSX, CSV string // addresses of the same comparison to take away
	Province  bool
	Total     *compared
	Map       *cityMap // of the cities; nil for organisations
	Rows      []compared
	First     string
	Next      string
}

// Compare shows one indicator for many: by city for the province, by organisation for everybody. The filter is the address, to be shared.
func (h *Console) Compare(c *fiber.Ctx) error {
	d, who := h.compareFilter(c)
	if err := h.compare(c, who, &d); err != nil {
		return err
	}
	filter := "?" + d.query().Encode()
	d.XLSX, d.CSV = "/console/regions.xlsx"+filter, "/console/regions.csv"+filter
	return h.render(c, "compare", page{Title: say(c, "指标对比", "Compare indicators"), Data: d})
}

// compareFilter reads what is compared from the address.
func (h *Console) compareFilter(c *fiber.Ctx) (compareData, models.Principal) {
	who, kind := web.Principal(c), kindOf(c)
	d := compareData{
		Kind: kind, Kinds: []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial}, Province: who.Role == models.RoleProvince,
		All: h.app.Catalog.Indicators(kind), Period: c.Query("period", models.QuarterOf(time.Now())), By: c.Query("by"), Slice: models.Slice{Occupation: c.Query("occupation"), Level: c.Query("level")}, Worse: c.Query("worse") != "",
		Levels: h.app.Catalog.Levels(),
	}
	if who.Role == models.RoleAlliance {
		d.Kinds = []models.OrgKind{models.OrgSchool}
	}
	d.Periods = periods(langOf(c), kind, time.Now(), d.Period)
	for i, def := range d.All {
		if i == 0 || def.ID == c.Query("indicator") {
			d.Indicator = def
		}
	}
	if d.By != "city" && d.By != "org" || !d.Province {
		d.By = map[bool]string{true: "city", false: "org"}[d.Province]
	}
	return d, who
}

// query is the filter as an address, to share or to export by.
func (d compareData) query() url.Values {
	q := url.Values{"kind": {string(d.Kind)}, "indicator": {d.Indicator.ID}, "period": {d.Period}, "by": {d.By}}
	for key, value := range map[string]string{"occupation": d.Slice.Occupation, "level": d.Slice.Level} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if d.Worse {
		q.Set("worse", "1")
	}
	return q
}

func (h *Console) compare(c *fiber.Ctx, who models.Principal, d *compareData) error {
	if len(d.All) == 0 {
		return nil
	}
	if !official(who) {
		return h.compareOrgs(c, who, d)
	}
	now, before, err := h.regionFigures(c, who, *d)
	if err != nil {
		return err
	}
	line := func(code string, key string) compared {
		return h.regionLine(langOf(c), *d, code, now[key], before[key])
	}
	total := line(who.Region, "")
	total.Name += say(c, "合计", ", together")
	d.Total = &total
	if d.By == "org" {
		return h.compareOrgs(c, who, d)
	}
	l := langOf(c)
	drawn := h.mapOf(l, l.say("%s（%s）", "%s (%s)", l.text(d.Indicator.Title), l.unit(string(d.Indicator.Unit))), func(region string) measured {
		row := line(region, region)
		return measured{URL: row.URL, Words: row.Figure.Value, Value: row.Figure.V.Value, Few: row.Figure.Few}
	}, number)
	d.Map = &drawn
	for _, r := range h.app.Catalog.Regions() {
		row := line(r.Code, r.Code)
		if r.IsProvince() || d.Worse && !row.Worse {
			continue // the province's own are in the total; as a line it would be the total again
		}
		d.Rows = append(d.Rows, row)
	}
	return nil
}

// regionFigures reads all regions' figures of the period and of the one before.
func (h *Console) regionFigures(c *fiber.Ctx, who models.Principal, d compareData) (now, before map[string]indicator.RegionFigures, err error) {
	p, err := models.ParsePeriod(d.Period)
	if err != nil {
		return nil, nil, err
	}
	if now, err = h.app.Indicators.ForRegions(c.UserContext(), who, d.Kind, p.Name, d.Slice); err != nil {
		return nil, nil, err
	}
	before, err = h.app.Indicators.ForRegions(c.UserContext(), who, d.Kind, p.Previous(), d.Slice)
	return now, before, err
}

// regionLine is a region's figure and how it moved since the period before.
func (h *Console) regionLine(l lang, d compareData, code string, now, before indicator.RegionFigures) compared {
	q := url.Values{"kind": {string(d.Kind)}, "period": {d.Period}}
	f := pickFigure(l, d.Indicator, now.Items)
	moved := indicator.Ranked{Value: f.V, Before: pickFigure(l, d.Indicator, before.Items).V.Value}
	return compared{
		Name: h.regionName(l, code), URL: "/console/regions/" + code + "?" + q.Encode(), Figure: f,
		Worse: moved.Worse(d.Indicator.Better), Change: movedBy(moved),
	}
}

// movedBy says by how much a figure moved; nothing where one of the two is missing.
func movedBy(r indicator.Ranked) string {
	if r.Before == nil || r.Value.Value == nil {
		return ""
	}
	return signedNumber(models.RoundHalfUp(*r.Value.Value-*r.Before, 2))
}

// comparePage is how many lines of a list that is sorted here stand on one page.
const comparePage = 50

// compareOrgs ranks the organisations, a page at a time; what is not ranked follows.
func (h *Console) compareOrgs(c *fiber.Ctx, who models.Principal, d *compareData) error {
	rows, err := h.ranked(c, who, *d)
	if err != nil {
		return err
	}
	from, until := stretch(c, len(rows))
	d.Rows = rows[from:until]
	d.First, d.Next = around(c, from, until, len(rows))
	return nil
}

// stretch is the page of a list of n that is sorted here, such as a ranking: its cursor is a place.
func stretch(c *fiber.Ctx, n int) (from, until int) {
	from, err := strconv.Atoi(c.Query("after", "0"))
	if err != nil || from < 0 || from > n {
		from = 0
	}
	return from, min(from+comparePage, n)
}

// around gives the addresses of the first and of the next page of such a list.
func around(c *fiber.Ctx, from, until, n int) (first, next string) {
	if until < n {
		next = newer(c, strconv.Itoa(until))
	}
	if from > 0 {
		first = here(c, "")
	}
	return first, next
}

// ranked gives all organisations by the chosen indicator, in words.
func (h *Console) ranked(c *fiber.Ctx, who models.Principal, d compareData) ([]compared, error) {
	l := langOf(c)
	list, err := h.app.Indicators.Rank(c.UserContext(), who, indicator.RankQuery{Kind: d.Kind, ID: d.Indicator.ID, Period: d.Period, Slice: d.Slice})
	if err != nil {
		return nil, err
	}
	rows := make([]compared, 0, len(list))
	for _, r := range list {
		worse := r.Worse(d.Indicator.Better)
		if d.Worse && !worse {
			continue
		}
		row := compared{
			Name: r.Name, URL: orgURL(r.Org) + "/indicators/" + d.Indicator.ID + "?period=" + url.QueryEscape(d.Period), Figure: l.figureOf(d.Indicator, r.Value, false),
			Place: r.Place, Worse: worse, Change: movedBy(r),
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func signedNumber(x float64) string {
	switch {
	case x > 0:
		return "+" + number(x)
	case x < 0:
		return "−" + number(-x)
	}
	return "0"
}

func pickFigure(l lang, d models.IndicatorDefinition, values []models.IndicatorValue) figure {
	for _, v := range values {
		if v.ID == d.ID {
			return l.figureOf(d, v, false)
		}
	}
	return figure{Def: d, None: l.say("还没有数据", "No data yet")}
}
