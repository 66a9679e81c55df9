package catalog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"huisheng/models"
)

// Published is a version of a questionnaire that the province made while the program ran.
type Published struct {
	Source string    // written as the files of this package are
	From   time.Time // when new batches begin to use it: late enough for every process to have heard of it
}

// overlay is the published versions beside those built in. It is replaced as a whole.
type overlay struct {
	all    []*models.Questionnaire // built in and published, by code, then version
	byRef  map[models.QuestionnaireRef]*models.Questionnaire
	latest map[string][]dated // newest last
}

type dated struct {
	q    *models.Questionnaire
	from time.Time
}

// Adopt makes the published versions known beside those built in, in place of what was adopted before. Each is checked as the files built in are, the
// indicators that measure it included; one that fails is left out, and the error joins why. A version that is built in too is the published one: people
// have answered that.
func (c *Catalog) Adopt(list []Published) error {
	o := &overlay{byRef: map[models.QuestionnaireRef]*models.Questionnaire{}, latest: map[string][]dated{}}
	for _, q := range c.questionnaires {
		o.put(dated{q: q})
	}
	var errs []error
	for _, p := range list {
		q, err := c.Check(p.Source)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		o.put(dated{q, p.From})
	}
	for _, q := range o.byRef {
		o.all = append(o.all, q)
	}
	slices.SortFunc(o.all, byVersion)
	c.published.Store(o)
	return errors.Join(errs...)
}

func (o *overlay) put(d dated) {
	o.byRef[d.q.Ref()] = d.q
	list := slices.DeleteFunc(o.latest[d.q.Code], func(old dated) bool { return old.q.Version == d.q.Version })
	list = append(list, d)
	slices.SortFunc(list, func(a, b dated) int { return byVersion(a.q, b.q) })
	o.latest[d.q.Code] = list
}

func byVersion(a, b *models.Questionnaire) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(number(a.Version), number(b.Version)))
}

// newest gives the version that new batches use at a moment.
func (o *overlay) newest(code string, now time.Time) (*models.Questionnaire, bool) {
	list := o.latest[code]
	for i := len(list) - 1; i >= 0; i-- {
		if !now.Before(list[i].from) {
			return list[i].q, true
		}
	}
	return nil, false
}

// Newest finds the newest version there is, whether or not batches use it yet.
func (c *Catalog) Newest(code string) (*models.Questionnaire, bool) {
	if o := c.published.Load(); o != nil && len(o.latest[code]) > 0 {
		return o.latest[code][len(o.latest[code])-1].q, true
	}
	q, ok := c.latest[code]
	return q, ok
}

// Check reads one questionnaire and checks it as if it were built in and the newest: its texts, its rules, and that every indicator finds what it measures. The
// error joins every Problem.
func (c *Catalog) Check(source string) (*models.Questionnaire, error) {
	const name = "questionnaires/published.yaml"
	l := newLoader(published{c.fs, name, source})
	common, ok := l.shared()
	raw, f, readable := read[questionnaireFile](l, name)
	if !ok || !readable {
		return nil, errors.Join(l.errs...)
	}
	q := f.questionnaire(raw, common)
	if f.bad {
		return nil, errors.Join(l.errs...)
	}
	q.Prepare()
	maps.Copy(l.cat.latest, c.latest)
	l.cat.latest[q.Code] = q
	l.indicators()
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	c.translateNew(q)
	return q, nil
}

// translateNew gives a published version the further languages' words, where they have them.
func (c *Catalog) translateNew(q *models.Questionnaire) {
	for code, words := range c.furtherWords {
		t := translator{code: code, words: words, missing: map[string]bool{}}
		t.questionnaire(q)
	}
}

// published is the catalog's folder with one file more.
type published struct {
	fs.FS
	name, source string
}

