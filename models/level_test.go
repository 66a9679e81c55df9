package models

import "testing"

func TestFoldName(t *testing.T) {
	for in, want := range map[string]string{" 五级 / 初级工 ": "五级/初级工", "５": "5", "a": "A", "Ａ": "A", "五级／初级工": "五级/初级工", "三\u3000级": "三级"} {
		if got := FoldName(in); got != want {
			t.Errorf("%q folds to %q, want %q", in, got, want)
		}
	}
}

func TestLevelAllowances(t *testing.T) {
	if !(OrgSubtype{Levels: []string{"5", "4"}}).Allows("4") || (OrgSubtype{Levels: []string{"5", "4"}}).Allows("3") || !(OrgSubtype{}).Allows("1") {
		t.Error("a subtype allows its levels, and every level when it lists none")
	}
	if !(AssessmentMethod{Levels: []string{"3"}}).Allows("3") || (AssessmentMethod{Levels: []string{"3"}}).Allows("2") || !(AssessmentMethod{}).Allows("T") {
		t.Error("a method allows its levels, and every level when it lists none")
	}
	if (Level{Rank: 2}).HighlySkilled() || !(Level{Rank: 3}).HighlySkilled() {
		t.Error("三级 (rank 3) is where highly skilled begins")
	}
}

func TestCategoryAbout(t *testing.T) {
	c := ComplaintCategory{Kinds: []OrgKind{OrgSchool}}
	if !c.About(OrgSchool) || c.About(OrgEnterprise) || !(ComplaintCategory{}).About(OrgEnterprise) {
		t.Error("a category is about its kinds, and about all when it lists none")
	}
}

func TestLocalText(t *testing.T) {
	text := LocalText{Zh: "参评率", En: "Participation"}
	if text.In("en") != "Participation" || text.In("zh") != "参评率" || text.In("") != "参评率" || (LocalText{Zh: "x"}).In("en") != "x" {
		t.Error("English where there is English, else Chinese")
	}
}
