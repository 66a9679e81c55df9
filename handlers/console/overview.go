package console

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"huisheng/app/indicator"
	"huisheng/handlers/web"
	"huisheng/models"
	"huisheng/models/store"
)

// shownWorse is how many indicators that got worse a line names; the rest is counted.
const shownWorse = 2

// standing is a line of an overview: a kind, a region or an organisation.
type standing struct {
	Name, URL string
	Filing    string // of one organisation: how its letter stands, if not well
	Orgs      store.OrgCount
	Batches   store.BatchSum
	Rate      string // answers of a hundred invited
	Worse     []link // what got worse by how much, and where to see it
	More      int    // how many more got worse
	Compared  int    // what both periods have over enough people
	Known     int
	Few       int
	Judged    int64
	Flagged   int64
}

// standingOf puts a line into words. compare is where an indicator is compared, without its id.
func (l lang) standingOf(s indicator.Standing, name, address string, compare url.Values) standing {
	row := standing{
		Name: name, URL: address, Orgs: s.Orgs, Batches: s.Batches, Compared: s.Compared, Known: s.Known, Few: s.Few, Judged: s.Quality.Judged, Flagged: s.Quality.Flagged,
	}
	if b := s.Batches; b.Invited > 0 {
		row.Rate = number(models.RoundHalfUp(100*float64(b.Submitted)/float64(b.Invited), 1)) + "%"
	}
	for i, m := range s.Worse {
		if i == shownWorse {
			row.More = len(s.Worse) - shownWorse
			break
		}
		q := url.Values{"indicator": {m.Def.ID}}
		for k, v := range compare {
			q[k] = v
		}
		row.Worse = append(row.Worse, link{URL: "/console/regions?" + q.Encode(), Text: l.text(m.Def.Title) + " " + signedNumber(m.By)})
	}
	return row
}

type overviewData struct {
	Kind     models.OrgKind
	Kinds    []link
	Period   string
	Words    string
	Periods  []periodChoice
	Place    string
	Province bool
	Total    standing
	Map      cityMap    // answers of a hundred invited, to the province
	Lines    []standing // by city, to the province
	Idle     []link     // cities where there is nothing of this kind
	Orgs     []standing // to a city
	Next     string
	First    string
	Moves    []move
	Back     string // the comparison of this kind and period
}

// move is one indicator of a region with how it moved since the period before.
type move struct {
	Figure figure
	URL    string
}

// ShowOverview is a jurisdiction at a glance, to go down from: the province's cities, or a city's organisations.
func (h *Console) ShowOverview(c *fiber.Ctx) error {
	who, l, kind := web.Principal(c), langOf(c), kindOf(c)
	o, err := h.app.Indicators.ForOverview(c.UserContext(), who, kind, c.Query("period"))
	if err != nil {
		return err
	}
	p, err := models.ParsePeriod(o.Period)
	if err != nil {
		return err
	}
	same := url.Values{"kind": {string(kind)}, "period": {o.Period}}
	d := overviewData{
		Kind: kind, Kinds: l.kindTabs("/console/overview", kind, o.Period), Period: o.Period, Words: l.period(p), Periods: periods(l, kind, h.app.Clock(), o.Period),
		Place: h.regionName(l, who.Region), Province: who.Role == models.RoleProvince, Moves: h.movesOf(l, o, same),
		Total: l.standingOf(o.Total, h.regionName(l, who.Region)+l.say("合计", ", together"), regionURL(who.Region, same), same), Back: "/console/regions?" + same.Encode(),
	}
	if d.Province {
		d.Lines, d.Idle = h.cityLines(l, o, same)
		d.Map = h.answeredMap(l, o, same)
	} else if d.Orgs, d.Next, err = h.orgLines(c, who, store.OrgFilter{Kind: kind}, o.Period); err != nil {
		return err
	}
	if c.Query("after") != "" {
		d.First = here(c, "")
	}
	return h.render(c, "overview", page{Title: say(c, "总览", "Overview"), Data: d})
}

// cityLines are the cities, apart those where nothing is yet; what the province supervises itself comes first.
func (h *Console) cityLines(l lang, o indicator.Overview, same url.Values) (rows []standing, idle []link) {
	by := make(map[string]indicator.Standing, len(o.Lines))
	for _, line := range o.Lines {
		by[line.Region] = line
	}
	for _, r := range h.app.Catalog.Regions() {
		name, address := h.regionName(l, r.Code), regionURL(r.Code, same)
		if r.IsProvince() {
			name, address = l.say("省直接监管", "Supervised by the province"), "/console/orgs?region="+r.Code+"&kind="+string(o.Kind)
		}
		if s := by[r.Code]; s.Orgs.N == 0 && s.Batches.Batches == 0 && s.Known == 0 {
			idle = append(idle, link{URL: address, Text: name})
			continue
		}
		rows = append(rows, l.standingOf(by[r.Code], name, address, same))
	}
	return rows, idle
}

