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

// Indicators of schools and social orgs come as data alone: a median of a money band over a school's form loads without new code.
func TestOtherKindsAreDataOnly(t *testing.T) {
	fsys := copyFiles(t)
	extra := `
  - id: S2a
    name: employment_wage_median
    version: "1"
    kind: school
    title: {zh: 就业工资中位数, en: Median wage}
    formula: {zh: 中位数, en: Median}
    numerator: {zh: 税前月收入, en: Monthly income before tax}
    denominator: {zh: 有工作且填了收入的毕业生, en: Graduates in work who gave a figure}
    exclusions: {zh: 没填的, en: Blanks}
    notice_sentence: 市场就业工资
    unit: yuan
    source: COMPUTED
    measure: {type: median_band, questionnaire: SCH_GRADUATE, question: income, eligible: {status: [employed]}}
`
	fsys["indicators.yaml"].Data = append(fsys["indicators.yaml"].Data, extra...)
	c, err := LoadFS(fsys)
	if err != nil {
		t.Fatal(HumanErrors(err))
	}
	if got := c.Indicators(models.OrgSchool); len(got) != 1 || got[0].Measure.Type != models.MeasureMedianBand {
		t.Errorf("schools have %+v", got)
	}
	at := breakLine(t, fsys, "indicators.yaml", "question: income", "question: match")
	_, err = LoadFS(fsys)
	if got := HumanErrors(err); len(got) != 1 || !strings.HasSuffix(got[0], `indicator "S2a": "match" is no band question of SCH_GRADUATE`) || at == 0 {
		t.Errorf("got %q", got)
	}
}
