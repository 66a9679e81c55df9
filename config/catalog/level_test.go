package catalog

import (
	"strings"
	"testing"

	"huisheng/models"
)

func TestLevels(t *testing.T) {
	c := load(t)
	for text, code := range map[string]string{
		"5": "5", "五级": "5", "五级/初级工": "5", "初级工": "5", " ５ 级": "5", "四级": "4", "高级工": "3", "三级／高级工": "3", "技师": "2", "二级/技师": "2",
		"高级技师": "1", "特级技师": "T", "t": "T", "首席技师": "C", "学徒工": "A", "A": "A",
	} {
		if l, ok := c.Level(text); !ok || l.Code != code {
			t.Errorf("%q is level %q, want %q", text, l.Code, code)
		}
	}
	if _, ok := c.Level("六级"); ok {
		t.Error("there is no level six")
	}
	order := ""
	for _, l := range c.Levels() {
		order += l.Code
	}
	if order != "A54321TC" {
		t.Errorf("levels rise as %s", order)
	}
}

// The levels of 粤技服〔2021〕17号 by kind of school, and for 定级评价.
func TestAllowedLevels(t *testing.T) {
	c := load(t)
	for code, want := range map[string]string{
		"tech_school": "54", "secondary_voc": "54", "senior_tech_school": "543", "higher_voc": "543", "technician_college": "5432", "applied_univ": "5432",
	} {
		s, ok := c.Subtype(models.OrgSchool, code)
		if got := strings.Join(s.Levels, ""); !ok || got != want {
			t.Errorf("%s may assess %q, want %q", code, got, want)
		}
	}
	if n := len(c.Subtypes(models.OrgSocial)); n != 4 {
		t.Errorf("%d subtypes of social orgs, want 4", n)
	}
	if _, ok := c.Subtype(models.OrgSchool, "other"); ok {
		t.Error("a subtype belongs to its kind")
	}
	grading, ok := c.Method("定级评价")
	if !ok || grading.Code != "GRADING" || !grading.Allows("3") || grading.Allows("2") || grading.Allows("1") {
		t.Errorf("grading is %+v", grading)
	}
	if m, ok := c.Method("direct"); !ok || !m.Allows("1") {
		t.Errorf("direct recognition is %+v", m)
	}
	if len(c.Methods()) != 6 {
		t.Errorf("%d methods", len(c.Methods()))
	}
}
