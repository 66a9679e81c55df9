package catalog

import (
	"strconv"

	"huisheng/models"
)

// Categories lists all complaint categories, in the order in which they are offered.
func (c *Catalog) Categories() []models.ComplaintCategory { return c.categories }

// OfferedCategories lists what a complainant may choose about an organisation of that kind.
func (c *Catalog) OfferedCategories(kind models.OrgKind) []models.ComplaintCategory {
	var out []models.ComplaintCategory
	for _, category := range c.categories {
		if category.Offered && category.About(kind) {
			out = append(out, category)
		}
	}
	return out
}

// Category finds a complaint category by code.
func (c *Catalog) Category(code string) (models.ComplaintCategory, bool) {
	for _, category := range c.categories {
		if category.Code == code {
			return category, true
		}
	}
	return models.ComplaintCategory{}, false
}

type categoriesFile struct {
	Categories []located[categoryEntry] `yaml:"categories"`
}

type categoryEntry struct {
	Code        located[string]   `yaml:"code"`
	Zh          located[string]   `yaml:"zh"`
	En          located[string]   `yaml:"en"`
	Severe      bool              `yaml:"severe"`
	Upper       bool              `yaml:"upper"`
	Offered     *bool             `yaml:"offered"` // absent: true
	Kinds       []located[string] `yaml:"kinds"`
	LookDays    int               `yaml:"look_days"`
	AcceptDays  int               `yaml:"accept_days"`
	ResolveDays int               `yaml:"resolve_days"`
}

func (l *loader) categories() {
	raw, f, ok := read[categoriesFile](l, "complaint_categories.yaml")
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, entry := range raw.Categories {
		f.code("category", entry.Value.Code, entry.Line, upperCode, seen)
		l.cat.categories = append(l.cat.categories, f.category(entry))
	}
	if len(raw.Categories) == 0 {
		f.report(0, "holds no category")
	}
}

func (f *file) category(entry located[categoryEntry]) models.ComplaintCategory {
	raw, what := entry.Value, "category "+strconv.Quote(entry.Value.Code.Value)
	f.complete(what, words{Zh: raw.Zh, En: raw.En}, entry.Line)
	if raw.LookDays < 1 || raw.LookDays > raw.AcceptDays || raw.AcceptDays > raw.ResolveDays {
		f.report(entry.Line, "%s: days must be 1 ≤ look_days ≤ accept_days ≤ resolve_days", what)
	}
	out := models.ComplaintCategory{
		Code: raw.Code.Value, Text: models.LocalText{Zh: raw.Zh.Value, En: raw.En.Value}, Severe: raw.Severe, Upper: raw.Upper,
		Offered: raw.Offered == nil || *raw.Offered, LookDays: raw.LookDays, AcceptDays: raw.AcceptDays, ResolveDays: raw.ResolveDays,
	}
	for _, kind := range raw.Kinds {
		if !models.OrgKind(kind.Value).Valid() {
			f.report(kind.Line, "%s: kind %q is unknown", what, kind.Value)
		}
		out.Kinds = append(out.Kinds, models.OrgKind(kind.Value))
	}
	return out
}
