package catalog

import (
	"strings"
	"testing"
	"time"

	"huisheng/models"
)

// parsed is the part of Check that reads the source alone; what the indicators make of it is slow, and the same for all.
func parsed(c *Catalog, source string) (*models.Questionnaire, bool) {
	const name = "questionnaires/published.yaml"
	l := newLoader(published{c.fs, name, source})
	common, ok := l.shared()
	raw, f, readable := read[questionnaireFile](l, name)
	if !ok || !readable {
		return nil, false
	}
	q := f.questionnaire(raw, common)
	return q, !f.bad
}

// Whatever a published version's source holds, reading it ends in a questionnaire or in errors, and what is read can be written and read again as the same.
func FuzzQuestionnaireSource(f *testing.F) {
	c, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, q := range c.Questionnaires() {
		source, err := Source(q)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
		f.Add(strings.Replace(source, "zh:", "zh: [", 1))
		f.Add(source[:len(source)/2])
	}
	f.Add("code: X\nversion: 1\nquestions: [{id: a, type: single, next: a}]")
	f.Add("a: &a [*a]")
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, source string) {
		q, ok := parsed(c, source)
		if !ok {
			return
		}
		q.Prepare()
		written, err := Source(q)
		if err != nil {
			t.Fatal(err)
		}
		again, ok := parsed(c, written)
		if !ok {
			t.Fatalf("what was read cannot be read again:\n%s", written)
		}
		if again.Notice.Text != q.Notice.Text || again.Title != q.Title || len(again.Questions) != len(q.Questions) {
			t.Fatalf("other words after writing:\n%q\n%q", q.Notice.Text, again.Notice.Text)
		}
	})
}

// Whatever words an official types into a draft, it is refused with its fields named, or it is published with exactly these words: people agree to the notice, and
// the hash of what they saw is kept.
func FuzzRewording(f *testing.F) {
	c, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	old, _ := c.Latest("ENT_PARTICIPANT")
	id, value := "", ""
	for _, q := range old.Questions {
		if len(q.Options) > 0 {
			id, value = q.ID, q.Options[0].Value
			break
		}
	}
	for _, words := range [][3]string{
		{"谁在问：人社部门。\n保存两年。", "您满意吗？", "满意"},
		{"- a\n- b", "null", "~"},
		{"0x1F", "yes", "1e3"},
		{"'\"", "a: b", "#"},
		{"\u2028x", "\u0085", "\t"},
		{"---", "...", "{{.}}"},
		{"x\n\n  y", "|", ">"},
		{"<script>", "&a", "*a"},
		{"\ufeff", "!!int 3", "%"},
	} {
		f.Add(words[0], words[1], words[2])
	}
	f.Fuzz(func(t *testing.T, notice, text, option string) {
		both := func(s string) models.LocalText { return models.LocalText{Zh: s, En: s} }
		next, wrong := old.Reword(models.Wording{Title: both(text), Notice: both(notice), Questions: []models.QuestionWording{{
			ID: id, Text: both(text), Hint: both(option), Options: []models.OptionWording{{Value: value, Text: both(option)}},
		}}}, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
		if len(wrong) > 0 {
			for _, w := range wrong {
				if w.Field == "" || w.Code == "" || w.Message == "" {
					t.Fatalf("an error that names nothing: %+v", w)
				}
			}
			return
		}
		source, err := Source(next)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Check(source)
		if err != nil {
			return // refused as a whole, see Service.Draft
		}
		question, want := got.Question(id), next.Question(id)
		if got.Title != next.Title || got.Notice.Text != next.Notice.Text || got.Notice.TextIn["en"] != next.Notice.TextIn["en"] || got.Notice.Hash() != next.Notice.Hash() ||
			question.Text != want.Text || question.Hint != want.Hint || question.Options[0].Text != want.Options[0].Text {
			t.Fatalf("published with other words than those typed:\n%q → %q\n%q → %q\n%q → %q", next.Notice.Text, got.Notice.Text, want.Text, question.Text, want.Options[0].Text, question.Options[0].Text)
		}
	})
}
