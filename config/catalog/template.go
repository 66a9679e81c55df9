package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huisheng/models"
)

var (
	placeholder  = regexp.MustCompile(`\{([a-z_]+)\}`)
	mobileNumber = regexp.MustCompile(`1[3-9][0-9]{9}`)
)

// The bounds of a signature in characters (Tencent).
const (
	minSignature = 2
	maxSignature = 12
)

type templatesFile struct {
	Signature located[string]          `yaml:"signature"`
	Forbidden []located[string]        `yaml:"forbidden"`
	Templates []located[templateEntry] `yaml:"templates"`
}

type templateEntry struct {
	Code   located[string]       `yaml:"code"`
	Text   located[string]       `yaml:"text"`
	Params []located[paramEntry] `yaml:"params"`
}

type paramEntry struct {
	Name     located[string] `yaml:"name"`
	Longest  located[string] `yaml:"longest"`
	Constant bool            `yaml:"constant"`
}

func (l *loader) templates() {
	raw, f, ok := read[templatesFile](l, "templates.yaml")
	if !ok {
		return
	}
	if n := utf8.RuneCountInString(raw.Signature.Value); n < minSignature || n > maxSignature {
		f.report(line(raw.Signature.Line, 1), "signature has %d characters, allowed are %d to %d", n, minSignature, maxSignature)
	}
	l.cat.signature, l.cat.forbidden = raw.Signature.Value, values(raw.Forbidden)
	seen := map[string]bool{}
	for _, entry := range raw.Templates {
		f.code("template", entry.Value.Code, entry.Line, upperCode, seen)
		t := f.template(entry, raw)
		l.cat.templates[t.Code] = t
	}
}

func (f *file) template(entry located[templateEntry], all templatesFile) models.Template {
	raw, what := entry.Value, "template "+strconv.Quote(entry.Value.Code.Value)
	t := models.Template{Code: raw.Code.Value, Signature: all.Signature.Value, Text: raw.Text.Value}
	for _, p := range raw.Params {
		t.Params = append(t.Params, models.TemplateParam{Name: p.Value.Name.Value, Constant: p.Value.Constant, Longest: p.Value.Longest.Value})
	}
	at := line(raw.Text.Line, entry.Line)
	f.wording(what, at, t, all.Forbidden)
	f.placeholders(what, at, t)
	text, err := t.Longest()
	if err != nil {
		f.report(at, "%v", err)
		return t
	}
	if n := models.SMSParts(text); n != 1 {
		f.report(at, "%s takes %d parts (%d characters) with its longest values, must be one (%d)", what, n, models.SMSLength(text), models.SMSSinglePart)
	}
	return t
}

// wording checks what providers reject at approval.
func (f *file) wording(what string, at int, t models.Template, forbidden []located[string]) {
	text := t.Signature + t.Text
	for _, word := range forbiddenIn(text, values(forbidden)) {
		f.report(at, "%s holds the forbidden words %q", what, word)
	}
	if mobileNumber.MatchString(text) {
		f.report(at, "%s holds a mobile number", what)
	}
	if strings.ContainsAny(t.Text, "【】") {
		f.report(at, "%s: the brackets 【】 are for the signature alone", what)
	}
	if rest := strings.TrimSpace(placeholder.ReplaceAllString(t.Text, "")); rest == "" {
		f.report(at, "%s has no fixed text", what)
	}
}

func forbiddenIn(text string, words []string) (found []string) {
	text = strings.ToLower(text)
	for _, word := range words {
		if strings.Contains(text, strings.ToLower(word)) {
			found = append(found, word)
		}
	}
	return found
}

// placeholders checks that text and parameters name the same things in the same order, once each and apart from each other.
func (f *file) placeholders(what string, at int, t models.Template) {
	var named, listed []string
	for _, m := range placeholder.FindAllStringSubmatch(t.Text, -1) {
		named = append(named, m[1])
	}
	for _, p := range t.Params {
		listed = append(listed, p.Name)
	}
	switch {
	case !slices.Equal(named, listed):
		f.report(at, "%s: text names %v, params list %v", what, named, listed)
	case len(slices.Compact(slices.Sorted(slices.Values(named)))) != len(named):
		f.report(at, "%s names a parameter twice", what)
	case strings.Contains(t.Text, "}{"):
		f.report(at, "%s: two parameters stand side by side, which providers refuse", what)
	case strings.Count(t.Text, "{") != len(named) || strings.Count(t.Text, "}") != len(named):
		f.report(at, "%s: a brace belongs to no parameter", what)
	}
}
