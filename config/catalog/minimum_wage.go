package catalog

import "huisheng/models"

// MinimumWage gives the monthly minimum wage of a region on a day, in yuan. A day before the first decree that is known has that one's; 0 for
// a region that is in none.
func (c *Catalog) MinimumWage(region string, on models.Date) int64 {
	for i, decree := range c.wages {
		if decree.from <= on || i == len(c.wages)-1 {
			return decree.yuan[region]
		}
	}
	return 0
}

// wageDecree is one decree on minimum wages.
type wageDecree struct {
	from models.Date
	yuan map[string]int64 // by region
}

type wagesFile struct {
	Decrees []located[wageDecreeEntry] `yaml:"minimum_wages"`
}

type wageDecreeEntry struct {
	From    located[string]           `yaml:"from"`
	Source  located[string]           `yaml:"source"`
	Classes []located[wageClassEntry] `yaml:"classes"`
}

type wageClassEntry struct {
	Yuan    int64    `yaml:"yuan"`
	Regions []string `yaml:"regions"`
}

// minimumWages is loaded after the regions: a decree must name each of them once.
func (l *loader) minimumWages() {
	raw, f, ok := read[wagesFile](l, "minimum_wages.yaml")
	if !ok {
		return
	}
	if len(raw.Decrees) == 0 {
		f.report(0, "holds no decree")
	}
	last := models.Date("9999-12-31")
	for _, entry := range raw.Decrees {
		day, err := models.ParseDate(entry.Value.From.Value)
		switch {
		case err != nil:
			f.report(line(entry.Value.From.Line, entry.Line), "minimum wages: %v", err)
		case day >= last:
			f.report(entry.Value.From.Line, "minimum wages from %s stand after those from %s: the newest come first", day, last)
		case entry.Value.Source.Value == "":
			f.report(entry.Line, "minimum wages from %s have no source", day)
		}
		last = day
		l.cat.wages = append(l.cat.wages, wageDecree{from: day, yuan: f.wageClasses(entry.Value.Classes, entry.Line)})
	}
}

func (f *file) wageClasses(classes []located[wageClassEntry], at int) map[string]int64 {
	yuan := map[string]int64{}
	for _, class := range classes {
		if class.Value.Yuan <= 0 {
			f.report(class.Line, "a minimum wage of %d yuan", class.Value.Yuan)
		}
		for _, region := range class.Value.Regions {
			if yuan[region] != 0 {
				f.report(class.Line, "region %q twice in one decree", region)
			}
			yuan[region] = class.Value.Yuan
		}
	}
	for _, r := range f.l.cat.regions {
		if yuan[r.Code] == 0 && len(f.l.errs) == 0 { // one slip, one message
			f.report(at, "region %s (%s) has no minimum wage", r.Code, r.Name)
		}
	}
	return yuan
}
