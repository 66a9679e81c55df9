// Package catalog holds the versioned data that Huisheng works by: questionnaires, indicator definitions, regions, the working-day
// calendar, message templates, complaint categories, subsidy types, skill levels and the words of the phone's pages. They are YAML files
// built into the program, so that a province's change of mind is a change of data with its own version, and a response keeps the version
// it answered.
//
// Loading checks everything that a reader may rely on, and an error names file, line and reason. A loaded Catalog is read-only but for the versions that Adopt makes known.
package catalog

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"huisheng/models"
)

//go:embed *.yaml questionnaires/*.yaml indicators/*.yaml texts/*.yaml
var files embed.FS

// Catalog is the loaded data. All of it is shared and must not be changed.
type Catalog struct {
	questionnaires []*models.Questionnaire // by code, then version
	byRef          map[models.QuestionnaireRef]*models.Questionnaire
	latest         map[string]*models.Questionnaire
	indicators     []models.IndicatorDefinition
	regions        []models.Region
	wages          []wageDecree // the newest first
	calendar       *models.Calendar
	years          []models.CalendarYear
	templates      map[string]models.Template
	categories     []models.ComplaintCategory
	subsidies      []models.SubsidyType
	levels         []models.Level
	levelNames     map[string]int
	subtypes       []models.OrgSubtype
	methods        []models.AssessmentMethod
	methodNames    map[string]int
	signature      string
	forbidden      []string // words that providers refuse in messages
	languages      []models.Language
	texts          map[string]map[string]string // of the phone's pages, by language and key
	quality        []models.QualityRule
	rounds         []models.RoundRule
	sites          []siteRule
	alerts         []models.AlertKind
	retention      []models.RetentionRule
	hash           string

	fs           fs.FS
	now          func() time.Time
	furtherWords map[string]map[string]located[string] // the rest of the catalog in further languages, by language and Chinese
	published    atomic.Pointer[overlay]
}

// Load reads the data built into the program.
func Load() (*Catalog, error) { return LoadFS(files) }

// LoadFS reads the data from the folder fsys, laid out as this package's own. The error joins every problem found (each a Problem); what
// depends on a broken file is not judged, so that one slip gives one message.
func LoadFS(fsys fs.FS) (*Catalog, error) {
	l := newLoader(fsys)
	for _, load := range []func(){
		l.questionnaires, l.indicators, l.regions, l.minimumWages, l.calendar, l.templates, l.categories, l.subsidies, l.levels, l.quality, l.rounds, l.alerts,
	} {
		load()
	}
	l.cat.hash = hex.EncodeToString(l.digest.Sum(nil))[:32]
	l.languages() // after the digest: words change no figure
	l.retention() // nor does how long things are kept
	if err := errors.Join(l.errs...); err != nil {
		return nil, fmt.Errorf("load catalog: %w", err)
	}
	return l.cat, nil
}

func newLoader(fsys fs.FS) *loader {
	return &loader{fs: fsys, digest: sha256.New(), cat: &Catalog{
		byRef:        map[models.QuestionnaireRef]*models.Questionnaire{},
		latest:       map[string]*models.Questionnaire{},
		templates:    map[string]models.Template{},
		texts:        map[string]map[string]string{},
		furtherWords: map[string]map[string]located[string]{},
		fs:           fsys,
		now:          time.Now,
	}}
}

// Clock sets the time by which published versions come into use. It belongs to the wiring, before anybody asks for the latest.
func (c *Catalog) Clock(now func() time.Time) { c.now = now }

// loader is the state of one loading.
type loader struct {
	fs     fs.FS
	cat    *Catalog
	digest hash.Hash
	errs   []error
}

// Hash is a digest of all files but the words of pages: figures computed with another hash were computed with other definitions.
func (c *Catalog) Hash() string { return c.hash }

// Calendar gives the working-day calendar that came with the program. What counts is app/calendar's, which knows the imported years too.
func (c *Catalog) Calendar() *models.Calendar { return c.calendar }

// Template finds a message template by code.
func (c *Catalog) Template(code string) (models.Template, bool) {
	t, ok := c.templates[code]
	return t, ok
}

// Templates lists the message templates by code.
func (c *Catalog) Templates() []models.Template {
	return slices.SortedFunc(maps.Values(c.templates), func(a, b models.Template) int { return strings.Compare(a.Code, b.Code) })
}

// Signature is what every message begins with.
func (c *Catalog) Signature() string { return c.signature }

// ForbiddenIn lists the words of a text that providers refuse.
func (c *Catalog) ForbiddenIn(text string) []string { return forbiddenIn(text, c.forbidden) }

// Problem is one thing wrong with the data. Line is 0 when the whole file is meant.
type Problem struct {
	File   string
	Line   int
	Reason string
}

// Error gives "catalog/file:line: reason".
func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("catalog/%s: %s", p.File, p.Reason)
	}
	return fmt.Sprintf("catalog/%s:%d: %s", p.File, p.Line, p.Reason)
}

// HumanErrors lists the problems inside an error of Load, one line each; an error of another kind gives its own text.
func HumanErrors(err error) []string {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []string{err.Error()}
	}
	var out []string
	for _, inner := range joined.Unwrap() {
		out = append(out, HumanErrors(inner)...)
	}
	return out
}
