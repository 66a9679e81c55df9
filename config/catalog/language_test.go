package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"huisheng/models"
)

// original lists everything that a further language has to translate beside the pages' own words.
func original(c *Catalog) []string {
	seen := map[string]bool{}
	add := func(text string) {
		for line := range strings.SplitSeq(text, "\n") {
			seen[line] = true
		}
	}
	for _, q := range c.Questionnaires() {
		add(q.Title)
		add(q.Notice.Text)
		for _, k := range q.Consents {
			add(k.Text)
		}
		for _, question := range q.Questions {
			add(question.Text)
			add(question.Hint)
			for _, o := range question.Options {
				add(o.Text)
			}
		}
	}
	for _, k := range c.Categories() {
		add(k.Text.Zh)
	}
	for _, k := range c.Levels() {
		add(k.Name.Zh)
	}
	delete(seen, "")
	return slices.Sorted(maps.Keys(seen))
}

// withLanguage adds a language that says everything in brackets; but leaves one word out.
func withLanguage(t *testing.T, but string) fstest.MapFS {
	t.Helper()
	c, fsys := load(t), copyFiles(t)
	var b strings.Builder
	b.WriteString("code: qq\nhtml: qq\nname: Bracketed\ntexts:\n")
	for _, key := range c.TextKeys() {
		text, _ := c.Text(models.LangEnglish, key)
		if key != but {
			_, _ = fmt.Fprintf(&b, "  %s: %s\n", key, strconv.Quote("["+text+"]"))
		}
	}
	b.WriteString("words:\n")
	for _, word := range original(c) {
		if word != but {
			_, _ = fmt.Fprintf(&b, "  %s: %s\n", strconv.Quote(word), strconv.Quote("["+word+"]"))
		}
	}
	fsys["texts/qq.yaml"] = &fstest.MapFile{Data: []byte(b.String())}
	return fsys
}

// A further language is one more file, and nothing of what a worker reads stays behind.
func TestAFurtherLanguageIsAFile(t *testing.T) {
	c, err := LoadFS(withLanguage(t, ""))
	if err != nil {
		t.Fatal(HumanErrors(err))
	}
	var codes []string
	for _, l := range c.Languages() {
		codes = append(codes, l.Code)
	}
	if !slices.Equal(codes, []string{"zh", "en", "qq"}) {
		t.Fatalf("languages are %v", codes)
	}
	if text, _ := c.Text("qq", "site"); text != "[Huisheng]" {
		t.Errorf("site is %q", text)
	}
	if text, _ := c.Text("xx", "site"); text != "回声" {
		t.Errorf("in an unknown language site is %q", text)
	}
	if k, _ := c.Category("OTHER"); k.Text.In("qq") != "[其他]" {
		t.Errorf("category is %q", k.Text.In("qq"))
	}
	for _, q := range c.Questionnaires() {
		local := q.Localized("qq")
		texts := append([]string{local.Title}, strings.Split(local.Notice.Text, "\n")...)
		for _, k := range local.Consents {
			texts = append(texts, k.Text)
		}
		for _, question := range local.Questions {
			texts = append(texts, question.Text)
			if question.Hint != "" {
				texts = append(texts, question.Hint)
			}
			for _, o := range question.Options {
				texts = append(texts, o.Text)
			}
		}
		for _, text := range texts {
			if !strings.HasPrefix(text, "[") {
				t.Errorf("%s %s: %q is not translated", q.Code, q.Version, text)
			}
		}
		if english := q.Localized(models.LangEnglish); strings.HasPrefix(english.Title, "[") {
			t.Error("English is overwritten")
		}
	}
	if c.Hash() != load(t).Hash() {
		t.Error("words change the digest of definitions")
	}
}

func TestALanguageIsComplete(t *testing.T) {
	for but, reason := range map[string]string{
		"done.title": `text "done.title" is missing`,
		"打分公平吗？":     `words: "打分公平吗？" is missing`,
		"其他":         `words: "其他" is missing`,
	} {
		_, err := LoadFS(withLanguage(t, but))
		if got := HumanErrors(err); len(got) != 1 || got[0] != "catalog/texts/qq.yaml: "+reason {
			t.Errorf("got %q, want %s", got, reason)
		}
	}
}
