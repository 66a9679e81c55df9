package catalog

import (
	"regexp"
	"strconv"

	"huisheng/models"
)

var levelCode = regexp.MustCompile(`^[1-5ATC]$`)

// Levels lists the skill levels by rising rank.
func (c *Catalog) Levels() []models.Level { return c.levels }

// Level finds a level by code, name or synonym as a roster may write it: "5", "五级", "五级/初级工", "初级工".
func (c *Catalog) Level(text string) (models.Level, bool) {
	i, ok := c.levelNames[models.FoldName(text)]
	if !ok {
		return models.Level{}, false
	}
	return c.levels[i], true
}

// Subtypes lists the subtypes of one kind of organisation; enterprises have none.
func (c *Catalog) Subtypes(kind models.OrgKind) []models.OrgSubtype {
	var out []models.OrgSubtype
	for _, s := range c.subtypes {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

// Subtype finds a subtype of a kind by code.
func (c *Catalog) Subtype(kind models.OrgKind, code string) (models.OrgSubtype, bool) {
	for _, s := range c.subtypes {
		if s.Kind == kind && s.Code == code {
			return s, true
		}
	}
	return models.OrgSubtype{}, false
}

// Methods lists the ways of assessing.
func (c *Catalog) Methods() []models.AssessmentMethod { return c.methods }

// Method finds a way of assessing by code, name or synonym as a roster may write it.
func (c *Catalog) Method(text string) (models.AssessmentMethod, bool) {
	i, ok := c.methodNames[models.FoldName(text)]
	if !ok {
		return models.AssessmentMethod{}, false
	}
	return c.methods[i], true
}

type levelsFile struct {
	Levels   []located[levelEntry]   `yaml:"levels"`
	Subtypes []located[subtypeEntry] `yaml:"subtypes"`
	Methods  []located[methodEntry]  `yaml:"methods"`
}

type levelEntry struct {
	Code     located[string] `yaml:"code"`
	Rank     int             `yaml:"rank"`
	Zh       located[string] `yaml:"zh"`
	En       located[string] `yaml:"en"`
	Synonyms []string        `yaml:"synonyms"`
}

type subtypeEntry struct {
	Kind   located[string]   `yaml:"kind"`
	Code   located[string]   `yaml:"code"`
	Zh     located[string]   `yaml:"zh"`
	En     located[string]   `yaml:"en"`
	Levels []located[string] `yaml:"levels"`
}

type methodEntry struct {
	Code     located[string]   `yaml:"code"`
	Zh       located[string]   `yaml:"zh"`
	En       located[string]   `yaml:"en"`
	Synonyms []string          `yaml:"synonyms"`
	Levels   []located[string] `yaml:"levels"`
}

func (l *loader) levels() {
	raw, f, ok := read[levelsFile](l, "levels.yaml")
	if !ok {
		return
	}
	l.cat.levelNames, l.cat.methodNames = map[string]int{}, map[string]int{}
	known := map[string]bool{}
	for i, entry := range raw.Levels {
		e := entry.Value
		f.code("level", e.Code, entry.Line, levelCode, known)
		if e.Rank != i {
			f.report(entry.Line, "level %q: rank %d, but it stands in place %d", e.Code.Value, e.Rank, i)
		}
		w := words{Zh: e.Zh, En: e.En}
		f.complete("level "+strconv.Quote(e.Code.Value), w, entry.Line)
		f.names("level", entry.Line, i, l.cat.levelNames, append([]string{e.Code.Value, e.Zh.Value}, e.Synonyms...))
		l.cat.levels = append(l.cat.levels, models.Level{Code: e.Code.Value, Name: w.text(), Rank: e.Rank, Synonyms: e.Synonyms})
	}
	f.subtypes(raw.Subtypes, known)
	f.methods(raw.Methods, known)
}

func (f *file) subtypes(entries []located[subtypeEntry], known map[string]bool) {
	seen := map[string]bool{}
	for _, entry := range entries {
		e := entry.Value
		what := "subtype " + strconv.Quote(e.Code.Value)
		f.code("subtype", e.Code, entry.Line, lowerCode, seen)
		if !models.OrgKind(e.Kind.Value).Valid() {
			f.report(entry.Line, "%s: kind %q is unknown", what, e.Kind.Value)
		}
		w := words{Zh: e.Zh, En: e.En}
		f.complete(what, w, entry.Line)
		f.known(what, e.Levels, known)
		f.l.cat.subtypes = append(f.l.cat.subtypes, models.OrgSubtype{
			Kind: models.OrgKind(e.Kind.Value), Code: e.Code.Value, Name: w.text(), Levels: values(e.Levels),
		})
	}
}

func (f *file) methods(entries []located[methodEntry], known map[string]bool) {
	seen := map[string]bool{}
	for i, entry := range entries {
		e := entry.Value
		what := "method " + strconv.Quote(e.Code.Value)
		f.code("method", e.Code, entry.Line, upperCode, seen)
		w := words{Zh: e.Zh, En: e.En}
		f.complete(what, w, entry.Line)
		f.known(what, e.Levels, known)
		f.names("method", entry.Line, i, f.l.cat.methodNames, append([]string{e.Code.Value, e.Zh.Value}, e.Synonyms...))
		f.l.cat.methods = append(f.l.cat.methods, models.AssessmentMethod{
			Code: e.Code.Value, Name: w.text(), Synonyms: e.Synonyms, Levels: values(e.Levels),
		})
	}
}

func (f *file) known(what string, levels []located[string], known map[string]bool) {
	for _, level := range levels {
		if !known[level.Value] {
			f.report(level.Line, "%s: level %q does not exist", what, level.Value)
		}
	}
}

// names files every way of writing under index i; a name that means two things is an error.
func (f *file) names(what string, at, i int, index map[string]int, names []string) {
	for _, name := range names {
		folded := models.FoldName(name)
		if other, taken := index[folded]; taken {
			f.report(at, "%s name %q is taken by number %d of the list", what, name, other+1)
			continue
		}
		index[folded] = i
	}
}
