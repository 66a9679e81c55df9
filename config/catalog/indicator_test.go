package catalog

import (
	"slices"
	"strings"
	"testing"

	"huisheng/models"
)

func TestEnterpriseIndicators(t *testing.T) {
	want := []string{
		"E1a", "E1b", "E1c", "E1d_plan_disclosed", "E1d_raters_ge3", "E1d_notice_ge5wd", "E1d_cert_delivered", "E1d_post_linked", "E1d_pay_linked",
		"E2a", "E2b", "E3", "E3_level_met", "E3_coverage", "E4a", "E4b", "E5",
	}
	c := load(t)
	var got []string
	for _, d := range c.Indicators(models.OrgEnterprise) {
		got = append(got, d.ID)
		if again, ok := c.Indicator(d.ID); !ok || again.Name != d.Name {
			t.Errorf("%s is not found by id", d.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("indicators are %v, want %v", got, want)
	}
	if _, ok := c.Indicator("E9"); ok || len(c.Indicators("nobody")) != 0 {
		t.Error("an indicator was found that is not there")
	}
}

// "Did not take part" counts in none of the E1 figures, and what is not known is in no denominator.
func TestMeasuresLeaveOutWhatDoesNotCount(t *testing.T) {
	c := load(t)
	for _, d := range c.Indicators(models.OrgEnterprise) {
		m := d.Measure
		if m.Questionnaire == "ENT_PARTICIPANT" && !slices.Equal(m.Eligible["took_part"], []string{"yes", "not_sure"}) {
			t.Errorf("%s counts people who were not assessed", d.ID)
		}
		if m.Questionnaire == "ENT_STAFF" && !slices.Equal(m.Eligible["employed"], []string{"yes"}) {
			t.Errorf("%s counts people who do not work there", d.ID)
		}
		for _, value := range m.Denominator {
			if value == "not_sure" || strings.HasPrefix(value, "prefer_not") {
				t.Errorf("%s counts %q", d.ID, value)
			}
		}
		if m.Type != models.MeasureRate {
			continue
		}
		q, _ := c.Latest(m.Questionnaire)
		for _, o := range q.Question(m.Question).Options {
			unknown := o.Value == "not_sure" || o.Value == "prefer_not"
			if !unknown && !slices.Contains(m.Denominator, o.Value) {
				t.Errorf("%s forgets the answer %q", d.ID, o.Value)
			}
		}
	}
}

func TestMeasureItems(t *testing.T) {
	c := load(t)
	score, _ := c.Indicator("E3")
	rate, _ := c.Indicator("E1a")
	if got := score.Measure.Items(); len(got) != 7 || got[0] != "level_met" {
		t.Errorf("E3 is over %v", got)
	}
	if got := rate.Measure.Items(); !slices.Equal(got, []string{"overall"}) {
		t.Errorf("E1a is over %v", got)
	}
}

// Another indicator comes as data alone.
func TestAnotherIndicatorIsDataOnly(t *testing.T) {
	fsys := copyFiles(t)
	extra := `
  - id: S9
    name: internship_months
    version: "1"
    title: {zh: 实习时间, en: Time}
    formula: {zh: 中位数, en: Median}
    numerator: {zh: 月数, en: Months}
    denominator: {zh: 填了的人, en: People who answered}
    exclusions: {zh: 没填的, en: Blanks}
    notice_sentence: 市场就业工资
    unit: yuan
    source: COMPUTED
    measure: {type: median, questionnaire: SCH_INTERN, question: months, eligible: {interned: [finished]}}
`
	name := "indicators/school.yaml"
	fsys[name].Data = append(fsys[name].Data, extra...)
	c, err := LoadFS(fsys)
	if err != nil {
		t.Fatal(HumanErrors(err))
	}
	got := c.Indicators(models.OrgSchool)
	if last := got[len(got)-1]; last.ID != "S9" || last.Measure.Type != models.MeasureMedian {
		t.Errorf("the last is %+v", last)
	}
	breakLine(t, fsys, name, "question: months", "question: nothing")
	_, err = LoadFS(fsys)
	if got := HumanErrors(err); len(got) != 1 || !strings.HasSuffix(got[0], `indicator "S9": "nothing" is no number question of SCH_INTERN`) {
		t.Errorf("got %q", got)
	}
	breakLine(t, fsys, name, "question: nothing", "question: months")
	breakLine(t, fsys, "indicators/social_org.yaml", "of: [\"O8_paid\", \"O8_published\"]", "of: [O8_paid, O4]")
	_, err = LoadFS(fsys)
	if got := HumanErrors(err); len(got) != 1 || !strings.HasSuffix(got[0], `indicator "O8_gap": "O4" is no indicator of the same kind and unit`) {
		t.Errorf("got %q", got)
	}
}

// The indicators of the notice are all there, and each says where in it.
func TestEveryIndicatorOfTheNotice(t *testing.T) {
	c := load(t)
	for kind, want := range map[models.OrgKind][]string{
		models.OrgSchool: {
			"S1a", "S1b", "S1g_satisfaction", "S1g_score", "S2a", "S2a_exact", "S2b", "S2b_unpaid", "S3", "S3b", "S4_company", "S4_graduate", "S4_level_valid_company",
			"S4_rehire_company", "S5", "S6", "S6b", "S6_reported", "S7", "S7_reported",
		},
		models.OrgSocial: {
			"O1_growth", "O1_self_paying", "O1_price_position", "O2a", "O2b", "O2a_in_work", "O2b_not_in_work", "O3a", "O3b", "O4", "O4_without_flexible", "O4b", "O5",
			"O6a", "O6b", "O7", "O8_published", "O8_paid", "O8_gap", "O9_in_person", "O9_guaranteed_pass",
		},
	} {
		for _, id := range want {
			if d, ok := c.Indicator(id); !ok || d.Kind != kind || d.NoticeSentence == "" {
				t.Errorf("%s is missing among those of %s", id, kind)
			}
		}
	}
	if flexible, _ := c.Indicator("O4"); flexible.Variant != "flexible_counts" {
		t.Error("O4 does not say whether flexible work counts")
	}
}

func TestMinimumWages(t *testing.T) {
	c := load(t)
	for _, tt := range []struct {
		region string
		on     models.Date
		want   int64
	}{
		{"440100", "2026-11-25", 2500}, {"440300", "2025-03-01", 2520}, {"440300", "2025-02-28", 2360}, {"440000", "2026-01-01", 1750}, {"445300", "2020-01-01", 1620},
	} {
		if got := c.MinimumWage(tt.region, tt.on); got != tt.want {
			t.Errorf("%s on %s: %d, want %d", tt.region, tt.on, got, tt.want)
		}
	}
}
