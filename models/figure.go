package models

import (
	"maps"
	"math"
	"slices"
	"time"
)

// Figures are an organisation's declared figures for one period, with who declared them; every change keeps the versions before.
type Figures struct {
	ID       string          `bson:"_id"` // see RollupID
	Org      OrgID           `bson:"org"`
	Region   string          `bson:"region"`
	Kind     OrgKind         `bson:"kind"`
	Period   string          `bson:"period"`
	Current  FigureVersion   `bson:"current"`
	Versions []FigureVersion `bson:"versions"` // earlier ones, oldest first
}

// FigureVersion is one declaration. Values are by name: headcount (应参评职工数, persons), enrolment, assessed …
type FigureVersion struct {
	N      int                `bson:"n" json:"version"`
	Values map[string]float64 `bson:"values" json:"values"`
	Source string             `bson:"source" json:"source"` // where the organisation took it from, in words
	By     AccountID          `bson:"by" json:"-"`
	ByName string             `bson:"by_name,omitempty" json:"-"`
	ByRole Role               `bson:"by_role,omitempty" json:"-"` // absent in what was declared before roles were kept: the organisation
	At     time.Time          `bson:"at" json:"at"`
}

// The names of declared figures.
const (
	FigureHeadcount     = "headcount"        // employees in posts of the filed occupations on the period's last day, persons: E5's denominator
	FigureEnrolment     = "enrolment_count"  // 招生规模, persons
	FigureAssessment    = "assessment_count" // 评价规模, 人次
	FigureComplaintRate = "complaint_rate"   // 投诉率 as the alliance reports it, per 100 人次
	FigureCoursePrice   = "course_price"     // 课程价格, median of the published prices, yuan
)

// maxFigure is larger than any headcount or price and small enough that every whole number below it is exact.
const maxFigure = 1e9

// wholeFigures are the names with whether the figure is a count of people or cases.
func wholeFigures() map[string]bool {
	return map[string]bool{
		FigureHeadcount: true, FigureEnrolment: true, FigureAssessment: true, FigureComplaintRate: false, FigureCoursePrice: false,
	}
}

// KnownFigure says whether there is a declared figure of that name.
func KnownFigure(name string) bool {
	_, ok := wholeFigures()[name]
	return ok
}

// maxFigureSource is the longest description of a source, in characters.
const maxFigureSource = 200

// Check says what is wrong with a declaration: unknown names, negative, infinite or absurd numbers, parts of people, no source.
func (v FigureVersion) Check() []FieldError {
	var wrong []FieldError
	fail := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	if len(v.Values) == 0 {
		fail("values", "required", "请至少填写一项数据。")
	}
	whole := wholeFigures()
	for _, name := range slices.Sorted(maps.Keys(v.Values)) {
		x := v.Values[name]
		isWhole, known := whole[name]
		field := "values." + echo(name)
		switch {
		case !known:
			fail(field, "unknown_figure", "没有这一项数据，请检查名称。")
		case math.IsNaN(x) || x < 0 || x > maxFigure:
			fail(field, "out_of_range", "请填写0到10亿之间的数。")
		case isWhole && x != math.Trunc(x):
			fail(field, "not_whole", "人数和人次请填写整数。")
		}
	}
	return append(wrong, checkSource(v.Source)...)
}

// ErrAllianceDeclared says that a school tries to change what the alliance declared.
var ErrAllianceDeclared = NewError(KindConflict, "alliance_declared", "这个时期的数据由联盟填报，学校不能修改；有出入请联系联盟更正。", "The alliance declared this period's figures; ask it to correct them.")

// ErrFiguresChanged says that somebody else declared the same figures in between.
var ErrFiguresChanged = NewError(KindConflict, "figures_changed", "这些数据刚被别人修改过，请刷新后再改。", "Somebody changed these figures meanwhile; reload and try again.")
