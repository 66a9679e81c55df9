package catalog

import (
	"io/fs"
	"slices"
	"strconv"

	"huisheng/models"
)

// Questionnaires lists every version of every questionnaire, by code and rising version.
func (c *Catalog) Questionnaires() []*models.Questionnaire {
	if o := c.published.Load(); o != nil {
		return o.all
	}
	return c.questionnaires
}

// Questionnaire finds the exact version that a batch names.
func (c *Catalog) Questionnaire(code, version string) (*models.Questionnaire, bool) {
	all := c.byRef
	if o := c.published.Load(); o != nil {
		all = o.byRef
	}
	q, ok := all[models.QuestionnaireRef{Code: code, Version: version}]
	return q, ok
}

// Latest finds the newest version of a questionnaire: the one that new batches use.
func (c *Catalog) Latest(code string) (*models.Questionnaire, bool) {
	if o := c.published.Load(); o != nil {
		return o.newest(code, c.now())
	}
	q, ok := c.latest[code]
	return q, ok
}

type setsFile struct {
	Sets     []located[setEntry]     `yaml:"sets"`
	Consents []located[consentEntry] `yaml:"consents"`
}

type setEntry struct {
	Name    located[string]        `yaml:"name"`
	Options []located[optionEntry] `yaml:"options"`
}

type consentEntry struct {
	ID located[string] `yaml:"id"`
	Zh located[string] `yaml:"zh"`
	En located[string] `yaml:"en"`
}

type questionnaireFile struct {
	Code      located[string]          `yaml:"code"`
	Version   located[string]          `yaml:"version"`
	Kind      located[string]          `yaml:"kind"`
	Title     words                    `yaml:"title"`
	Notice    located[noticeEntry]     `yaml:"notice"`
	Questions []located[questionEntry] `yaml:"questions"`
}

type noticeEntry struct {
	Version located[string] `yaml:"version"`
	Zh      located[string] `yaml:"zh"`
	En      located[string] `yaml:"en"`
}

// shared is what questionnaires may refer to by name.
type shared struct {
	sets     map[string][]models.Option
	consents map[string]models.ConsentText
}

func (l *loader) questionnaires() {
	common, ok := l.shared()
	if !ok {
		return
	}
	names, err := fs.Glob(l.fs, "questionnaires/*.yaml")
	if err != nil || len(names) == 0 {
		(&file{l: l, name: "questionnaires"}).report(0, "holds no questionnaire")
		return
	}
	for _, name := range names {
		raw, f, ok := read[questionnaireFile](l, name)
		if !ok {
			continue
		}
		q := f.questionnaire(raw, common)
		if _, twice := l.cat.byRef[q.Ref()]; twice {
			f.report(raw.Version.Line, "questionnaire %s version %s is in another file too", q.Code, q.Version)
		}
		if f.bad {
			continue
		}
		q.Prepare()
		l.cat.byRef[q.Ref()] = q
		l.cat.questionnaires = append(l.cat.questionnaires, q)
	}
	slices.SortFunc(l.cat.questionnaires, byVersion)
	for _, q := range l.cat.questionnaires {
		l.cat.latest[q.Code] = q
	}
}

// number reads a version that was checked to be a whole number.
func number(version string) int {
	n, _ := strconv.Atoi(version)
	return n
}

func (l *loader) shared() (shared, bool) {
	s := shared{sets: map[string][]models.Option{}, consents: map[string]models.ConsentText{}}
	raw, f, ok := read[setsFile](l, "sets.yaml")
	if !ok {
		return s, false
	}
	seen := map[string]bool{}
	for _, set := range raw.Sets {
		f.code("set", set.Value.Name, set.Line, upperCode, seen)
		s.sets[set.Value.Name.Value] = f.options("set "+strconv.Quote(set.Value.Name.Value), set.Value.Options)
	}
	for _, c := range raw.Consents {
		f.code("consent", c.Value.ID, c.Line, lowerCode, seen)
		w := words{Zh: c.Value.Zh, En: c.Value.En}
		f.complete("consent "+strconv.Quote(c.Value.ID.Value), w, c.Line)
		s.consents[c.Value.ID.Value] = models.ConsentText{ID: c.Value.ID.Value, Text: w.Zh.Value, TextIn: w.translations()}
	}
	return s, !f.bad
}

func (f *file) questionnaire(raw questionnaireFile, common shared) *models.Questionnaire {
	f.head(raw)
	notice := words{Zh: raw.Notice.Value.Zh, En: raw.Notice.Value.En}
	q := &models.Questionnaire{
		Code: raw.Code.Value, Version: raw.Version.Value, Kind: models.OrgKind(raw.Kind.Value), Lang: models.LangChinese,
		Title: raw.Title.Zh.Value, TitleIn: raw.Title.translations(),
		Notice: models.Notice{Version: raw.Notice.Value.Version.Value, Text: notice.Zh.Value, TextIn: notice.translations()},
	}
	seen := map[string]bool{}
	for _, entry := range raw.Questions {
		question := f.question(entry, q, common)
		f.code("question", entry.Value.ID, entry.Line, lowerCode, seen)
		q.Questions = append(q.Questions, question)
		if text, ok := common.consents[question.Consent]; ok && !slices.ContainsFunc(q.Consents, sameConsent(text)) {
			q.Consents = append(q.Consents, text)
		}
	}
	return q
}

func sameConsent(text models.ConsentText) func(models.ConsentText) bool {
	return func(c models.ConsentText) bool { return c.ID == text.ID }
}

func (f *file) head(raw questionnaireFile) {
	f.code("questionnaire", raw.Code, 1, upperCode, map[string]bool{})
	if !version.MatchString(raw.Version.Value) {
		f.report(line(raw.Version.Line, 1), "version %q is not a whole number from 1", raw.Version.Value)
	}
	if !models.OrgKind(raw.Kind.Value).Valid() {
		f.report(line(raw.Kind.Line, 1), "kind %q is unknown", raw.Kind.Value)
	}
	f.complete("title", raw.Title, 1)
	if raw.Notice.Value.Version.Value == "" {
		f.report(line(raw.Notice.Line, 1), "notice has no version")
	}
	f.complete("notice", words{Zh: raw.Notice.Value.Zh, En: raw.Notice.Value.En}, line(raw.Notice.Line, 1))
	if len(raw.Questions) == 0 {
		f.report(1, "questionnaire has no questions")
	}
}
