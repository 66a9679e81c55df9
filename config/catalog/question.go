package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huisheng/models"
)

var feedForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(:[a-z0-9_]+)?$`)

type questionEntry struct {
	ID       located[string]        `yaml:"id"`
	Type     located[string]        `yaml:"type"`
	Text     words                  `yaml:"text"`
	Hint     words                  `yaml:"hint"`
	Required bool                   `yaml:"required"`
	Consent  located[string]        `yaml:"consent"`
	ShowIf   *located[showIfEntry]  `yaml:"show_if"`
	Ends     []located[string]      `yaml:"ends"`
	Min      *int64                 `yaml:"min"`
	Max      *int64                 `yaml:"max"`
	MaxLen   int                    `yaml:"max_len"`
	Feeds    []located[string]      `yaml:"feeds"`
	Set      located[string]        `yaml:"set"`
	Options  []located[optionEntry] `yaml:"options"`
}

type showIfEntry struct {
	Question string   `yaml:"question"`
	In       []string `yaml:"in"`
}

type optionEntry struct {
	Value located[string] `yaml:"value"`
	Zh    located[string] `yaml:"zh"`
	En    located[string] `yaml:"en"`
	Score *int            `yaml:"score"`
	From  *int            `yaml:"from"`
	To    *int            `yaml:"to"`
	Flag  string          `yaml:"flag"`
}

// question builds and checks one question; q holds the ones before it.
func (f *file) question(entry located[questionEntry], q *models.Questionnaire, common shared) models.Question {
	raw, what := entry.Value, "question "+strconv.Quote(entry.Value.ID.Value)
	out := models.Question{
		ID: raw.ID.Value, Type: models.QuestionType(raw.Type.Value), Required: raw.Required, Consent: raw.Consent.Value,
		Text: raw.Text.Zh.Value, TextIn: raw.Text.translations(), Hint: raw.Hint.Zh.Value, HintIn: raw.Hint.translations(),
		Min: raw.Min, Max: raw.Max, MaxLen: raw.MaxLen,
	}
	f.questionText(what, raw, entry.Line)
	options, ok := f.questionOptions(what, entry, common)
	if !ok {
		return out // without its set, all the rest would look wrong too
	}
	out.Options = options
	f.questionType(what, entry, out)
	f.questionRules(what, entry, &out, q, common)
	for _, feed := range raw.Feeds {
		if !feedForm.MatchString(feed.Value) {
			f.report(feed.Line, "%s: feed %q is not written like %s", what, feed.Value, feedForm)
		}
		out.Feeds = append(out.Feeds, feed.Value)
		if feed.Value == models.FeedScore && !scorable(out) {
			f.report(feed.Line, "%s feeds score but has no scores", what)
		}
	}
	return out
}

// scorable says whether answers to q can have a score.
func scorable(q models.Question) bool {
	return q.Type == models.QuestionRating || slices.ContainsFunc(q.Options, func(o models.Option) bool { return o.Score != nil })
}

func (f *file) questionText(what string, raw questionEntry, parent int) {
	f.complete(what, raw.Text, parent)
	zh := raw.Text.Zh
	if n := utf8.RuneCountInString(zh.Value); n > models.MaxQuestionText {
		f.report(zh.Line, "%s: text has %d characters, at most %d", what, n, models.MaxQuestionText)
	}
	if strings.ContainsAny(zh.Value, "()（）") {
		f.report(zh.Line, "%s: brackets belong into the hint", what)
	}
	if (raw.Hint.Zh.Value == "") != (raw.Hint.En.Value == "") {
		f.complete(what+" hint", raw.Hint, parent)
	}
}

func (f *file) questionOptions(what string, entry located[questionEntry], common shared) ([]models.Option, bool) {
	raw := entry.Value
	if raw.Set.Value == "" {
		return f.options(what, raw.Options), true
	}
	if len(raw.Options) > 0 {
		f.report(raw.Set.Line, "%s has both a set and options", what)
	}
	options, ok := common.sets[raw.Set.Value]
	if !ok {
		f.report(raw.Set.Line, "%s: set %q does not exist", what, raw.Set.Value)
	}
	return slices.Clone(options), ok
}

// questionType checks that the type is known and fits the other fields.
func (f *file) questionType(what string, entry located[questionEntry], q models.Question) {
	at := line(entry.Value.Type.Line, entry.Line)
	if !q.Type.Valid() {
		f.report(at, "%s: type %q is unknown", what, q.Type)
		return
	}
	choice := q.Type == models.QuestionSingle || q.Type == models.QuestionBand
	bounded := slices.ContainsFunc(q.Options, func(o models.Option) bool { return o.From != nil })
	switch {
	case choice && len(q.Options) < 2:
		f.report(at, "%s needs two options at least", what)
	case !choice && q.Type != models.QuestionPick && len(q.Options) > 0:
		f.report(at, "%s: type %s takes no options", what, q.Type)
	case q.Type == models.QuestionBand && !bounded:
		f.report(at, "%s is a band without bounds (from, to)", what)
	case q.Type != models.QuestionBand && bounded:
		f.report(at, "%s has bounds (from, to) but is no band", what)
	}
	f.questionLimits(what, at, q)
}

// questionLimits checks that limits stand where they mean something.
func (f *file) questionLimits(what string, at int, q models.Question) {
	if q.Consent == models.ConsentWage && q.Type == models.QuestionNumber && !sparesTheYoung(q) {
		f.report(at, "%s asks for an exact wage; some who answer are under 18, so it must be optional and its hint tell them to skip it", what)
	}
	if q.Type != models.QuestionNumber && (q.Min != nil || q.Max != nil) {
		f.report(at, "%s: min and max are for numbers", what)
	}
	if q.Min != nil && q.Max != nil && *q.Min > *q.Max {
		f.report(at, "%s: min %d is above max %d", what, *q.Min, *q.Max)
	}
	words := q.Type == models.QuestionText || q.Type == models.QuestionPick
	if q.MaxLen != 0 && (!words || q.MaxLen < 1 || q.MaxLen > models.DefaultTextLen) {
		f.report(at, "%s: max_len is for words, 1 to %d", what, models.DefaultTextLen)
	}
}

// sparesTheYoung says whether those under 18 may skip a question and are told so.
func sparesTheYoung(q models.Question) bool {
	return !q.Required && strings.Contains(q.Hint, "18岁") && strings.Contains(q.HintIn[models.LangEnglish], "18")
}

// questionRules checks consent, ends and show_if, and fills the last two.
func (f *file) questionRules(what string, entry located[questionEntry], out *models.Question, q *models.Questionnaire, common shared) {
	raw := entry.Value
	if _, ok := common.consents[raw.Consent.Value]; !ok && raw.Consent.Value != "" {
		f.report(raw.Consent.Line, "%s: consent %q does not exist", what, raw.Consent.Value)
	}
	for _, end := range raw.Ends {
		if out.Option(end.Value) == nil {
			f.report(end.Line, "%s ends at %q, which is none of its options", what, end.Value)
		}
		out.Ends = append(out.Ends, end.Value)
	}
	if raw.ShowIf == nil {
		return
	}
	cond := raw.ShowIf.Value
	out.ShowIf = &models.ShowIf{Question: cond.Question, In: cond.In}
	i := slices.IndexFunc(q.Questions, func(earlier models.Question) bool { return earlier.ID == cond.Question })
	if i < 0 {
		f.report(raw.ShowIf.Line, "%s: show_if names %q, which is no earlier question", what, cond.Question)
		return
	}
	if len(cond.In) == 0 {
		f.report(raw.ShowIf.Line, "%s: show_if lists no values", what)
	}
	for _, value := range cond.In {
		if q.Questions[i].Option(value) == nil {
			f.report(raw.ShowIf.Line, "%s: show_if value %q is no option of %q", what, value, cond.Question)
		}
	}
}

// options builds and checks a list of options.
func (f *file) options(what string, entries []located[optionEntry]) []models.Option {
	var out []models.Option
	seen := map[string]bool{}
	for _, entry := range entries {
		raw := entry.Value
		f.code(what+": option value", raw.Value, entry.Line, lowerCode, seen)
		w := words{Zh: raw.Zh, En: raw.En}
		name := what + ": option " + strconv.Quote(raw.Value.Value)
		f.complete(name, w, entry.Line)
		f.optionNumbers(name, entry)
		out = append(out, models.Option{
			Value: raw.Value.Value, Text: raw.Zh.Value, TextIn: w.translations(),
			Score: raw.Score, From: raw.From, To: raw.To, Flag: raw.Flag,
		})
	}
	return out
}

func (f *file) optionNumbers(name string, entry located[optionEntry]) {
	raw := entry.Value
	if raw.Score != nil && (*raw.Score < 0 || *raw.Score > 100) {
		f.report(entry.Line, "%s: score %d is not between 0 and 100", name, *raw.Score)
	}
	if raw.To != nil && (raw.From == nil || *raw.From >= *raw.To) {
		f.report(entry.Line, "%s: a band needs from below to", name)
	}
	if raw.Flag != "" && !lowerCode.MatchString(raw.Flag) {
		f.report(entry.Line, "%s: flag %q is not written like %s", name, raw.Flag, lowerCode)
	}
}