// answeredMap shows how many of a hundred invited have answered, city by city.
func (h *Console) answeredMap(l lang, o indicator.Overview, same url.Values) cityMap {
	by := make(map[string]indicator.Standing, len(o.Lines))
	for _, line := range o.Lines {
		by[line.Region] = line
	}
	percent := func(x float64) string { return number(models.RoundHalfUp(x, 1)) + "%" }
	return h.mapOf(l, l.say("已填写的比例", "Answered, of those invited"), func(region string) measured {
		m := measured{URL: regionURL(region, same)}
		if b := by[region].Batches; b.Invited > 0 {
			x := 100 * float64(b.Submitted) / float64(b.Invited)
			m.Value, m.Words = &x, percent(x)
		}
		return m
	}, percent)
}

// movesOf sets all indicators of the jurisdiction beside the period before.
func (h *Console) movesOf(l lang, o indicator.Overview, same url.Values) []move {
	before := make([]models.IndicatorValue, 0, len(o.Total.Before))
	for _, v := range o.Total.Before {
		before = append(before, v)
	}
	figs := h.figuresOf(l, o.Kind, o.Total.Items)
	l.sinceBefore(figs, before)
	list := make([]move, len(figs))
	for i, f := range figs {
		q := url.Values{"indicator": {f.Def.ID}, "kind": same["kind"], "period": same["period"]}
		list[i] = move{f, "/console/regions?" + q.Encode()}
	}
	return list
}

// orgLines are a page of organisations with how they stand in a period.
func (h *Console) orgLines(c *fiber.Ctx, who models.Principal, f store.OrgFilter, period string) ([]standing, string, error) {
	at, err := web.Page(c)
	if err != nil {
		return nil, "", err
	}
	list, err := h.app.Registry.List(c.UserContext(), who, f, at)
	if err != nil {
		return nil, "", err
	}
	stand, err := h.app.Indicators.ForOrgs(c.UserContext(), who, list.Items, period)
	if err != nil {
		return nil, "", err
	}
	l, today := langOf(c), string(models.DateOf(h.app.Clock()))
	rows := make([]standing, len(stand))
	for i, s := range stand {
		o := list.Items[i]
		rows[i] = l.standingOf(s, o.Name, orgURL(o.ID), url.Values{"kind": {string(o.Kind)}, "period": {period}, "by": {"org"}})
		rows[i].Filing = l.filingState(o.Filing, today)
	}
	return rows, newer(c, list.Next), nil
}

// filingState says what is wrong with a filing letter, nothing if it is in order.
func (l lang) filingState(f models.Filing, today string) string {
	soon := string(models.Date(today).AddDays(indicator.EndingSoon))
	switch {
	case f.ValidTo != "" && f.ValidTo < today:
		return l.say("备案已到期", "filing ended")
	case f.ValidTo != "" && f.ValidTo < soon:
		return l.say("备案将于%s到期", "filing ends %s", f.ValidTo)
	case len(f.Occupations) == 0:
		return l.say("没有备案职业", "no occupation filed")
	}
	return ""
}

func regionURL(code string, q url.Values) string {
	return "/console/regions/" + code + "?" + q.Encode()
}

// kindTabs leads to the same page for each kind of organisation.
func (l lang) kindTabs(path string, now models.OrgKind, period string) []link {
	var list []link
	for _, k := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		q := url.Values{"kind": {string(k)}, "period": {period}}
		list = append(list, link{URL: path + "?" + q.Encode(), Text: l.orgKind(k), Here: k == now})
	}
	return list
}

// kindLines are the three kinds of organisations in the current quarter, for a regulator's start page.
func (h *Console) kindLines(c *fiber.Ctx, who models.Principal) ([]standing, error) {
	l, period := langOf(c), models.QuarterOf(h.app.Clock())
	list, err := h.app.Indicators.ForOverviews(c.UserContext(), who, []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial}, period)
	if err != nil {
		return nil, err
	}
	rows := make([]standing, len(list))
	for i, o := range list {
		same := url.Values{"kind": {string(o.Kind)}, "period": {period}}
		rows[i] = l.standingOf(o.Total, l.orgKind(o.Kind), "/console/overview?"+same.Encode(), same)
	}
	return rows, nil
}

// sinceBefore says in each figure how it moved since the period before; nothing where one of the two is missing.
func (l lang) sinceBefore(figs []figure, before []models.IndicatorValue) {
	for i := range figs {
		for _, v := range before {
			if v.ID != figs[i].Def.ID {
				continue
			}
			r := indicator.Ranked{Value: figs[i].V, Before: v.Value}
			figs[i].Change, figs[i].Worse = movedBy(r), r.Worse(figs[i].Def.Better)
		}
	}
}

// lastPeriod is the name of the period before; empty for what is none.
func lastPeriod(name string) string {
	p, err := models.ParsePeriod(name)
	if err != nil {
		return models.QuarterOf(time.Now())
	}
	return p.Previous()
}
