package models

import (
	"encoding/json"
	"maps"
	"math"
	"strings"
	"testing"
)

// form is a small questionnaire with one question of every type and every rule.
func form() *Questionnaire {
	low, high := int64(0), int64(24)
	hundred, zero := 100, 0
	q := &Questionnaire{
		Code: "FORM", Version: "1", Kind: OrgEnterprise, Title: "表", TitleIn: Translations{"en": "Form"},
		Notice:   Notice{Version: "n1", Text: "告知", TextIn: Translations{"en": "Notice"}},
		Consents: []ConsentText{{ID: ConsentWage, Text: "收入", TextIn: Translations{"en": "Pay"}}},
		Questions: []Question{
			{
				ID: "took_part", Type: QuestionSingle, Text: "参加过吗？", TextIn: Translations{"en": "Did you?"}, Required: true, Ends: []string{"no"},
				Options: []Option{{Value: "yes", Text: "参加过", TextIn: Translations{"en": "Yes"}, Score: &hundred}, {Value: "no", Text: "没有", Score: &zero}, {Value: "not_sure", Text: "记不清"}},
				Feeds:   []string{FeedScore},
			},
			{ID: "stars", Type: QuestionRating, Required: true, Hint: "1到5", HintIn: Translations{"en": "1 to 5"}},
			{ID: "pay", Type: QuestionSingle, Required: true, Consent: ConsentWage, Options: []Option{{Value: "raised"}, {Value: "same"}}},
			{ID: "rise", Type: QuestionBand, Required: true, Consent: ConsentWage, ShowIf: &ShowIf{Question: "pay", In: []string{"raised"}}, Options: []Option{{Value: "low"}, {Value: "high"}}},
			{ID: "months", Type: QuestionNumber, Min: &low, Max: &high},
			{ID: "firm", Type: QuestionPick},
			{ID: "comment", Type: QuestionText},
		},
	}
	q.Prepare()
	return q
}

func full() map[string]any {
	return map[string]any{"took_part": "yes", "stars": float64(5), "pay": "raised", "rise": "low", "months": float64(3), "firm": " 甲公司 ", "comment": "好\r\n很好\n"}
}

// with gives the full answers with some changed; nil takes the key away.
func with(changes map[string]any) map[string]any {
	out := full()
	for k, v := range changes {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

var agreed = Consents{Notice: "n1", Wage: true}

func TestValidateCleans(t *testing.T) {
	clean, errs := form().Validate(full(), agreed)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := Answers{"took_part": "yes", "stars": int64(5), "pay": "raised", "rise": "low", "months": int64(3), "firm": "甲公司", "comment": "好\n很好"}
	if !maps.Equal(clean, want) {
		t.Errorf("cleaned answers are %#v, want %#v", clean, want)
	}
}

func TestValidateAccepts(t *testing.T) {
	withoutPay := map[string]any{"pay": nil, "rise": nil}
	withNull := full()
	withNull["months"], withNull["comment"] = nil, nil
	tests := []struct {
		name     string
		answers  map[string]any
		consents Consents
		keys     int
	}{
		{"null counts as not given", withNull, agreed, 5},
		{"ending answer makes the rest unnecessary", map[string]any{"took_part": "no"}, agreed, 1},
		{"no wage consent, no wage questions", with(withoutPay), Consents{Notice: "n1"}, 5},
		{"hidden question left out", with(map[string]any{"pay": "same", "rise": nil}), agreed, 6},
		{"optional ones left out", with(map[string]any{"months": nil, "firm": nil, "comment": nil}), agreed, 4},
		{"blank counts as not given", with(map[string]any{"comment": "  ", "firm": "", "months": nil}), agreed, 4},
		{"hidden question blank", with(map[string]any{"pay": "same", "rise": ""}), agreed, 6},
		{"limits of the range", with(map[string]any{"months": 24}), agreed, 7},
		{"whole number of JSON decoder", with(map[string]any{"months": json.Number("7")}), agreed, 7},
		{"300 characters", with(map[string]any{"comment": strings.Repeat("字", 300)}), agreed, 7},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clean, errs := form().Validate(tt.answers, tt.consents)
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			if len(clean) != tt.keys {
				t.Errorf("%d answers kept, want %d: %v", len(clean), tt.keys, clean)
			}
		})
	}
}

