package models

import "math"

// FigureGap sets what was reported beside what the platform computes, and the gap. nil is unknown, or hidden because it stands for too few.
type FigureGap struct {
	Name     string   `json:"name"` // a declared figure
	Unit     string   `json:"unit"`
	Reported *float64 `json:"reported"`
	Computed *float64 `json:"computed"`
	Gap      *float64 `json:"gap"` // reported less computed
	How      string   `json:"how"` // how the platform computes it: records, complaints, prices; empty: it cannot
}

// gapped fills in the gap.
func (c FigureGap) gapped() FigureGap {
	if c.Reported != nil && c.Computed != nil {
		gap := *c.Reported - *c.Computed
		c.Gap = &gap
	}
	return c
}

// figureUnits are the units of declared figures.
func figureUnits() map[string]string {
	return map[string]string{
		FigureHeadcount: "persons", FigureEnrolment: "persons", FigureAssessment: "records", FigureComplaintRate: "per_100", FigureCoursePrice: "yuan",
	}
}

// FigureNames lists the figures that a kind of organisation declares, in the order of forms and sheets.
func FigureNames(kind OrgKind) []string {
	switch kind {
	case OrgEnterprise:
		return []string{FigureHeadcount}
	case OrgSchool:
		return []string{FigureEnrolment, FigureAssessment, FigureComplaintRate}
	}
	return []string{FigureEnrolment, FigureAssessment, FigureCoursePrice}
}

// FigureGaps sets the declared figures of an organisation beside the computed ones, by name.
func FigureGaps(kind OrgKind, reported, computed map[string]float64, how map[string]string) []FigureGap {
	units := figureUnits()
	list := make([]FigureGap, 0, len(FigureNames(kind)))
	for _, name := range FigureNames(kind) {
		c := FigureGap{Name: name, Unit: units[name], How: how[name]}
		if v, ok := reported[name]; ok {
			c.Reported = &v
		}
		if v, ok := computed[name]; ok {
			c.Computed = &v
		}
		list = append(list, c.gapped())
	}
	return list
}

// HundredthsUp gives a/b to two decimals, half up.
func HundredthsUp(a, b float64) float64 { return math.Floor(100*a/b+0.5) / 100 }
