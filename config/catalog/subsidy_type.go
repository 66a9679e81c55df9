package catalog

import (
	"strconv"

	"huisheng/models"
)

// SubsidyTypes lists the subsidies that a claim may name.
func (c *Catalog) SubsidyTypes() []models.SubsidyType { return c.subsidies }

// SubsidyType finds a subsidy by code.
func (c *Catalog) SubsidyType(code string) (models.SubsidyType, bool) {
	for _, s := range c.subsidies {
		if s.Code == code {
			return s, true
		}
	}
	return models.SubsidyType{}, false
}

type subsidiesFile struct {
	SubsidyTypes []located[subsidyEntry] `yaml:"subsidy_types"`
}

type subsidyEntry struct {
	Code located[string] `yaml:"code"`
	Zh   located[string] `yaml:"zh"`
	En   located[string] `yaml:"en"`
}

func (l *loader) subsidies() {
	raw, f, ok := read[subsidiesFile](l, "subsidy_types.yaml")
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, entry := range raw.SubsidyTypes {
		s := entry.Value
		f.code("subsidy type", s.Code, entry.Line, upperCode, seen)
		w := words{Zh: s.Zh, En: s.En}
		f.complete("subsidy type "+strconv.Quote(s.Code.Value), w, entry.Line)
		l.cat.subsidies = append(l.cat.subsidies, models.SubsidyType{Code: s.Code.Value, Name: w.text()})
	}
	if len(raw.SubsidyTypes) == 0 {
		f.report(0, "holds no subsidy type")
	}
}
