package models

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// PriceList is what a social organisation has published of its course prices; every change keeps the lists before.
type PriceList struct {
	ID       OrgID          `bson:"_id"`
	Org      OrgID          `bson:"org"`
	Region   string         `bson:"region"`
	Kind     OrgKind        `bson:"kind"`
	Current  PriceVersion   `bson:"current"`
	Versions []PriceVersion `bson:"versions"` // earlier ones, oldest first
}

// PriceVersion is one published list.
type PriceVersion struct {
	N      int       `bson:"n"`
	Items  []Price   `bson:"items"`
	Source string    `bson:"source"` // where it is published, in words
	By     AccountID `bson:"by"`
	ByName string    `bson:"by_name"`
	ByRole Role      `bson:"by_role"`
	At     time.Time `bson:"at"`
}

// Price is the price of one course by occupation and level.
type Price struct {
	Occupation     string `bson:"occupation" json:"occupation"`
	OccupationCode string `bson:"occupation_code,omitempty" json:"occupation_code,omitempty"`
	Level          string `bson:"level" json:"level"` // level code
	Course         string `bson:"course,omitempty" json:"course,omitempty"`
	Yuan           int64  `bson:"yuan" json:"price"` // whole yuan; 0: free or fully funded
}

// The bounds of a price list.
const (
	MaxPrices = 2000
	maxYuan   = 1_000_000
	maxPhrase = 100 // characters of a name
)

// Check says what is wrong with a list. Levels must have been brought into codes; an empty one is unknown.
func (v PriceVersion) Check() []FieldError {
	var wrong []FieldError
	fail := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	switch n := len(v.Items); {
	case n == 0:
		fail("items", "required", "请至少填写一门课程的价格。")
	case n > MaxPrices:
		fail("items", "too_many", fmt.Sprintf("一份价格表最多%d行。", MaxPrices))
		return wrong
	}
	seen := map[string]int{}
	for i, p := range v.Items {
		at := fmt.Sprintf("items[%d].", i)
		for _, f := range p.Check() {
			f.Field = at + f.Field
			wrong = append(wrong, f)
		}
		key := strings.Join([]string{FoldName(p.Occupation), p.Level, FoldName(p.Course)}, "|")
		if first, twice := seen[key]; twice {
			fail(at+"occupation", "duplicate", fmt.Sprintf("与第%d项是同一职业、等级和课程。", first+1))
			continue
		}
		seen[key] = i
	}
	return append(wrong, checkSource(v.Source)...)
}

// Check says what is wrong with one price.
func (p Price) Check() (wrong []FieldError) {
	fail := func(field, code, message string) {
		wrong = append(wrong, FieldError{Field: field, Code: code, Message: message})
	}
	if n := utf8.RuneCountInString(p.Occupation); n == 0 || n > maxPhrase || !Printable(p.Occupation) {
		fail("occupation", "length", "请填写职业（工种）名称，不超过100个字。")
	}
	if p.OccupationCode != "" {
		if _, err := ParseOccupationCode(p.OccupationCode); err != nil {
			fail("occupation_code", "wrong_format", "职业编码的写法应为 6-31-01-03。")
		}
	}
	if p.Level == "" {
		fail("level", "level_unknown", "不认识这个技能等级，请填 5、4、3、2、1 或五级/初级工等写法。")
	}
	if utf8.RuneCountInString(p.Course) > maxPhrase || !Printable(p.Course) {
		fail("course", "length", "课程名称不超过100个字，不要换行。")
	}
	if p.Yuan < 0 || p.Yuan > maxYuan {
		fail("price", "out_of_range", "价格请填0到100万之间的整数元，免费填0。")
	}
	return wrong
}

// checkSource says whether a declaration tells where it comes from.
func checkSource(s string) []FieldError {
	switch n := utf8.RuneCountInString(s); {
	case strings.TrimSpace(s) == "":
		return []FieldError{{Field: "source", Code: "required", Message: "请写明数据出处，例如“人事系统2026年12月31日在岗名册”。"}}
	case n > maxFigureSource || !Printable(s):
		return []FieldError{{Field: "source", Code: "too_long", Message: "数据出处请写在200字以内，不要换行。"}}
	}
	return nil
}

// Median is the median of the prices that are asked for: courses that are free or fully funded are apart. n is how many there are.
func (v PriceVersion) Median() (median float64, n int) {
	var paid []int64
	for _, p := range v.Items {
		if p.Yuan > 0 {
			paid = append(paid, p.Yuan)
		}
	}
	if n = len(paid); n == 0 {
		return 0, 0
	}
	slices.Sort(paid)
	if n%2 == 1 {
		return float64(paid[n/2]), n
	}
	return math.Round(float64(paid[n/2-1]+paid[n/2]) / 2), n
}

// InForce gives the list that was the newest one before a moment; false when none had been published.
func (l PriceList) InForce(before time.Time) (PriceVersion, bool) {
	for _, v := range slices.Backward(append(slices.Clone(l.Versions), l.Current)) {
		if v.N > 0 && v.At.Before(before) {
			return v, true
		}
	}
	return PriceVersion{}, false
}

// For says whether it is the price of an occupation, by its code or name, and level; an empty level means any.
func (p Price) For(s Slice, name string) bool {
	occupation := s.Occupation == "" || s.Occupation == p.OccupationCode || FoldName(s.Occupation) == FoldName(p.Occupation) || name != "" && FoldName(name) == FoldName(p.Occupation)
	return occupation && (s.Level == "" || s.Level == p.Level)
}

// priceCell counts the offers that are asked for by price. Free and fully funded courses are apart; without others there is no price.
func priceCell(list []Price, of func(Price) bool) Cell {
	c := Cell{Hist: map[string]int64{}}
	for _, p := range list {
		if p.Yuan > 0 && of(p) {
			c.N++
			c.Hist[strconv.FormatInt(p.Yuan, 10)]++
		}
	}
	if c.N == 0 {
		return Cell{Missing: 1}
	}
	return c
}

// Equal says whether two lists say the same, in whatever order.
func (v PriceVersion) Equal(o PriceVersion) bool {
	return v.Source == o.Source && slices.Equal(sortedPrices(v.Items), sortedPrices(o.Items))
}

func sortedPrices(list []Price) []Price {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Price) int {
		return cmp.Or(cmp.Compare(a.Occupation, b.Occupation), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Course, b.Course), cmp.Compare(a.Yuan, b.Yuan), cmp.Compare(a.OccupationCode, b.OccupationCode))
	})
	return list
}

// ErrPricesChanged says that somebody else published a list in between.
var ErrPricesChanged = NewError(KindConflict, "prices_changed", "价格表刚被别人修改过，请刷新后再改。", "Somebody changed the prices meanwhile; reload and try again.")
