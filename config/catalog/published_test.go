package catalog

import (
	"strings"
	"testing"
	"time"

	"huisheng/models"
)

// reworded is the next version of a questionnaire with one text changed.
func reworded(t *testing.T, c *Catalog, code, id, zh string) *models.Questionnaire {
	t.Helper()
	old, ok := c.Newest(code)
	if !ok {
		t.Fatal(code)
	}
	next := old.Next()
	next.Question(id).Text = zh
	return next
}

func source(t *testing.T, q *models.Questionnaire) string {
	t.Helper()
	text, err := Source(q)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Writing a questionnaire and reading it back changes nothing but its version.
func TestSourceKeepsEverything(t *testing.T) {
	c := load(t)
	for _, q := range c.Questionnaires() {
		back, err := c.Check(source(t, q.Next()))
		if err != nil {
			t.Fatal(q.Code, HumanErrors(err))
		}
		if back.Version != "2" {
			t.Errorf("%s: version %s", q.Code, back.Version)
		}
		back.Version = q.Version
		for _, lang := range []string{"zh", "en"} {
			a, b := q.Localized(lang), back.Localized(lang)
			if x, y := source(t, &a), source(t, &b); x != y {
				t.Errorf("%s in %s differs:\n%s\n%s", q.Code, lang, x, y)
			}
		}
		for i, question := range q.Questions {
			for j, o := range question.Options {
				if p := back.Questions[i].Options[j]; (o.Score == nil) != (p.Score == nil) || o.Score != nil && *o.Score != *p.Score {
					t.Errorf("%s %s %s: score", q.Code, question.ID, o.Value)
				}
			}
		}
	}
}

func TestPublishedVersionsStandBesideThoseBuiltIn(t *testing.T) {
	c, now := load(t), time.Date(2027, 1, 1, 8, 0, 0, 0, models.Shanghai())
	c.Clock(func() time.Time { return now })
	built := len(c.Questionnaires())
	next := reworded(t, c, "ENT_PARTICIPANT", "fair", "打分公不公平？")
	from := now.Add(time.Minute)
	if err := c.Adopt([]Published{{source(t, next), from}}); err != nil {
		t.Fatal(HumanErrors(err))
	}
	if q, _ := c.Latest("ENT_PARTICIPANT"); q.Version != "1" {
		t.Error("a version is in use before every process has heard of it")
	}
	if q, _ := c.Newest("ENT_PARTICIPANT"); q.Version != "2" {
		t.Error("the newest is not known")
	}
	if q, ok := c.Questionnaire("ENT_PARTICIPANT", "2"); !ok || q.Question("fair").Text != "打分公不公平？" {
		t.Error("the published version is not found")
	}
	now = from
	if q, _ := c.Latest("ENT_PARTICIPANT"); q.Version != "2" {
		t.Error("the published version does not come into use")
	}
	if q, ok := c.Questionnaire("ENT_PARTICIPANT", "1"); !ok || q.Question("fair").Text != "打分公平吗？" {
		t.Error("the old version is gone")
	}
	if n := len(c.Questionnaires()); n != built+1 {
		t.Errorf("%d questionnaires, %d were built in", n, built)
	}
	if q, _ := c.Latest("SOC_TRAINEE"); q == nil || q.Version != "1" {
		t.Error("other questionnaires are gone")
	}
}

func TestABrokenVersionHarmsNoOther(t *testing.T) {
	c := load(t)
	good, bad := reworded(t, c, "ENT_STAFF", "overall", "总的说，您满意吗？"), reworded(t, c, "ENT_PARTICIPANT", "fair", "")
	err := c.Adopt([]Published{{source(t, bad), time.Time{}}, {source(t, good), time.Time{}}})
	if got := HumanErrors(err); len(got) != 1 || !strings.Contains(got[0], `question "fair": Chinese text (zh) is missing`) {
		t.Errorf("got %q", got)
	}
	if q, _ := c.Latest("ENT_STAFF"); q.Version != "2" {
		t.Error("the good one is not adopted")
	}
	if q, _ := c.Latest("ENT_PARTICIPANT"); q.Version != "1" {
		t.Error("the broken one is")
	}
}

// What an indicator measures cannot vanish from a new version.
func TestIndicatorsAreCheckedToo(t *testing.T) {
	c := load(t)
	next := reworded(t, c, "ENT_PARTICIPANT", "fair", "打分公平吗？")
	for i, q := range next.Questions {
		if q.ID == "plan_disclosed" {
			next.Questions = append(next.Questions[:i:i], next.Questions[i+1:]...)
			break
		}
	}
	_, err := c.Check(source(t, next))
	if got := HumanErrors(err); len(got) != 1 || !strings.Contains(got[0], `"plan_disclosed" is no question of ENT_PARTICIPANT`) {
		t.Errorf("got %q", got)
	}
}
