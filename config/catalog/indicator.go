package catalog

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"huisheng/models"
)

// indicatorID keeps ids free of dots and dollars: they are keys of stored documents.
var (
	indicatorID   = regexp.MustCompile(`^[A-Z][0-9]+[a-z]?(_[a-z0-9_]+)?$`)
	indicatorName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$`)
)

// Indicators lists the definitions for one kind of organisation, in the order in which they are shown.
func (c *Catalog) Indicators(kind models.OrgKind) []models.IndicatorDefinition {
	var out []models.IndicatorDefinition
	for _, d := range c.indicators {
		if d.Kind == kind {
			out = append(out, d)
		}
	}
	return out
}

// Indicator finds a definition by id.
func (c *Catalog) Indicator(id string) (models.IndicatorDefinition, bool) {
	for _, d := range c.indicators {
		if d.ID == id {
			return d, true
		}
	}
	return models.IndicatorDefinition{}, false
}

type indicatorsFile struct {
	Indicators []located[indicatorEntry] `yaml:"indicators"`
}

type indicatorEntry struct {
	ID             located[string]       `yaml:"id"`
	Name           located[string]       `yaml:"name"`
	Version        located[string]       `yaml:"version"`
	Title          words                 `yaml:"title"`
	Formula        words                 `yaml:"formula"`
	Numerator      words                 `yaml:"numerator"`
	Denominator    words                 `yaml:"denominator"`
	Exclusions     words                 `yaml:"exclusions"`
	NoticeSentence located[string]       `yaml:"notice_sentence"`
	Unit           located[string]       `yaml:"unit"`
	Source         located[string]       `yaml:"source"`
	Variant        string                `yaml:"variant"`
	Better         located[string]       `yaml:"better"`
	Measure        located[measureEntry] `yaml:"measure"`
}

type measureEntry struct {
	Type          string              `yaml:"type"`
	Questionnaire located[string]     `yaml:"questionnaire"`
	Question      located[string]     `yaml:"question"`
	Questions     []located[string]   `yaml:"questions"`
	Numerator     []located[string]   `yaml:"numerator"`
	Denominator   []located[string]   `yaml:"denominator"`
	Name          located[string]     `yaml:"name"`
	Eligible      map[string][]string `yaml:"eligible"`
	Figure        located[string]     `yaml:"figure"`
	Of            []string            `yaml:"of"`
	Distribution  bool                `yaml:"distribution"`
	Wage          bool                `yaml:"wage"`
}

func (l *loader) indicators() {
	judge := len(l.errs) == 0 // with a broken questionnaire every reference to it would be reported as well
	ids := map[string]bool{}
	for _, kind := range []models.OrgKind{models.OrgEnterprise, models.OrgSchool, models.OrgSocial} {
		raw, f, ok := read[indicatorsFile](l, "indicators/"+string(kind)+".yaml")
		if !ok {
			continue
		}
		names := map[string]bool{} // the same thing has the same name in every system: response_rate, complaint_rate
		for _, entry := range raw.Indicators {
			f.code("indicator", entry.Value.ID, entry.Line, indicatorID, ids)
			f.code("indicator name", entry.Value.Name, entry.Line, indicatorName, names)
			d := f.indicator(entry, kind)
			if judge {
				f.measure(entry, d)
			}
			l.cat.indicators = append(l.cat.indicators, d)
		}
		f.pairs(kind)
	}
}

// pairs checks the two figures of each gap.
func (f *file) pairs(kind models.OrgKind) {
	for _, d := range f.l.cat.Indicators(kind) {
		if d.Measure.Builtin != models.BuiltinGap {
			continue
		}
		if len(d.Measure.Of) != 2 {
			f.report(0, "indicator %q: a gap is of two figures", d.ID)
			continue
		}
		for _, id := range d.Measure.Of {
			if other, ok := f.l.cat.Indicator(id); !ok || other.Kind != kind || other.Unit != d.Unit {
				f.report(0, "indicator %q: %q is no indicator of the same kind and unit", d.ID, id)
			}
		}
	}
}

func (f *file) indicator(entry located[indicatorEntry], kind models.OrgKind) models.IndicatorDefinition {
	raw, what := entry.Value, "indicator "+strconv.Quote(entry.Value.ID.Value)
	d := models.IndicatorDefinition{
		ID: raw.ID.Value, Name: raw.Name.Value, Version: raw.Version.Value, Kind: kind,
		Title: raw.Title.text(), Formula: raw.Formula.text(), Numerator: raw.Numerator.text(), Denominator: raw.Denominator.text(),
		Exclusions: raw.Exclusions.text(), NoticeSentence: raw.NoticeSentence.Value, Unit: models.IndicatorUnit(raw.Unit.Value),
		Source: models.IndicatorSource(raw.Source.Value), Variant: raw.Variant, Better: models.Better(cmp.Or(raw.Better.Value, string(models.BetterHigher))), Measure: raw.Measure.Value.model(),
	}
	f.complete(what+" title", raw.Title, entry.Line)
	f.complete(what+" formula", raw.Formula, entry.Line)
	f.complete(what+" numerator", raw.Numerator, entry.Line)
	f.complete(what+" denominator", raw.Denominator, entry.Line)
	f.complete(what+" exclusions", raw.Exclusions, entry.Line)
	if d.NoticeSentence == "" {
		f.report(entry.Line, "%s has no notice_sentence", what)
	}
	if !version.MatchString(d.Version) {
		f.report(line(raw.Version.Line, entry.Line), "%s: version %q is not a whole number from 1", what, d.Version)
	}
	if !d.Better.Valid() {
		f.report(line(raw.Better.Line, entry.Line), "%s: better %q is none of higher, lower, neither", what, d.Better)
	}
	if !d.Unit.Valid() {
		f.report(line(raw.Unit.Line, entry.Line), "%s: unit %q is unknown", what, d.Unit)
	}
	if !d.Source.Valid() {
		f.report(line(raw.Source.Line, entry.Line), "%s: source %q is unknown", what, d.Source)
	}
	return d
}

func (m measureEntry) model() models.Measure {
	return models.Measure{
		Type: models.MeasureType(m.Type), Questionnaire: m.Questionnaire.Value, Question: m.Question.Value, Questions: values(m.Questions),
		Numerator: values(m.Numerator), Denominator: values(m.Denominator), Builtin: models.Builtin(m.Name.Value), Eligible: m.Eligible,
		Figure: m.Figure.Value, Of: m.Of, Distribution: m.Distribution, Wage: m.Wage,
	}
}

func values(list []located[string]) []string {
	var out []string
	for _, v := range list {
		out = append(out, v.Value)
	}
	return out
}

// measure checks that the machine's part fits its type and refers to what exists.
func (f *file) measure(entry located[indicatorEntry], d models.IndicatorDefinition) {
	m := d.Measure
	raw, at := entry.Value.Measure.Value, line(entry.Value.Measure.Line, entry.Line)
	what := "indicator " + strconv.Quote(entry.Value.ID.Value)
	if m.Type == models.MeasureBuiltin {
		if !m.Builtin.Valid() {
			f.report(line(raw.Name.Line, at), "%s: builtin %q is unknown", what, m.Builtin)
		}
		f.figure(what, at, raw, m)
		if m.Builtin != models.BuiltinResponseRate { // the others are not about answers
			return
		}
	}
	q, ok := f.l.cat.Latest(m.Questionnaire)
	if !ok {
		f.report(line(raw.Questionnaire.Line, at), "%s: questionnaire %q does not exist", what, m.Questionnaire)
		return
	}
	if q.Kind != d.Kind {
		f.report(line(raw.Questionnaire.Line, at), "%s: questionnaire %q is for %s", what, m.Questionnaire, q.Kind)
		return
	}
	f.eligible(what, at, q, m)
	switch m.Type {
	case models.MeasureBuiltin:
	case models.MeasureRate:
		f.rate(what, at, q, raw)
	case models.MeasureScore:
		f.score(what, at, q, raw)
	case models.MeasureMedian, models.MeasurePositive:
		if question := q.Question(m.Question); question == nil || question.Type != models.QuestionNumber {
			f.report(line(raw.Question.Line, at), "%s: %q is no number question of %s", what, m.Question, q.Code)
		}
	case models.MeasureMedianBand:
		if question := q.Question(m.Question); question == nil || question.Type != models.QuestionBand {
			f.report(line(raw.Question.Line, at), "%s: %q is no band question of %s", what, m.Question, q.Code)
		}
	default:
		f.report(at, "%s: measure type %q is unknown", what, m.Type)
	}
}

// figure checks the declared figure that some builtins are made of.
func (f *file) figure(what string, at int, raw measureEntry, m models.Measure) {
	needed := m.Builtin == models.BuiltinDeclared || m.Builtin == models.BuiltinPublishedPrice || m.Builtin == models.BuiltinGrowth || m.Builtin == models.BuiltinParticipationRate
	if needed != (m.Figure != "") || needed && !models.KnownFigure(m.Figure) {
		f.report(line(raw.Figure.Line, at), "%s: declared figure %q is unknown, missing or of no use", what, m.Figure)
	}
}

func (f *file) eligible(what string, at int, q *models.Questionnaire, m models.Measure) {
	for _, id := range slices.Sorted(maps.Keys(m.Eligible)) {
		question := q.Question(id)
		if question == nil {
			f.report(at, "%s: eligible names %q, which is no question of %s", what, id, q.Code)
			continue
		}
		for _, value := range m.Eligible[id] {
			if question.Option(value) == nil {
				f.report(at, "%s: eligible value %q is no option of %q", what, value, id)
			}
		}
	}
}

func (f *file) rate(what string, at int, q *models.Questionnaire, raw measureEntry) {
	question := q.Question(raw.Question.Value)
	if question == nil {
		f.report(line(raw.Question.Line, at), "%s: %q is no question of %s", what, raw.Question.Value, q.Code)
		return
	}
	if len(raw.Numerator) == 0 || len(raw.Denominator) == 0 {
		f.report(at, "%s: a rate needs numerator and denominator", what)
	}
	denominator := values(raw.Denominator)
	for _, value := range raw.Denominator {
		if question.Option(value.Value) == nil {
			f.report(value.Line, "%s: denominator %q is no option of %q", what, value.Value, question.ID)
		}
	}
	for _, value := range raw.Numerator {
		if !slices.Contains(denominator, value.Value) {
			f.report(value.Line, "%s: numerator %q is not in the denominator", what, value.Value)
		}
	}
}

func (f *file) score(what string, at int, q *models.Questionnaire, raw measureEntry) {
	if len(raw.Questions) == 0 {
		f.report(at, "%s: a score needs questions", what)
	}
	for _, id := range raw.Questions {
		question := q.Question(id.Value)
		switch {
		case question == nil:
			f.report(id.Line, "%s: %q is no question of %s", what, id.Value, q.Code)
		case !scorable(*question):
			f.report(id.Line, "%s: question %q has no scores", what, id.Value)
		}
	}
}
