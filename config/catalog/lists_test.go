package catalog

import (
	"slices"
	"testing"

	"huisheng/models"
)

func TestLists(t *testing.T) {
	c := load(t)
	if n := len(c.Regions()); n != 22 || !c.Regions()[0].IsProvince() {
		t.Errorf("%d regions, want the province and 21 cities", n)
	}
	if r, ok := c.CityOf("440305"); !ok || r.Name != "深圳市" || r.English != "Shenzhen" {
		t.Errorf("440305 lies in %+v", r)
	}
	for _, code := range []string{"441000", "441005", "110101", "x"} {
		if r, ok := c.CityOf(code); ok {
			t.Errorf("%s lies in %+v, but there is no such city", code, r)
		}
	}
	want := []string{"SKILL_UPGRADE", "NEW_APPRENTICESHIP", "PROJECT_TRAINING", "STARTUP_TRAINING", "SKILL_ASSESSMENT", "LIVING_COST"}
	var got []string
	for _, s := range c.SubsidyTypes() {
		got = append(got, s.Code)
	}
	if s, ok := c.SubsidyType("SKILL_ASSESSMENT"); !slices.Equal(got, want) || !ok || s.Name.Zh != "职业技能评价补贴" {
		t.Errorf("subsidies are %v", got)
	}
	if _, ok := c.SubsidyType("skill_assessment"); ok {
		t.Error("codes are exact")
	}
}

func TestCategories(t *testing.T) {
	c := load(t)
	if n := len(c.Categories()); n != 14 {
		t.Errorf("%d categories, want 14", n)
	}
	severe := map[string]bool{"IDENTITY_FRAUD": true, "PROCESS_FRAUD": true, "SUBSIDY_FRAUD": true, "RETALIATION": true}
	for _, category := range c.Categories() {
		look, resolve := 5, 15
		if severe[category.Code] {
			look, resolve = 1, 60
		}
		if category.Severe != severe[category.Code] || category.LookDays != look || category.AcceptDays != 5 || category.ResolveDays != resolve {
			t.Errorf("%s: %+v", category.Code, category)
		}
		if category.Upper != (category.Code == "RETALIATION") || category.Offered != (category.Code != "OUT_OF_SCOPE") {
			t.Errorf("%s: %+v", category.Code, category)
		}
	}
	offered := func(kind models.OrgKind, code string) bool {
		return slices.ContainsFunc(c.OfferedCategories(kind), func(x models.ComplaintCategory) bool { return x.Code == code })
	}
	if offered(models.OrgEnterprise, "INTERNSHIP_VIOLATION") || !offered(models.OrgSchool, "INTERNSHIP_VIOLATION") || offered(models.OrgSchool, "OUT_OF_SCOPE") {
		t.Error("the wrong categories are offered")
	}
	if _, ok := c.Category("NOPE"); ok {
		t.Error("a category was found that is not there")
	}
}
