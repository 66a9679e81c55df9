package catalog

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"huisheng/models"
)

// walk answers a form from front to back with choose's pick for each question that is shown.
func walk(q *models.Questionnaire, consents models.Consents, choose func(models.Question) any) map[string]any {
	answers := map[string]any{}
	for _, question := range q.Questions {
		if question.ShowIf != nil {
			value, _ := answers[question.ShowIf.Question].(string)
			if !slices.Contains(question.ShowIf.In, value) {
				continue
			}
		}
		if question.Consent == models.ConsentWage && !consents.Wage {
			continue
		}
		value := choose(question)
		answers[question.ID] = value
		if s, ok := value.(string); ok && slices.Contains(question.Ends, s) {
			break
		}
	}
	return answers
}

// option picks the i-th option (wrapping), or a fitting value for questions without options.
func option(i int) func(models.Question) any {
	return func(q models.Question) any {
		switch {
		case len(q.Options) > 0:
			return q.Options[i%len(q.Options)].Value
		case q.Type == models.QuestionRating:
			return float64(i%5 + 1)
		case q.Type == models.QuestionNumber:
			return float64(*q.Max)
		}
		return "某某公司"
	}
}

// Every way through every form that a person can take by steady choice is valid, with and without the wage consent.
func TestEveryFormCanBeAnswered(t *testing.T) {
	for _, q := range load(t).Questionnaires() {
		for i := range 12 {
			for _, wage := range []bool{true, false} {
				consents := models.Consents{Notice: q.Notice.Version, Wage: wage}
				answers := walk(q, consents, option(i))
				clean, errs := q.Validate(answers, consents)
				if len(errs) > 0 || len(clean) != len(answers) {
					t.Errorf("%s, option %d, wage %v: %v", q.Code, i, wage, errs)
				}
			}
		}
	}
}

// Each required question that is left out is missed, and each option that is not listed is refused.
func TestEveryFormIsChecked(t *testing.T) {
	for _, q := range load(t).Questionnaires() {
		consents := models.Consents{Notice: q.Notice.Version, Wage: true}
		answers := walk(q, consents, option(0))
		for id := range answers {
			without := maps.Clone(answers)
			delete(without, id)
			_, errs := q.Validate(without, consents)
			missed := slices.ContainsFunc(errs, func(e models.FieldError) bool { return e.Field == "answers."+id && e.Code == "required" })
			if missed != q.Question(id).Required {
				t.Errorf("%s without %s: %v", q.Code, id, errs)
			}
			if len(q.Question(id).Options) == 0 {
				continue
			}
			wrong := maps.Clone(answers)
			wrong[id] = "nonsense"
			if _, errs := q.Validate(wrong, consents); len(errs) == 0 || errs[0].Code != "not_an_option" {
				t.Errorf("%s with a wrong %s: %v", q.Code, id, errs)
			}
		}
	}
}

func TestQuestionnaires(t *testing.T) {
	c := load(t)
	for code, n := range map[string]int{
		"ENT_PARTICIPANT": 14, "ENT_STAFF": 12, "ENT_DEPT": 12, "SCH_INTERN": 14, "SCH_EMPLOYER": 12, "SCH_GRADUATE": 15, "SOC_TRAINEE": 15,
	} {
		q, ok := c.Latest(code)
		if !ok || len(q.Questions) != n {
			t.Errorf("%s has %d questions, want %d", code, len(q.Questions), n)
			continue
		}
		if exact, ok := c.Questionnaire(code, "1"); !ok || exact != q {
			t.Errorf("%s version 1 is not found", code)
		}
	}
	if _, ok := c.Questionnaire("ENT_PARTICIPANT", "2"); ok {
		t.Error("a version was found that is not there")
	}
	if _, ok := c.Latest("NOPE"); ok || len(c.Questionnaires()) != 7 {
		t.Error("there are seven questionnaires")
	}
}

// The notice says what the law wants said (PIPL art. 17) and what the guideline promises.
func TestNotices(t *testing.T) {
	for _, q := range load(t).Questionnaires() {
		for _, want := range []string{"谁在问", "为什么问", "收集什么", "保存", "您的权利", "看", "自愿填写", "不影响", "补贴", "银行卡号和密码", "12333"} {
			if !strings.Contains(q.Notice.Text, want) {
				t.Errorf("%s: the notice does not say %q", q.Code, want)
			}
		}
		en := q.Localized(models.LangEnglish)
		for _, want := range []string{"Who is asking", "Why", "What we collect", "How long", "Your rights", "voluntary", "subsid", "bank card"} {
			if !strings.Contains(en.Notice.Text, want) {
				t.Errorf("%s: the English notice does not say %q", q.Code, want)
			}
		}
	}
}

