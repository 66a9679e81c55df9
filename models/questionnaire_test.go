package models

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestQuestionnairePublicJSON(t *testing.T) {
	data, err := json.Marshal(form())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Code, Version, Title string
		Notice               struct{ Version, Text string }
		Questions            []map[string]any
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Code != "FORM" || got.Version != "1" || got.Title != "表" || got.Notice.Version != "n1" || got.Notice.Text != "告知" {
		t.Errorf("head is %+v", got)
	}
	for _, q := range got.Questions {
		for _, key := range []string{"id", "type", "text", "options", "required", "show_if", "consent"} {
			if _, ok := q[key]; !ok {
				t.Errorf("question %v has no %q", q["id"], key)
			}
		}
		if _, ok := q["options"].([]any); !ok {
			t.Errorf("question %v: options is %T, want a list", q["id"], q["options"])
		}
	}
	if want := map[string]any{"question": "pay", "in": []any{"raised"}}; !reflect.DeepEqual(got.Questions[3]["show_if"], want) {
		t.Errorf("show_if is %v, want %v", got.Questions[3]["show_if"], want)
	}
	if first := got.Questions[0]["options"].([]any)[0]; !reflect.DeepEqual(first, map[string]any{"value": "yes", "text": "参加过"}) {
		t.Errorf("an option is published as %v", first)
	}
	for _, secret := range []string{"score", "feeds", "flag", "Score", "Feeds", "TextIn", "hash"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("public JSON holds %q", secret)
		}
	}
}

func TestLocalized(t *testing.T) {
	q := form()
	en := q.Localized(LangEnglish)
	if en.Lang != "en" || en.Title != "Form" || en.Notice.Text != "Notice" || en.Consents[0].Text != "Pay" {
		t.Errorf("head in English: %+v", en)
	}
	if en.Questions[0].Text != "Did you?" || en.Questions[0].Options[0].Text != "Yes" || en.Questions[1].Hint != "1 to 5" {
		t.Errorf("questions in English: %+v", en.Questions[:2])
	}
	if en.Questions[0].Options[1].Text != "没有" {
		t.Error("what has no translation must stay Chinese")
	}
	if en.Notice.Hash() == q.Notice.Hash() || len(en.Notice.Hash()) != 64 {
		t.Error("the English notice must have its own SHA-256")
	}
	if q.Title != "表" || q.Questions[0].Options[0].Text != "参加过" || q.Lang != "zh" {
		t.Error("localizing changed the original")
	}
	if _, errs := en.Validate(full(), agreed); errs != nil {
		t.Errorf("answers are not valid in English: %v", errs)
	}
	if fr := q.Localized("fr"); fr.Lang != "zh" || fr.Title != "表" {
		t.Errorf("an unknown language gives %s %s", fr.Lang, fr.Title)
	}
}

// SHA-256 of "告知" in UTF-8, from `printf 告知 | sha256sum`.
func TestNoticeHash(t *testing.T) {
	const want = "30cc834bfca9bbe7aefbf555c08c36be1fc02d6a56d4348ac35c2118204b6e43"
	if got := (Notice{Text: "告知"}).Hash(); got != want {
		t.Errorf("hash is %s, want %s", got, want)
	}
	if got := form().Notice.Hash(); got != want {
		t.Errorf("prepared hash is %s, want %s", got, want)
	}
}

func TestScoreOf(t *testing.T) {
	q := form()
	tests := []struct {
		question string
		answer   any
		score    int
		ok       bool
	}{
		{"took_part", "yes", 100, true},
		{"took_part", "no", 0, true},
		{"took_part", "not_sure", 0, false},
		{"took_part", "nonsense", 0, false},
		{"stars", int64(1), 0, true},
		{"stars", int64(2), 25, true},
		{"stars", int64(3), 50, true},
		{"stars", int64(4), 75, true},
		{"stars", int64(5), 100, true},
		{"stars", int64(6), 0, false},
		{"months", int64(3), 0, false},
		{"comment", "yes", 0, false},
	}
	for _, tt := range tests {
		score, ok := q.Question(tt.question).ScoreOf(tt.answer)
		if score != tt.score || ok != tt.ok {
			t.Errorf("%s %v scores %d %v, want %d %v", tt.question, tt.answer, score, ok, tt.score, tt.ok)
		}
	}
	if q.Question("nobody") != nil {
		t.Error("a question was found that is not there")
	}
}

// What is kept of a consent proves the words that were shown, in the language they were shown in.
func TestProofOfConsents(t *testing.T) {
	q := Questionnaire{
		Notice:   Notice{Version: "2", Text: "谁在问", TextIn: Translations{"en": "Who is asking"}},
		Consents: []ConsentText{{ID: ConsentWage, Text: "可以问收入吗", TextIn: Translations{"en": "May we ask about pay"}}},
	}
	q.Prepare()
	for _, tt := range []struct {
		given        Consents
		lang         string
		notice, wage string
	}{
		{Consents{Notice: "2"}, "", "谁在问", ""},
		{Consents{Notice: "2", Wage: true}, "", "谁在问", "可以问收入吗"},
		{Consents{Notice: "2", Wage: true, Lang: "en"}, "en", "Who is asking", "May we ask about pay"},
		{Consents{Notice: "2", Wage: true, Lang: "xx"}, "", "谁在问", "可以问收入吗"},
	} {
		kept := q.Proof(tt.given)
		want := Consents{Lang: tt.lang, Notice: "2", NoticeHash: hashText(tt.notice), Wage: tt.given.Wage}
		if tt.wage != "" {
			want.WageHash = hashText(tt.wage)
		}
		if kept != want {
			t.Errorf("%+v gives %+v, want %+v", tt.given, kept, want)
		}
	}
}
