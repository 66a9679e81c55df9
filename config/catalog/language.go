package catalog

import (
	"cmp"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"huisheng/models"
)

// Languages lists the languages of the phone's pages: Chinese, English, then the others.
func (c *Catalog) Languages() []models.Language { return c.languages }

// Text finds a text of the phone's pages; a language that is not there speaks Chinese.
func (c *Catalog) Text(lang, key string) (string, bool) {
	texts, ok := c.texts[lang]
	if !ok {
		texts = c.texts[models.LangChinese]
	}
	text, ok := texts[key]
	return text, ok
}

// TextKeys lists the keys of all texts.
func (c *Catalog) TextKeys() []string {
	return slices.Sorted(maps.Keys(c.texts[models.LangChinese]))
}

var (
	languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)
	textKey      = regexp.MustCompile(`^[a-z]+(\.[A-Za-z0-9_]+)*$`)
	verbs        = regexp.MustCompile(`%.`)
)

type textsFile struct {
	Code  located[string]            `yaml:"code"`
	HTML  located[string]            `yaml:"html"`
	Name  located[string]            `yaml:"name"`
	Texts map[string]located[string] `yaml:"texts"`
	Words map[string]located[string] `yaml:"words"` // what the rest of the catalog says in Chinese, translated
}

// languages reads the words of the pages, a file a language. It comes after everything that a further language has to translate.
func (l *loader) languages() {
	names, err := fs.Glob(l.fs, "texts/*.yaml")
	if err != nil || !slices.Contains(names, languageFile(models.LangChinese)) || !slices.Contains(names, languageFile(models.LangEnglish)) {
		(&file{l: l, name: "texts"}).report(0, "lacks zh.yaml or en.yaml")
		return
	}
	first := map[string]int{languageFile(models.LangChinese): -2, languageFile(models.LangEnglish): -1}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(first[a], first[b]), cmp.Compare(a, b)) })
	for _, name := range names {
		if raw, f, ok := read[textsFile](l, name); ok {
			f.language(raw)
		}
	}
}

func languageFile(code string) string { return "texts/" + code + ".yaml" }

func (f *file) language(raw textsFile) {
	code := raw.Code.Value
	if !languageCode.MatchString(code) || languageFile(code) != f.name {
		f.report(line(raw.Code.Line, 1), "language %q is not written like %s, or not the file's name", code, languageCode)
		return
	}
	if raw.HTML.Value == "" || raw.Name.Value == "" {
		f.report(line(raw.Code.Line, 1), "language %q lacks html or name", code)
	}
	f.pageTexts(raw)
	if code != models.LangChinese && code != models.LangEnglish { // these stand beside each other in every file
		f.l.cat.furtherWords[code] = raw.Words
		f.translate(code, raw.Words)
	} else if len(raw.Words) > 0 {
		f.report(1, "words are for further languages")
	}
	if f.bad {
		return
	}
	f.l.cat.languages = append(f.l.cat.languages, models.Language{Code: code, HTML: raw.HTML.Value, Name: raw.Name.Value})
	texts := make(map[string]string, len(raw.Texts))
	for key, text := range raw.Texts {
		texts[key] = text.Value
	}
	f.l.cat.texts[code] = texts
}

// pageTexts checks that a language has every text of the Chinese pages and no other, with the same places to fill in, in the same order.
func (f *file) pageTexts(raw textsFile) {
	original, isOriginal := f.l.cat.texts[models.LangChinese], raw.Code.Value == models.LangChinese
	for _, key := range slices.Sorted(maps.Keys(raw.Texts)) {
		text := raw.Texts[key]
		switch {
		case !textKey.MatchString(key):
			f.report(text.Line, "text %q is not written like %s", key, textKey)
		case strings.TrimSpace(text.Value) == "":
			f.report(text.Line, "text %q is empty", key)
		case isOriginal:
		case original[key] == "":
			f.report(text.Line, "text %q is not in %s", key, languageFile(models.LangChinese))
		case !slices.Equal(verbs.FindAllString(text.Value, -1), verbs.FindAllString(original[key], -1)):
			f.report(text.Line, "text %q fills in %v, Chinese %v", key, verbs.FindAllString(text.Value, -1), verbs.FindAllString(original[key], -1))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(original)) {
		if _, ok := raw.Texts[key]; !ok {
			f.report(0, "text %q is missing", key)
		}
	}
}

// translate gives everything else that a worker reads its words in a further language.
func (f *file) translate(code string, words map[string]located[string]) {
	t := translator{code: code, words: words, missing: map[string]bool{}}
	for _, q := range f.l.cat.questionnaires {
		t.questionnaire(q)
	}
	for i := range f.l.cat.categories {
		t.into(&f.l.cat.categories[i].Text.More, f.l.cat.categories[i].Text.Zh)
	}
	for i := range f.l.cat.levels {
		t.into(&f.l.cat.levels[i].Name.More, f.l.cat.levels[i].Name.Zh)
	}
	for _, original := range slices.Sorted(maps.Keys(t.missing)) {
		f.report(0, "words: %q is missing", original)
	}
}

// translator looks Chinese texts up, line by line.
type translator struct {
	code    string
	words   map[string]located[string]
	missing map[string]bool
}

func (t translator) questionnaire(q *models.Questionnaire) {
	t.into(&q.TitleIn, q.Title)
	t.into(&q.Notice.TextIn, q.Notice.Text)
	for i := range q.Consents {
		t.into(&q.Consents[i].TextIn, q.Consents[i].Text)
	}
	for i := range q.Questions {
		question := &q.Questions[i]
		t.into(&question.TextIn, question.Text)
		t.into(&question.HintIn, question.Hint)
		for j := range question.Options {
			t.into(&question.Options[j].TextIn, question.Options[j].Text)
		}
	}
}

func (t translator) into(all *models.Translations, original string) {
	if original == "" {
		return
	}
	var lines []string
	complete := true
	for line := range strings.SplitSeq(original, "\n") {
		word := t.words[line].Value
		if word == "" {
			t.missing[line], complete = true, false
		}
		lines = append(lines, word)
	}
	if !complete {
		return // the Chinese stands
	}
	more := maps.Clone(*all) // option sets share theirs
	if more == nil {
		more = models.Translations{}
	}
	more[t.code] = strings.Join(lines, "\n")
	*all = more
}