// English is complete: no Chinese character is left in a localized form.
func TestEnglishIsComplete(t *testing.T) {
	for _, q := range load(t).Questionnaires() {
		en := q.Localized(models.LangEnglish)
		data, err := json.Marshal(en)
		if err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(string(data), func(r rune) bool { return unicode.Is(unicode.Han, r) }); i >= 0 {
			t.Errorf("%s in English holds Chinese: …%s", q.Code, string(data)[i:min(i+60, len(data))])
		}
	}
}

// Money questions need the separate consent, and whoever answers one may decline it.
func TestMoneyQuestions(t *testing.T) {
	for _, q := range load(t).Questionnaires() {
		for _, question := range q.Questions {
			if question.Type == models.QuestionBand {
				if question.Consent != models.ConsentWage || question.Option("prefer_not") == nil {
					t.Errorf("%s %s: a money band needs the wage consent and 不想说", q.Code, question.ID)
				}
				last := 0
				for _, o := range question.Options {
					if o.From == nil {
						continue
					}
					if *o.From != last {
						t.Errorf("%s %s: band %s starts at %d, the one before ends at %d", q.Code, question.ID, o.Value, *o.From, last)
					}
					if last = -1; o.To != nil {
						last = *o.To
					}
				}
				if last != -1 {
					t.Errorf("%s %s: the top band is not open", q.Code, question.ID)
				}
			}
		}
		if len(q.Consents) > 0 != slices.ContainsFunc(q.Questions, func(x models.Question) bool { return x.Consent != "" }) {
			t.Errorf("%s: consent texts do not fit its questions", q.Code)
		}
	}
}

// The scores of the tables, by question and in the order of the options; -1 is not scored.
func TestScores(t *testing.T) {
	c := load(t)
	for name, want := range map[string][]int{
		"ENT_PARTICIPANT relevant":     {100, 80, 40, 0},
		"ENT_PARTICIPANT fair":         {100, 80, 60, 30, 0, -1},
		"ENT_PARTICIPANT overall":      {100, 80, 60, 30, 0},
		"ENT_STAFF deserved":           {100, 70, 20, -1},
		"ENT_DEPT level_met":           {100, 80, 50, 0},
		"ENT_DEPT mentoring":           {100, 70, 30, 0},
		"ENT_DEPT accept_result":       {100, 80, 60, 30, 0},
		"SCH_INTERN useful":            {100, 80, 50, 0},
		"SCH_INTERN teacher_contact":   {100, 50, 0},
		"SCH_EMPLOYER level_valid":     {100, 80, 40, 0},
		"SCH_GRADUATE cert_useful":     {100, 60, 0, -1},
		"SOC_TRAINEE useful":           {100, 80, 50, 0},
		"ENT_PARTICIPANT took_part":    {-1, -1, -1},
		"ENT_PARTICIPANT post_change":  {-1, -1, -1, -1},
		"SCH_GRADUATE mismatch_reason": {-1, -1, -1, -1, -1},
	} {
		code, id, _ := strings.Cut(name, " ")
		q, _ := c.Latest(code)
		var got []int
		for _, o := range q.Question(id).Options {
			score, ok := q.Question(id).ScoreOf(o.Value)
			if !ok {
				score = -1
			}
			got = append(got, score)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s scores %v, want %v", name, got, want)
		}
	}
}

// A response keeps the version it answered, so an old version stays beside a new one and new batches get the new one.
func TestVersionsLiveTogether(t *testing.T) {
	fsys := copyFiles(t)
	const name = "questionnaires/ent_participant.yaml"
	data := string(fsys[name].Data)
	fsys["questionnaires/ent_participant.2.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(data, `version: "1"`, `version: "2"`, 1))}
	fsys["questionnaires/ent_participant.10.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(data, `version: "1"`, `version: "10"`, 1))}
	c, err := LoadFS(fsys)
	if err != nil {
		t.Fatal(HumanErrors(err))
	}
	if q, _ := c.Latest("ENT_PARTICIPANT"); q.Version != "10" {
		t.Errorf("latest is version %s", q.Version)
	}
	for _, v := range []string{"1", "2", "10"} {
		if q, ok := c.Questionnaire("ENT_PARTICIPANT", v); !ok || q.Version != v {
			t.Errorf("version %s is not found", v)
		}
	}
}

func BenchmarkValidateParticipant(b *testing.B) {
	c, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	q, _ := c.Latest("ENT_PARTICIPANT")
	consents := models.Consents{Notice: q.Notice.Version, Wage: true}
	answers := walk(q, consents, option(0))
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := q.Validate(answers, consents); errs != nil {
			b.Fatal(errs)
		}
	}
}