// ReadFile implements fs.ReadFileFS.
func (p published) ReadFile(name string) ([]byte, error) {
	if name == p.name {
		return []byte(p.source), nil
	}
	return fs.ReadFile(p.FS, name)
}

// Source writes a questionnaire as the files of this package are, for a version that is published.
func Source(q *models.Questionnaire) (string, error) {
	out := writtenQuestionnaire{
		Code: q.Code, Version: q.Version, Kind: string(q.Kind), Title: written(q.Title, q.TitleIn),
		Notice: writtenNotice{q.Notice.Version, q.Notice.Text, q.Notice.TextIn[models.LangEnglish]},
	}
	for i := range q.Questions {
		out.Questions = append(out.Questions, writeQuestion(&q.Questions[i]))
	}
	var b bytes.Buffer
	if err := yaml.NewEncoder(&b).Encode(out); err != nil {
		return "", fmt.Errorf("write questionnaire %s: %w", q.Code, err)
	}
	return b.String(), nil
}

type writtenQuestionnaire struct {
	Code      string            `yaml:"code"`
	Version   string            `yaml:"version"`
	Kind      string            `yaml:"kind"`
	Title     writtenWords      `yaml:"title"`
	Notice    writtenNotice     `yaml:"notice"`
	Questions []writtenQuestion `yaml:"questions"`
}

type writtenWords struct {
	Zh string `yaml:"zh"`
	En string `yaml:"en"`
}

type writtenNotice struct {
	Version string `yaml:"version"`
	Zh      string `yaml:"zh"`
	En      string `yaml:"en"`
}

type writtenQuestion struct {
	ID       string          `yaml:"id"`
	Type     string          `yaml:"type"`
	Text     writtenWords    `yaml:"text"`
	Hint     *writtenWords   `yaml:"hint,omitempty"`
	Required bool            `yaml:"required"`
	Consent  string          `yaml:"consent,omitempty"`
	ShowIf   *writtenShowIf  `yaml:"show_if,omitempty"`
	Ends     []string        `yaml:"ends,omitempty"`
	Min      *int64          `yaml:"min,omitempty"`
	Max      *int64          `yaml:"max,omitempty"`
	MaxLen   int             `yaml:"max_len,omitempty"`
	Feeds    []string        `yaml:"feeds,omitempty"`
	Options  []writtenOption `yaml:"options,omitempty"`
}

type writtenShowIf struct {
	Question string   `yaml:"question"`
	In       []string `yaml:"in"`
}

type writtenOption struct {
	Value string `yaml:"value"`
	Zh    string `yaml:"zh"`
	En    string `yaml:"en"`
	Score *int   `yaml:"score,omitempty"`
	From  *int   `yaml:"from,omitempty"`
	To    *int   `yaml:"to,omitempty"`
	Flag  string `yaml:"flag,omitempty"`
}

func written(zh string, in models.Translations) writtenWords {
	return writtenWords{zh, in[models.LangEnglish]}
}

func writeQuestion(q *models.Question) writtenQuestion {
	out := writtenQuestion{
		ID: q.ID, Type: string(q.Type), Text: written(q.Text, q.TextIn), Required: q.Required, Consent: q.Consent, Ends: q.Ends, Feeds: q.Feeds,
	}
	if q.Hint != "" {
		hint := written(q.Hint, q.HintIn)
		out.Hint = &hint
	}
	if q.ShowIf != nil {
		out.ShowIf = &writtenShowIf{q.ShowIf.Question, q.ShowIf.In}
	}
	if q.Type == models.QuestionNumber {
		out.Min, out.Max = q.Min, q.Max
	}
	if q.MaxLen != models.DefaultTextLen && q.MaxLen != models.DefaultPickLen {
		out.MaxLen = q.MaxLen
	}
	for _, o := range q.Options {
		out.Options = append(out.Options, writtenOption{o.Value, o.Text, o.TextIn[models.LangEnglish], o.Score, o.From, o.To, o.Flag})
	}
	return out
}
