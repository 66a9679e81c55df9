package catalog

import (
	"strconv"

	"huisheng/models"
)

// Regions lists the province and its cities, the province first.
func (c *Catalog) Regions() []models.Region { return c.regions }

// Region finds the province or a city by its exact code.
func (c *Catalog) Region(code string) (models.Region, bool) {
	for _, r := range c.regions {
		if r.Code == code {
			return r, true
		}
	}
	return models.Region{}, false
}

// CityOf finds the city that a six-digit division code lies in (440305 gives Shenzhen); the province's own code gives the province.
func (c *Catalog) CityOf(division string) (models.Region, bool) {
	code, ok := models.CityOf(division)
	if !ok {
		return models.Region{}, false
	}
	return c.Region(code)
}

type regionsFile struct {
	Regions []located[regionEntry] `yaml:"regions"`
}

type regionEntry struct {
	Code located[string] `yaml:"code"`
	Zh   located[string] `yaml:"zh"`
	En   located[string] `yaml:"en"`
	At   located[[]int]  `yaml:"at"`
}

func (l *loader) regions() {
	raw, f, ok := read[regionsFile](l, "regions.yaml")
	if !ok {
		return
	}
	seen, taken := map[string]bool{}, map[models.Place]string{}
	for i, entry := range raw.Regions {
		r := entry.Value
		city, form := models.CityOf(r.Code.Value)
		switch {
		case !form || city != r.Code.Value:
			f.report(line(r.Code.Line, entry.Line), "region %q is no city code of Guangdong (44xx00)", r.Code.Value)
		case seen[r.Code.Value]:
			f.report(r.Code.Line, "region %q twice", r.Code.Value)
		case (i == 0) != (r.Code.Value == models.Province):
			f.report(r.Code.Line, "region %q: the province comes first and once", r.Code.Value)
		}
		seen[r.Code.Value] = true
		f.complete("region "+strconv.Quote(r.Code.Value), words{Zh: r.Zh, En: r.En}, entry.Line)
		l.cat.regions = append(l.cat.regions, models.Region{Code: r.Code.Value, Name: r.Zh.Value, English: r.En.Value, At: f.place(r, entry.Line, taken)})
	}
	if len(raw.Regions) == 0 {
		f.report(0, "holds no region")
	}
}

// place reads where a city is on the map; the province is nowhere.
func (f *file) place(r regionEntry, at int, taken map[models.Place]string) models.Place {
	if r.Code.Value == models.Province {
		return models.Place{}
	}
	if len(r.At.Value) != 2 {
		f.report(line(r.At.Line, at), "region %q: at says column and row on the map, as in [3, 2]", r.Code.Value)
		return models.Place{}
	}
	p := models.Place{Column: r.At.Value[0], Row: r.At.Value[1]}
	switch other, there := taken[p]; {
	case p.Column < 0 || p.Column >= models.MapColumns || p.Row < 0 || p.Row >= models.MapRows:
		f.report(r.At.Line, "region %q lies beside the map of %d columns and %d rows", r.Code.Value, models.MapColumns, models.MapRows)
	case there:
		f.report(r.At.Line, "region %q lies on region %q on the map", r.Code.Value, other)
	}
	taken[p] = r.Code.Value
	return p
}