func TestValidateRefuses(t *testing.T) {
	tests := []struct {
		name     string
		answers  map[string]any
		consents Consents
		field    string
		code     string
	}{
		{"unknown question", with(map[string]any{"id_number": "4401"}), agreed, "answers.id_number", "unknown_question"},
		{"unknown question that is blank", with(map[string]any{"x": ""}), agreed, "answers.x", "unknown_question"},
		{"hostile key is cut", with(map[string]any{"\x00" + strings.Repeat("a", 500): 1}), agreed, "answers.?" + strings.Repeat("a", 39), "unknown_question"},
		{"option not in the list", with(map[string]any{"took_part": "YES"}), agreed, "answers.took_part", "not_an_option"},
		{"option of wrong type", with(map[string]any{"took_part": true}), agreed, "answers.took_part", "wrong_type"},
		{"required missing", with(map[string]any{"stars": nil}), agreed, "answers.stars", "required"},
		{"required blank", with(map[string]any{"took_part": " "}), agreed, "answers.took_part", "required"},
		{"rating below", with(map[string]any{"stars": float64(0)}), agreed, "answers.stars", "out_of_range"},
		{"rating above", with(map[string]any{"stars": float64(6)}), agreed, "answers.stars", "out_of_range"},
		{"rating broken", with(map[string]any{"stars": 3.5}), agreed, "answers.stars", "wrong_type"},
		{"rating as text", with(map[string]any{"stars": "3"}), agreed, "answers.stars", "wrong_type"},
		{"number not a number", with(map[string]any{"months": math.NaN()}), agreed, "answers.months", "wrong_type"},
		{"number infinite", with(map[string]any{"months": math.Inf(1)}), agreed, "answers.months", "wrong_type"},
		{"number beyond the range", with(map[string]any{"months": float64(25)}), agreed, "answers.months", "out_of_range"},
		{"number nested", with(map[string]any{"months": []any{1}}), agreed, "answers.months", "wrong_type"},
		{"hidden by show_if", with(map[string]any{"pay": "same"}), agreed, "answers.rise", "hidden"},
		{"hidden because the other has no answer", with(map[string]any{"took_part": "yes", "pay": nil}), agreed, "answers.pay", "required"},
		{"wage without consent", with(map[string]any{"rise": nil}), Consents{Notice: "n1"}, "answers.pay", "consent_required"},
		{"text too long", with(map[string]any{"comment": strings.Repeat("字", 301)}), agreed, "answers.comment", "too_long"},
		{"pick too long", with(map[string]any{"firm": strings.Repeat("a", 101)}), agreed, "answers.firm", "too_long"},
		{"text of wrong type", with(map[string]any{"comment": float64(1)}), agreed, "answers.comment", "wrong_type"},
		{"text not UTF-8", with(map[string]any{"comment": "a\xff"}), agreed, "answers.comment", "bad_text"},
		{"text with a control character", with(map[string]any{"comment": "a\x07b"}), agreed, "answers.comment", "bad_text"},
		{"text that reverses writing", with(map[string]any{"comment": "a\u202eb"}), agreed, "answers.comment", "bad_text"},
		{"no notice", full(), Consents{Wage: true}, "consents.notice", "notice_required"},
		{"old notice", full(), Consents{Notice: "n0", Wage: true}, "consents.notice", "notice_outdated"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clean, errs := form().Validate(tt.answers, tt.consents)
			if clean != nil {
				t.Errorf("wrong answers were kept: %v", clean)
			}
			if len(errs) == 0 || errs[0].Field != tt.field || errs[0].Code != tt.code {
				t.Fatalf("first error is %+v, want %s %s", errs, tt.field, tt.code)
			}
			if errs[0].Message == "" {
				t.Error("the error has no words for the person")
			}
		})
	}
}

func TestValidateAfterEnd(t *testing.T) {
	_, errs := form().Validate(map[string]any{"took_part": "no", "stars": float64(3), "comment": "x"}, agreed)
	if len(errs) != 2 || errs[0].Code != "after_end" || errs[1].Code != "after_end" {
		t.Errorf("answers after the end give %+v", errs)
	}
}

// A wrong answer must not make the questions that depend on it look wrong as well.
func TestValidateNoFollowUpErrors(t *testing.T) {
	_, errs := form().Validate(with(map[string]any{"pay": "lots"}), agreed)
	if len(errs) != 1 || errs[0].Field != "answers.pay" {
		t.Errorf("one slip gives %+v", errs)
	}
	_, errs = form().Validate(with(map[string]any{"pay": "lots", "rise": nil}), agreed)
	if len(errs) != 1 {
		t.Errorf("one slip gives %+v", errs)
	}
}

func TestValidateBoundsItsReply(t *testing.T) {
	answers := full()
	for i := range 1000 {
		answers[strings.Repeat("x", i+10)] = "y"
	}
	_, errs := form().Validate(answers, Consents{})
	if len(errs) != maxAnswerErrors {
		t.Errorf("%d errors, want at most %d", len(errs), maxAnswerErrors)
	}
}

// What Validate gives must be valid again and unchanged: a correction sends stored answers back.
func TestValidateTwice(t *testing.T) {
	once, errs := form().Validate(full(), agreed)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	twice, errs := form().Validate(once, agreed)
	if len(errs) > 0 || !maps.Equal(once, twice) {
		t.Errorf("second pass gives %v %v", twice, errs)
	}
}

func TestCanonical(t *testing.T) {
	a := Answers{"b": int64(3), "a": "说\"\n", "c": "3"}
	want := `{"answers":{"a":"说\"\n","b":3,"c":"3"},"consents":{"notice":"n1","wage":true}}`
	for range 50 {
		if got := string(Canonical(a, agreed)); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	shown := agreed
	shown.NoticeHash = "of the English text"
	if string(Canonical(a, shown)) != want {
		t.Error("the language shown changes the digest")
	}
	for _, other := range []struct {
		a Answers
		c Consents
	}{
		{Answers{"b": "3", "a": "说\"\n", "c": "3"}, agreed}, {Answers{"b": int64(3), "a": "说\"\n"}, agreed}, {a, Consents{Notice: "n1"}}, {a, Consents{Notice: "n2", Wage: true}},
	} {
		if string(Canonical(other.a, other.c)) == want {
			t.Errorf("%v %v has the same encoding", other.a, other.c)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	q, answers := form(), full()
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := q.Validate(answers, agreed); errs != nil {
			b.Fatal(errs)
		}
	}
}
